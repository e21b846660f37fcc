/* Named tensors gathered in memory, and written as one safetensors file. */
#ifndef NN_FOUND_H
#define NN_FOUND_H

#include "nn_error.h"
#include "nn_model.h"

typedef struct {
    char *name;
    int rank;
    int64_t shape[NN_MAX_RANK];
    nn_real *values;
} nn_finding;

typedef struct {
    nn_finding *rows;
    size_t count, room;
} nn_found;

/* Room for the values of a tensor, zeros, under the name "kind.name"; NULL
 * where there is no memory. */
nn_real *nn_found_add(nn_found *f, const char *kind, const char *name, int rank,
                      const int64_t *shape, nn_error *e);

/* The same with one axis of `rows` before those of t. */
nn_real *nn_found_batch(nn_found *f, const char *kind, const nn_tensor *t,
                        int rows, nn_error *e);

/* Writes all of them; the file is whole or not there. */
bool nn_found_save(const nn_found *f, const char *path, nn_error *e);
void nn_found_close(nn_found *f);

#endif
