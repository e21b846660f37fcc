/* differences.h: which values the losses and metrics of a model compare.
 *
 * To compare is to take a difference that a function other than a sum is
 * applied to before it is a part of the loss: (y - t) squared, of an absolute
 * value, of relu. It is found in the graph, however it was written, but not
 * behind a product or a loop over time. */
#ifndef NNC_FRONT_DIFFERENCES_H
#define NNC_FRONT_DIFFERENCES_H

#include "front/elab.h"
#include "front/trace.h"

typedef struct Differences Differences;

/* All differences of the walk's losses and metrics. */
Differences *differences_find(Elab *e);

/* The unit of what a spot shows: an input itself has one, and so has what is
 * compared with one; with `any`, times or plus any number. False: it has none,
 * or there are two that differ. */
bool differences_unit(const Differences *d, Spot spot, bool any, Measure *unit);

/* Whether anything is made of an input. */
bool differences_uses(const Differences *d, int input);

/* Whether a value of the node is compared with two of different units. */
bool differences_clash(const Differences *d, const Node *node, Measure two[2]);

/* Whether the node is made, element by element, of values that have to do
 * with transformed numbers: that are some, or that a loss joins with some. */
bool differences_meet(const Differences *d, const Node *node);

#endif
