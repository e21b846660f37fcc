/* hoist.c: takes out of loops what does not depend on their state.
 *
 * In goes a graph, out comes one in which a loop's body computes nothing that
 * is the same in each step, and no product of the step's input that is worth
 * one over all steps at once: x W of [batch, features] in each step becomes one
 * product of [steps * batch, features], and what is computed of that alone goes
 * with it. The results enter the body as sequences. What only moves elements
 * at the border (the slices of gates) stays inside, where it is free. */
#include "pass/pass.h"
#include "pass/rewrite.h"

typedef struct Hoist {
    Graph *g; /* outside */
    OpenScan *s;
    const Graph *body;
    const Depends *on;
    bool *out;      /* by id: leaves the loop */
    Node **whole;   /* by id: outside, as it is in each step */
    Node **stacked; /* by id: outside, [steps, ...] */
    Node **joined;  /* by id: outside, [steps * batch, ...] */
} Hoist;

static bool is_leaf(const Node *n)
{
    return n->n_in == 0;
}

/* Whether n can be computed for all steps at once, if its inputs can. */
static bool fits_outside(const Hoist *h, const Node *n)
{
    if (n->shape.rank >= MAX_RANK || n->type != TYPE_REAL)
        return false;
    if (steps_rows(n) == ROWS_EACH)
        return n->n_in == 1 || (h->on[n->in[0]->id] == DEPENDS_INPUT &&
                                h->on[n->in[1]->id] == DEPENDS_FIXED);
    return op_has(n->op, OPF_STACKS);
}

static bool worth_it(const Node *n)
{
    return n->op == OP_CONV ||
           (n->op == OP_MATMUL && n->in[0]->shape.dim[1] >= HOIST_FEATURES);
}

/* Chooses the nodes that leave. */
static void choose(Hoist *h)
{
    int n_nodes = h->body->nodes.n;
    bool *can = NEWN(h->body->arena, bool, n_nodes + 1);
    bool *below = NEWN(h->body->arena, bool, n_nodes + 1);

    for (int i = 0; i < n_nodes; i++) {
        const Node *n = h->body->nodes.at[i];

        can[i] =
            h->on[i] != DEPENDS_STATE &&
            (is_leaf(n) || h->on[i] == DEPENDS_FIXED || fits_outside(h, n));
        for (int k = 0; k < n->n_in; k++) {
            can[i] = can[i] && can[n->in[k]->id];
            below[i] = below[i] || below[n->in[k]->id];
        }
        if (h->on[i] == DEPENDS_FIXED) {
            h->out[i] = !is_leaf(n);
        } else {
            below[i] = can[i] && (below[i] || worth_it(n));
            h->out[i] = below[i] && op_table[n->op].class != CLASS_VIEW;
        }
    }
    for (int i = n_nodes - 1; i >= 0; i--) {
        const Node *n = h->body->nodes.at[i];

        for (int k = 0; h->out[i] && k < n->n_in; k++)
            if (!is_leaf(n->in[k]))
                h->out[n->in[k]->id] = true;
    }
}

/* What goes into the loop and comes out of this leaf. */
static Node *before(const Hoist *h, const Node *arg)
{
    Port p = arg->attr.port;

    return h->s->ports[p.kind].at[p.index].outside;
}

static Node *whole(Hoist *h, const Node *n)
{
    Node **to = &h->whole[n->id];
    Node **in = NEWN(h->g->arena, Node *, n->n_in + 1);

    if (*to)
        return *to;
    if (n->op == OP_ARG)
        return *to = before(h, n);
    for (int k = 0; k < n->n_in; k++)
        in[k] = whole(h, n->in[k]);
    return *to = graph_copy(h->g, n, in);
}

/* Whether a node is computed on [steps * batch, ...]: a product, or what
 * works on a product's rows one by one. */
static bool joins(const Hoist *h, const Node *n)
{
    bool some = false;

    if (steps_rows(n) == ROWS_EACH)
        return true;
    if (op_table[n->op].class != CLASS_MAP || n->op == OP_ROWS_MASK)
        return false;
    for (int k = 0; k < n->n_in; k++) {
        const Node *x = n->in[k];
        bool input = h->on[x->id] == DEPENDS_INPUT;

        if (x->shape.dim[0] != (input ? n->shape.dim[0] : 1))
            return false;
        some = some || (input && !is_leaf(x) && joins(h, x));
    }
    return some;
}

static Shape joined_shape(const Hoist *h, const Node *n)
{
    Shape s = n->shape;

    s.dim[0] *= h->s->steps;
    return s;
}

static Node *stacked(Hoist *h, const Node *n);

static Node *joined(Hoist *h, const Node *n)
{
    Graph *g = h->g;
    Node **to = &h->joined[n->id];
    Node **in = NEWN(g->arena, Node *, n->n_in + 1);

    if (*to)
        return *to;
    if (is_leaf(n) || !joins(h, n))
        return *to = graph_reshape(g, stacked(h, n), joined_shape(h, n));
    for (int k = 0; k < n->n_in; k++)
        in[k] = h->on[n->in[k]->id] == DEPENDS_FIXED ? whole(h, n->in[k])
                                                     : joined(h, n->in[k]);
    return *to = graph_copy(g, n, in);
}

/* A value that is the same in each step, beside values over time. */
static Node *repeated(Hoist *h, const Node *n, bool every)
{
    Node *x = whole(h, n);
    Shape s = shape_prepend(1, &n->shape);

    x = graph_reshape(h->g, x, s);
    s.dim[0] = every ? h->s->steps : 1;
    return graph_broadcast(h->g, x, s);
}

/* n's attributes with one axis more in front. */
static Attr moved_axes(const Node *n)
{
    Attr a = n->attr;

    switch (op_table[n->op].attr) {
    case ATTR_AXIS:
        a.axis++;
        break;
    case ATTR_AXES:
        a.axes <<= 1;
        break;
    case ATTR_PART:
        a.part.axis++;
        break;
    case ATTR_PERM:
        a.perm[0] = 0;
        for (int i = 0; i < n->shape.rank; i++)
            a.perm[i + 1] = n->attr.perm[i] + 1;
        break;
    default:
        break;
    }
    return a;
}

static Node *stacked(Hoist *h, const Node *n)
{
    Graph *g = h->g;
    Node **to = &h->stacked[n->id];
    Shape shape = shape_prepend(h->s->steps, &n->shape);
    Node **in = NEWN(g->arena, Node *, n->n_in + 1);

    if (*to)
        return *to;
    if (n->op == OP_ARG)
        return *to = before(h, n);
    if (joins(h, n))
        return *to = graph_reshape(g, joined(h, n), shape);
    for (int k = 0; k < n->n_in; k++)
        in[k] = h->on[n->in[k]->id] == DEPENDS_FIXED
                    ? repeated(h, n->in[k], n->op == OP_CONCAT)
                    : stacked(h, n->in[k]);
    if (op_table[n->op].flags & OPF_SHAPED)
        return *to = graph_add_shaped(g, n->op, n->type, shape, n->n_in, in,
                                      moved_axes(n), n);
    return *to = graph_add(g, n->op, n->n_in, in, moved_axes(n), n);
}

/* The nodes that the rest of the body reads. */
static bool *find_read(const Hoist *h)
{
    const Graph *g = h->body;
    bool *read = NEWN(g->arena, bool, g->nodes.n + 1);

    for (int i = 0; i < g->nodes.n; i++)
        for (int k = 0; !h->out[i] && k < g->nodes.at[i]->n_in; k++)
            read[g->nodes.at[i]->in[k]->id] = true;
    for (int i = 0; i < g->roots.n; i++)
        read[g->roots.at[i].node->id] = true;
    return read;
}

/* What left and is still read comes in through a port. */
static void supply(Hoist *h, PortKind kind, Depends on)
{
    const bool *read = find_read(h);

    for (int i = 0, n = h->body->nodes.n; i < n; i++) {
        const Node *node = h->body->nodes.at[i];

        if (read[i] && h->out[i] && h->on[i] == on)
            scan_supply(h->s, node,
                        scan_add(h->s, kind,
                                 kind == PORT_FIXED ? whole(h, node)
                                                    : stacked(h, node)));
    }
}

static void hoist_scan(Graph *g, OpenScan *s)
{
    Hoist h = {.g = g, .s = s, .body = s->body, .on = steps_depends(s->body)};
    int nodes = s->body->nodes.n + 1;

    h.out = NEWN(g->arena, bool, nodes);
    h.whole = NEWN(g->arena, Node *, nodes);
    h.stacked = NEWN(g->arena, Node *, nodes);
    h.joined = NEWN(g->arena, Node *, nodes);
    choose(&h);
    supply(&h, PORT_SEQUENCE, DEPENDS_INPUT);
    supply(&h, PORT_FIXED, DEPENDS_FIXED);
}

static Node *hoist_node(Rewriting *r, const Node *n, Node *const *in)
{
    (void)in;
    if (n->op == OP_SCAN)
        hoist_scan(r->g, r->scan);
    return NULL;
}

REWRITE(hoist, hoist_node)
