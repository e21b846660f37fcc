/* A model at work in another program: weights are loaded, or begin by a seed,
 * when the program runs. All that fails is told as text; nothing here prints,
 * ends the program or changes what the caller's thread has set. Header of C and
 * C++; docs/embedding.md shows how it is used. */
#ifndef NN_SESSION_H
#define NN_SESSION_H

#include "nn_model.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A model with what its text says of data and training: NAME_program of
 * libNAME.so. */
typedef struct nn_program nn_program;

/* May go from thread to thread, but serves one call at a time. Sessions know
 * nothing of each other. */
typedef struct nn_session nn_session;

/* 0 in any field: as the model's text says, or the plain case. */
typedef struct {
    int threads;        /* that work; the caller is one of them */
    int prepared;       /* 1: numbers are those that the network computes with,
                           not those of data files */
    uint64_t seed;      /* of first weights, and of all that steps draw */
    double rate;        /* the optimiser's */
    int64_t epoch_rows; /* rows that an epoch of training has, which a rate by
                           schedule and states carried over batches go by */
} nn_session_options;

/* Opens a session with the weights of a file, or NULL: with first ones. options
 * may be NULL. Returns NULL with the reason in error (`size` bytes). */
nn_session *nn_open(const nn_program *program, const char *weights,
                    const nn_session_options *options, char *error,
                    size_t size);
void nn_close(nn_session *s); /* NULL is nothing */

/* Why the last call that failed did. */
const char *nn_reason(const nn_session *s);

/* Computes the outputs of any number of rows. inputs has an array a row of
 * nn_inputs: float for NN_F32, int32_t for ids, row-major; outputs one a row of
 * nn_outputs, NULL where it is not wanted. Returns 0, or -1; outputs hold
 * anything then. */
int nn_run(nn_session *s, int64_t rows, const void *const *inputs,
           float *const *outputs);

/* Lets the weights learn from one batch, of at most nn_batch rows; inputs go on
 * with an array for each target. figures gets the loss and each metric before
 * this update, see nn_figure; or NULL. Returns 0; or -1, with all weights as
 * they were. */
int nn_train_step(nn_session *s, int rows, const void *const *inputs,
                  double *figures);

/* Writes weights, and what data have taught preprocessing, to a file as
 * NAME-train does: whole, or not at all. Returns 0 or -1. */
int nn_save(nn_session *s, const char *path);

/* What a row consists of. Behind the inputs in the array stand the targets. */
const nn_tensor *nn_inputs(const nn_program *program, int *count);
const nn_tensor *nn_targets(const nn_program *program, int *count);
const nn_tensor *nn_outputs(const nn_program *program, int *count);

/* The most rows of a training step; 0: there is no training. */
int nn_batch(const nn_program *program);

/* The name of figure i: "loss", then metrics; NULL behind the last. */
const char *nn_figure(const nn_program *program, int i);

/* The name of class or token `id` of an input or (counted on) target, from the
 * weights file; NULL where it has none. */
const char *nn_name(const nn_session *s, int input, int64_t id);

/* Which input or target it is that the values of an output are the classes of;
 * -1: of none. */
int nn_classes_of(const nn_program *program, int output);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
