/* Sums over batches are kept in double and in the order of the rows, so they
 * do not depend on threads. */
#include "nn_metric.h"

#include <math.h>
#include <stdio.h>

#include "nn_unit.h"

/* A metric's sums of squares, each in its own unit, added up. */
static double own_sum(const nn_metric *k, const nn_prep *preps,
                      const double *sums)
{
    double total = 0;
    int64_t at = 0;
    for (int i = 0; i < k->unit_count; i++)
        for (int64_t j = 0; j < k->units[i].count; j++, at++) {
            nn_way w = nn_unit_way(&k->units[i], j, preps);
            total += sums[at] / (w.scale * w.scale);
        }
    return total;
}

void nn_metric_add(nn_figures *f, const nn_model *m, const nn_prep *preps,
                   const double *sums, int rows)
{
    f->sums[0] += sums[0] * rows;
    sums++;
    for (int i = 0; i < m->metric_count; i++) {
        const nn_metric *k = &m->metrics[i];
        f->sums[1 + i] += k->units != NULL ? own_sum(k, preps, sums) : sums[0];
        sums += k->sums;
    }
    f->seen += rows;
}

double nn_metric_figure(const nn_figures *f, const nn_model *m, int figure)
{
    if (figure == 0)
        return f->sums[0] / (double)f->seen;
    const nn_metric *k = &m->metrics[figure - 1];
    double mean = f->sums[figure] / ((double)f->seen * (double)k->per_row);
    return k->root ? sqrt(mean) : mean;
}

void nn_metric_words(char *words, size_t size, const nn_figures *f,
                     const nn_model *m, int figure)
{
    double value = nn_metric_figure(f, m, figure);
    const char *name = figure == 0 ? "loss" : m->metrics[figure - 1].name;
    if (figure > 0 && m->metrics[figure - 1].percent)
        snprintf(words, size, "%s %.2f %%", name, 100 * value);
    else
        snprintf(words, size, "%s %.5g", name, value);
}
