/* rewrite.c: rebuilds a graph node by node; the contract stands in rewrite.h.
 *
 * In goes a graph and a function that may replace a node, out comes a new
 * graph in topological order without dead nodes. */
#include "pass/rewrite.h"

#include <string.h>

bool *rewrite_live(const Graph *g)
{
    bool *live = NEWN(g->arena, bool, g->nodes.n + 1);

    for (int i = 0; i < g->roots.n; i++)
        live[g->roots.at[i].node->id] = true;
    for (int i = g->nodes.n - 1; i >= 0; i--) {
        const Node *n = g->nodes.at[i];

        for (int k = 0; live[i] && k < n->n_in; k++)
            live[n->in[k]->id] = true;
    }
    return live;
}

Node *rewrite_copy(Graph *g, const Node *n, Node *const *in)
{
    Node *copy = n->op == OP_SCAN || !(op_table[n->op].flags & OPF_SHAPED)
                     ? graph_add(g, n->op, n->n_in, in, n->attr, n)
                     : graph_add_shaped(g, n->op, n->type, n->shape, n->n_in,
                                        in, n->attr, n);

    copy->name = n->name;
    return copy;
}

/* The node with a body of its own, which the pass may change. */
static Node own_body(const Node *n, Rewrite *f, void *to, Graph *out)
{
    Node own = *n;

    own.attr.scan = NEW(out->arena, Scan);
    *own.attr.scan = *n->attr.scan;
    own.attr.scan->body = rewrite(n->attr.scan->body, f, to);
    return own;
}

static Node *rewrite_node(Graph *out, const Node *n, Node *const *in,
                          Rewrite *f, void *to)
{
    Node *new = NULL;
    Node own;

    if (n->op == OP_SCAN) {
        own = own_body(n, f, to, out);
        n = &own;
    }
    if (f)
        new = f(out, n, in, to);
    if (!new)
        new = rewrite_copy(out, n, in);
    if (!new->name && op_table[new->op].class != CLASS_LEAF)
        new->name = n->name;
    return new;
}

Graph *rewrite(const Graph *g, Rewrite *f, void *to)
{
    Graph *out = graph_new(g->arena, g->batch);
    Node **map = NEWN(g->arena, Node *, g->nodes.n + 1);
    bool *live = rewrite_live(g);

    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];
        Node **in = NEWN(g->arena, Node *, n->n_in + 1);

        if (!live[i])
            continue;
        for (int k = 0; k < n->n_in; k++)
            in[k] = map[n->in[k]->id];
        map[i] = rewrite_node(out, n, in, f, to);
    }
    for (int i = 0; i < g->roots.n; i++) {
        const Root *r = &g->roots.at[i];

        graph_root(out, map[r->node->id], r->role, r->index, r->slot);
    }
    return out;
}

static bool same_list(const int *a, const int *b, int n)
{
    return memcmp(a, b, (size_t)n * sizeof *a) == 0;
}

static bool same_window(const Window *a, const Window *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

bool rewrite_same_attr(const Node *a, const Node *b)
{
    const Attr *x = &a->attr, *y = &b->attr;

    switch (op_table[a->op].attr) {
    case ATTR_NONE:
        return true;
    case ATTR_VALUE:
        return memcmp(&x->value, &y->value, sizeof x->value) == 0;
    case ATTR_INDEX:
        return x->index == y->index;
    case ATTR_SLOT:
        return x->slot.index == y->slot.index && x->slot.slot == y->slot.slot;
    case ATTR_PART:
        return x->part.axis == y->part.axis && x->part.begin == y->part.begin &&
               x->part.size == y->part.size;
    case ATTR_AXIS:
        return x->axis == y->axis;
    case ATTR_AXES:
        return x->axes == y->axes;
    case ATTR_PERM:
        return same_list(x->perm, y->perm, a->shape.rank);
    case ATTR_MM:
        return x->mm.ta == y->mm.ta && x->mm.tb == y->mm.tb;
    case ATTR_WINDOW:
        return same_window(&x->window, &y->window);
    case ATTR_SCAN:
        return x->scan == y->scan;
    case ATTR_RANDOM:
        return memcmp(&x->random.rate, &y->random.rate,
                      sizeof x->random.rate) == 0 &&
               x->random.stream == y->random.stream;
    }
    return false;
}
