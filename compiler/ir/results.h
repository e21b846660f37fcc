/* results.h: what a program gives, outputs and metrics, and in which units:
 * those that numbers had before `data` transformed them. */
#ifndef NNC_IR_RESULTS_H
#define NNC_IR_RESULTS_H

#include "base/diag.h"
#include "base/vec.h"
#include "ir/shape.h"

/* The unit of value `at` of a row of an input or target; input -1: none. */
typedef struct Measure {
    int input;
    int64_t at;
} Measure;

/* The next `count` values have the units of values first, first + step, ... */
typedef struct UnitRun {
    int64_t count;
    int input;
    int64_t first, step;
} UnitRun;

typedef VEC(UnitRun) UnitRuns;

enum { UNIT_FOUND = -2, UNIT_NONE = -1 };

typedef struct Output {
    const char *name; /* "output", or the user's name */
    Shape shape;      /* of one row */
    int target;       /* index of the class that a loss or metric compares it
                         with, for its names, or -1 */
    bool classes;     /* this gives the probabilities of that class */
    int unit;         /* index of what the text names, or UNIT_... */
    UnitRuns units;   /* of its values, where numbers were transformed */
    Span span;
} Output;

/* What becomes of a metric's quotient. */
typedef enum Finish { FINISH_NONE, FINISH_ROOT, FINISH_EXP } Finish;

/* A metric is sums over an epoch's rows, divided by one more sum, the count of
 * their terms, and finished; or what a scorer of the runtime makes of the class
 * that was chosen in each step. */
typedef struct Metric {
    const char *name; /* "accuracy" */
    Finish finish;
    bool percent;       /* people read it as a percentage */
    int64_t sums;       /* 1, or as many as tell the units of values apart */
    int64_t first;      /* of its sums among those of all metrics; behind them
                           comes the count */
    UnitRuns units;     /* of its sums, ... */
    int degree;         /* ... which are in this power of them */
    const char *scorer; /* NULL: it has sums */
    int target;         /* SCORER: input that has the true classes */
    int64_t steps;      /* SCORER: of a row; 0 otherwise */
    bool table;         /* SCORER: it gives no figure */
    Span span;
} Metric;

/* `generate X from Y;`: tokens that are written one at a time. */
typedef struct Generate {
    Span span;        /* without a source: the model writes nothing */
    const char *name; /* of what the next token is drawn from */
    int input;
    int start, stop; /* the first token; the one that ends a row; or -1 */
    int beam;        /* texts that are held side by side; 1: no search */
    int64_t limit;   /* steps that have a place; 0: any number */
} Generate;

#endif
