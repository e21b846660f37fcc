/* conv.h: which value is which of a convolution and of its gradients: each of
 * them computes one of x, y and w, and has the other two as inputs, in this
 * order. */
#ifndef NNC_IR_CONV_H
#define NNC_IR_CONV_H

#include "ir/graph.h"

typedef enum ConvValue { CONV_X, CONV_Y, CONV_W } ConvValue;

/* What n computes. */
static inline ConvValue conv_result(const Node *n)
{
    KernelKind kind = op_table[n->op].kernel;

    return kind == KERNEL_CONV      ? CONV_Y
           : kind == KERNEL_CONV_DX ? CONV_X
                                    : CONV_W;
}

/* Where n takes it, or NULL where n computes it. */
static inline Node **conv_input(const Node *n, ConvValue value)
{
    ConvValue own = conv_result(n);

    return value == own ? NULL : &n->in[value - (value > own)];
}

/* Its shape. */
static inline const Shape *conv_shape_of(const Node *n, ConvValue value)
{
    Node **in = conv_input(n, value);

    return in ? &(*in)->shape : &n->shape;
}

#endif
