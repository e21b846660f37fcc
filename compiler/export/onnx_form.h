/* onnx_form.h: the `ONNX` column of ops.def: a node's value as an expression of
 * ONNX's operators.
 *
 * It is written as ONNX's own text has it, with calls within calls:
 *
 *     Transpose<perm=[1, 0]>($a)      attributes stand in < >
 *     Slice($a, [0], [5], [1])        [...] is a tensor of whole numbers,
 *     Add($a, 0.5)                    a number with a point one real number
 *     Expand(0.0, Concat<axis=0>(rows, [8]))      `rows` counts the batch
 *
 * $a $b ... , $?a and a ? at the end are as form.h has them; all other words
 * are filled in from the node. */
#ifndef NNC_EXPORT_ONNX_FORM_H
#define NNC_EXPORT_ONNX_FORM_H

#include "export/form.h"

/* The form with its words filled in. */
const char *onnx_form(Arena *arena, const char *form, Pair n);

/* "0.5", "inf": a real number. */
const char *onnx_number(Arena *arena, double x);

/* "[2, 3]", and the form of a shape that may move with the batch. */
const char *onnx_sizes(Arena *arena, const int64_t *size, int n);
const char *onnx_shape(Arena *arena, Pair n);

#endif
