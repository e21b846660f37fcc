/* Sums over batches are kept in double and in the order of the rows, so they
 * do not depend on threads. */
#include "nn_metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_scorer.h"
#include "nn_unit.h"

static const nn_scorer *scorer_of(const nn_program *p, int metric)
{
    return p->scorers != NULL ? p->scorers[metric] : NULL;
}

/* Metrics with a figure, and behind them those with a table. */
static int metrics_of(const nn_model *m)
{
    return m->metric_count + m->table_count;
}

static const nn_tensor *target_of(const nn_program *p, int metric)
{
    return &p->model->inputs[p->model->metrics[metric].target];
}

/* Where the counts of a metric begin, or all of them end. */
static int64_t place_of(const nn_program *p, int metric)
{
    int64_t at = NN_SUMS * (1 + p->model->metric_count);
    for (int i = 0; i < metric; i++)
        if (scorer_of(p, i) != NULL)
            at += scorer_of(p, i)->counts(target_of(p, i)->classes);
    return at;
}

bool nn_figures_open(nn_figures *f, const nn_program *p, const nn_prep *preps,
                     nn_error *e)
{
    *f = (nn_figures){.program = p,
                      .preps = preps,
                      .sum_count = place_of(p, metrics_of(p->model))};
    return nn_alloc(&f->sums, (size_t)f->sum_count, sizeof *f->sums, "figures",
                    e) &&
           nn_alloc(&f->steps, 2 * (size_t)p->model->chosen + 1,
                    sizeof *f->steps, "figures", e);
}

void nn_figures_close(nn_figures *f)
{
    free(f->sums);
    free(f->steps);
    *f = (nn_figures){0};
}

void nn_figures_clear(nn_figures *f)
{
    memset(f->sums, 0, (size_t)f->sum_count * sizeof *f->sums);
    f->seen = 0;
}

bool nn_metric_check(const nn_program *p, const nn_prep *preps, nn_error *e)
{
    for (int i = 0; i < metrics_of(p->model); i++) {
        const nn_scorer *s = scorer_of(p, i);
        const nn_metric *k = &p->model->metrics[i];
        if (s != NULL && s->check != NULL &&
            !s->check(k->name, &preps[k->target], e))
            return false;
    }
    return true;
}

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

static void add_sums(nn_figures *f, const double *sums, int rows)
{
    const nn_model *m = f->program->model;
    add(f, 0, sums[0] * rows, rows);
    sums++;
    for (int i = 0; i < m->metric_count; i++) {
        const nn_metric *k = &m->metrics[i];
        if (k->sums == 0)
            continue;
        add(f, 1 + i, k->units != NULL ? own_sum(k, f->preps, sums) : sums[0],
            sums[k->sums]);
        sums += k->sums + 1;
    }
}

/* The steps of a row in which a class is chosen and one is true: the padding
 * of a text has none. */
static nn_steps steps_of(nn_figures *f, const nn_prep *target,
                         const int32_t *kind, const double *chosen,
                         int64_t count)
{
    bool text = target->spelling != NULL;
    int32_t *to = f->steps, *to_chosen = to + count;
    nn_steps s = {0, to, to_chosen};
    for (int64_t i = 0; i < count; i++)
        if (chosen[i] >= 0 && !(text && kind[i] == NN_ID_PAD)) {
            to[s.count] = kind[i];
            to_chosen[s.count++] = (int32_t)chosen[i];
        }
    return s;
}

static bool add_counts(nn_figures *f, int metric, void *const *buffers,
                       const double *chosen, int rows, nn_error *e)
{
    const nn_program *p = f->program;
    const nn_metric *k = &p->model->metrics[metric];
    const nn_prep *target = &f->preps[k->target];
    const int32_t *kind = buffers[k->target];
    double *counts = f->sums + place_of(p, metric);
    for (int r = 0; r < rows; r++) {
        nn_steps s = steps_of(f, target, kind + r * k->steps, chosen, k->steps);
        if (!scorer_of(p, metric)->add(counts, target, &s, e))
            return false;
        chosen += p->model->chosen;
    }
    return true;
}

bool nn_metric_add(nn_figures *f, void *const *buffers, const double *sums,
                   int rows, nn_error *e)
{
    const nn_model *m = f->program->model;
    const double *chosen = sums + m->sum_count;
    add_sums(f, sums, rows);
    f->seen += rows;
    for (int i = 0; i < metrics_of(m); i++) {
        if (scorer_of(f->program, i) != NULL &&
            !add_counts(f, i, buffers, chosen, rows, e))
            return false;
        chosen += m->metrics[i].steps;
    }
    return true;
}

void nn_metric_show(const nn_figures *f, FILE *out)
{
    const nn_model *m = f->program->model;
    for (int i = m->metric_count; i < metrics_of(m); i++) {
        fprintf(out, "%s\n", m->metrics[i].name);
        scorer_of(f->program, i)
            ->show(out, f->sums + place_of(f->program, i),
                   &f->preps[m->metrics[i].target]);
    }
}

void nn_metric_list(const nn_figures *f, const char *part, FILE *out)
{
    const nn_model *m = f->program->model;
    char head[300];
    for (int i = m->metric_count; i < metrics_of(m); i++) {
        snprintf(head, sizeof head, "%s,%s", m->metrics[i].name, part);
        scorer_of(f->program, i)
            ->list(out, head, f->sums + place_of(f->program, i),
                   &f->preps[m->metrics[i].target]);
    }
}

static double mean_of(const nn_figures *f, int figure)
{
    const double *of = &f->sums[NN_SUMS * figure];
    return of[1] != 0 ? of[0] / of[1] : 0;
}

double nn_metric_figure(const nn_figures *f, const nn_model *m, int figure)
{
    const nn_scorer *s = figure > 0 ? scorer_of(f->program, figure - 1) : NULL;
    if (s != NULL)
        return s->figure(f->sums + place_of(f->program, figure - 1),
                         target_of(f->program, figure - 1)->classes);
    double mean = mean_of(f, figure);
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
