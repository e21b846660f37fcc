/* kinks.h: what a check of gradients by differences must know of a model. */
#ifndef NNC_PASS_KINKS_H
#define NNC_PASS_KINKS_H

#include "ir/program.h"

struct Kinks {
    const char *kinks; /* operators of the loss with kinks, or NULL: */
    const char
        *surrogates; /* "relu, maxpool"; whose gradient is no derivative */
    bool *behind;    /* by parameter: it gets its gradient through one */
};

/* Of the loss of a graph that has no gradients yet. */
const struct Kinks *kinks_find(const Program *p, const Graph *g);

#endif
