/* split_concat.c: a product with a joined value is a sum of products.
 *
 * In goes a graph, out comes one in which the steps of loops multiply no CONCAT
 * of the step's input and a state, where that input has enough features for its
 * product to leave the loop: (x, h) W = x Wx + h Wh with slices of the weight.
 * hoist has to follow. */
#include "pass/pass.h"
#include "pass/rewrite.h"

/* Features of the joined operands that depend on no state, or 0 where all or
 * none do. */
static int64_t free_features(const Node *concat, const Depends *on)
{
    int64_t features = 0;
    bool state = false;

    for (int k = 0; k < concat->n_in; k++)
        if (on[concat->in[k]->id] == DEPENDS_STATE)
            state = true;
        else
            features += concat->in[k]->shape.dim[1];
    return state ? features : 0;
}

static bool splits(const Node *n, const Depends *on)
{
    const Node *x = n->op == OP_MATMUL ? n->in[0] : NULL;

    return x && n->shape.rank == 2 && !n->attr.mm.ta && x->op == OP_CONCAT &&
           x->attr.axis == 1 && on[n->in[1]->id] == DEPENDS_FIXED &&
           free_features(x, on) >= HOIST_FEATURES;
}

/* The product of operands from..to-1 of the CONCAT, whose features begin at
 * *begin, which is moved behind them. */
static Node *part(Rewriting *r, const Node *n, Node *const *in, int from,
                  int to, int64_t *begin)
{
    const Node *x = n->in[0];
    Node **run = NEWN(r->g->arena, Node *, to - from), *w;
    int64_t features = 0;

    for (int k = from; k < to; k++) {
        run[k - from] = r->map[x->in[k]->id];
        features += x->in[k]->shape.dim[1];
    }
    w = graph_slice(r->g, in[1], n->attr.mm.tb ? 1 : 0, *begin, features);
    *begin += features;
    return graph_matmul(r->g, graph_concat(r->g, to - from, run, 1), w, false,
                        n->attr.mm.tb);
}

static Node *split_node(Rewriting *r, const Node *n, Node *const *in)
{
    const Depends *on = r->on;
    const Node *x = n->n_in ? n->in[0] : NULL;
    Node *sum = NULL;
    int64_t begin = 0;

    if (!on || !splits(n, on))
        return NULL;
    for (int from = 0, to; from < x->n_in; from = to) {
        bool state = on[x->in[from]->id] == DEPENDS_STATE;
        Node *product;

        to = from + 1;
        while (to < x->n_in && (on[x->in[to]->id] == DEPENDS_STATE) == state)
            to++;
        product = part(r, n, in, from, to, &begin);
        sum = sum ? graph_binary(r->g, OP_ADD, sum, product) : product;
    }
    return sum;
}

REWRITE(split_concat, split_node)
