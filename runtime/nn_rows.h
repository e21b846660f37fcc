/* Rows to infer: from files of any format, or from standard input. */
#ifndef NN_ROWS_H
#define NN_ROWS_H

#include "nn_prep.h"
#include "nn_program.h"

/* One table for each input, row i of all belonging together. */
typedef struct {
    int inputs;
    nn_table *tables;
    int32_t **ids; /* of an input of classes or tokens, else NULL */
    bool *series;  /* the table holds a series, to be cut into windows */
    int64_t rows;
} nn_rows;

/* Reads one file ("-" is standard input) that gives all inputs; only its
 * first bytes tell its format, not its name. nn_form.h says which columns of
 * a text file are read. */
bool nn_rows_read(nn_rows *r, const nn_program *p, const nn_prep *preps,
                  const char *path, nn_error *e);

/* Reads a file for each input, by paths[input]. */
bool nn_rows_read_each(nn_rows *r, const nn_program *p, const nn_prep *preps,
                       const char *const *paths, nn_error *e);

/* The table in which a value of the row is missing, where the text drops such
 * rows: it has no result. NULL: none. */
const nn_table *nn_rows_dropped_by(const nn_rows *r, int64_t row);

/* Writes row `row` of each input, prepared, as batch row `index`. */
void nn_rows_fetch(const nn_rows *r, const nn_prep *preps, int64_t row,
                   int index, void *const *buffers);

void nn_rows_close(nn_rows *r);

#endif
