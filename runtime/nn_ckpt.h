/* Weights files and checkpoints. Both are safetensors: weights under their
 * names in file order, what preprocessing learned as notes. A checkpoint
 * adds "nnc.slot.NAME" and "nnc.carried.NAME", "nnc.best.NAME" while early
 * stopping remembers better weights, and the state of training as notes. */
#ifndef NN_CKPT_H
#define NN_CKPT_H

#include "nn_prep.h"
#include "nn_state.h"
#include "nn_tensors.h"

/* Whether weights files hold the tensor: a weight or a statistic. */
bool nn_ckpt_is_weight(const nn_param *p);

/* Values of the largest piece that is written at once. */
size_t nn_ckpt_values(const nn_model *m);

/* Writes weights and statistics, whole or not at all. */
bool nn_ckpt_save_weights(const nn_model *m, const nn_real *params,
                          const nn_prep *preps, int prep_count,
                          const char *path, nn_error *e);

/* Writes everything that training needs to go on; best (weights
 * and statistics, in the layout of params) is written where state->has_best.
 */
bool nn_ckpt_save(const nn_model *m, const nn_real *params, const nn_real *best,
                  const nn_state *state, const nn_prep *preps, int prep_count,
                  const char *path, nn_error *e);

/* Copies weights and statistics of an open file into params; the other tensors
 * begin as the table says. All names that are missing, unknown or of another
 * shape are reported together; params are changed only where there is none. */
bool nn_ckpt_load_weights(const nn_model *m, const nn_tensors *t,
                          const char *path, nn_real *params, nn_error *e);

/* Loads a checkpoint of a run with the settings of state, whose other values
 * are replaced; settings that differ are named with both values. The caller
 * compares state->data with its own, and step, batch and seen with its rows. */
bool nn_ckpt_load(const nn_model *m, const char *path, nn_real *params,
                  nn_real *best, nn_state *state, nn_error *e);

#endif
