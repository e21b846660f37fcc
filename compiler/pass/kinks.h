/* kinks.h: what a check of gradients by differences must know of a model. */
#ifndef NNC_PASS_KINKS_H
#define NNC_PASS_KINKS_H

#include "ir/program.h"

/* Operators of a loss as "relu, maxpool", or NULL where there are none. */
struct Kinks {
    const char *kinks;      /* those with kinks */
    const char *surrogates; /* those whose gradient is no derivative */
    bool *behind; /* by parameter: it gets its gradient through a surrogate */
};

/* Of the loss of a graph that has no gradients yet. */
const struct Kinks *kinks_find(const Program *p, const Graph *g);

#endif
