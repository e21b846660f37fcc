/* elab_rule.h: optimisers and clips, and what definitions ask of arguments. */
#ifndef NNC_FRONT_ELAB_RULE_H
#define NNC_FRONT_ELAB_RULE_H

#include "front/elab.h"

/* Whether `check` holds; otherwise a message. */
bool elab_check(Elab *e, const Item *item);

/* An optimiser or clip with these arguments, and what its `rate` is (0: none);
 * NULL after a message. */
Rule *elab_rule(Elab *e, const Def *def, const Args *args, Span span,
                double *rate);

#endif
