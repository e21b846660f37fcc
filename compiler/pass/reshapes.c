/* reshapes.c: what follows a product element by element keeps its two axes.
 *
 * In goes a graph, out comes one in which element-wise operators on a product
 * stand before a RESHAPE of its rows instead of behind it: a dense layer on
 * [time, batch, features] multiplies [time * batch, features], and its bias and
 * activation are computed in the registers of that product. Random masks stay
 * behind: they are drawn element by element. fold has to follow. */
#include "pass/pass.h"
#include "pass/rewrite.h"

/* The RESHAPE [a b, n] to [a, b, n] that the operator can change places with,
 * or NULL. */
static Node *of_product(const Node *n, Node *const *in)
{
    for (int k = 0; k < n->n_in; k++) {
        const Node *x = in[k]->op == OP_RESHAPE ? in[k]->in[0] : NULL;

        if (x && x->shape.rank == 2 && shape_equal(&in[k]->shape, &n->shape) &&
            shape_count(&x->shape) > 1 &&
            (x->op == OP_MATMUL || op_is_map(x->op)))
            return in[k];
    }
    return NULL;
}

/* How x's axes [from, to), of which n repeats those of size 1, look as one:
 * 1 where all are repeated, their product where none is, else 0. */
static int64_t as_one(const Node *x, const Node *n, int from, int to)
{
    int64_t whole = 1, own = 1;

    for (int a = from; a < to; a++) {
        whole *= n->shape.dim[a];
        own *= x->shape.dim[a];
    }
    return own == whole || own == 1 ? own : 0;
}

/* The number of n's axes that make the product's rows, or -1. */
static int row_axes(const Node *n, const Node *product)
{
    int64_t rows = 1;
    int a = 0;

    while (a < n->shape.rank && rows < product->shape.dim[0])
        rows *= n->shape.dim[a++];
    return rows == product->shape.dim[0] ? a : -1;
}

/* x as it is combined with [rows, columns]; NULL where no RESHAPE gives it. */
static Node *by_rows(Graph *g, Node *x, const Node *n, int rows)
{
    int64_t m = as_one(x, n, 0, rows), c = as_one(x, n, rows, n->shape.rank);

    if (m == 0 || c == 0 || x->op == OP_DROP_MASK)
        return NULL;
    return graph_reshape(g, x, shape_of(2, m, c));
}

static Node *reshapes_node(Rewriting *r, const Node *n, Node *const *in)
{
    Node *turn = NULL, *flat[3];
    int rows = -1;

    if (op_is_map(n->op) && n->op != OP_ROWS_MASK)
        turn = of_product(n, in);
    if (turn)
        rows = row_axes(n, turn->in[0]);
    if (rows < 0)
        return NULL;
    for (int k = 0; k < n->n_in; k++) {
        flat[k] = by_rows(r->g, in[k], n, rows);
        if (!flat[k])
            return NULL;
    }
    flat[0] = graph_add(r->g, n->op, n->n_in, flat, n->attr, n);
    flat[0]->name = n->name;
    return graph_reshape(r->g, flat[0], n->shape);
}

REWRITE(reshapes, reshapes_node)
