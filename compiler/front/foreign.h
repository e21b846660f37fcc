/* foreign.h: names of other frameworks and of later versions. */
#ifndef NNC_FRONT_FOREIGN_H
#define NNC_FRONT_FOREIGN_H

#include "front/names.h"

/* The word, or name of a later version, that `name` is another framework's
 * name of, or the word with other capitals and `_`; NULL where there is none.
 */
const char *foreign_name(const char *name, const Words *words);

/* What to do about a name that has no counterpart here, or NULL. */
const char *foreign_advice(const char *name);

/* What a name is that only a later version knows ("layer"), or NULL. */
const char *later_kind(const char *name);

/* The layer that does with weights of its own what an operator does with
 * those it is given ("conv" for "conv2d"), or NULL. */
const char *foreign_layer(const char *op);

#endif
