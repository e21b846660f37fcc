/* First values of a model's parameters. */
#ifndef NN_INIT_H
#define NN_INIT_H

#include "nn_error.h"
#include "nn_model.h"

/* Sets all tensors in params (model->reals zeroed numbers), or the one of row
 * `index`, as the table says; a function of seed alone, equal on every machine.
 * Padding stays 0. */
bool nn_init_param(const nn_model *m, int index, nn_real *params, uint64_t seed,
                   nn_error *e);
bool nn_init_params(const nn_model *m, nn_real *params, uint64_t seed,
                    nn_error *e);

/* True where the text gives every weight and statistic, so that no weights are
 * needed. */
bool nn_init_is_given(const nn_model *m);

#endif
