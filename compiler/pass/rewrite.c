/* rewrite.c: rebuilds a graph node by node; the contract stands in rewrite.h.
 *
 * In goes a graph and a function that may replace a node, out comes a new
 * graph in topological order without dead nodes. */
#include "pass/rewrite.h"

static bool *find_live(const Graph *g)
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

static Graph *rewrite_graph(const Graph *g, bool body, Rewrite *f, void *to);

static Node *rewrite_scan(Rewriting *r, const Node *n, Node *const *in,
                          Rewrite *f)
{
    OpenScan *s =
        scan_open(n, in, rewrite_graph(n->attr.scan->body, true, f, r->to));

    if (!r->scans)
        r->scans = NEWN(r->g->arena, OpenScan *, r->old->nodes.n);
    r->scan = r->scans[n->id] = s;
    if (f && f(r, n, in))
        nnc_bug("a rewriting replaced a scan");
    r->scan = NULL;
    return scan_close(r->g, s, n);
}

static Node *rewrite_pick(Rewriting *r, const Node *n, Node *const *in)
{
    Port p = scan_now(r->scans[n->in[0]->id], n->attr.port);

    return graph_pick(r->g, in[0], p.kind, p.index);
}

static Node *rewrite_node(Rewriting *r, const Node *n, Rewrite *f)
{
    Node **in = graph_mapped(r->g, n, r->map), *new = NULL;

    if (n->op == OP_SCAN)
        new = rewrite_scan(r, n, in, f);
    else if (f)
        new = f(r, n, in);
    if (!new)
        new =
            n->op == OP_PICK ? rewrite_pick(r, n, in) : graph_copy(r->g, n, in);
    if (!new->name && op_table[new->op].class != CLASS_LEAF)
        new->name = n->name;
    return new;
}

static Graph *rewrite_graph(const Graph *g, bool body, Rewrite *f, void *to)
{
    Rewriting r = {.old = g,
                   .g = graph_new(g->arena, g->batch),
                   .map = NEWN(g->arena, Node *, g->nodes.n + 1),
                   .live = find_live(g),
                   .uses = graph_uses(g),
                   .users = graph_users(g),
                   .on = body ? steps_depends(g) : NULL,
                   .to = to};

    graph_expect(r.g, g->nodes.n);
    for (int i = 0; i < g->nodes.n; i++)
        if (r.live[i] && !r.map[i])
            r.map[i] = rewrite_node(&r, g->nodes.at[i], f);
    for (int i = 0; i < g->roots.n; i++) {
        const Root *root = &g->roots.at[i];

        graph_root(r.g, r.map[root->node->id], root->role, root->index);
    }
    return r.g;
}

Graph *rewrite(const Graph *g, Rewrite *f, void *to)
{
    return rewrite_graph(g, false, f, to);
}
