/* From the sums that entries give to the figures that people read. */
#ifndef NN_METRIC_H
#define NN_METRIC_H

#include <stddef.h>

#include "nn_dataset.h"
#include "nn_model.h"

/* Figures of some rows; seen = 0 means that there are none. Of each figure a
 * sum, in the unit of the files, and what it is divided by. */
typedef struct {
    double sums[NN_SUMS * NN_MAX_FIGURES];
    int64_t seen;
} nn_figures;

/* Adds what an entry gave for a batch of `rows` rows. */
void nn_metric_add(nn_figures *f, const nn_model *m, const nn_prep *preps,
                   const double *sums, int rows);

/* Figure 0 is the loss, as it is trained on; figure 1 + i metric i, in the
 * unit of the files where it has one. */
double nn_metric_figure(const nn_figures *f, const nn_model *m, int figure);

/* Writes a figure with its name: "accuracy 97.35 %". */
void nn_metric_words(char *words, size_t size, const nn_figures *f,
                     const nn_model *m, int figure);

#endif
