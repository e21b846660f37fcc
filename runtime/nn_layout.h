/* Parameters between file order (row-major) and their packed layout. */
#ifndef NN_LAYOUT_H
#define NN_LAYOUT_H

#include "nn_error.h"
#include "nn_model.h"

/* Values of the parameter: the product of its shape. */
int64_t nn_layout_count(const nn_param *p);

/* Values of the largest parameter of the model. */
int64_t nn_layout_largest(const nn_model *m);

/* Where value `index` of file order lies, counted from the offset. */
int64_t nn_layout_place(const nn_param *p, int64_t index);

/* Gives values first .. first + count - 1 of file order. */
typedef void nn_layout_source(void *context, int64_t first, int64_t count,
                              nn_real *values);

/* Sets all values of p at `packed` (params + offset, or a slot of it), piece
 * by piece and in an order of its own; room between values stays as it is.
 * Row 0 of a parameter with `padding` becomes zero, not the source's. */
bool nn_layout_fill(const nn_param *p, nn_layout_source *source, void *context,
                    nn_real *packed, nn_error *e);

/* The same from values in memory, and back. */
bool nn_layout_from_file(const nn_param *p, const nn_real *file,
                         nn_real *packed, nn_error *e);
bool nn_layout_to_file(const nn_param *p, const nn_real *packed, nn_real *file,
                       nn_error *e);

/* The first axis in rows: how many there are, one where there is no axis, and
 * rows first .. first + count - 1 in file order. */
int64_t nn_layout_rows(const nn_param *p);
bool nn_layout_rows_to_file(const nn_param *p, int64_t first, int64_t count,
                            const nn_real *packed, nn_real *file, nn_error *e);

#endif
