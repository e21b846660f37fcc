/* Sums over batches are kept in double and in the order of the rows, so they
 * do not depend on threads. */
#include "nn_metric.h"

#include <math.h>
#include <stdio.h>

void nn_metric_add(nn_figures *f, const nn_model *m, const double *sums,
                   int rows)
{
    f->sums[0] += sums[0] * rows;
    for (int i = 1; i <= m->metric_count; i++)
        f->sums[i] += sums[i];
    f->seen += rows;
}

/* How many of the target's own units one standardized unit is: known where
 * all columns agree. */
static double unit_of(const nn_prep *p)
{
    if (!p->standardize || p->deviation == NULL)
        return 1;
    for (int64_t j = 1; j < p->period; j++)
        if (p->deviation[j] != p->deviation[0])
            return 1;
    return p->deviation[0];
}

double nn_metric_figure(const nn_figures *f, const nn_model *m,
                        const nn_prep *preps, int figure)
{
    if (figure == 0)
        return f->sums[0] / (double)f->seen;
    const nn_metric *k = &m->metrics[figure - 1];
    double mean = f->sums[figure] / ((double)f->seen * (double)k->per_row);
    double value = k->finish == NN_ROOT_OF_MEAN ? sqrt(mean) : mean;
    return k->unit > 0 ? value * unit_of(&preps[k->unit - 1]) : value;
}

void nn_metric_words(char *words, size_t size, const nn_figures *f,
                     const nn_model *m, const nn_prep *preps, int figure)
{
    double value = nn_metric_figure(f, m, preps, figure);
    const char *name = figure == 0 ? "loss" : m->metrics[figure - 1].name;
    if (figure > 0 && m->metrics[figure - 1].percent)
        snprintf(words, size, "%s %.2f %%", name, 100 * value);
    else
        snprintf(words, size, "%s %.5g", name, value);
}
