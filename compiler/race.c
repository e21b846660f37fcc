/* race.c: rounds and what they say; see race.h.
 *
 * What else happens on a machine makes times longer, never shorter, and hits
 * those who take turns alike: so of a round the least time counts, and the
 * ratio is the median over rounds. */
#include "race.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "nn_clock.h"

enum { ROUNDS = 12, MOST_RUNS = 1 << 24 };

static const double stretch = 0.01; /* seconds that one question takes */

typedef struct Laps {
    long times;           /* runs that make a stretch */
    double least[ROUNDS]; /* seconds a run in each round */
} Laps;

/* Seconds of so many runs; 0 where the contender gave up. */
static double time_of(Arena *arena, const Race *r, Contender *c, long times)
{
    const char *answer =
        contender_ask(arena, c, arena_printf(arena, "%s %ld", r->work, times));
    double passed, busy;

    if (!answer)
        return 0;
    passed = strtod(answer, NULL);
    busy = strchr(answer, ' ') ? strtod(strchr(answer, ' '), NULL) : 0;
    return (r->passed ? passed : busy) + 1e-12;
}

/* How often the work fits a stretch; warms caches on the way. */
static long enough(Arena *arena, const Race *r, Contender *c)
{
    double least =
        r->seconds / ROUNDS < stretch ? r->seconds / ROUNDS : stretch;
    long times = 1;

    time_of(arena, r, c, 1);
    for (double t; times < MOST_RUNS; times *= 2) {
        t = time_of(arena, r, c, times);
        if (t == 0 || t >= least)
            break;
    }
    return times;
}

static void lap(Arena *arena, const Race *r, Contender *c, Laps *laps, int i)
{
    double end = nn_clock_now() + r->seconds / ROUNDS;

    laps->least[i] = 1e9;
    do {
        double t = time_of(arena, r, c, laps->times) / (double)laps->times;

        if (t == 0)
            return;
        laps->least[i] = t < laps->least[i] ? t : laps->least[i];
    } while (nn_clock_now() < end);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The value below which this share of the sorted ones lies. */
static double quantile(const double *sorted, double share)
{
    double at = share * (ROUNDS - 1);
    int i = (int)at;

    return i + 1 < ROUNDS ? sorted[i] + (at - i) * (sorted[i + 1] - sorted[i])
                          : sorted[i];
}

static Score score(const Laps *laps, const Laps *ours)
{
    double times[ROUNDS], ratios[ROUNDS];
    Score s;

    for (int i = 0; i < ROUNDS; i++) {
        times[i] = laps->least[i];
        ratios[i] = laps->least[i] / ours->least[i];
    }
    qsort(times, ROUNDS, sizeof *times, compare);
    qsort(ratios, ROUNDS, sizeof *ratios, compare);
    s.best = times[0];
    s.median = quantile(times, 0.5);
    s.spread = (quantile(times, 0.75) - quantile(times, 0.25)) / s.median;
    s.ratio = quantile(ratios, 0.5);
    return s;
}

static void look_at_peak(Arena *arena, Race *r)
{
    const char *answer = contender_ask(arena, &r->contenders[0], "peak");
    double peak = answer ? strtod(answer, NULL) : 0;

    r->peak = peak > r->peak ? peak : r->peak;
}

bool race_run(Arena *arena, Race *r)
{
    Laps *laps = NEWN(arena, Laps, r->n);

    for (int c = 0; c < r->n; c++)
        laps[c].times = enough(arena, r, &r->contenders[c]);
    for (int i = 0; i < ROUNDS; i++) {
        look_at_peak(arena, r);
        for (int c = 0; c < r->n; c++)
            if (!r->contenders[c].why)
                lap(arena, r, &r->contenders[c], &laps[c], i);
    }
    for (int c = 0; c < r->n; c++) {
        r->scores[c] = (Score){0};
        if (!r->contenders[c].why)
            r->scores[c] = score(&laps[c], &laps[0]);
    }
    return !r->contenders[0].why;
}
