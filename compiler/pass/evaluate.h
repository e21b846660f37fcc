/* evaluate.h: values that depend on weights alone, computed by nnc. */
#ifndef NNC_PASS_EVALUATE_H
#define NNC_PASS_EVALUATE_H

#include "ir/plan.h"

/* Whether the node's operator is known here. */
bool evaluate_knows(const Node *n);

/* Writes what the prepared kernels of a plan make, as far as others read it,
 * to `to`, which holds plan->prepared zeros. Tensor i lies at tensors[i] as its
 * layout says. Values are floats as in a program, sums are taken in double.
 * Memory is that of `scratch`. */
void evaluate_prepared(Arena *scratch, const Plan *plan,
                       const float *const *tensors, float *to);

#endif
