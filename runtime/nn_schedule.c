/* Constant, in steps, or a half cosine (Loshchilov and Hutter 2017, without
 * restarts), each after a linear rise over the first `warmup` steps. The
 * cosine begins where the rise ends. */
#include "nn_schedule.h"

#include <math.h>

static double cosine(const nn_schedule *s, double rate, int64_t step,
                     int64_t steps)
{
    int64_t length = steps - s->warmup, done = step - s->warmup;
    if (length <= 0 || done >= length)
        return s->to;
    double turn = 3.14159265358979323846 * (double)done / (double)length;
    return s->to + (rate - s->to) * 0.5 * (1 + cos(turn));
}

double nn_schedule_rate(const nn_schedule *s, double rate, int64_t step,
                        int64_t steps, int64_t per_epoch)
{
    if (step < s->warmup)
        return rate * (double)(step + 1) / (double)s->warmup;
    switch (s->kind) {
    case NN_RATE_CONSTANT:
        break;
    case NN_RATE_STEP:
        return rate * pow(s->factor,
                          floor((double)(step / per_epoch) / (double)s->every));
    case NN_RATE_COSINE:
        return cosine(s, rate, step, steps);
    }
    return rate;
}
