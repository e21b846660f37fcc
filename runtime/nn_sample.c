/* First temperature, then the most probable, then their share of all: each
 * takes what the one before has left. */
#include "nn_sample.h"

#include <math.h>
#include <stdlib.h>

/* The larger first, of equal ones the smaller id. */
static int by_logit(const void *left, const void *right)
{
    const nn_candidate *a = left, *b = right;
    if (a->logit != b->logit)
        return a->logit > b->logit ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static const nn_candidate *largest(const nn_candidate *c, int64_t count)
{
    const nn_candidate *best = c;
    for (int64_t i = 1; i < count; i++)
        if (c[i].logit > best->logit)
            best = &c[i];
    return best;
}

/* Logits become weights of which the largest is 1; their sum. */
static double weigh(const nn_sampling *how, nn_candidate *c, int64_t count)
{
    double top = largest(c, count)->logit, sum = 0;
    for (int64_t i = 0; i < count; i++) {
        c[i].logit = exp((c[i].logit - top) / how->temperature);
        sum += c[i].logit;
    }
    return sum;
}

/* How many of the first have a weight of so much together. */
static int64_t reach(const nn_candidate *c, int64_t count, double *weight)
{
    double sum = 0, wanted = *weight;
    int64_t n = 0;
    while (n < count && sum < wanted)
        sum += c[n++].logit;
    *weight = sum;
    return n;
}

int32_t nn_sample(const nn_sampling *how, nn_candidate *c, int64_t count,
                  double u)
{
    if (how->greedy)
        return largest(c, count)->id;
    if (how->top_k > 0 || how->top_p < 1)
        qsort(c, (size_t)count, sizeof *c, by_logit);
    if (how->top_k > 0 && how->top_k < count)
        count = how->top_k;
    double sum = weigh(how, c, count);
    if (how->top_p < 1) {
        sum *= how->top_p;
        count = reach(c, count, &sum);
    }
    sum *= u;
    int64_t n = reach(c, count, &sum);
    return c[n > 0 ? n - 1 : 0].id;
}
