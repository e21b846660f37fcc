/* absorb.c: products take in what scales and shifts their results.
 *
 * In goes a graph of inference, out comes one in which a convolution or matrix
 * product by a weight whose result is multiplied feature by feature, as a
 * normalisation with settled statistics does, has a scaled weight instead, and
 * what is added feature by feature is one sum:
 *
 *     (x * w - m) s + b  =  x * (w s) + (b - m s)
 *
 * Another value may be added in between: it is multiplied alone. Weights and
 * sums are made of tensors alone, so that prepare has them computed once. */
#include "pass/pass.h"
#include "pass/rewrite.h"

typedef struct Absorb {
    VEC(bool) fixed; /* by id of the new graph: made of tensors alone */
} Absorb;

static bool is_fixed(Rewriting *r, const Node *n)
{
    Absorb *a = r->to;

    while (a->fixed.n <= n->id) {
        const Node *next = r->g->nodes.at[a->fixed.n];
        bool fixed = next->op == OP_TENSOR || next->op == OP_CONST ||
                     (next->n_in > 0 && next->op != OP_SCAN &&
                      !(op_table[next->op].flags & OPF_MIXES_ROWS));

        for (int i = 0; i < next->n_in; i++)
            fixed = fixed && a->fixed.at[next->in[i]->id];
        vec_push(r->g->arena, &a->fixed, fixed);
    }
    return a->fixed.at[n->id];
}

/* What stands for input k of an old node. */
static Node *input(const Rewriting *r, const Node *n, int k)
{
    return r->map[n->in[k]->id];
}

/* The input of a sum, difference or product that is fixed, or -1. */
static int fixed_input(Rewriting *r, const Node *n)
{
    for (int k = 1; k >= 0; k--)
        if (is_fixed(r, input(r, n, k)) && !(n->op == OP_SUB && k == 0))
            return k;
    return -1;
}

/* The axis along which a product by a weight has its features, or -1. */
static int feature_axis(Rewriting *r, const Node *n)
{
    bool weighs = (n->op == OP_CONV || n->op == OP_MATMUL) &&
                  is_fixed(r, input(r, n, 1)) && !is_fixed(r, input(r, n, 0));

    if (!weighs || r->uses[n->id] != 1 ||
        (n->op == OP_MATMUL && n->shape.rank != 2))
        return -1;
    return 1;
}

/* Whether s has one number for each place along the axis of a value. */
static bool runs_along(const Shape *s, const Shape *shape, int axis)
{
    return s->rank == shape->rank && s->dim[axis] == shape->dim[axis] &&
           shape_count(s) == shape->dim[axis];
}

/* The shape of s before a view that puts [time * rows, features] apart; rank 0
 * where n is none. */
static Shape before_view(const Node *n, const Shape *s)
{
    const Shape *from = &n->in[0]->shape;
    Shape ones = shape_ones(from->rank);
    int last = n->shape.rank - 1;

    if (n->op != OP_RESHAPE || last < 1 || !runs_along(s, &n->shape, last) ||
        from->dim[from->rank - 1] != s->dim[last])
        return (Shape){0};
    ones.dim[from->rank - 1] = s->dim[last];
    return ones;
}

static bool reaches(Rewriting *r, const Node *n, const Shape *s);

/* Of a sum, difference or product. */
static bool map_reaches(Rewriting *r, const Node *n, const Shape *s)
{
    int k = fixed_input(r, n);

    for (int i = 0; i < 2; i++)
        if (i != k && !shape_equal(&n->in[i]->shape, &n->shape))
            return false;
    if (k < 0)
        return n->op == OP_ADD &&
               (reaches(r, n->in[0], s) || reaches(r, n->in[1], s));
    return (n->op != OP_MUL || shape_equal(&n->in[k]->shape, s)) &&
           reaches(r, n->in[1 - k], s);
}

/* Whether n is, over sums and multiples that nothing else uses, a product that
 * a factor of shape s can be taken into. */
static bool reaches(Rewriting *r, const Node *n, const Shape *s)
{
    int axis = feature_axis(r, n);
    Shape before;

    if (axis >= 0)
        return runs_along(s, &n->shape, axis);
    if (r->uses[n->id] != 1)
        return false;
    if (n->op == OP_ADD || n->op == OP_SUB || n->op == OP_MUL)
        return map_reaches(r, n, s);
    if (n->op != OP_RESHAPE)
        return false;
    before = before_view(n, s);
    return before.rank > 0 && reaches(r, n->in[0], &before);
}

/* The product with its weight times s. */
static Node *scaled_product(Rewriting *r, const Node *n, Node *s)
{
    Node *w = input(r, n, 1), *in[2] = {input(r, n, 0), NULL};
    Shape along = shape_ones(w->shape.rank);
    int axis = n->op == OP_CONV || n->attr.mm.tb ? 0 : 1;

    along.dim[axis] = w->shape.dim[axis];
    in[1] = graph_binary(r->g, OP_MUL, w, graph_reshape(r->g, s, along));
    return graph_copy(r->g, n, in);
}

/* n times s, where n reaches a product. */
static Node *scaled(Rewriting *r, const Node *n, Node *s)
{
    int k;
    Node *side[2];

    if (feature_axis(r, n) >= 0)
        return scaled_product(r, n, s);
    if (n->op == OP_RESHAPE)
        return graph_reshape(
            r->g,
            scaled(r, n->in[0],
                   graph_reshape(r->g, s, before_view(n, &s->shape))),
            n->shape);
    k = fixed_input(r, n);
    if (n->op == OP_MUL)
        return scaled(r, n->in[1 - k],
                      graph_binary(r->g, OP_MUL, s, input(r, n, k)));
    for (int i = 0; i < 2; i++)
        side[i] = i != k && reaches(r, n->in[i], &s->shape)
                      ? scaled(r, n->in[i], s)
                      : graph_binary(r->g, OP_MUL, input(r, n, i), s);
    return graph_binary(r->g, n->op, side[0], side[1]);
}

/* (x + t) + u as x + (t + u), and so on, where t and u are fixed. */
static Node *one_shift(Rewriting *r, const Node *n, Node *const *in)
{
    int k = fixed_input(r, n), inner;
    Node *x, *t, *u;
    bool minus;

    if (k < 0 || is_fixed(r, in[1 - k]))
        return NULL;
    x = in[1 - k];
    if (x->op != OP_ADD && x->op != OP_SUB)
        return NULL;
    inner = is_fixed(r, x->in[1]) ? 1 : is_fixed(r, x->in[0]) ? 0 : -1;
    if (inner < 0 || (x->op == OP_SUB && inner == 0))
        return NULL;
    t = x->in[inner];
    u = in[k];
    minus = x->op == OP_SUB;
    if (n->op == OP_ADD)
        u = graph_binary(r->g, minus ? OP_SUB : OP_ADD, u, t);
    else
        u = graph_binary(r->g, minus ? OP_ADD : OP_SUB, t, u);
    minus = n->op == OP_SUB && minus;
    return graph_binary(r->g, minus ? OP_SUB : OP_ADD, x->in[1 - inner], u);
}

static Node *absorb_node(Rewriting *r, const Node *n, Node *const *in)
{
    int k;

    if (r->on || (n->op != OP_MUL && n->op != OP_DIV && n->op != OP_ADD &&
                  n->op != OP_SUB))
        return NULL;
    if (n->op == OP_ADD || n->op == OP_SUB)
        return one_shift(r, n, in);
    k = fixed_input(r, n);
    if (k < 0 || (n->op == OP_DIV && k == 0) ||
        !reaches(r, n->in[1 - k], &in[k]->shape))
        return NULL;
    return scaled(r, n->in[1 - k],
                  n->op == OP_MUL ? in[k]
                                  : graph_binary(r->g, OP_DIV,
                                                 graph_const_shaped(
                                                     r->g, 1, in[k]->shape, n),
                                                 in[k]));
}

Graph *absorb(Program *p, Graph *g)
{
    Absorb to = {0};

    (void)p;
    return rewrite(g, absorb_node, &to);
}
