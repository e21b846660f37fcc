/* A compiled model with memory to run it on: weights as before training,
 * random rows. */
#ifndef NETWORK_H
#define NETWORK_H

#include "nn_entry.h"

typedef struct {
    const nn_model *model;
    nn_real *params;
    void *work; /* enough for every entry */
    const void **inputs;
    nn_real **outputs;
    double *sums;
    nn_scalars scalars;
} Network;

/* Ends the program with a message where there is no memory. */
Network network_open(const nn_model *model);

/* Runs the entry for so many rows `times` times on all that it takes. */
void network_run(const Network *n, nn_kind kind, int rows, long times);

/* 64-byte aligned reals, uniform within +-scale; ends the program where there
 * is no memory. */
float *network_reals(long count, float scale);

#endif
