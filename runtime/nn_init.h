/* First values of a model's parameters. */
#ifndef NN_INIT_H
#define NN_INIT_H

#include "nn_error.h"
#include "nn_model.h"

/* Sets the weights in params (model->reals zeroed numbers) as the parameter
 * table says; a function of seed alone, equal on every machine. Slots and
 * padding stay 0. */
bool nn_init_params(const nn_model *m, nn_real *params, uint64_t seed,
                    nn_error *e);

/* True where the text gives every number, so that no weights are needed. */
bool nn_init_is_given(const nn_model *m);

#endif
