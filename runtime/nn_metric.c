/* Sums over batches are kept in double and in the order of the rows, so they
 * do not depend on threads. */
#include "nn_metric.h"

#include <math.h>
#include <stdio.h>

#include "nn_unit.h"

/* A metric's sums, each in its own unit, added up. */
static double own_sum(const nn_metric *k, const nn_prep *preps,
                      const double *sums)
{
    double total = 0;
    int64_t at = 0;
    for (int i = 0; i < k->unit_count; i++)
        for (int64_t j = 0; j < k->units[i].count; j++, at++) {
            nn_way w = nn_unit_way(&k->units[i], j, preps);
            double own = sums[at];
            for (int d = 0; d < k->degree; d++)
                own /= fabs(w.scale);
            total += own;
        }
    return total;
}

static void add(nn_figures *f, int figure, double sum, double count)
{
    f->sums[NN_SUMS * figure] += sum;
    f->sums[NN_SUMS * figure + 1] += count;
}

void nn_metric_add(nn_figures *f, const nn_model *m, const nn_prep *preps,
                   const double *sums, int rows)
{
    add(f, 0, sums[0] * rows, rows);
    sums++;
    for (int i = 0; i < m->metric_count; i++) {
        const nn_metric *k = &m->metrics[i];
        add(f, 1 + i, k->units != NULL ? own_sum(k, preps, sums) : sums[0],
            sums[k->sums]);
        sums += k->sums + 1;
    }
    f->seen += rows;
}

double nn_metric_figure(const nn_figures *f, const nn_model *m, int figure)
{
    const double *of = &f->sums[NN_SUMS * figure];
    double mean = of[1] != 0 ? of[0] / of[1] : 0;
    if (figure == 0)
        return mean;
    switch (m->metrics[figure - 1].finish) {
    case NN_ROOT:
        return sqrt(mean);
    case NN_EXP:
        return exp(mean);
    default:
        return mean;
    }
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
