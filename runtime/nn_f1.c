/* F1 of classes, 2 TP / (2 TP + FP + FN): of two classes that of class 1, of
 * more the mean over those that are true or chosen anywhere. Counts: of each
 * class how often it was right, is true, was chosen. */
#include "nn_scorer.h"

enum { RIGHT, TRUE, CHOSEN, KEPT };

static int64_t f1_counts(int64_t classes)
{
    return KEPT * classes;
}

static bool add(double *counts, const nn_prep *target, const nn_steps *s,
                nn_error *e)
{
    (void)target, (void)e;
    for (int64_t i = 0; i < s->count; i++) {
        counts[KEPT * s->kind[i] + TRUE]++;
        counts[KEPT * s->chosen[i] + CHOSEN]++;
        counts[KEPT * s->kind[i] + RIGHT] += s->kind[i] == s->chosen[i];
    }
    return true;
}

static double figure(const double *counts, int64_t classes)
{
    double sum = 0, occur = 0;
    for (int64_t k = classes == 2; k < classes; k++) {
        const double *c = counts + KEPT * k;
        double seen = c[TRUE] + c[CHOSEN];
        sum += seen > 0 ? 2 * c[RIGHT] / seen : 0;
        occur += seen > 0;
    }
    return occur > 0 ? sum / occur : 0;
}

const nn_scorer nn_f1 = {.counts = f1_counts, .add = add, .figure = figure};
