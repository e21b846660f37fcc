/* cost.c: how much there is to compute in a node. */
#include "ir/cost.h"

#include "ir/conv.h"
#include "ir/scan.h"

/* Every output place by every weight. */
static int64_t conv_products(const Node *n)
{
    const Shape *y = conv_shape_of(n, CONV_Y);

    return shape_count(y) / y->dim[1] * shape_count(conv_shape_of(n, CONV_W));
}

/* Of a node that is no scan. */
static int64_t own_products(const Node *n)
{
    const Shape *x = n->n_in ? &n->in[0]->shape : NULL;

    if (op_table[n->op].each != EACH_PRODUCT)
        return 0;
    if (n->op == OP_MATMUL_AT)
        return shape_count(&n->shape) * x->dim[0];
    if (n->op != OP_MATMUL)
        return conv_products(n);
    return shape_count(&n->shape) * x->dim[x->rank - 1 - n->attr.mm.ta];
}

int64_t cost_products(const Node *n)
{
    const Graph *body = n->op == OP_SCAN ? n->attr.scan->body : NULL;
    int64_t sum = 0;

    for (int i = 0; body && i < body->nodes.n; i++)
        sum += cost_products(body->nodes.at[i]);
    return body ? sum * n->attr.scan->steps : own_products(n);
}

/* The places of all windows. */
static int64_t window_places(const Node *n)
{
    const Node *windows = op_has(n->op, OPF_SHAPED) ? n->in[0] : n;
    const Window *w = &n->attr.window;

    return shape_count(&windows->shape) * w->kernel[0] * w->kernel[1];
}

static int64_t each(const Node *n)
{
    switch (op_table[n->op].each) {
    case EACH_RESULT:
        return shape_count(&n->shape);
    case EACH_INPUT:
        return shape_count(&n->in[0]->shape);
    case EACH_PRODUCT:
        return own_products(n);
    case EACH_WINDOW:
        return window_places(n);
    }
    return 0;
}

int64_t cost_flops(const Node *n)
{
    int flops = op_table[n->op].flops;

    return flops ? flops * each(n) : 0;
}
