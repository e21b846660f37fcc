/* kinds.h: a model that no text makes, with a tensor of each kind. */
#ifndef NNC_TESTS_KINDS_H
#define NNC_TESTS_KINDS_H

#include "ir/program.h"

/* `step` learns w, gathers the mean of x and carries a count from call to call;
 * which the loss needs; `eval` and `infer` read what was gathered; `next`, for
 * inference too, carries a state of its own through a product:
 *
 *     step   count = count + 1        mean = mean / 2 + sum(x) / (2 rows)
 *            loss = sum(x w count) / rows          (w by Adam)
 *     eval   loss = sum(mean w)       infer   output = x - mean + shift
 *     next   state = tanh((x + state) u^T)    output = state
 */
Program *kinds_program(Arena *arena);

#endif
