/* grad_maps.c: the gradients of element-wise operators, from maps.def.
 *
 * In the words below, each makes one node; d, a, b, c and y are what maps.def
 * says. Where an input was broadcast, its gradient is summed over the repeated
 * axes. */
#include "ir/grad_maps.h"

#define neg(p) graph_unary(g, OP_NEG, p)
#define exp(p) graph_unary(g, OP_EXP, p)
#define square(p) graph_unary(g, OP_SQUARE, p)
#define sigmoid(p) graph_unary(g, OP_SIGMOID, p)
#define sign(p) graph_unary(g, OP_SIGN, p)
#define abs(p) graph_unary(g, OP_ABS, p)
#define sub(p, q) graph_binary(g, OP_SUB, p, q)
#define mul(p, q) graph_binary(g, OP_MUL, p, q)
#define div(p, q) graph_binary(g, OP_DIV, p, q)
#define gt(p, q) graph_binary(g, OP_GT, p, q)
#define le(p, q) graph_binary(g, OP_LE, p, q)
#define select(p, q, r)                                                        \
    graph_add(g, OP_SELECT, 3, (Node *[]){p, q, r}, (Attr){0}, n)
#define k(value) graph_const_shaped(g, value, shape_ones(n->shape.rank), n)

Node *grad_sum_to(Graph *g, Node *d, const Shape *s)
{
    unsigned axes = 0;

    for (int a = 0; a < s->rank; a++)
        if (s->dim[a] == 1 && d->shape.dim[a] != 1)
            axes |= 1U << a;
    return graph_sum(g, d, axes);
}

static Node *input(const Node *n, int i)
{
    return i < n->n_in ? n->in[i] : NULL;
}

static void give(Graph *g, const Node *n, int i, Node *gradient, Node **din)
{
    if (gradient)
        din[i] = grad_sum_to(g, gradient, &n->in[i]->shape);
}

#define MAP(id, n_in, flops, check, linear, flags, da, db, dc, ...)            \
    void grad_##id(Graph *g, Node *n, Node *d, const bool *need, Node **din)   \
    {                                                                          \
        Node *a = input(n, 0), *b = input(n, 1), *c = input(n, 2), *y = n;     \
                                                                               \
        (void)a, (void)b, (void)c, (void)y;                                    \
        if (need[0])                                                           \
            give(g, n, 0, da, din);                                            \
        if (b && need[1])                                                      \
            give(g, n, 1, db, din);                                            \
        if (c && need[2])                                                      \
            give(g, n, 2, dc, din);                                            \
    }
#define FLAT(...)
#include "ir/maps.def"
