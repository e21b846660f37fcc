/* autodiff_scan.c: the gradient of a loop over time is a loop the other way.
 *
 * In goes a SCAN whose outputs have gradients, out come a second SCAN that runs
 * time backwards, and the gradients of the first one's inputs:
 *
 *   both   a copy of the body followed by its gradients, which the ordinary
 *          rules build; the gradients of the new states and of the stacked
 *          outputs are leaves
 *   body   what of `both` the gradients need. A value of the forward body is
 *          read from a stack that the forward scan now writes too (a previous
 *          state as the stack of its OP_ARG), or computed again where that
 *          takes a few operations on values at hand
 *
 * The gradient of a sequence is a stack, that of a first state a last state.
 * For a value that is the same in each step the sum over the steps is wanted:
 * what autodiff_lift.c can sum behind the loop is summed there, the rest is
 * added up in a further state. */
#include "ir/plan.h"
#include "pass/back.h"
#include "pass/rewrite.h"

enum { CHEAP = 6 }; /* operations an element that are rather done twice */

static Node *zeros(Graph *g, Shape shape, const Node *like)
{
    return graph_const_shaped(g, 0, shape, like);
}

/* The node of `both` that is the body's root. */
static Node *body_root(const Back *b, PortKind kind, int index)
{
    return b->both->nodes.at[scan_root(b->fwd, kind, index)->node->id];
}

static void find_leaves(Back *b)
{
    Arena *arena = b->both->arena;

    for (PortKind kind = 0; kind < PORT_STACK; kind++)
        b->leaves[kind] = NEWN(arena, Nodes, b->fwd->n[kind] + 1);
    for (int i = 0; i < b->m; i++) {
        Node *n = b->both->nodes.at[i];
        Port p = n->attr.port;

        if (n->op == OP_ARG)
            vec_push(arena, &b->leaves[p.kind][p.index], n);
    }
}

static void copy_body(Back *b)
{
    const Graph *g = b->fwd->body;

    b->both = graph_new(g->arena, g->batch);
    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        if (n->op == OP_SCAN)
            nnc_bug("a scan inside a scan has no gradient");
        graph_copy(b->both, n, graph_mapped(g, n, b->both->nodes.at));
    }
    b->m = b->both->nodes.n;
    b->saved = NEWN(g->arena, bool, b->m + 1);
    b->stack = NEWN(g->arena, int, b->m + 1);
    b->diff = diff_new(b->both);
    find_leaves(b);
}

/* Whether the graph outside wants the gradient of what goes into a port. */
static bool wanted(const Back *b, PortKind kind, int index)
{
    return b->outer->need[(*scan_input(b->scan, (Port){kind, index}))->id];
}

static void need_leaves(Back *b, PortKind kind, int index)
{
    const Nodes *leaves = &b->leaves[kind][index];

    for (int i = 0; i < leaves->n; i++)
        b->diff.need[leaves->at[i]->id] = true;
}

/* Finds which nodes of the body need gradients: a state does if its first
 * value does or if what it becomes does. */
static void spread_need(Back *b)
{
    int n_state = b->fwd->n[PORT_STATE];
    bool *need = NEWN(b->both->arena, bool, n_state + 1);
    bool changed = true;

    for (PortKind kind = 0; kind < PORT_STACK; kind++)
        for (int i = 0; i < b->fwd->n[kind]; i++)
            if (wanted(b, kind, i))
                need_leaves(b, kind, i);
    for (int i = 0; i < n_state; i++)
        need[i] = wanted(b, PORT_STATE, i);
    while (changed) {
        diff_spread(&b->diff);
        changed = false;
        for (int i = 0; i < n_state; i++)
            if (!need[i] && b->diff.need[body_root(b, PORT_STATE, i)->id]) {
                changed = need[i] = true;
                need_leaves(b, PORT_STATE, i);
            }
    }
}

/* What the graph outside wants of an output, or NULL. */
static Node *output_gradient(const Back *b, PortKind kind, int index)
{
    Diff *d = b->outer;
    const Users *picks = &d->users[b->scan->id];
    Nodes parts = {0};

    for (int i = 0; i < picks->n; i++) {
        Port p = picks->at[i]->attr.port;
        Node *total = p.kind == kind && p.index == index
                          ? diff_total(d, picks->at[i])
                          : NULL;

        if (total)
            vec_push(d->g->arena, &parts, total);
    }
    return parts.n ? diff_sum(d->g, &parts) : NULL;
}

static Node *add_leaf(Back *b, Shape shape)
{
    return graph_add_shaped(b->both, OP_ARG, TYPE_REAL, shape, 0, NULL,
                            (Attr){0}, b->scan);
}

static BackState *add_state(Back *b, Node *first)
{
    BackState state = {.arg = add_leaf(b, first->shape), .first = first};

    vec_push(b->both->arena, &b->states, state);
    return &b->states.at[b->states.n - 1];
}

/* Leaves for the gradients of the body's roots, and the walk from there. The
 * backward states are then those of the forward states that need gradients,
 * in their order. */
static void differentiate(Back *b)
{
    Graph *g = b->outer->g;

    b->state_of = NEWN(g->arena, int, b->fwd->n[PORT_STATE] + 1);
    for (int i = 0; i < b->fwd->n[PORT_STATE]; i++) {
        Node *root = body_root(b, PORT_STATE, i);
        Node *first = output_gradient(b, PORT_STATE, i);

        b->state_of[i] = -1;
        if (!b->diff.need[root->id])
            continue;
        b->state_of[i] = b->states.n;
        if (!first)
            first = zeros(g, root->shape, b->scan);
        diff_add(&b->diff, root, add_state(b, first)->arg);
    }
    for (int j = 0; j < b->fwd->n[PORT_STACK]; j++) {
        Node *root = body_root(b, PORT_STACK, j);
        BackSeq seq = {.from = output_gradient(b, PORT_STACK, j)};

        if (!b->diff.need[root->id] || !seq.from)
            continue;
        seq.arg = add_leaf(b, root->shape);
        vec_push(b->both->arena, &b->seqs, seq);
        diff_add(&b->diff, root, seq.arg);
    }
    diff_walk(&b->diff);
}

/* All contributions to what goes into a port. */
static Nodes port_parts(const Back *b, PortKind kind, int index)
{
    const Nodes *leaves = &b->leaves[kind][index];
    Nodes all = {0};

    for (int i = 0; i < leaves->n; i++) {
        const Nodes *parts = &b->diff.parts[leaves->at[i]->id];

        for (int j = 0; j < parts->n; j++)
            vec_push(b->both->arena, &all, parts->at[j]);
    }
    return all;
}

/* What the previous step's states get. */
static void close_states(Back *b)
{
    for (int i = 0; i < b->fwd->n[PORT_STATE]; i++) {
        Nodes parts = port_parts(b, PORT_STATE, i);

        if (b->state_of[i] >= 0)
            b->states.at[b->state_of[i]].next =
                parts.n ? diff_sum(b->both, &parts)
                        : zeros(b->both, body_root(b, PORT_STATE, i)->shape,
                                b->scan);
    }
}

/* The gradient of an input of the forward scan while it is being built. */
typedef struct Want {
    Node *stack;  /* of `both`: sequences */
    Nodes lifted; /* of `both`: summed behind the loop */
    int state;    /* of the backward scan, whose last value counts, or -1 */
} Want;

static Want want_sequence(Back *b, int i)
{
    Nodes parts = port_parts(b, PORT_SEQUENCE, i);
    Want w = {.stack = parts.n ? diff_sum(b->both, &parts) : NULL, .state = -1};

    if (w.stack)
        back_stack(b, w.stack);
    return w;
}

static Want want_fixed(Back *b, int i)
{
    Nodes parts = port_parts(b, PORT_FIXED, i), rest = {0};
    Want w = {.state = -1};

    for (int k = 0; k < parts.n; k++)
        if (back_liftable(b, parts.at[k]))
            vec_push(b->both->arena, &w.lifted, parts.at[k]);
        else
            vec_push(b->both->arena, &rest, parts.at[k]);
    if (rest.n) {
        Node *first = zeros(b->outer->g, rest.at[0]->shape, b->scan);
        BackState *sum = add_state(b, first);

        vec_push(b->both->arena, &rest, sum->arg);
        sum->next = diff_sum(b->both, &rest);
        w.state = b->states.n - 1;
    }
    return w;
}

static Want *find_wants(Back *b)
{
    Want *wants = NEWN(b->both->arena, Want, b->scan->n_in + 1);

    for (int i = 0; i < b->scan->n_in; i++) {
        Port p = scan_port(b->fwd, i);

        wants[i].state = -1;
        if (!b->outer->need[b->scan->in[i]->id])
            continue;
        if (p.kind == PORT_SEQUENCE)
            wants[i] = want_sequence(b, p.index);
        else if (p.kind == PORT_FIXED)
            wants[i] = want_fixed(b, p.index);
        else
            wants[i].state = b->state_of[p.index];
    }
    return wants;
}

/* Marks what the backward body computes, and what of the forward body it
 * reads. */
static void mark_used(Back *b, const Want *wants)
{
    b->used = NEWN(b->both->arena, bool, b->both->nodes.n + 1);
    for (int i = 0; i < b->scan->n_in; i++)
        for (int k = 0; k < wants[i].lifted.n; k++)
            back_want(b, wants[i].lifted.at[k]);
    for (int i = 0; i < b->states.n; i++)
        b->used[b->states.at[i].next->id] = true;
    for (int i = 0; i < b->stacks.n; i++)
        b->used[b->stacks.at[i]->id] = true;
    for (int i = b->both->nodes.n - 1; i >= b->m; i--) {
        const Node *node = b->both->nodes.at[i];

        for (int k = 0; b->used[i] && k < node->n_in; k++)
            b->used[node->in[k]->id] = true;
    }
}

/* What it costs to compute a forward node again from values at hand; CHEAP + 1
 * where it takes more than cheap operations. */
static int repeat_cost(const Node *n, const int *cost)
{
    int sum = op_table[n->op].flops;

    if (n->op == OP_CONST)
        return 0;
    if (n->op == OP_ARG)
        return n->attr.port.kind == PORT_STATE ? CHEAP + 1 : 0;
    if (!op_is_map(n->op) && !plan_is_view(n))
        return CHEAP + 1;
    for (int k = 0; k < n->n_in; k++)
        sum += cost[n->in[k]->id];
    return sum > CHEAP ? CHEAP + 1 : sum;
}

/* Chooses which forward values are stacked. One that is read anyway costs
 * nothing to the next. */
static void choose_saved(Back *b)
{
    int *cost = NEWN(b->both->arena, int, b->m + 1);

    for (int i = 0; i < b->m; i++) {
        const Node *n = b->both->nodes.at[i];

        cost[i] = repeat_cost(n, cost);
        if (b->used[i] && cost[i] > CHEAP)
            b->saved[i] = true;
        if (b->used[i] || b->saved[i])
            cost[i] = 0;
    }
}

/* Lets the forward scan stack what is saved. */
static void stack_saved(Back *b)
{
    const Graph *body = b->fwd->body;
    OpenScan *s = scan_open(b->scan, b->scan->in, b->fwd->body);

    for (int i = 0; i < b->m; i++)
        b->stack[i] = -1;
    for (int j = 0; j < b->fwd->n[PORT_STACK]; j++)
        b->stack[body_root(b, PORT_STACK, j)->id] = j;
    for (int i = 0; i < b->m; i++)
        if (b->saved[i] && b->stack[i] < 0)
            b->stack[i] = scan_stack(s, body->nodes.at[i]).index;
    scan_reclose(b->scan, s);
}

/* The node of the backward body that stands for node n of `both`. */
static Node *bring(Back *b, Node *n)
{
    Node **in = NEWN(b->both->arena, Node *, n->n_in + 1);
    Node **to = &b->copy[n->id];
    bool ours = n->id < b->m;

    if (*to)
        return *to;
    if (ours && scan_is_arg(n, PORT_FIXED) && !b->saved[n->id])
        return *to = scan_take(b->open, PORT_FIXED,
                               *scan_input(b->scan, n->attr.port), n);
    if (n->op == OP_ARG || (ours && b->saved[n->id]))
        return *to = scan_take(b->open, PORT_SEQUENCE, back_over_time(b, n), n);
    for (int k = 0; k < n->n_in; k++)
        in[k] = bring(b, n->in[k]);
    return *to = graph_copy(b->open->body, n, in);
}

/* What leaves no trace forwards has no gradient. */
static void take_mask(Back *b)
{
    Port mask = {PORT_SEQUENCE, b->fwd->mask};

    if (b->fwd->masked)
        scan_mask(b->open, scan_take(b->open, PORT_SEQUENCE,
                                     *scan_input(b->scan, mask), b->scan));
}

static void build_scan(Back *b)
{
    Graph *body = graph_new(b->both->arena, b->both->batch);

    b->open = scan_begin(body, b->fwd->steps, !b->fwd->backward);
    b->copy = NEWN(body->arena, Node *, b->both->nodes.n + 1);
    take_mask(b);
    for (int i = 0; i < b->states.n; i++) {
        const BackState *s = &b->states.at[i];

        b->copy[s->arg->id] = scan_take(b->open, PORT_STATE, s->first, s->arg);
    }
    for (int i = b->m; i < b->both->nodes.n; i++)
        if (b->used[i])
            bring(b, b->both->nodes.at[i]);
    for (int i = 0; i < b->states.n; i++) {
        const BackState *s = &b->states.at[i];

        scan_next(b->open, b->copy[s->arg->id], bring(b, s->next));
    }
    for (int i = 0; i < b->stacks.n; i++)
        scan_stack(b->open, bring(b, b->stacks.at[i]));
    b->result = scan_close(b->outer->g, b->open, b->scan);
    diff_name(b->outer, b->result, b->scan->name);
}

/* Hands the gradients to the forward scan's inputs. */
static void deliver(Back *b, const Want *wants)
{
    for (int i = 0; i < b->scan->n_in; i++) {
        const Want *w = &wants[i];
        const Node *input = b->scan->in[i];

        if (w->stack)
            diff_add(b->outer, input, back_over_time(b, w->stack));
        for (int k = 0; k < w->lifted.n; k++)
            diff_add(b->outer, input, back_lift(b, w->lifted.at[k]));
        if (w->state >= 0)
            diff_add(b->outer, input,
                     graph_pick(b->outer->g, b->result, PORT_STATE, w->state));
    }
}

void diff_scan(Diff *d, Node *scan)
{
    Back b = {.outer = d, .scan = scan, .fwd = scan->attr.scan};
    const Want *wants;

    copy_body(&b);
    spread_need(&b);
    differentiate(&b);
    if (b.states.n + b.seqs.n == 0)
        return;
    close_states(&b);
    wants = find_wants(&b);
    mark_used(&b, wants);
    choose_saved(&b);
    stack_saved(&b);
    build_scan(&b);
    deliver(&b, wants);
}
