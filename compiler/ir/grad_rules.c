/* grad_rules.c: the gradient of each operator, as further nodes.
 *
 * In go a node n, the gradient d of its value and which inputs want one; out
 * come the inputs' gradients, each in its input's shape. Rules reuse what the
 * forward pass has already computed (y of sigmoid, tanh, sqrt, ...) and turn
 * operands by flags instead of moving them. Where an input was broadcast, its
 * gradient is summed over the repeated axes. */
#include "ir/rules.h"

#define RULE(name)                                                             \
    static void name(Graph *g, Node *n, Node *d, const bool *need, Node **din)

/* d summed over the axes along which a value of shape s was repeated. */
static Node *sum_to(Graph *g, Node *d, const Shape *s)
{
    unsigned axes = 0;

    for (int a = 0; a < s->rank; a++)
        if (s->dim[a] == 1 && d->shape.dim[a] != 1)
            axes |= 1U << a;
    return graph_sum(g, d, axes);
}

/* A number that broadcasts with a value of n's rank. */
static Node *number(Graph *g, double value, const Node *n)
{
    return graph_const_shaped(g, value, shape_ones(n->shape.rank), n);
}

static Node *select3(Graph *g, Node *cond, Node *a, Node *b)
{
    return graph_add(g, OP_SELECT, 3, (Node *[]){cond, a, b}, (Attr){0}, a);
}

static Node *mul(Graph *g, Node *a, Node *b)
{
    return graph_binary(g, OP_MUL, a, b);
}

static Node *scale(Graph *g, Node *a, double k)
{
    return mul(g, a, number(g, k, a));
}

static Node *shaped2(Graph *g, Op op, const Node *target, Node *a, Node *b,
                     const Node *n)
{
    return graph_add_shaped(g, op, TYPE_REAL, target->shape, 2,
                            (Node *[]){a, b}, n->attr, n);
}

RULE(grad_neg)
{
    (void)n, (void)need;
    din[0] = graph_unary(g, OP_NEG, d);
}

RULE(grad_exp)
{
    (void)need;
    din[0] = mul(g, d, n);
}

RULE(grad_log)
{
    (void)need;
    din[0] = graph_binary(g, OP_DIV, d, n->in[0]);
}

RULE(grad_sqrt)
{
    (void)need;
    din[0] = graph_binary(g, OP_DIV, scale(g, d, 0.5), n);
}

RULE(grad_square)
{
    (void)need;
    din[0] = mul(g, d, scale(g, n->in[0], 2));
}

RULE(grad_sigmoid)
{
    Node *rest = graph_binary(g, OP_SUB, number(g, 1, n), n);

    (void)need;
    din[0] = mul(g, d, mul(g, n, rest));
}

RULE(grad_tanh)
{
    Node *square = graph_unary(g, OP_SQUARE, n);

    (void)need;
    din[0] = mul(g, d, graph_binary(g, OP_SUB, number(g, 1, n), square));
}

RULE(grad_relu)
{
    Node *zero = number(g, 0, n);

    (void)need;
    din[0] = select3(g, graph_binary(g, OP_GT, n, zero), d, zero);
}

RULE(grad_sign)
{
    Node *size = graph_unary(g, OP_ABS, n->in[0]);
    Node *near = graph_binary(g, OP_LE, size, number(g, 1, n));

    (void)need;
    din[0] = select3(g, near, d, number(g, 0, n));
}

RULE(grad_abs)
{
    (void)need;
    din[0] = mul(g, d, graph_unary(g, OP_SIGN, n->in[0]));
}

RULE(grad_add)
{
    for (int i = 0; i < 2; i++)
        if (need[i])
            din[i] = sum_to(g, d, &n->in[i]->shape);
}

RULE(grad_sub)
{
    if (need[0])
        din[0] = sum_to(g, d, &n->in[0]->shape);
    if (need[1])
        din[1] = graph_unary(g, OP_NEG, sum_to(g, d, &n->in[1]->shape));
}

RULE(grad_mul)
{
    for (int i = 0; i < 2; i++)
        if (need[i])
            din[i] = sum_to(g, mul(g, d, n->in[1 - i]), &n->in[i]->shape);
}

RULE(grad_div)
{
    Node *a = n->in[0], *b = n->in[1];
    Node *part = graph_binary(g, OP_DIV, d, b);

    if (need[0])
        din[0] = sum_to(g, part, &a->shape);
    if (need[1])
        din[1] = sum_to(g, graph_unary(g, OP_NEG, mul(g, part, n)), &b->shape);
}

/* One of two operands gets all of d, the first one where `first` says so. */
static void choose(Graph *g, Node *n, Node *d, Node *cond, bool first,
                   const bool *need, Node **din)
{
    Node *zero = number(g, 0, n);

    for (int i = 0; i < 2; i++) {
        bool when = first == (i == 0);

        if (need[i])
            din[i] = sum_to(
                g, when ? select3(g, cond, d, zero) : select3(g, cond, zero, d),
                &n->in[i]->shape);
    }
}

RULE(grad_max)
{
    Node *second = graph_binary(g, OP_GT, n->in[1], n->in[0]);

    choose(g, n, d, second, false, need, din);
}

RULE(grad_min)
{
    Node *first = graph_binary(g, OP_LE, n->in[0], n->in[1]);

    choose(g, n, d, first, true, need, din);
}

RULE(grad_select)
{
    Node *zero = number(g, 0, n);

    if (need[1])
        din[1] = sum_to(g, select3(g, n->in[0], d, zero), &n->in[1]->shape);
    if (need[2])
        din[2] = sum_to(g, select3(g, n->in[0], zero, d), &n->in[2]->shape);
}

RULE(grad_rows_mask)
{
    (void)need;
    din[0] = graph_add(g, OP_ROWS_MASK, 1, &d, n->attr, n);
}

RULE(grad_sum)
{
    (void)need;
    din[0] = graph_broadcast(g, d, n->in[0]->shape);
}

RULE(grad_reshape)
{
    (void)need;
    din[0] = graph_reshape(g, d, n->in[0]->shape);
}

RULE(grad_broadcast)
{
    (void)need;
    din[0] = sum_to(g, d, &n->in[0]->shape);
}

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

RULE(grad_reverse)
{
    (void)need;
    din[0] = graph_add(g, OP_REVERSE, 1, &d, n->attr, n);
}

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

RULE(grad_avgpool)
{
    (void)need;
    din[0] = graph_add_shaped(g, OP_AVGPOOL_DX, TYPE_REAL, n->in[0]->shape, 1,
                              &d, n->attr, n);
}

RULE(grad_avgpool_dx)
{
    (void)need;
    din[0] = graph_add(g, OP_AVGPOOL, 1, &d, n->attr, n);
}

/* dx = y (d - sum d y) */
RULE(grad_softmax)
{
    Node *sum = graph_sum(g, mul(g, d, n), 1U << n->attr.axis);

    (void)need;
    din[0] = mul(g, n, graph_binary(g, OP_SUB, d, sum));
}

RULE(grad_xent)
{
    (void)need;
    din[0] = graph_add(g, OP_XENT_DX, 3, (Node *[]){n->in[0], n->in[1], d},
                       n->attr, n);
}

RULE(grad_take)
{
    (void)need;
    din[0] = shaped2(g, OP_PUT, n->in[0], d, n->in[1], n);
}

RULE(grad_put)
{
    (void)need;
    din[0] = graph_add(g, OP_TAKE, 2, (Node *[]){d, n->in[1]}, n->attr, n);
}

GradRule *const grad_rules[OP_COUNT] = {
#define OP(id, name, class, kernel, n, attrs, shape, grad, ...)                \
    [OP_##id] = (grad),
#include "ir/ops.def"
#undef OP
};
