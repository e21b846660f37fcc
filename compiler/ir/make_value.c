/* make_value.c: products, and other parts that keep no state. */
#include "ir/make.h"

/* Values of matrices as one axis of them: [.., M, K] as [B, M, K]. */
static Node *stacked(Graph *g, Node *x, int64_t rows)
{
    int64_t columns = x->shape.dim[x->shape.rank - 1];
    int64_t count = shape_count(&x->shape) / columns / rows;

    return graph_reshape(g, x, shape_of(3, count, rows, columns));
}

/* Whether each row, or each matrix of rows, in x has a matrix of its own. */
static bool one_each(const Shape *x, const Shape *w)
{
    if (x->rank != w->rank && x->rank != w->rank - 1)
        return false;
    for (int i = 0; i < w->rank - 2; i++)
        if (x->dim[i] != w->dim[i])
            return false;
    return true;
}

Node *make_product(Graph *g, Node *x, Node *w, bool turned, const char **why)
{
    Shape shape = x->shape;
    int last = shape.rank - 1;
    int64_t rows = shape_count(&shape) / shape.dim[last];
    Node *in[2] = {x, w}, *y;

    if (w->shape.rank == 2) {
        in[0] = graph_reshape(g, x, shape_of(2, rows, shape.dim[last]));
    } else if (one_each(&shape, &w->shape)) {
        in[0] =
            stacked(g, x, shape.rank < w->shape.rank ? 1 : shape.dim[last - 1]);
        in[1] = stacked(g, w, w->shape.dim[w->shape.rank - 2]);
    }
    y = graph_try(g, OP_MATMUL, 2, in, (Attr){.mm = {.tb = turned}}, x->span,
                  why);
    if (!y)
        return NULL;
    shape.dim[last] = y->shape.dim[y->shape.rank - 1];
    return graph_reshape(g, y, shape);
}

Node *make_split(Graph *g, Node *x, int axis, int first, int64_t parts,
                 const char **why)
{
    Shape s = shape_prepend(1, &x->shape);
    int64_t size = x->shape.dim[axis];

    *why = NULL;
    if (parts < 1 || size % parts != 0)
        *why = arena_printf(g->arena,
                            "%lld feature%s cannot be cut into %lld equal "
                            "part%s",
                            (long long)size, str_s(size), (long long)parts,
                            str_s(parts));
    if (*why)
        return NULL;
    for (int a = 0; a < axis; a++)
        s.dim[a] = x->shape.dim[a];
    s.dim[axis] = parts;
    s.dim[axis + 1] = size / parts;
    return graph_move(g, graph_reshape(g, x, s), axis, first);
}

Node *make_join(Graph *g, Node *x, int axis, int first)
{
    Shape s = {.rank = x->shape.rank - 1};

    x = graph_move(g, x, first, axis - 1);
    for (int a = 0; a < s.rank; a++)
        s.dim[a] = x->shape.dim[a < axis ? a : a + 1];
    s.dim[axis - 1] = x->shape.dim[axis - 1] * x->shape.dim[axis];
    return graph_reshape(g, x, s);
}

/* The mask stands outside of a loop, over all its steps. */
Node *make_dropout(Graph *g, Loop *l, Node *x, const Dropout *d)
{
    Attr attr = {.random = {d->rate, d->stream, d->axes}};
    Shape shape = l ? shape_prepend(l->scan->steps, &x->shape) : x->shape;
    Shape row = shape_ones(shape.rank);
    Graph *outer = l ? l->outer : g;
    Node *begin[MAX_RANK], *mask;
    int rows = l ? 1 : 0;

    row.dim[rows] = shape.dim[rows];
    for (int i = 0; i < d->n; i++)
        begin[i] = graph_reshape(outer, d->begin[i], row);
    mask = graph_add_shaped(outer, OP_DROP_MASK, TYPE_REAL, shape, d->n, begin,
                            attr, x);
    return graph_binary(g, OP_MUL, x, l ? loop_sequence(l, mask) : mask);
}
