/* From the numbers that a network computes with back to those of the files:
 * undoes any chain of standardize and scale, value by value. */
#ifndef NN_UNIT_H
#define NN_UNIT_H

#include "nn_prep.h"

/* One value's way back: x becomes (x - shift) / scale. */
typedef struct {
    double scale, shift; /* 1 and 0 where it has no unit of its own */
} nn_way;

/* The way back of value k of a run. */
nn_way nn_unit_way(const nn_unit *run, int64_t k, const nn_prep *preps);

/* Fills the ways back of n values whose units the runs give; values that no
 * run covers have none. */
void nn_unit_ways(nn_way *ways, int64_t n, const nn_unit *units, int count,
                  const nn_prep *preps);

/* The number in its own unit, in double. */
double nn_unit_undo(nn_way w, double x);

/* How many digits tell `own`, in its own unit, from its neighbours: as many as
 * the computed number has, so that its rounding is not shown. */
int nn_unit_digits(nn_way w, double own);

#endif
