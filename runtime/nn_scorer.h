/* Metrics that no quotient of sums gives. For each step that counts they see
 * which class was chosen and which one is true, row by row, and keep counts:
 * whole numbers, which are exact and do not depend on batches or threads. */
#ifndef NN_SCORER_H
#define NN_SCORER_H

#include <stdio.h>

#include "nn_prep.h"
#include "nn_program.h"

/* The steps of a row that count, in order. */
typedef struct {
    int64_t count;
    const int32_t *kind, *chosen; /* the true classes, the chosen ones */
} nn_steps;

struct nn_scorer {
    /* How many counts it keeps for so many classes. */
    int64_t (*counts)(int64_t classes);
    /* Refuses a target whose names it cannot read; NULL: takes any. */
    bool (*check)(const char *metric, const nn_prep *target, nn_error *e);
    bool (*add)(double *counts, const nn_prep *target, const nn_steps *s,
                nn_error *e);
    /* What the counts say; NULL: they are a table, which */
    double (*figure)(const double *counts, int64_t classes);
    /* people read, and a csv file lists, behind `head` in each line. */
    void (*show)(FILE *out, const double *counts, const nn_prep *target);
    void (*list)(FILE *out, const char *head, const double *counts,
                 const nn_prep *target);
};

#endif
