/* Weights files and checkpoints. Both are safetensors: weights under their
 * names in file order, what preprocessing learned as notes. A checkpoint
 * adds "nnc.slot1.NAME" and so on, "nnc.best.NAME" while early stopping
 * remembers better weights, and the state of training as notes. */
#ifndef NN_CKPT_H
#define NN_CKPT_H

#include "nn_prep.h"
#include "nn_tensors.h"

enum { NN_MAX_SUMS = 17 }; /* loss and metrics */

/* Where training stands between two updates. */
typedef struct {
    uint64_t seed, data;      /* data: checksum of the data set */
    uint64_t step;            /* updates made */
    int64_t epoch;            /* complete epochs */
    int64_t batch;            /* batches done of the next one */
    int64_t seen;             /* rows of these batches */
    double sums[NN_MAX_SUMS]; /* over these rows */
    double rate;
    int64_t epochs;
    bool has_best; /* `best` holds the weights of the best epoch */
    double best_loss;
    int64_t best_epoch, waited; /* epochs since then */
} nn_state;

/* Writes the weights in params, whole or not at all. */
bool nn_ckpt_save_weights(const nn_model *m, const nn_real *params,
                          const nn_prep *preps, int prep_count,
                          const char *path, nn_error *e);

/* Writes everything that training needs to go on; best (weights only, in the
 * layout of params) is written where state->has_best. */
bool nn_ckpt_save(const nn_model *m, const nn_real *params, const nn_real *best,
                  const nn_state *state, const nn_prep *preps, int prep_count,
                  const char *path, nn_error *e);

/* Copies the weights of an open file into params. All names that are missing,
 * unknown or of another shape are reported together; params are changed only
 * where there is none. */
bool nn_ckpt_load_weights(const nn_model *m, const nn_tensors *t,
                          const char *path, nn_real *params, nn_error *e);

/* Loads a checkpoint; the caller compares state->data with its own. */
bool nn_ckpt_load(const nn_model *m, const char *path, nn_real *params,
                  nn_real *best, nn_state *state, nn_error *e);

#endif
