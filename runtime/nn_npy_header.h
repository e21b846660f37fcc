/* The header of an npy file: a Python dictionary that says what lies behind
 * it. */
#ifndef NN_NPY_HEADER_H
#define NN_NPY_HEADER_H

#include <stdint.h>

#include "nn_error.h"
#include "nn_file.h"

enum { NN_NPY_MAX_RANK = 64 }; /* NumPy's own limit */

typedef struct {
    char descr[24]; /* as written: "<f4"; empty: a list of fields */
    bool fortran;   /* the first axis moves fastest */
    int rank;
    int64_t shape[NN_NPY_MAX_RANK];
    size_t data; /* where the values begin */
} nn_npy_header;

/* Reads the header of a file of version 1, 2 or 3; path is for messages. What
 * it promises is not compared with what follows. */
bool nn_npy_header_read(nn_npy_header *h, const nn_file *file, const char *path,
                        nn_error *e);

#endif
