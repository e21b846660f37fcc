/* An inference program at work. */
#ifndef NN_INFER_H
#define NN_INFER_H

#include "nn_prep.h"
#include "nn_program.h"
#include "nn_rows.h"
#include "nn_thread.h"

typedef struct nn_inference {
    const nn_program *program;
    const nn_model *model;
    nn_prep *preps; /* of inputs and targets, as the weights file says */
    const nn_real *params;
    nn_real *own;    /* the same, where they are no part of the program */
    int batch;       /* most rows of one call */
    void *workspace; /* for every entry */
    void **buffers;  /* a batch of each input */
    nn_real **outputs;
    nn_pool *pool; /* NULL: one thread */
} nn_inference;

/* Calls `use` for the rows of each file, or of standard input where there is
 * none; files may be given as INPUT=FILE, one for each input of f's model. */
typedef bool nn_use_rows(void *context, const nn_rows *r, nn_error *e);
bool nn_infer_files(const nn_inference *f, const char *const *files, int count,
                    nn_use_rows *use, void *context, nn_error *e);

/* nn_infer_batch.c: runs `rows` (1 .. batch) rows that stand in buffers by
 * the entry for as few. */
bool nn_infer_batch(nn_inference *f, int rows, nn_error *e);

/* nn_bench.c: times the entries on random rows and prints a table. */
bool nn_bench(nn_inference *f, nn_error *e);

#endif
