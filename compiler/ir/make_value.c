/* make_value.c: products, and other parts that keep no state. */
#include "ir/make.h"

Node *make_product(Graph *g, Node *x, Node *w, bool turned, const char **why)
{
    Shape shape = x->shape;
    int last = shape.rank - 1;
    int64_t rows = shape_count(&shape) / shape.dim[last];
    Node *in[2] = {x, w}, *y;

    if (w->shape.rank == 2)
        in[0] = graph_reshape(g, x, shape_of(2, rows, shape.dim[last]));
    else if (shape.rank == 2) /* one row by each matrix */
        in[0] = graph_reshape(
            g, x, shape_of(3, shape.dim[0], (int64_t)1, shape.dim[1]));
    y = graph_try(g, OP_MATMUL, 2, in, (Attr){.mm = {.tb = turned}}, x->span,
                  why);
    if (!y)
        return NULL;
    shape.dim[last] = y->shape.dim[y->shape.rank - 1];
    return graph_reshape(g, y, shape);
}

/* The mask stands outside of a loop, over all its steps. */
Node *make_dropout(Graph *g, Loop *l, Node *x, double rate, int stream)
{
    Attr attr = {.random = {.rate = rate, .stream = stream}};
    Shape shape = l ? shape_prepend(l->scan->steps, &x->shape) : x->shape;
    Node *mask = graph_add_shaped(l ? l->outer : g, OP_DROP_MASK, TYPE_REAL,
                                  shape, 0, NULL, attr, x);

    return graph_binary(g, OP_MUL, x, l ? loop_sequence(l, mask) : mask);
}
