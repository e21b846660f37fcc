/* Sums in eight chains, so that loads alone take time. It is measured in the
 * process that asks, for as many bytes as a model reads: where they come from
 * decides. */
#include "nn_reading.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nn_clock.h"
#include "nn_mem.h"

enum { CHAINS = 8, WIDEST = 64, BLOCK = CHAINS * WIDEST, RUNS = 10 };

static const double shortest = 200e-6;

/* One function for each width, as in nn_peak.c; n blocks of eight vectors of
 * 64 bytes. */
#define READ_OF(name, width, attributes)                                       \
    typedef float name##_vector                                                \
        __attribute__((vector_size(width), may_alias));                        \
    attributes static float name(const char *from, size_t n)                   \
    {                                                                          \
        name##_vector sum[CHAINS] = {{0}};                                     \
        for (const char *end = from + n * BLOCK; from < end;                   \
             from += CHAINS * sizeof *sum)                                     \
            for (size_t k = 0; k < CHAINS; k++)                                \
                sum[k] += ((const name##_vector *)(const void *)from)[k];      \
        for (size_t k = 1; k < CHAINS; k++)                                    \
            sum[0] += sum[k];                                                  \
        return sum[0][0];                                                      \
    }

#if defined(__x86_64__)
#define FOR(features) __attribute__((noinline, target(features)))
READ_OF(read_512, 64, FOR("avx512f"))
READ_OF(read_256, 32, FOR("avx2"))
#endif
READ_OF(read_128, 16, __attribute__((noinline)))

typedef struct {
    float (*read)(const char *, size_t);
    const char *from;
    size_t blocks; /* of each thread */
    int times;
} reading;

static void read_part(void *context, int part)
{
    const reading *r = context;
    volatile float sum = 0;
    for (int i = 0; i < r->times; i++)
        sum = r->read(r->from + (size_t)part * r->blocks * BLOCK, r->blocks);
    (void)sum;
}

/* Of one thread its own seconds, so that others on the processor count not. */
static double seconds_of(int threads)
{
    struct timespec t;
    if (threads > 1)
        return nn_clock_now();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double time_of(reading *r, nn_pool *pool, int times)
{
    int threads = nn_pool_threads(pool);
    double start = seconds_of(threads);
    r->times = times;
    if (threads > 1)
        nn_pool_run(pool, threads, read_part, r);
    else
        read_part(r, 0);
    return seconds_of(threads) - start;
}

static void choose(reading *r, const char *processor)
{
    r->read = read_128;
#if defined(__x86_64__)
    if (strcmp(processor, "avx512") == 0)
        r->read = read_512;
    else if (strcmp(processor, "avx2") == 0)
        r->read = read_256;
#else
    (void)processor;
#endif
}

bool nn_reading_measure(const char *processor, nn_pool *pool, size_t bytes,
                        double *seconds, nn_error *e)
{
    size_t threads = (size_t)nn_pool_threads(pool);
    reading r = {.blocks = bytes / threads / BLOCK + 1};
    void *block;
    if (!nn_alloc(&block, r.blocks * threads, BLOCK, "reading", e))
        return false;
    r.from = block;
    choose(&r, processor);
    int times = 1;
    while (times < 1 << 20 && time_of(&r, pool, times) < shortest)
        times *= 2;
    *seconds = 1e9;
    for (int i = 0; i < RUNS; i++) {
        double time = time_of(&r, pool, times) / times;
        *seconds = time < *seconds ? time : *seconds;
    }
    *seconds *= (double)bytes / (double)(r.blocks * threads * BLOCK);
    free(block);
    return true;
}
