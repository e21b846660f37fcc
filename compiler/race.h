/* race.h: times what several contenders do, in turn. */
#ifndef NNC_RACE_H
#define NNC_RACE_H

#include "contender.h"

/* Of one contender, in seconds a run; best is 0 where it was not timed. */
typedef struct Score {
    double best, median, spread; /* spread: between quartiles, of the median */
    double ratio;                /* of its times to those of ours, the median */
} Score;

typedef struct Race {
    const char *work; /* "infer" or "step" */
    bool passed;      /* time that has passed counts, not the processor's */
    double seconds;   /* for each of the contenders */
    int n;
    Contender *contenders; /* the first is ours, which must not fail */
    Score *scores;
    double peak; /* operations a second, of ours; the highest seen */
} Race;

/* Warms all up, then rounds: in each round everyone runs for its share of the
 * time, and the least counts. Those whose `why` is set take no part. False
 * where ours has failed. */
bool race_run(Arena *arena, Race *race);

#endif
