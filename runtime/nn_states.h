/* Rows of what is carried from call to call, kept aside and given back. */
#ifndef NN_STATES_H
#define NN_STATES_H

#include <stdbool.h>

#include "nn_error.h"
#include "nn_model.h"

typedef struct {
    int64_t size;    /* reals of one row, of all that is carried */
    int64_t *places; /* where each lies among params: of row 0, 1, ... */
} nn_states;

/* Of the tensors of kind NN_CARRIED, which have a share for each of so many
 * rows. */
bool nn_states_open(nn_states *s, const nn_model *m, int rows, nn_error *e);
void nn_states_close(nn_states *s);

/* Copies a row from params, and back. */
void nn_states_keep(const nn_states *s, const nn_real *params, int row,
                    nn_real *kept);
void nn_states_give(const nn_states *s, const nn_real *kept, int row,
                    nn_real *params);

#endif
