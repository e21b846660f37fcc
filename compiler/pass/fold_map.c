/* fold_map.c: rewrites of element-wise operators; see fold.c. */
#include <math.h>

#include "ir/same.h"
#include "pass/fold.h"
#include "pass/rewrite.h"

static Node *constant(Graph *g, double value, const Node *n)
{
    return graph_const_shaped(g, value, n->shape, n);
}

/* x in n's shape. */
static Node *as(Graph *g, const Node *n, Node *x)
{
    return graph_broadcast(g, x, n->shape);
}

/* A function of constants. */
static Node *all_constant(Graph *g, const Node *n, Node *const *in)
{
    double v[3] = {0};

    for (int k = 0; k < n->n_in; k++) {
        if (in[k]->op != OP_CONST)
            return NULL;
        v[k] = in[k]->attr.value;
    }
    v[0] = op_table[n->op].value(v[0], v[1], v[2]);
    return isfinite(v[0]) ? constant(g, v[0], n) : NULL;
}

/* What input k repeats along axes, or itself. */
static Node *unrepeated(Graph *g, Node *x)
{
    Shape ones = shape_ones(x->shape.rank);

    if (x->op == OP_BROADCAST)
        return x->in[0];
    if (x->op == OP_CONST && !shape_equal(&x->shape, &ones))
        return graph_const_shaped(g, x->attr.value, ones, x);
    return x;
}

/* Repeating is left to the operator, or done after it. */
static Node *map_broadcast(Graph *g, const Node *n, Node *const *in)
{
    Node *plain[3], *y;
    bool changed = false;

    for (int k = 0; k < n->n_in; k++) {
        plain[k] = unrepeated(g, in[k]);
        changed |= plain[k] != in[k];
    }
    if (!changed)
        return NULL;
    y = graph_copy(g, n, plain);
    return as(g, n, y);
}

Node *fold_any_map(Graph *g, const Node *n, Node *const *in)
{
    Node *y = NULL;

    if (op_table[n->op].value)
        y = all_constant(g, n, in);
    return y || !op_table[n->op].value ? y : map_broadcast(g, n, in);
}

static Node *neg(Graph *g, const Node *n, Node *const *in)
{
    (void)g, (void)n;
    return in[0]->op == OP_NEG ? in[0]->in[0] : NULL;
}

static Node *add(Graph *g, const Node *n, Node *const *in)
{
    for (int k = 0; k < 2; k++) {
        if (fold_is(in[k], 0))
            return as(g, n, in[1 - k]);
        if (in[k]->op == OP_NEG)
            return graph_binary(g, OP_SUB, in[1 - k], in[k]->in[0]);
    }
    return NULL;
}

static Node *sub(Graph *g, const Node *n, Node *const *in)
{
    if (fold_is(in[1], 0))
        return as(g, n, in[0]);
    if (fold_is(in[0], 0))
        return as(g, n, graph_unary(g, OP_NEG, in[1]));
    if (in[1]->op == OP_NEG)
        return graph_binary(g, OP_ADD, in[0], in[1]->in[0]);
    return NULL;
}

/* (x c) k as x (c k), where both are constants. */
static Node *scaled_twice(Graph *g, const Node *x, const Node *k)
{
    for (int i = 0; x->op == OP_MUL && i < 2; i++)
        if (x->in[i]->op == OP_CONST)
            return graph_binary(
                g, OP_MUL, x->in[1 - i],
                graph_const_shaped(g, x->in[i]->attr.value * k->attr.value,
                                   shape_ones(x->shape.rank), x));
    return NULL;
}

static Node *mul(Graph *g, const Node *n, Node *const *in)
{
    for (int k = 0; k < 2; k++) {
        Node *c = in[k], *x = in[1 - k], *twice;

        if (c->op != OP_CONST)
            continue;
        if (c->attr.value == 0)
            return constant(g, 0, n);
        if (c->attr.value == 1)
            return as(g, n, x);
        if (c->attr.value == -1)
            return as(g, n, graph_unary(g, OP_NEG, x));
        twice = scaled_twice(g, x, c);
        if (twice)
            return as(g, n, twice);
    }
    return NULL;
}

/* One division per row instead of one per element: x / y = x (1 / y). */
static Node *divide(Graph *g, const Node *n, Node *const *in)
{
    Node *x = in[0], *y = in[1];

    if (fold_is(x, 0))
        return constant(g, 0, n);
    if (y->op == OP_CONST && y->attr.value == 1)
        return as(g, n, x);
    if (fold_is(x, 1) || shape_count(&x->shape) < 4 * shape_count(&y->shape))
        return NULL;
    return graph_binary(
        g, OP_MUL, x,
        graph_binary(g, OP_DIV,
                     graph_const_shaped(g, 1, shape_ones(y->shape.rank), y),
                     y));
}

static Node *select3(Graph *g, const Node *n, Node *const *in)
{
    if (in[0]->op == OP_CONST)
        return as(g, n, in[in[0]->attr.value != 0 ? 1 : 2]);
    if (in[1] == in[2])
        return as(g, n, in[1]);
    if (in[1]->op == OP_CONST && fold_is(in[2], in[1]->attr.value))
        return constant(g, in[1]->attr.value, n);
    return NULL;
}

static Node *relu(Graph *g, const Node *n, Node *const *in)
{
    (void)g, (void)n;
    return op_has(in[0]->op, OPF_POSITIVE) ? in[0] : NULL;
}

static Node *rows_mask(Graph *g, const Node *n, Node *const *in)
{
    (void)g;
    if (in[0]->op == OP_ROWS_MASK && same_attr(n, in[0]))
        return in[0];
    return fold_is(in[0], 0) ? in[0] : NULL;
}

const Fold fold_maps[] = {
    {OP_NEG, neg},        {OP_ADD, add},
    {OP_SUB, sub},        {OP_MUL, mul},
    {OP_DIV, divide},     {OP_RELU, relu},
    {OP_SELECT, select3}, {OP_ROWS_MASK, rows_mask},
    {OP_COUNT, NULL},
};
