/* One output, row by row, as words, csv or JSON. */
#ifndef NN_PRINT_H
#define NN_PRINT_H

#include <stdio.h>

#include "nn_prep.h"
#include "nn_program.h"

typedef enum { NN_PRINT_WORDS, NN_PRINT_CSV, NN_PRINT_JSON } nn_format;

typedef struct {
    FILE *stream;
    nn_format format;
    const nn_tensor *output;
    bool probabilities;
    const nn_prep *target; /* what the output is paired with, or NULL */
    int64_t top;           /* classes to name */
    int64_t rows;          /* printed so far */
    int64_t *order;        /* room for the classes of one step */
    nn_real *values;       /* room for one row */
} nn_print;

/* target may be NULL; top 0 is a choice by the number of classes. */
bool nn_print_open(nn_print *p, FILE *stream, nn_format format,
                   const nn_tensor *output, const nn_pairing *pairing,
                   const nn_prep *target, int64_t top, nn_error *e);

/* Prints one row of the output, or that it has no result, where values is
 * NULL; values paired with a standardized target are
 * given in the target's own unit. */
void nn_print_row(nn_print *p, const nn_real *values);

/* Ends the text. */
void nn_print_close(nn_print *p);

#endif
