/* The learning rate of each step. */
#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include "nn_program.h"

/* The rate of update number `step` (from 0) of `steps` in all, `per_epoch`
 * of them an epoch, for a full rate of `rate`. */
double nn_schedule_rate(const nn_schedule *s, double rate, int64_t step,
                        int64_t steps, int64_t per_epoch);

#endif
