/* measure.c: the best time of each of two, over alternating rounds. Time is
 * that of this thread alone, so that what else the processor runs in between
 * does not count; and since other processes can still only make a stretch
 * longer (caches, clock), the least time tells most about the code. */
#include "measure.h"

#include <stdio.h>
#include <time.h>

#include "nn_clock.h"

enum { ROUNDS = 12 };

static const double stretch = 1e-3, round_time = 0.04;

static double busy(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double measure_time(Work *work, void *context, long times)
{
    double start = busy();
    work(context, times);
    return busy() - start;
}

/* How often the work fits a stretch; warms caches on the way. */
static long times_of(Work *work, void *context)
{
    long times = 1;
    while (times < 1L << 30 && measure_time(work, context, times) < stretch) {
        times *= 2;
    }
    return times;
}

static void improve(double *best, Work *work, void *context, long times)
{
    double end = nn_clock_now() + round_time;
    do {
        double time = measure_time(work, context, times) / (double)times;
        *best = time < *best ? time : *best;
    } while (nn_clock_now() < end);
}

double measure_best(Work *work, void *context)
{
    double best = 1e9;
    long times = times_of(work, context);
    for (int i = 0; i < ROUNDS; i++) {
        improve(&best, work, context, times);
    }
    return best;
}

void measure_head(void)
{
    printf("%-28s %12s %12s %7s %6s\n", "", "prototype", "ours", "ratio",
           "goal");
}

static void print_time(double seconds)
{
    double digits = seconds < 1e-6 ? 1e9 : 1e6;
    printf(" %9.2f %s", seconds * digits, seconds < 1e-6 ? "ns" : "us");
}

void measure_race(const Race *r)
{
    double theirs = 1e9, ours = 1e9;
    long their_times = times_of(r->theirs, r->context);
    long our_times = times_of(r->ours, r->context);
    for (int i = 0; i < ROUNDS; i++) {
        improve(&theirs, r->theirs, r->context, their_times);
        improve(&ours, r->ours, r->context, our_times);
    }
    printf("%-28s", r->name);
    print_time(theirs);
    print_time(ours);
    printf(" %7.2f", ours / theirs);
    if (r->goal > 0) {
        printf(" %6.1f  %s", r->goal,
               ours <= r->goal * theirs ? "met" : "missed");
    }
    puts("");
    fflush(stdout);
}

void measure_note(const char *name, double seconds)
{
    printf("%-28s %12s", name, "");
    print_time(seconds);
    puts("");
    fflush(stdout);
}

void measure_flush(void)
{
#ifdef __SSE__
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#endif
}
