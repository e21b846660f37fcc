/* cost.c: how much there is to compute in a node. */
#include "ir/cost.h"

/* Every output place by every weight. */
static int64_t conv_products(const Node *n)
{
    const Node *y = n->op == OP_CONV      ? n
                    : n->op == OP_CONV_DX ? n->in[0]
                                          : n->in[1];
    const Node *w = n->op == OP_CONV_DW ? n : n->in[1];

    return shape_count(&y->shape) / y->shape.dim[1] * shape_count(&w->shape);
}

static int64_t scan_products(const Scan *scan)
{
    int64_t sum = 0;

    for (int i = 0; i < scan->body->nodes.n; i++)
        sum += cost_products(scan->body->nodes.at[i]);
    return sum * scan->steps;
}

int64_t cost_products(const Node *n)
{
    const Shape *x;

    switch (n->op) {
    case OP_MATMUL:
        x = &n->in[0]->shape;
        return shape_count(&n->shape) * x->dim[x->rank - 1 - n->attr.mm.ta];
    case OP_CONV:
    case OP_CONV_DX:
    case OP_CONV_DW:
        return conv_products(n);
    case OP_SCAN:
        return scan_products(n->attr.scan);
    default:
        return 0;
    }
}
