/* rules.h: the shape and gradient rules that the rows of ops.def name.
 *
 * Both are called through op_table only. A shape rule sets type and shape of a
 * node from its inputs and attributes, or returns why it cannot; for operators
 * whose shape is given it checks the given one. */
#ifndef NNC_IR_RULES_H
#define NNC_IR_RULES_H

#include "ir/graph.h"

ShapeRule shape_rule_given, shape_rule_map, shape_rule_rows_mask,
    shape_rule_reduce, shape_rule_reshape, shape_rule_broadcast,
    shape_rule_transpose, shape_rule_slice, shape_rule_pad, shape_rule_concat,
    shape_rule_same, shape_rule_matmul, shape_rule_conv, shape_rule_conv_dx,
    shape_rule_conv_dw, shape_rule_pool, shape_rule_pool_at,
    shape_rule_maxpool_dx, shape_rule_avgpool_dx, shape_rule_xent,
    shape_rule_xent_dx, shape_rule_put, shape_rule_scan, shape_rule_pick,
    shape_rule_none;

GradRule grad_neg, grad_exp, grad_log, grad_sqrt, grad_square, grad_sigmoid,
    grad_tanh, grad_relu, grad_sign, grad_abs, grad_add, grad_sub, grad_mul,
    grad_div, grad_max, grad_min, grad_select, grad_rows_mask, grad_sum,
    grad_reshape, grad_broadcast, grad_transpose, grad_slice, grad_pad,
    grad_concat, grad_reverse, grad_matmul, grad_conv, grad_conv_dx,
    grad_conv_dw, grad_maxpool, grad_avgpool, grad_avgpool_dx, grad_softmax,
    grad_xent, grad_take, grad_put;

#endif
