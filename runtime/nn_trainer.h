/* A trainer at work: its flags, data, memory and threads. */
#ifndef NN_TRAINER_H
#define NN_TRAINER_H

#include "nn_dataset.h"
#include "nn_metric.h"
#include "nn_program.h"
#include "nn_thread.h"

/* The flags, with the program's own values where none was given. */
typedef struct {
    const char *data, *resume, *init, *out, *log;
    int64_t epochs, threads, seed;
    int64_t data_limit; /* MiB; 0: not given */
    double rate;
    bool eval, gradcheck, quiet;
    bool epochs_given, rate_given, seed_given, out_given;
} nn_options;

typedef struct nn_trainer {
    const nn_program *program;
    const nn_model *model;
    const nn_entry *step, *eval, *grad; /* NULL: the model has none */
    nn_options options;
    nn_dataset data;
    nn_pool *pool;
    nn_real *params;   /* model->reals */
    void *workspace;   /* for any entry of the trainer */
    uint32_t *items;   /* of a batch */
    void **buffers;    /* a batch of each input and target */
    nn_real **outputs; /* NULL each: no output is wanted */
    double *sums;      /* of the entry that ran last, and what it chose */
} nn_trainer;

/* Opens data, memory and threads; parameters are 0. */
bool nn_trainer_open(nn_trainer *r, const nn_program *program,
                     const nn_options *options, nn_error *e);
void nn_trainer_close(nn_trainer *r);

/* Bytes of memory that the process will have taken at most, before the first
 * step: those that it has taken, and those that steps and files will take. */
int64_t nn_trainer_memory(const nn_trainer *r);

/* Reals up to the last weight or statistic in params. */
int64_t nn_trainer_weights(const nn_model *m);

/* Copies weights and statistics from one block of params to another. */
void nn_trainer_copy_weights(const nn_model *m, const nn_real *from,
                             nn_real *to);

/* Fetches so many rows of a part, the next in its order. */
void nn_trainer_fetch(nn_trainer *r, nn_part part, int rows);

/* Runs an entry of the model on the rows that were fetched; their sums lie in
 * r->sums. Returns the entry's status. */
int nn_trainer_entry(nn_trainer *r, const nn_entry *entry, int rows,
                     const nn_scalars *s);

/* The message of an entry that returned NN_BAD_ROWS; returns false. */
bool nn_trainer_refused(const nn_model *m, int rows, nn_error *e);

/* Loss and metrics over a whole part in evaluation's form; f is open. The
 * part's order begins anew. */
bool nn_trainer_evaluate(nn_trainer *r, nn_part part, nn_figures *f,
                         nn_error *e);

/* Loads weights without what preprocessing learned: the data are here. */
bool nn_trainer_load(nn_trainer *r, const char *path, nn_error *e);

/* nn_fit.c: trains and saves. Returns the exit status. */
int nn_fit(nn_trainer *r, nn_error *e);

#endif
