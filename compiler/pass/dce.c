/* dce.c: drops what no root needs.
 *
 * In goes a graph, out comes one without dead nodes. A loop over time loses
 * outputs that nothing picks, states that feed nothing else, inputs that its
 * body does not read, and inputs and outputs that it has twice. */
#include "pass/pass.h"
#include "pass/rewrite.h"

/* How a scan's outputs and inputs are renumbered; -1: gone. */
typedef struct Trim {
    const Node *scan; /* of the new graph */
    int *outs;
    struct Trim *next;
} Trim;

typedef struct Pruning {
    const Graph *g; /* the old graph */
    bool *live;
    Trim *trims;
} Pruning;

/* Which outputs of scan n live PICKs take. */
static bool *picked(const Pruning *p, const Node *n)
{
    const Scan *s = n->attr.scan;
    bool *out = NEWN(p->g->arena, bool, s->n_state + s->n_stack + 1);

    for (int i = n->id + 1; i < p->g->nodes.n; i++) {
        const Node *pick = p->g->nodes.at[i];

        if (p->live[i] && pick->op == OP_PICK && pick->in[0] == n)
            out[pick->attr.index] = true;
    }
    return out;
}

static void mark(const Graph *body, bool *live, Role role, int index)
{
    live[graph_find_root(body, role, index)->id] = true;
    for (int i = body->nodes.n - 1; i >= 0; i--)
        for (int k = 0; live[i] && k < body->nodes.at[i]->n_in; k++)
            live[body->nodes.at[i]->in[k]->id] = true;
}

static bool reads(const Graph *body, const bool *live, int arg)
{
    for (int i = 0; i < body->nodes.n; i++)
        if (live[i] && body->nodes.at[i]->op == OP_ARG &&
            body->nodes.at[i]->attr.index == arg)
            return true;
    return false;
}

/* The nodes of the body that the wanted outputs need; a state that they read
 * becomes wanted too. */
static bool *live_body(const Scan *s, bool *wanted)
{
    const Graph *body = s->body;
    bool *live = NEWN(body->arena, bool, body->nodes.n + 1);
    bool changed = true;

    for (int j = 0; j < s->n_stack; j++)
        if (wanted[s->n_state + j])
            mark(body, live, ROOT_STACK, j);
    for (int i = 0; i < s->n_state; i++)
        if (wanted[i])
            mark(body, live, ROOT_STATE, i);
    while (changed) {
        changed = false;
        for (int i = 0; i < s->n_state; i++)
            if (!wanted[i] && reads(body, live, s->n_seq + i)) {
                wanted[i] = changed = true;
                mark(body, live, ROOT_STATE, i);
            }
    }
    return live;
}

/* Numbers the outputs that stay; equal stacks share a number. */
static int *number_outputs(const Scan *s, const bool *wanted, Scan *to)
{
    int *outs = NEWN(s->body->arena, int, s->n_state + s->n_stack + 1);

    to->n_state = to->n_stack = 0;
    for (int i = 0; i < s->n_state; i++)
        outs[i] = wanted[i] ? to->n_state++ : -1;
    for (int j = 0; j < s->n_stack; j++) {
        const Node *node = graph_find_root(s->body, ROOT_STACK, j);
        int *out = &outs[s->n_state + j];

        *out = -1;
        if (!wanted[s->n_state + j])
            continue;
        for (int k = 0; k < j; k++)
            if (outs[s->n_state + k] >= 0 &&
                graph_find_root(s->body, ROOT_STACK, k) == node)
                *out = outs[s->n_state + k];
        if (*out < 0)
            *out = to->n_state + to->n_stack++;
    }
    return outs;
}

/* Numbers the inputs that stay; returns them in their new order. */
static Node **number_inputs(const Node *n, Node *const *in, const bool *live,
                            const int *outs, Scan *to, int *args)
{
    const Scan *s = n->attr.scan;
    Node **kept = NEWN(s->body->arena, Node *, n->n_in + 1);
    int at = 0;

    to->n_seq = to->n_fixed = 0;
    for (int i = 0; i < n->n_in; i++) {
        bool state = i >= s->n_seq && i < s->n_seq + s->n_state;
        int *count = i < s->n_seq ? &to->n_seq : &to->n_fixed;
        int first = i < s->n_seq ? 0 : to->n_seq + to->n_state;

        args[i] = -1;
        if (state ? outs[i - s->n_seq] < 0 : !reads(s->body, live, i))
            continue;
        for (int k = first; !state && k < at; k++)
            if (kept[k] == in[i])
                args[i] = k;
        if (args[i] >= 0)
            continue;
        kept[at] = in[i];
        args[i] = at++;
        if (!state)
            (*count)++;
    }
    return kept;
}

static Graph *renumber_body(const Scan *s, const bool *live, const int *args,
                            const int *outs, const Scan *to)
{
    Graph *body = graph_new(s->body->arena, s->body->batch);
    Node **map = NEWN(body->arena, Node *, s->body->nodes.n + 1);
    bool *done = NEWN(body->arena, bool, to->n_state + to->n_stack + 1);

    for (int i = 0; i < s->body->nodes.n; i++) {
        const Node *n = s->body->nodes.at[i];
        Node **in = NEWN(body->arena, Node *, n->n_in + 1);

        if (!live[i])
            continue;
        for (int k = 0; k < n->n_in; k++)
            in[k] = map[n->in[k]->id];
        map[i] = rewrite_copy(body, n, in);
        if (n->op == OP_ARG)
            map[i]->attr.index = args[n->attr.index];
    }
    for (int i = 0; i < s->body->roots.n; i++) {
        const Root *r = &s->body->roots.at[i];
        bool stack = r->role == ROOT_STACK;
        int out = outs[stack ? s->n_state + r->index : r->index];

        if (out < 0 || done[out])
            continue;
        done[out] = true;
        graph_root(body, map[r->node->id], r->role,
                   stack ? out - to->n_state : out, 0);
    }
    return body;
}

static Node *trim_scan(Graph *g, const Node *n, Node *const *in, Pruning *p)
{
    const Scan *s = n->attr.scan;
    Scan *to = NEW(g->arena, Scan);
    bool *wanted = picked(p, p->g->nodes.at[n->id]), *live;
    int *args = NEWN(g->arena, int, n->n_in + 1), *outs;
    Trim *trim = NEW(g->arena, Trim);
    Node **kept, *scan;

    live = live_body(s, wanted);
    *to = *s;
    outs = number_outputs(s, wanted, to);
    kept = number_inputs(n, in, live, outs, to, args);
    to->body = renumber_body(s, live, args, outs, to);
    scan = graph_add(g, OP_SCAN, to->n_seq + to->n_state + to->n_fixed, kept,
                     (Attr){.scan = to}, n);
    *trim = (Trim){.scan = scan, .outs = outs, .next = p->trims};
    p->trims = trim;
    return scan;
}

static Node *prune(Rewriting *r, const Node *n, Node *const *in)
{
    Pruning *p = r->to;

    if (n->op == OP_SCAN)
        return trim_scan(r->g, n, in, p);
    if (n->op != OP_PICK)
        return NULL;
    for (const Trim *t = p->trims; t; t = t->next)
        if (t->scan == in[0])
            return graph_pick(r->g, in[0], t->outs[n->attr.index]);
    nnc_bug("a pick of an unknown scan");
}

Graph *dce(Program *prog, Graph *g)
{
    Pruning p = {.g = g, .live = rewrite_live(g)};

    (void)prog;
    return rewrite(g, prune, &p);
}
