/* A model at work on a batch of its own: what measures and compares needs no
 * session. */
#ifndef NN_WORK_H
#define NN_WORK_H

#include "nn_args.h"
#include "nn_found.h"
#include "nn_program.h"
#include "nn_thread.h"

typedef struct {
    const nn_model *model;
    int rows; /* of the batch */
    nn_pool *pool;
    nn_real *params;
    void *workspace;
    void **inputs;     /* inputs, then targets */
    nn_real **outputs; /* of the entry that runs next; NULL each: none */
    double *sums;
    double rate; /* of steps */
    uint64_t seed;
} nn_work;

/* Takes memory for as many rows; the pool, NULL or open, goes with it. */
bool nn_work_open(nn_work *w, const nn_model *m, int rows, nn_error *e);
void nn_work_close(nn_work *w);

/* How many inputs and targets there are. */
int nn_work_tensors(const nn_model *m);

/* The weights of a file, or (NULL) first ones of the seed. */
bool nn_work_weights(nn_work *w, const char *path, nn_error *e);

/* Draws the rows: ids end with padding where they may, other numbers lie
 * within 1.5 of 0. */
void nn_work_draw(const nn_work *w);

/* Runs the entry of this kind that suits the rows, as update `step`; what the
 * entry returns. */
int nn_work_run(const nn_work *w, nn_kind kind, uint64_t step);

/* The same so many times, as updates from `step` on, up to one that fails;
 * `before` (NULL: nothing) is called before each. */
int nn_work_repeat(const nn_work *w, nn_kind kind, uint64_t step, long times,
                   void (*before)(void));

/* No output is wanted any more. */
void nn_work_want_nothing(const nn_work *w);

/* Add the rows as input.NAME, and weights and statistics as they are now. */
bool nn_work_keep_rows(const nn_work *w, nn_found *f, nn_error *e);
bool nn_work_keep_weights(const nn_work *w, nn_found *f, const char *kind,
                          nn_error *e);

/* Parses the flags of the program NAME-KIND; what it does stands behind
 * "The model NAME of FILE". */
nn_args_end nn_work_parse(const nn_program *p, const char *kind,
                          const char *does, const nn_arg *args, int count,
                          int argc, char **argv);

#endif
