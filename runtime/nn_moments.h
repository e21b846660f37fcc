/* Mean and deviation of each column, for `standardize`. */
#ifndef NN_MOMENTS_H
#define NN_MOMENTS_H

#include "nn_error.h"
#include "nn_table.h"

/* Sets mean[j] and deviation[j] (of the population) of column j over the rows
 * whose part_of is NN_TRAIN. Both are relative to the values' own size, so
 * that 1e-300 and 1e300 are learned alike; the deviation of a column without
 * any, rounding aside, is 0. The table must be finite and hold numbers. */
bool nn_moments(const nn_table *t, const uint8_t *part_of, double *mean,
                double *deviation, nn_error *e);

#endif
