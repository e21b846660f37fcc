/* The rate of a step, by hand. */
#include "check.h"

#include <math.h>

#include "nn_schedule.h"

static void rates(void **state)
{
    static const nn_schedule constant = {0};
    static const nn_schedule warm = {.warmup = 4};
    static const nn_schedule steps = {
        .kind = NN_RATE_STEP, .every = 2, .factor = 0.5};
    static const nn_schedule half = {.kind = NN_RATE_COSINE};
    static const nn_schedule to = {.kind = NN_RATE_COSINE, .to = 0.2};
    static const nn_schedule both = {.kind = NN_RATE_COSINE, .warmup = 10};
    static const struct {
        const nn_schedule *schedule;
        int64_t step;
        double rate;
    } rows[] = {
        {&constant, 0, 1}, {&constant, 99, 1}, {&warm, 0, 0.25},
        {&warm, 3, 1},     {&warm, 4, 1},      {&steps, 19, 1},
        {&steps, 20, 0.5}, {&steps, 39, 0.5},  {&steps, 40, 0.25},
        {&half, 0, 1},     {&half, 50, 0.5},   {&half, 25, 0.853553391},
        {&half, 100, 0},   {&to, 0, 1},        {&to, 50, 0.6},
        {&both, 4, 0.5},   {&both, 10, 1},     {&both, 55, 0.5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double rate =
            nn_schedule_rate(rows[i].schedule, 1, rows[i].step, 100, 10);
        if (!(fabs(rate - rows[i].rate) < 1e-9))
            fail_msg("row %zu gives %g", i, rate);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
