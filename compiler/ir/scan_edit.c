/* scan_edit.c: the editor of loops over time; see scan_edit.h. */
#include "ir/scan_edit.h"

static const Port gone = {.index = -1};

static ScanPort *at(const OpenScan *s, Port p)
{
    return &s->ports[p.kind].at[p.index];
}

/* Whether a port is neither gone nor joined with another one. */
static bool stays(const OpenScan *s, const ScanPort *p)
{
    return p->to.index >= 0 && at(s, p->to) == p;
}

static Port add_port(OpenScan *s, PortKind kind, Node *outside, Node *inside)
{
    Port p = {kind, s->ports[kind].n};
    ScanPort port = {.outside = outside, .inside = inside, .to = p};

    vec_push(s->body->arena, &s->ports[kind], port);
    return p;
}

OpenScan *scan_begin(Graph *body, int64_t steps, bool backward)
{
    OpenScan *s = NEW(body->arena, OpenScan);

    s->body = body;
    s->steps = steps;
    s->backward = backward;
    return s;
}

OpenScan *scan_open(const Node *scan, Node *const *in, Graph *body)
{
    Scan was = *scan->attr.scan;
    OpenScan *s = scan_begin(body, was.steps, was.backward);

    was.body = body;
    s->masked = was.masked;
    s->mask = (Port){PORT_SEQUENCE, was.mask};
    for (PortKind kind = 0; kind < PORT_KINDS; kind++)
        for (int i = 0; i < was.n[kind]; i++)
            add_port(s, kind,
                     kind == PORT_STACK ? NULL : in[scan_place(&was, kind, i)],
                     kind == PORT_STATE || kind == PORT_STACK
                         ? scan_root(&was, kind, i)->node
                         : NULL);
    return s;
}

Port scan_add(OpenScan *s, PortKind kind, Node *outside)
{
    return add_port(s, kind, outside, NULL);
}

Node *scan_take(OpenScan *s, PortKind kind, Node *outside, const Node *like)
{
    Port p = scan_add(s, kind, outside);
    Shape shape =
        kind == PORT_SEQUENCE ? shape_rest(&outside->shape) : outside->shape;

    return at(s, p)->leaf =
               graph_add_shaped(s->body, OP_ARG, outside->type, shape, 0, NULL,
                                (Attr){.port = p}, like);
}

void scan_next(OpenScan *s, const Node *state, Node *next)
{
    at(s, state->attr.port)->inside = next;
}

void scan_mask(OpenScan *s, const Node *leaf)
{
    s->masked = true;
    s->mask = leaf->attr.port;
}

Port scan_stack(OpenScan *s, Node *value)
{
    return add_port(s, PORT_STACK, NULL, value);
}

void scan_supply(OpenScan *s, const Node *n, Port p)
{
    vec_push(s->body->arena, &s->supplied, n);
    vec_push(s->body->arena, &s->supplies, p);
    s->moved = true;
}

void scan_join(OpenScan *s, Port p, Port with)
{
    at(s, p)->to = with;
    s->moved = true;
}

void scan_drop(OpenScan *s, Port p)
{
    scan_join(s, p, gone);
}

void scan_fill(OpenScan *s, Port p)
{
    scan_drop(s, p);
    at(s, p)->constant = true;
}

Port scan_now(const OpenScan *s, Port p)
{
    Port to = at(s, p)->to;

    return to.index < 0 ? to : (Port){to.kind, at(s, to)->number};
}

/* Numbers the ports that stay; returns what the node takes. */
static Node **number(OpenScan *s, Scan *scan)
{
    Node **in;
    int n_in = 0;

    for (PortKind kind = 0; kind < PORT_KINDS; kind++)
        for (int i = 0; i < s->ports[kind].n; i++) {
            ScanPort *p = &s->ports[kind].at[i];

            if (stays(s, p))
                p->number = scan->n[kind]++;
        }
    in = NEWN(s->body->arena, Node *, scan_place(scan, PORT_STACK, 1));
    for (PortKind kind = 0; kind < PORT_STACK; kind++)
        for (int i = 0; i < s->ports[kind].n; i++) {
            ScanPort *p = &s->ports[kind].at[i];

            if (stays(s, p))
                in[n_in++] = p->outside;
        }
    return in;
}

/* By id of the body, the port through which a node comes in, or NULL. */
static const Port **find_supplied(const OpenScan *s)
{
    const Graph *g = s->body;
    const Port **port = NEWN(g->arena, const Port *, g->nodes.n + 1);

    for (int i = 0; i < g->nodes.n; i++)
        if (g->nodes.at[i]->op == OP_ARG)
            port[i] = &g->nodes.at[i]->attr.port;
    for (int i = 0; i < s->supplied.n; i++)
        port[s->supplied.at[i]->id] = &s->supplies.at[i];
    return port;
}

static bool *find_live(const OpenScan *s, const Port *const *port)
{
    const Graph *g = s->body;
    bool *live = NEWN(g->arena, bool, g->nodes.n + 1);

    for (PortKind kind = PORT_STATE; kind < PORT_KINDS; kind++)
        for (int i = 0; i < s->ports[kind].n; i++) {
            const ScanPort *p = &s->ports[kind].at[i];

            if (p->inside && stays(s, p))
                live[p->inside->id] = true;
        }
    for (int i = g->nodes.n - 1; i >= 0; i--)
        for (int k = 0; live[i] && !port[i] && k < g->nodes.at[i]->n_in; k++)
            live[g->nodes.at[i]->in[k]->id] = true;
    return live;
}

/* What stands in the new body for a node that comes in through a port. */
static Node *arrive(const OpenScan *s, Graph *g, const Node *n, Port p)
{
    const ScanPort *port = at(s, p);
    Node *leaf;

    if (port->constant)
        return graph_const_shaped(g, port->outside->attr.value, n->shape, n);
    if (port->to.index < 0)
        nnc_bug("a scan's body reads a port that is gone");
    leaf = graph_add_shaped(g, OP_ARG, n->type, n->shape, 0, NULL,
                            (Attr){.port = scan_now(s, p)}, n);
    leaf->name = n->op == OP_ARG ? n->name : NULL;
    return leaf;
}

/* Puts a new body, with its leaves as they are numbered now, in place of the
 * old one. */
static void move_body(OpenScan *s)
{
    const Graph *old = s->body;
    const Port **port = find_supplied(s);
    const bool *live = find_live(s, port);
    Node **map = NEWN(old->arena, Node *, old->nodes.n + 1);

    s->body = graph_new(old->arena, old->batch);
    for (int i = 0; i < old->nodes.n; i++) {
        const Node *n = old->nodes.at[i];

        if (live[i])
            map[i] = port[i]
                         ? arrive(s, s->body, n, *port[i])
                         : graph_copy(s->body, n, graph_mapped(old, n, map));
    }
    for (PortKind kind = PORT_STATE; kind < PORT_KINDS; kind++)
        for (int i = 0; i < s->ports[kind].n; i++) {
            Node **inside = &s->ports[kind].at[i].inside;

            *inside = *inside ? map[(*inside)->id] : NULL;
        }
}

static void set_roots(const OpenScan *s)
{
    Graph *g = s->body;

    g->roots.n = 0;
    for (PortKind kind = PORT_STATE; kind < PORT_KINDS; kind++)
        for (int i = 0; kind != PORT_FIXED && i < s->ports[kind].n; i++) {
            const ScanPort *p = &s->ports[kind].at[i];

            if (stays(s, p))
                graph_root(g, p->inside,
                           kind == PORT_STATE ? ROOT_STATE : ROOT_STACK,
                           p->number);
        }
}

/* Numbers the ports; what the node takes is put into *in. */
static Scan *finish(OpenScan *s, Node ***in)
{
    Scan *scan = NEW(s->body->arena, Scan);

    *in = number(s, scan);
    if (s->moved)
        move_body(s);
    set_roots(s);
    scan->body = s->body;
    scan->steps = s->steps;
    scan->backward = s->backward;
    scan->masked = s->masked && scan_now(s, s->mask).kind == PORT_SEQUENCE;
    scan->mask = scan->masked ? scan_now(s, s->mask).index : 0;
    return scan;
}

Node *scan_close(Graph *g, OpenScan *s, const Node *like)
{
    Node **in;
    Scan *scan = finish(s, &in);

    return graph_add(g, OP_SCAN, scan_place(scan, PORT_STACK, 0), in,
                     (Attr){.scan = scan}, like);
}

void scan_reclose(Node *scan, OpenScan *s)
{
    Node **in;

    scan->attr.scan = finish(s, &in);
}
