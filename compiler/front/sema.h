/* sema.h: resolves names, also in what no model uses. */
#ifndef NNC_FRONT_SEMA_H
#define NNC_FRONT_SEMA_H

#include "front/unit.h"

/* Reports unknown, repeated, unused and too early names, statements where they
 * do not belong, primes without a state and blocks that contain themselves.
 * False where the definitions cannot be walked any further (a block contains
 * itself); other mistakes leave poison values. */
bool sema_check(Arena *arena, Diag *diag, const Unit *unit);

#endif
