/* generate.h: what `generate X from Y;` asks for. */
#ifndef NNC_FRONT_GENERATE_H
#define NNC_FRONT_GENERATE_H

#include "front/elab.h"

/* Takes up the statement, or says what is wrong with it. */
void elab_generate(Elab *e, const Item *item);

/* Whether the walk is for one step of this input: what is fed is there. */
bool elab_fed(const Elab *e, int input);

/* Makes of the walk's graph one step of what is generated, and the graph that
 * comes before: the first is NULL after a message. */
void elab_next(Elab *e);

#endif
