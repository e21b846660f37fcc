/* How long each kernel of a model takes, told by entries that are written for
 * it. */
#ifndef NN_KERNEL_CLOCK_H
#define NN_KERNEL_CLOCK_H

#include "nn_error.h"

/* Begins to count for so many kernels; without this none are counted. */
bool nn_kernel_clock_open(int count, nn_error *e);

/* A kernel, a row of the model's table, has run. */
void nn_kernel_done(int row);

/* Forgets all, and starts the clock before a call. */
void nn_kernel_clock_reset(void);
void nn_kernel_clock_start(void);

/* Seconds of a kernel since it was reset, without what the clock takes. */
double nn_kernel_clock_read(int row);

#endif
