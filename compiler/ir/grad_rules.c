/* grad_rules.c: the gradient of each operator, as further nodes; those of maps
 * stand in maps.def.
 *
 * In go a node n, the gradient d of its value and which inputs want one; out
 * come the inputs' gradients, each in its input's shape. Rules reuse what the
 * forward pass has already computed (y of sigmoid, tanh, sqrt, ...) and turn
 * operands by flags instead of moving them. Where an input was broadcast, its
 * gradient is summed over the repeated axes. */
#include "ir/grad_maps.h"
#include "ir/rules.h"

#define RULE(name)                                                             \
    static void name(Graph *g, Node *n, Node *d, const bool *need, Node **din)
/* The same where only the first input can want one. */
#define FIRST(name, gradient)                                                  \
    RULE(name)                                                                 \
    {                                                                          \
        (void)need;                                                            \
        din[0] = (gradient);                                                   \
    }

static Node *mul(Graph *g, Node *a, Node *b)
{
    return graph_binary(g, OP_MUL, a, b);
}

static Node *shaped2(Graph *g, Op op, const Node *target, Node *a, Node *b,
                     const Node *n)
{
    return graph_add_shaped(g, op, TYPE_REAL, target->shape, 2,
                            (Node *[]){a, b}, n->attr, n);
}

FIRST(grad_rows_mask, graph_add(g, OP_ROWS_MASK, 1, &d, n->attr, n))

FIRST(grad_sum, graph_broadcast(g, d, n->in[0]->shape))

/* dx = d where x is the first of the largest. */
RULE(grad_rmax)
{
    Node *x = n->in[0], *at;
    Attr along = {0};

    (void)need;
    while (n->attr.axes >> along.axis != 1)
        along.axis++;
    at = graph_add(g, OP_RMAX_AT, 1, &x, along, n);
    din[0] = graph_add_shaped(g, OP_RMAX_DX, TYPE_REAL, x->shape, 2,
                              (Node *[]){d, at}, along, n);
}

FIRST(grad_reshape, graph_reshape(g, d, n->in[0]->shape))

FIRST(grad_broadcast, grad_sum_to(g, d, &n->in[0]->shape))

RULE(grad_transpose)
{
    Attr back = {0};

    (void)need;
    for (int i = 0; i < n->shape.rank; i++)
        back.perm[n->attr.perm[i]] = i;
    din[0] = graph_add(g, OP_TRANSPOSE, 1, &d, back, n);
}

RULE(grad_slice)
{
    Attr pad = n->attr;

    (void)need;
    pad.part.size = n->in[0]->shape.dim[pad.part.axis];
    din[0] = graph_add(g, OP_PAD, 1, &d, pad, n);
}

RULE(grad_pad)
{
    int axis = n->attr.part.axis;

    (void)need;
    din[0] =
        graph_slice(g, d, axis, n->attr.part.begin, n->in[0]->shape.dim[axis]);
}

RULE(grad_concat)
{
    int axis = n->attr.axis;
    int64_t begin = 0;

    for (int i = 0; i < n->n_in; i++) {
        int64_t size = n->in[i]->shape.dim[axis];

        if (need[i])
            din[i] = graph_slice(g, d, axis, begin, size);
        begin += size;
    }
}

FIRST(grad_reverse, graph_add(g, OP_REVERSE, 1, &d, n->attr, n))

FIRST(grad_windows, graph_add_shaped(g, OP_OVERLAP, TYPE_REAL, n->in[0]->shape,
                                     1, &d, n->attr, n))

FIRST(grad_overlap, graph_add(g, OP_WINDOWS, 1, &d, n->attr, n))

/* y = op(a) op(b), where op turns an operand if its flag is set. */
RULE(grad_matmul)
{
    Node *a = n->in[0], *b = n->in[1];
    bool ta = n->attr.mm.ta, tb = n->attr.mm.tb;

    if (need[0])
        din[0] = ta ? graph_matmul(g, b, d, tb, true)
                    : graph_matmul(g, d, b, false, !tb);
    if (need[1])
        din[1] = tb ? graph_matmul(g, d, a, true, ta)
                    : graph_matmul(g, a, d, !ta, false);
}

RULE(grad_conv)
{
    Node *x = n->in[0], *w = n->in[1];

    if (need[0])
        din[0] = shaped2(g, OP_CONV_DX, x, d, w, n);
    if (need[1])
        din[1] = shaped2(g, OP_CONV_DW, w, x, d, n);
}

RULE(grad_conv_dx)
{
    Node *dy = n->in[0], *w = n->in[1];

    if (need[0])
        din[0] = graph_add(g, OP_CONV, 2, (Node *[]){d, w}, n->attr, n);
    if (need[1])
        din[1] = shaped2(g, OP_CONV_DW, w, d, dy, n);
}

RULE(grad_conv_dw)
{
    Node *x = n->in[0], *dy = n->in[1];

    if (need[0])
        din[0] = shaped2(g, OP_CONV_DX, x, dy, d, n);
    if (need[1])
        din[1] = graph_add(g, OP_CONV, 2, (Node *[]){x, d}, n->attr, n);
}

RULE(grad_maxpool)
{
    Node *x = n->in[0];
    Node *at = graph_add(g, OP_MAXPOOL_AT, 1, &x, n->attr, n);

    (void)need;
    din[0] = shaped2(g, OP_MAXPOOL_DX, x, d, at, n);
}

FIRST(grad_avgpool, graph_add_shaped(g, OP_AVGPOOL_DX, TYPE_REAL,
                                     n->in[0]->shape, 1, &d, n->attr, n))

FIRST(grad_avgpool_dx, graph_add(g, OP_AVGPOOL, 1, &d, n->attr, n))

/* dx = y (d - sum d y) */
RULE(grad_softmax)
{
    Node *sum = graph_sum(g, mul(g, d, n), 1U << n->attr.axis);

    (void)need;
    din[0] = mul(g, n, graph_binary(g, OP_SUB, d, sum));
}

FIRST(grad_xent, graph_add(g, OP_XENT_DX, 3, (Node *[]){n->in[0], n->in[1], d},
                           n->attr, n))

FIRST(grad_take, shaped2(g, OP_PUT, n->in[0], d, n->in[1], n))

FIRST(grad_put, graph_add(g, OP_TAKE, 2, (Node *[]){d, n->in[1]}, n->attr, n))

RULE(grad_gather)
{
    if (need[1])
        din[1] = shaped2(g, OP_SCATTER, n->in[1], n->in[0], d, n);
}

RULE(grad_scatter)
{
    if (need[1])
        din[1] =
            graph_add(g, OP_GATHER, 2, (Node *[]){n->in[0], d}, n->attr, n);
}

GradRule *const grad_rules[OP_COUNT] = {
#define OP(id, class, kernel, section, n, shape, grad, ...) [OP_##id] = (grad),
#include "ir/ops.def"
};
