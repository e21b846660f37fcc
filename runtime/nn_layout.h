/* Parameters between file order (row-major) and their packed layout. */
#ifndef NN_LAYOUT_H
#define NN_LAYOUT_H

#include "nn_error.h"
#include "nn_model.h"

/* Values of the parameter: the product of its shape. */
int64_t nn_layout_count(const nn_param *p);

/* Values of the largest parameter of the model. */
int64_t nn_layout_largest(const nn_model *m);

/* Copies all values of p from `packed` (params + offset, or a slot of it) to
 * file order, or back; padding stays as it is. */
bool nn_layout_to_file(const nn_param *p, const nn_real *packed, nn_real *file,
                       nn_error *e);
bool nn_layout_from_file(const nn_param *p, const nn_real *file,
                         nn_real *packed, nn_error *e);

/* Sets places[i] to the place of value i of file order. */
bool nn_layout_places(const nn_param *p, int64_t *places, nn_error *e);

#endif
