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

const Node *rewrite_only_user(const Rewriting *r, const Node *n)
{
    const Users *users = &r->users[n->id];

    return r->uses[n->id] == 1 && users->n == 1 ? users->at[0] : NULL;
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
static Node own_body(const Rewriting *r, const Node *n, Rewrite *f)
{
    Node own = *n;

    own.attr.scan = NEW(r->g->arena, Scan);
    *own.attr.scan = *n->attr.scan;
    own.attr.scan->body = rewrite_body(n->attr.scan, f, r->to);
    return own;
}

static Node *rewrite_node(Rewriting *r, const Node *n, Rewrite *f)
{
    Node **in = NEWN(r->g->arena, Node *, n->n_in + 1), *new = NULL;
    Node own;

    for (int k = 0; k < n->n_in; k++)
        in[k] = r->map[n->in[k]->id];
    if (n->op == OP_SCAN) {
        own = own_body(r, n, f);
        n = &own;
    }
    if (f)
        new = f(r, n, in);
    if (!new)
        new = rewrite_copy(r->g, n, in);
    if (!new->name && op_table[new->op].class != CLASS_LEAF)
        new->name = n->name;
    return new;
}

static Graph *rewrite_graph(const Graph *g, const Scan *scan, Rewrite *f,
                            void *to)
{
    bool *live = rewrite_live(g);
    Rewriting r = {.old = g,
                   .scan = scan,
                   .g = graph_new(g->arena, g->batch),
                   .map = NEWN(g->arena, Node *, g->nodes.n + 1),
                   .uses = graph_uses(g),
                   .users = graph_users(g),
                   .on = scan ? steps_depends(scan) : NULL,
                   .to = to};

    for (int i = 0; i < g->nodes.n; i++)
        if (live[i])
            r.map[i] = rewrite_node(&r, g->nodes.at[i], f);
    for (int i = 0; i < g->roots.n; i++) {
        const Root *root = &g->roots.at[i];

        graph_root(r.g, r.map[root->node->id], root->role, root->index,
                   root->slot);
    }
    return r.g;
}

Graph *rewrite(const Graph *g, Rewrite *f, void *to)
{
    return rewrite_graph(g, NULL, f, to);
}

Graph *rewrite_body(const Scan *scan, Rewrite *f, void *to)
{
    return rewrite_graph(scan->body, scan, f, to);
}
