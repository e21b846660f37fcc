/* fold_view.c: rewrites of what moves elements; see fold.c. */
#include "ir/plan.h"
#include "pass/fold.h"
#include "pass/rewrite.h"

Node *fold_any_view(Graph *g, const Node *n, Node *const *in)
{
    if (!plan_is_view(n) || in[0]->op != OP_CONST)
        return NULL;
    return graph_const_shaped(g, in[0]->attr.value, n->shape, n);
}

static bool one_element(const Node *n)
{
    return shape_count(&n->shape) == 1;
}

/* Where a RESHAPE only moves axes of size 1: the axis that its longer axis
 * `axis` was, or -1. A TRANSPOSE of one row becomes such a RESHAPE. */
static int axis_before(const Shape *from, const Shape *to, int axis)
{
    int before = -1, a = 0;

    if (from->rank != to->rank || to->dim[axis] == 1)
        return -1;
    for (int i = 0; i < to->rank; i++) {
        if (to->dim[i] == 1)
            continue;
        while (a < from->rank && from->dim[a] == 1)
            a++;
        if (a == from->rank || from->dim[a] != to->dim[i])
            return -1;
        before = i == axis ? a : before;
        a++;
    }
    return before;
}

/* REVERSE stands behind RESHAPE. */
static Node *reshape_of_reverse(Graph *g, const Node *n, const Node *x)
{
    int axis = axis_before(&n->shape, &x->shape, x->attr.axis);
    Node *y = axis < 0 ? NULL : graph_reshape(g, x->in[0], n->shape);

    return y ? graph_add(g, OP_REVERSE, 1, &y, (Attr){.axis = axis}, x) : NULL;
}

static Node *reshape(Graph *g, const Node *n, Node *const *in)
{
    Node *x = in[0];

    if (shape_equal(&x->shape, &n->shape))
        return x;
    if (x->op == OP_RESHAPE)
        return graph_reshape(g, x->in[0], n->shape);
    if (x->op == OP_REVERSE)
        return reshape_of_reverse(g, n, x);
    if (x->op == OP_BROADCAST && one_element(x->in[0]))
        return graph_broadcast(
            g, graph_reshape(g, x->in[0], shape_ones(n->shape.rank)), n->shape);
    return NULL;
}

static Node *broadcast(Graph *g, const Node *n, Node *const *in)
{
    if (shape_equal(&in[0]->shape, &n->shape))
        return in[0];
    return in[0]->op == OP_BROADCAST
               ? graph_broadcast(g, in[0]->in[0], n->shape)
               : NULL;
}

/* Whether the axes longer than 1 keep their order. */
static bool keeps_order(const Node *n, const Shape *from)
{
    int last = -1;

    for (int i = 0; i < n->shape.rank; i++) {
        int axis = n->attr.perm[i];

        if (from->dim[axis] == 1)
            continue;
        if (axis < last)
            return false;
        last = axis;
    }
    return true;
}

/* REVERSE stands behind TRANSPOSE. */
static Node *transpose_of_reverse(Graph *g, const Node *n, const Node *x)
{
    Node *y = graph_add(g, OP_TRANSPOSE, 1, x->in, n->attr, n);
    Attr attr = {0};

    for (int i = 0; i < n->shape.rank; i++)
        if (n->attr.perm[i] == x->attr.axis)
            attr.axis = i;
    return graph_add(g, OP_REVERSE, 1, &y, attr, x);
}

static Node *transpose(Graph *g, const Node *n, Node *const *in)
{
    Node *x = in[0];
    Attr perm = {0};

    if (keeps_order(n, &x->shape))
        return graph_reshape(g, x, n->shape);
    if (x->op == OP_REVERSE)
        return transpose_of_reverse(g, n, x);
    if (x->op != OP_TRANSPOSE)
        return NULL;
    for (int i = 0; i < n->shape.rank; i++)
        perm.perm[i] = x->attr.perm[n->attr.perm[i]];
    return graph_add(g, OP_TRANSPOSE, 1, x->in, perm, n);
}

/* A slice of one of the joined values. */
static Node *slice_of_concat(Graph *g, const Node *n, const Node *x)
{
    int64_t begin = n->attr.part.begin, size = n->attr.part.size;
    int axis = n->attr.part.axis;

    if (x->attr.axis != axis)
        return NULL;
    for (int i = 0; i < x->n_in; i++) {
        int64_t have = x->in[i]->shape.dim[axis];

        if (begin < have)
            return begin + size <= have
                       ? graph_slice(g, x->in[i], axis, begin, size)
                       : NULL;
        begin -= have;
    }
    return NULL;
}

/* Slices of joined parameters are joined slices of them: so what layout packs
 * is always a CONCAT of pieces. */
static Node *slice_across(Graph *g, const Node *n, const Node *x)
{
    Node **in = NEWN(g->arena, Node *, x->n_in);

    if (x->attr.axis == n->attr.part.axis)
        return NULL;
    for (int i = 0; i < x->n_in; i++) {
        if (x->in[i]->op != OP_TENSOR)
            return NULL;
        in[i] = graph_slice(g, x->in[i], n->attr.part.axis, n->attr.part.begin,
                            n->attr.part.size);
    }
    return graph_concat(g, x->n_in, in, x->attr.axis);
}

static Node *slice_of_pad(Graph *g, const Node *n, const Node *x)
{
    int64_t begin = n->attr.part.begin - x->attr.part.begin;
    int axis = n->attr.part.axis;
    int64_t have = x->in[0]->shape.dim[axis], size = n->attr.part.size;

    if (x->attr.part.axis != axis)
        return NULL;
    if (begin >= 0 && begin + size <= have)
        return graph_slice(g, x->in[0], axis, begin, size);
    if (begin >= have || begin + size <= 0)
        return graph_const_shaped(g, 0, n->shape, n);
    return NULL;
}

/* The slice that n takes, of a value and an axis of it. */
static Node *same_part(Graph *g, const Node *n, Node *of, int axis)
{
    return graph_slice(g, of, axis, n->attr.part.begin, n->attr.part.size);
}

static Node *slice_of_broadcast(Graph *g, const Node *n, const Node *x)
{
    int axis = n->attr.part.axis;
    Node *from = x->in[0];

    if (from->shape.dim[axis] != 1)
        from = same_part(g, n, from, axis);
    return graph_broadcast(g, from, n->shape);
}

static Node *slice_of_transpose(Graph *g, const Node *n, const Node *x)
{
    Node *part = same_part(g, n, x->in[0], x->attr.perm[n->attr.part.axis]);

    return graph_add(g, OP_TRANSPOSE, 1, &part, x->attr, x);
}

static Node *slice_of_reshape(Graph *g, const Node *n, const Node *x)
{
    int axis = axis_before(&x->in[0]->shape, &x->shape, n->attr.part.axis);

    return axis < 0
               ? NULL
               : graph_reshape(g, same_part(g, n, x->in[0], axis), n->shape);
}

static Node *slice_of_reverse(Graph *g, const Node *n, const Node *x)
{
    int axis = n->attr.part.axis;
    int64_t begin = n->attr.part.begin, size = n->attr.part.size;
    Node *part;

    if (x->attr.axis == axis)
        begin = x->shape.dim[axis] - begin - size;
    part = graph_slice(g, x->in[0], axis, begin, size);
    return graph_add(g, OP_REVERSE, 1, &part, x->attr, x);
}

static Node *slice(Graph *g, const Node *n, Node *const *in)
{
    Node *x = in[0];
    int axis = n->attr.part.axis;

    if (x->shape.dim[axis] == n->attr.part.size)
        return x;
    switch (x->op) {
    case OP_SLICE:
        return x->attr.part.axis == axis
                   ? graph_slice(g, x->in[0], axis,
                                 x->attr.part.begin + n->attr.part.begin,
                                 n->attr.part.size)
                   : NULL;
    case OP_CONCAT:
        return x->attr.axis == axis ? slice_of_concat(g, n, x)
                                    : slice_across(g, n, x);
    case OP_PAD:
        return slice_of_pad(g, n, x);
    case OP_BROADCAST:
        return slice_of_broadcast(g, n, x);
    case OP_TRANSPOSE:
        return slice_of_transpose(g, n, x);
    case OP_RESHAPE:
        return slice_of_reshape(g, n, x);
    case OP_REVERSE:
        return slice_of_reverse(g, n, x);
    default:
        return NULL;
    }
}

static Node *pad(Graph *g, const Node *n, Node *const *in)
{
    Node *x = in[0];
    Attr attr = n->attr;

    if (shape_equal(&x->shape, &n->shape))
        return x;
    if (fold_is(x, 0))
        return graph_const_shaped(g, 0, n->shape, n);
    if (x->op != OP_PAD || x->attr.part.axis != attr.part.axis)
        return NULL;
    attr.part.begin += x->attr.part.begin;
    return graph_add(g, OP_PAD, 1, x->in, attr, n);
}

/* The value whose neighbouring slices, in order, are all joined, or NULL. */
static Node *joined_slices(Graph *g, const Node *n, Node *const *in)
{
    int axis = n->attr.axis;
    int64_t end = 0;

    for (int i = 0; i < n->n_in; i++) {
        if (in[i]->op != OP_SLICE || in[i]->attr.part.axis != axis ||
            in[i]->in[0] != in[0]->in[0] ||
            (i && in[i]->attr.part.begin != end))
            return NULL;
        end = in[i]->attr.part.begin + in[i]->attr.part.size;
    }
    return graph_slice(g, in[0]->in[0], axis, in[0]->attr.part.begin,
                       end - in[0]->attr.part.begin);
}

/* Values joined along an axis whose parts are themselves joined along it. */
static Node *flat_concat(Graph *g, const Node *n, Node *const *in)
{
    VEC(Node *) all = {0};

    for (int i = 0; i < n->n_in; i++)
        if (in[i]->op == OP_CONCAT && in[i]->attr.axis == n->attr.axis)
            for (int k = 0; k < in[i]->n_in; k++)
                vec_push(g->arena, &all, in[i]->in[k]);
        else
            vec_push(g->arena, &all, in[i]);
    return all.n > n->n_in ? graph_concat(g, all.n, all.at, n->attr.axis)
                           : NULL;
}

static Node *concat(Graph *g, const Node *n, Node *const *in)
{
    bool same = in[0]->op == OP_CONST;
    Node *flat;

    if (n->n_in == 1)
        return in[0];
    for (int i = 1; i < n->n_in; i++)
        same = same && fold_is(in[i], in[0]->attr.value);
    if (same)
        return graph_const_shaped(g, in[0]->attr.value, n->shape, n);
    flat = joined_slices(g, n, in);
    return flat ? flat : flat_concat(g, n, in);
}

static Node *reverse(Graph *g, const Node *n, Node *const *in)
{
    (void)g;
    if (n->shape.dim[n->attr.axis] == 1)
        return in[0];
    return in[0]->op == OP_REVERSE && in[0]->attr.axis == n->attr.axis
               ? in[0]->in[0]
               : NULL;
}

const Fold fold_views[] = {
    {OP_RESHAPE, reshape},
    {OP_BROADCAST, broadcast},
    {OP_TRANSPOSE, transpose},
    {OP_SLICE, slice},
    {OP_PAD, pad},
    {OP_CONCAT, concat},
    {OP_REVERSE, reverse},
    {OP_COUNT, NULL},
};
