/* --bench: the best of many runs at batch 1 and N, what that is in operations
 * a second, and which share of the measured peak of all threads. */
#include <stdio.h>
#include <string.h>

#include "nn_clock.h"
#include "nn_infer.h"
#include "nn_peak.h"
#include "nn_rng.h"

enum { LEAST_RUNS = 5, PEAKS = 20 };

static const double seconds_each = 0.5, shortest = 50e-6;

/* Random rows: ids within the classes, numbers of deviation 1. */
static void fill(nn_inference *f, int rows)
{
    for (int i = 0; i < f->model->input_count; i++) {
        const nn_tensor *t = &f->model->inputs[i];
        nn_stream s = {1, NN_FOR_DATA, (uint32_t)i};
        for (int64_t k = 0; k < rows * t->values; k++)
            if (t->type == NN_F32)
                ((nn_real *)f->buffers[i])[k] =
                    (nn_real)nn_rng_normal(s, (uint64_t)k);
            else
                ((int32_t *)f->buffers[i])[k] =
                    (int32_t)((uint64_t)nn_rng_word(s, (uint64_t)k) *
                                  (uint64_t)t->classes >>
                              32);
    }
}

static double time_of(nn_inference *f, int rows, int times)
{
    double start = nn_clock_now();
    nn_error none;
    for (int i = 0; i < times; i++)
        (void)nn_infer_batch(f, rows, &none);
    return nn_clock_now() - start;
}

/* The best of many stretches, each long enough for the clock, and the highest
 * peak measured between them: clocks change while this runs. */
static double best_time(nn_inference *f, int rows, double *peak)
{
    int times = 1;
    while (times < 1 << 20 && time_of(f, rows, times) < shortest)
        times *= 2;
    double best = 1e9, end = nn_clock_now() + seconds_each, look = 0;
    for (int i = 0; i < LEAST_RUNS || nn_clock_now() < end; i++) {
        double time = time_of(f, rows, times) / times;
        best = time < best ? time : best;
        if (nn_clock_now() < look)
            continue;
        double now = nn_peak_measure(f->model->processor);
        *peak = now > *peak ? now : *peak;
        look = nn_clock_now() + seconds_each / PEAKS;
    }
    return best;
}

static bool bench_batch(nn_inference *f, int rows, nn_error *e)
{
    fill(f, rows);
    if (!nn_infer_batch(f, rows, e))
        return false;
    double peak = 0, time = best_time(f, rows, &peak);
    peak *= nn_pool_threads(f->pool);
    double speed = (double)f->model->flops * rows / time;
    printf("batch %4d  %10.3f us  %10.0f rows/s  %8.2f GF/s  %5.1f %% of "
           "%.1f GF/s\n",
           rows, 1e6 * time, rows / time, 1e-9 * speed, 100 * speed / peak,
           1e-9 * peak);
    return true;
}

bool nn_bench(nn_inference *f, nn_error *e)
{
    int threads = nn_pool_threads(f->pool);
    printf("%s: %lld operation%s a row, one run of many, the best of them; "
           "peak measured on one thread",
           f->model->name, (long long)f->model->flops, nn_s(f->model->flops));
    if (threads > 1)
        printf(", times %d", threads);
    puts("");
    return bench_batch(f, 1, e) &&
           (f->batch == 1 || bench_batch(f, f->batch, e));
}
