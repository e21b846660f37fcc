/* result.h: all that a compiled model computes, as one list of tensors: what
 * exact.c writes down and agree.c compares with it. */
#ifndef TESTS_E2E_RESULT_H
#define TESTS_E2E_RESULT_H

#include "nn_model.h"

/* What tensors of one kind have in common is their scale: all outputs; the
 * loss and each metric are kinds of their own; all gradients; all first slots
 * of the optimiser, all second slots. */
typedef struct {
    int64_t end; /* of its numbers; they begin where those before end */
    int kind;
    int in_step; /* of the step, not of eval or infer */
} result_tensor;

typedef struct {
    double *at; /* all numbers, one after the other */
    int64_t count, room;
    result_tensor *tensor;
    int tensors;
} result;

/* Runs m's entries on `rows` rows of formula inputs and weights: the outputs
 * of eval, its loss and metric sums, the outputs of infer and infer1; then
 * the gradients, read off a step with so high a rate that the old weights do
 * not count, and the optimiser's slots. Before that goes a step of rate 0, so
 * that it counts what slots carry. A loss that is not finite adds a NaN.
 * RANDOM_WEIGHTS takes random weights instead: a formula's matrices have so
 * low a rank that some random models are singular with them. */
void result_measure(result *r, const nn_model *m, int rows);
void result_free(result *r);

#endif
