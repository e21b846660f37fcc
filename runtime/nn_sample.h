/* Draws one of several by their logits. */
#ifndef NN_SAMPLE_H
#define NN_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    double temperature; /* logits are divided by it */
    int64_t top_k;      /* only so many of the largest; 0: all */
    double top_p;       /* the fewest of the largest that are as probable */
    bool greedy;        /* the largest, whatever the rest says */
} nn_sampling;

typedef struct {
    double logit;
    int32_t id;
} nn_candidate;

/* The id of one of `count` candidates, which are in the order of their ids and
 * are put in another one; u is uniform within (0, 1). Of equal ones the first
 * counts as the larger. */
int32_t nn_sample(const nn_sampling *how, nn_candidate *c, int64_t count,
                  double u);

#endif
