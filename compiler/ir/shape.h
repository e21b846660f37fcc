/* shape.h: the type and shape of a value, and windows that slide over one. */
#ifndef NNC_IR_SHAPE_H
#define NNC_IR_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

enum { MAX_RANK = 6 };

typedef enum Type {
    TYPE_REAL, /* f32; double in the gradient check's build */
    TYPE_INT,  /* int32: classes and tokens */
    TYPE_BYTE, /* uint8: the place of a maximum inside its window of up to
                  256 elements (larger windows have TYPE_INT) */
    TYPE_NONE, /* a node with several outputs: use OP_PICK */
} Type;

typedef struct Shape {
    int rank;
    int64_t dim[MAX_RANK];
} Shape;

/* Kernel, stride and padding of a convolution or pooling. */
typedef struct Window {
    int64_t kernel[2]; /* height, width */
    int64_t stride[2];
    int64_t pad[4]; /* top, left, bottom, right */
} Window;

int64_t shape_count(const Shape *s); /* elements, checked for overflow */
bool shape_equal(const Shape *a, const Shape *b);
Shape shape_of(int rank, ...); /* int64_t sizes */
Shape shape_ones(int rank);
Shape shape_prepend(int64_t size, const Shape *s); /* one axis more in front */
Shape shape_rest(const Shape *s);                  /* without the first */

/* The index along each axis of element i, row-major. */
void shape_index(const Shape *s, int64_t i, int64_t *index);

#endif
