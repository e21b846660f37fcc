/* An inference program that writes. */
#ifndef NN_GENERATE_H
#define NN_GENERATE_H

#include "nn_infer.h"
#include "nn_sample.h"

typedef struct nn_writing {
    const char *prompt; /* what comes before, or NULL */
    int64_t length;     /* most tokens to write */
    int64_t seed;
    nn_sampling sampling;
} nn_writing;

#endif
