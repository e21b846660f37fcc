/* dce.c: drops what no root needs.
 *
 * In goes a graph, out comes one without dead nodes. A loop over time loses
 * outputs that nothing picks, states that feed nothing else, inputs that its
 * body does not read, and inputs and outputs that it has twice. */
#include "pass/pass.h"
#include "pass/rewrite.h"

/* Which ports of a scan are needed. */
typedef struct Needs {
    bool *port[PORT_KINDS];
} Needs;

/* What live PICKs take. */
static Needs picked(const Rewriting *r, const Node *scan)
{
    const Users *picks = &r->users[scan->id];
    Needs needs;

    for (PortKind kind = 0; kind < PORT_KINDS; kind++)
        needs.port[kind] = NEWN(r->g->arena, bool, r->scan->ports[kind].n + 1);
    for (int i = 0; i < picks->n; i++) {
        Port p = picks->at[i]->attr.port;

        if (r->live[picks->at[i]->id])
            needs.port[p.kind][p.index] = true;
    }
    if (r->scan->masked)
        needs.port[PORT_SEQUENCE][r->scan->mask.index] = true;
    return needs;
}

/* Adds what the body reads for that, and for the states that it reads. */
static void spread(const OpenScan *s, Needs *needs)
{
    const Graph *body = s->body;
    bool *live = NEWN(body->arena, bool, body->nodes.n + 1), changed = true;

    for (int j = 0; j < s->ports[PORT_STACK].n; j++)
        if (needs->port[PORT_STACK][j])
            live[s->ports[PORT_STACK].at[j].inside->id] = true;
    while (changed) {
        changed = false;
        for (int i = 0; i < s->ports[PORT_STATE].n; i++)
            if (needs->port[PORT_STATE][i])
                live[s->ports[PORT_STATE].at[i].inside->id] = true;
        for (int i = body->nodes.n - 1; i >= 0; i--) {
            const Node *n = body->nodes.at[i];
            bool *read =
                n->op == OP_ARG
                    ? &needs->port[n->attr.port.kind][n->attr.port.index]
                    : NULL;

            for (int k = 0; live[i] && k < n->n_in; k++)
                live[n->in[k]->id] = true;
            if (live[i] && read && !*read)
                changed = *read = true;
        }
    }
}

/* Of ports of one kind that take or stack the same one stays. `seen` holds a
 * zero for each node that they may do that with. */
static void join(OpenScan *s, PortKind kind, int *seen)
{
    for (int i = 0; i < s->ports[kind].n; i++) {
        const ScanPort *p = &s->ports[kind].at[i];
        int *at = &seen[(p->outside ? p->outside : p->inside)->id];

        if (p->to.index >= 0 && *at)
            scan_join(s, (Port){kind, i}, (Port){kind, *at - 1});
        else if (p->to.index >= 0)
            *at = i + 1;
    }
    for (int i = 0; i < s->ports[kind].n; i++) {
        const ScanPort *p = &s->ports[kind].at[i];

        seen[(p->outside ? p->outside : p->inside)->id] = 0;
    }
}

static void trim(Rewriting *r, const Node *n)
{
    OpenScan *s = r->scan;
    Needs needs = picked(r, n);

    spread(s, &needs);
    for (PortKind kind = 0; kind < PORT_KINDS; kind++)
        for (int i = 0; i < s->ports[kind].n; i++)
            if (!needs.port[kind][i])
                scan_drop(s, (Port){kind, i});
    if (!r->here)
        r->here = NEWN(r->g->arena, int, r->old->nodes.n + 1);
    join(s, PORT_SEQUENCE, r->here);
    join(s, PORT_FIXED, r->here);
    join(s, PORT_STACK, NEWN(r->g->arena, int, s->body->nodes.n + 1));
}

static Node *dce_node(Rewriting *r, const Node *n, Node *const *in)
{
    (void)in;
    if (n->op == OP_SCAN)
        trim(r, n);
    return NULL;
}

REWRITE(dce, dce_node)
