/* Outputs, row by row, as words, csv or JSON. */
#ifndef NN_PRINT_H
#define NN_PRINT_H

#include <stdio.h>

#include "nn_program.h"
#include "nn_unit.h"

typedef enum { NN_PRINT_WORDS, NN_PRINT_CSV, NN_PRINT_JSON } nn_format;

/* One output, and room for a row of it. */
typedef struct {
    const nn_tensor *output;
    bool probabilities;
    const nn_prep *target; /* the class it is compared with, or NULL */
    int64_t top;           /* classes to name */
    int64_t *order;        /* room for the classes of one step */
    const int32_t *ids;    /* of the text whose steps these are, or NULL: steps
                              at which it has none are left out */
    double *values;        /* room for one row, in its own units */
    nn_way *ways;          /* to those */
} nn_printed;

typedef struct {
    FILE *stream;
    nn_format format;
    int64_t rows; /* printed so far */
    bool failed;  /* there was no memory for a name */
    nn_printed *of;
    int count;
} nn_print;

/* Prepares for `count` outputs, which stand side by side, as do pairings (NULL:
 * none); preps are those of all inputs and targets; top 0 is a choice by the
 * number of classes. Several outputs are told apart by their names; csv, which
 * has none, takes one. */
bool nn_print_open(nn_print *p, FILE *stream, nn_format format,
                   const nn_tensor *outputs, const nn_pairing *pairings,
                   int count, const nn_prep *preps, int64_t top, nn_error *e);

/* Prints one row of each output, its values in the units of the files; that it
 * has no result, where values is NULL. */
bool nn_print_row(nn_print *p, const nn_real *const *values, nn_error *e);

/* Ends the text. */
void nn_print_close(nn_print *p);

#endif
