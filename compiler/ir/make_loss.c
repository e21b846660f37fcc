/* make_loss.c: losses, metrics and penalties from their terms; see make_loss.h.
 *
 * Absent rows add nothing: ROWS_MASK makes their terms 0, and counts are those
 * of the rows that are present. */
#include "ir/make_loss.h"

static Node *number(Graph *g, double value, const Node *like)
{
    return graph_const_shaped(g, value, shape_ones(1), like);
}

Node *make_count(Graph *g, const Node *terms)
{
    int64_t each = shape_count(&terms->shape) / terms->shape.dim[0];
    Node *rows = graph_add_shaped(g, OP_ROWS, TYPE_REAL, shape_ones(1), 0, NULL,
                                  (Attr){0}, terms);

    return each == 1
               ? rows
               : graph_binary(g, OP_MUL, rows, number(g, (double)each, terms));
}

Node *make_sums(Graph *g, Node *terms, int64_t sums)
{
    int last = terms->shape.rank - 1;
    unsigned all = (2U << last) - 1;
    bool places = sums != 1 && sums == terms->shape.dim[last];
    unsigned axes = sums == 1 ? all : places ? all >> 1 : 1;

    terms = graph_add(g, OP_ROWS_MASK, 1, &terms, (Attr){.axis = 0}, terms);
    return graph_reshape(g, graph_sum(g, terms, axes), shape_of(1, sums));
}

Node *make_mean(Graph *g, Node *terms, Node *counts)
{
    Node *sum = make_sums(g, terms, 1), *in[3], *zero;

    if (!counts)
        return graph_binary(g, OP_DIV, sum, make_count(g, terms));
    zero = number(g, 0, terms);
    in[1] = make_sums(g, counts, 1);
    in[0] = graph_binary(g, OP_GT, in[1], zero);
    in[2] = number(g, 1, terms);
    return graph_binary(g, OP_DIV, sum,
                        graph_add(g, OP_SELECT, 3, in, (Attr){0}, terms));
}

/* The sum and, with a factor that is not 0, that times the sum of f(w). */
static Node *add_penalty(Graph *g, Node *sum, Node *w, Op f, double factor)
{
    unsigned all = (1U << w->shape.rank) - 1;
    Node *more;

    if (factor == 0)
        return sum;
    more = graph_sum(g, graph_unary(g, f, w), all);
    more = graph_reshape(g, more, shape_ones(1));
    more = graph_binary(g, OP_MUL, number(g, factor, w), more);
    return graph_binary(g, OP_ADD, sum, more);
}

Node *make_penalties(Graph *g, const Program *p, Node *loss)
{
    int n = g->nodes.n;

    for (int i = 0; i < n; i++) {
        Node *node = g->nodes.at[i];
        const Tensor *w;

        if (node->op != OP_TENSOR)
            continue;
        w = &p->tensors.at[node->attr.index];
        if (w->kind != TENSOR_WEIGHT || w->frozen || w->shape.rank < 2)
            continue;
        loss = add_penalty(g, loss, node, OP_SQUARE, (p->train.l2 + w->l2) / 2);
        loss = add_penalty(g, loss, node, OP_ABS, p->train.l1 + w->l1);
    }
    return loss;
}
