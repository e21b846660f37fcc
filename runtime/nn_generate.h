/* An inference program that writes. */
#ifndef NN_GENERATE_H
#define NN_GENERATE_H

#include "nn_infer.h"
#include "nn_sample.h"

typedef struct nn_writing {
    const char *prompt; /* what comes before, or NULL */
    int64_t length;     /* most tokens to write; 0: as many as are usual */
    int64_t beam;       /* texts held side by side; 0: as the model says */
    int64_t seed;
    bool draws; /* a flag of drawing is given */
    nn_sampling sampling;
    const char **files; /* of the other inputs' rows, where there are such */
    int file_count;
} nn_writing;

#endif
