/* Times two ways of doing the same work, alternately, so that what else
 * happens on the machine hits both. */
#ifndef MEASURE_H
#define MEASURE_H

/* Does the work `times` times. */
typedef void Work(void *context, long times);

typedef struct {
    const char *name;
    double goal; /* ours at most this many times theirs; 0: none */
    Work *theirs, *ours;
    void *context;
} Race;

/* Seconds of this thread that so many times take. */
double measure_time(Work *work, void *context, long times);

/* Seconds of one time: the best of many stretches of a millisecond. */
double measure_best(Work *work, void *context);

/* Prints the head of the table that measure_race fills. */
void measure_head(void);

/* Prints one line: name, theirs, ours, ratio, goal, whether it is met. */
void measure_race(const Race *race);

/* Prints one line of a time that is only told, not compared. */
void measure_note(const char *name, double seconds);

/* Denormal numbers count as 0, as in the programs that nnc builds. */
void measure_flush(void);

#endif
