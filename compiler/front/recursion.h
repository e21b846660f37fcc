/* recursion.h: finds blocks and cells that contain themselves. */
#ifndef NNC_FRONT_RECURSION_H
#define NNC_FRONT_RECURSION_H

#include "front/scope.h"

/* Reports every definition of the user's own that names itself, also by way
 * of others, once all are read. False where there is one. */
bool recursion_check(Scope *s);

#endif
