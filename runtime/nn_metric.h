/* From the sums that entries give to the figures that people read. */
#ifndef NN_METRIC_H
#define NN_METRIC_H

#include <stddef.h>
#include <stdio.h>

#include "nn_dataset.h"
#include "nn_program.h"

/* Figures of some rows; seen = 0 means that there are none. Of each figure a
 * sum, in the unit of the files, and what it is divided by; behind them what
 * scorers count. */
typedef struct {
    const nn_program *program;
    const nn_prep *preps;
    double *sums;
    int64_t sum_count, seen;
    int32_t *steps; /* room for those of a row, true and chosen */
} nn_figures;

/* Both outlive the figures. */
bool nn_figures_open(nn_figures *f, const nn_program *program,
                     const nn_prep *preps, nn_error *e);
void nn_figures_close(nn_figures *f);
void nn_figures_clear(nn_figures *f);

/* Refuses targets that a metric cannot read. */
bool nn_metric_check(const nn_program *p, const nn_prep *preps, nn_error *e);

/* Adds what an entry gave for the `rows` rows in these buffers. */
bool nn_metric_add(nn_figures *f, void *const *buffers, const double *sums,
                   int rows, nn_error *e);

/* Figure 0 is the loss, as it is trained on; figure 1 + i metric i, in the
 * unit of the files where it has one. */
double nn_metric_figure(const nn_figures *f, const nn_model *m, int figure);

/* Writes a figure with its name: "accuracy 97.35 %". */
void nn_metric_words(char *words, size_t size, const nn_figures *f,
                     const nn_model *m, int figure);

/* Prints the tables of metrics that are no figure; lists them, in lines that
 * begin with their name and the part. */
void nn_metric_show(const nn_figures *f, FILE *out);
void nn_metric_list(const nn_figures *f, const char *part, FILE *out);

#endif
