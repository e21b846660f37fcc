/* fold_core.c: rewrites of sums, products and other anchors; see fold.c. */
#include "ir/conv.h"
#include "pass/fold.h"
#include "pass/rewrite.h"

/* Elements of s along the axes. */
static int64_t count_along(const Shape *s, unsigned axes)
{
    Shape part = {0};

    for (int a = 0; a < s->rank; a++)
        if (axes >> a & 1)
            part.dim[part.rank++] = s->dim[a];
    return shape_count(&part);
}

/* The axes of s that are longer than 1. */
static unsigned long_axes(const Shape *s)
{
    unsigned axes = 0;

    for (int a = 0; a < s->rank; a++)
        if (s->dim[a] > 1)
            axes |= 1U << a;
    return axes;
}

static Node *times(Graph *g, Node *x, int64_t k)
{
    return graph_binary(
        g, OP_MUL, x,
        graph_const_shaped(g, (double)k, shape_ones(x->shape.rank), x));
}

/* The axes along which x repeats are counted instead of added. */
static Node *sum_of_broadcast(Graph *g, const Node *n, const Node *x)
{
    unsigned axes = n->attr.axes;
    unsigned repeated =
        long_axes(&x->shape) & ~long_axes(&x->in[0]->shape) & axes;
    Shape rest = x->shape;

    if (!repeated)
        return NULL;
    for (int a = 0; a < rest.rank; a++)
        if (repeated >> a & 1)
            rest.dim[a] = 1;
    return times(g,
                 graph_sum(g, graph_broadcast(g, x->in[0], rest),
                           axes & long_axes(&rest)),
                 count_along(&x->shape, repeated));
}

static Node *sum(Graph *g, const Node *n, Node *const *in)
{
    Node *x = in[0];
    unsigned axes = n->attr.axes & long_axes(&x->shape);

    if (x->op == OP_CONST)
        return graph_const_shaped(
            g, x->attr.value * (double)count_along(&x->shape, n->attr.axes),
            n->shape, n);
    if (axes != n->attr.axes)
        return graph_sum(g, x, axes);
    if (x->op == OP_SUM)
        return graph_sum(g, x->in[0], axes | x->attr.axes);
    if (x->op == OP_BROADCAST)
        return sum_of_broadcast(g, n, x);
    if (x->op == OP_RESHAPE && axes == long_axes(&x->shape))
        return graph_reshape(
            g, graph_sum(g, x->in[0], long_axes(&x->in[0]->shape)), n->shape);
    return NULL;
}

/* A maximum of what has one place along an axis. */
static Node *maximum(Graph *g, const Node *n, Node *const *in)
{
    unsigned axes = n->attr.axes & long_axes(&in[0]->shape);

    if (!axes)
        return in[0];
    if (axes != n->attr.axes)
        return graph_add(g, OP_RMAX, 1, in, (Attr){.axes = axes}, n);
    return NULL;
}

/* Whether x only swaps the two axes of a product's operand. */
static bool turns(const Node *x)
{
    int r = x->shape.rank;

    if (x->op != OP_TRANSPOSE || r < 2)
        return false;
    for (int i = 0; i < r - 2; i++)
        if (x->attr.perm[i] != i)
            return false;
    return x->attr.perm[r - 1] == r - 2;
}

static Node *matmul(Graph *g, const Node *n, Node *const *in)
{
    bool ta = n->attr.mm.ta, tb = n->attr.mm.tb;

    if (turns(in[0]))
        return graph_matmul(g, in[0]->in[0], in[1], !ta, tb);
    if (turns(in[1]))
        return graph_matmul(g, in[0], in[1]->in[0], ta, !tb);
    return NULL;
}

Node *fold_linear(Graph *g, const Node *n, Node *const *in)
{
    unsigned linear = op_table[n->op].linear;

    if (linear == OP_TOGETHER)
        return NULL;
    for (int k = 0; linear >> k; k++)
        if (linear & OP_IN(k) && fold_is(in[k], 0))
            return graph_const_shaped(g, 0, n->shape, n);
    return NULL;
}

/* A sum over all rows of what a maximum along time has chosen: its gradient is
 * not 0 in one row of each group. */
static Node *picked(Graph *g, const Node *n, Node *const *in)
{
    Node *x = in[0]->op == OP_RESHAPE ? in[0]->in[0] : in[0];
    Shape chosen;

    if (!n->attr.mm.ta || n->attr.mm.tb || n->shape.rank != 2 ||
        x->op != OP_RMAX_DX || x->shape.rank != 3 || x->attr.axis != 1 ||
        in[0]->shape.dim[1] != x->shape.dim[2])
        return NULL;
    chosen = shape_of(2, x->shape.dim[0], x->shape.dim[2]);
    return graph_add(g, OP_MATMUL_AT, 3,
                     (Node *[]){graph_reshape(g, x->in[0], chosen),
                                graph_reshape(g, x->in[1], chosen), in[1]},
                     (Attr){0}, n);
}

/* Whether a window along axis i of the image holds any of its places: the
 * first that ends behind the image's beginning would. */
static bool meets(const Window *w, int i, int64_t size, int64_t windows)
{
    int64_t before = w->pad[i] - w->kernel[i];
    int64_t first = before < 0 ? 0 : before / w->stride[i] + 1;

    return first < windows && first * w->stride[i] - w->pad[i] < size;
}

/* Convolutions whose windows all lie in the padding: nothing is added up, in
 * either direction. */
static Node *conv_apart(Graph *g, const Node *n, Node *const *in)
{
    const Shape *x = conv_shape_of(n, CONV_X), *y = conv_shape_of(n, CONV_Y);

    (void)in;
    for (int i = 0; i < 2; i++)
        if (!meets(&n->attr.window, i, x->dim[2 + i], y->dim[2 + i]))
            return graph_const_shaped(g, 0, n->shape, n);
    return NULL;
}

/* Pooling that has nothing to choose from: windows of one place, or images of
 * one, which every window holds. */
static Node *one_place(Graph *g, const Node *n, Node *const *in)
{
    const Shape *x = &in[0]->shape;
    const Window *w = &n->attr.window;

    if (w->kernel[0] * w->kernel[1] == 1 && shape_equal(x, &n->shape))
        return in[0];
    if (n->op == OP_MAXPOOL && x->dim[2] * x->dim[3] == 1)
        return graph_broadcast(g, in[0], n->shape);
    return NULL;
}

const Fold fold_cores[] = {
    {OP_SUM, sum},         {OP_RMAX, maximum},       {OP_MATMUL, matmul},
    {OP_MATMUL, picked},   {OP_MAXPOOL, one_place},  {OP_AVGPOOL, one_place},
    {OP_CONV, conv_apart}, {OP_CONV_DX, conv_apart}, {OP_CONV_DW, conv_apart},
    {OP_COUNT, NULL},
};
