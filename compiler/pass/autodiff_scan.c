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
#include "pass/back.h"
#include "pass/rewrite.h"

enum { CHEAP = 6 }; /* operations an element that are rather done twice */

static Node *zeros(Graph *g, Shape shape, const Node *like)
{
    return graph_const_shaped(g, 0, shape, like);
}

/* The node of `both` that is the body's root. */
static Node *body_root(const Back *b, Role role, int index)
{
    return b->both->nodes.at[graph_find_root(b->fwd->body, role, index)->id];
}

static void copy_body(Back *b)
{
    const Graph *g = b->fwd->body;

    b->both = graph_new(g->arena, g->batch);
    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];
        Node **in = NEWN(g->arena, Node *, n->n_in + 1);

        if (n->op == OP_SCAN)
            nnc_bug("a scan inside a scan has no gradient");
        for (int k = 0; k < n->n_in; k++)
            in[k] = b->both->nodes.at[n->in[k]->id];
        rewrite_copy(b->both, n, in);
    }
    b->m = b->both->nodes.n;
    b->saved = NEWN(g->arena, bool, b->m + 1);
    b->diff = diff_new(b->both);
}

/* Finds which nodes of the body need gradients: a state does if its first
 * value does or if what it becomes does. */
static void spread_need(Back *b)
{
    bool *need = NEWN(b->both->arena, bool, b->scan->n_in + 1);
    bool changed = true;

    for (int i = 0; i < b->scan->n_in; i++)
        need[i] = b->outer->need[b->scan->in[i]->id];
    while (changed) {
        for (int i = 0; i < b->m; i++)
            if (b->both->nodes.at[i]->op == OP_ARG)
                b->diff.need[i] = need[b->both->nodes.at[i]->attr.index];
        diff_spread(&b->diff);
        changed = false;
        for (int i = 0; i < b->fwd->n_state; i++) {
            bool *state = &need[b->fwd->n_seq + i];

            if (!*state && b->diff.need[body_root(b, ROOT_STATE, i)->id])
                changed = *state = true;
        }
    }
}

/* What the graph outside wants of output `index`, or NULL. */
static Node *output_gradient(const Back *b, int index)
{
    Diff *d = b->outer;
    Nodes parts = {0};

    for (int i = b->scan->id + 1; i < d->n; i++) {
        const Node *n = d->g->nodes.at[i];
        Node *total;

        if (n->op != OP_PICK || n->in[0] != b->scan || n->attr.index != index)
            continue;
        total = diff_total(d, n);
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

    for (int i = 0; i < b->fwd->n_state; i++) {
        Node *root = body_root(b, ROOT_STATE, i);
        Node *first = output_gradient(b, i);

        if (!b->diff.need[root->id])
            continue;
        if (!first)
            first = zeros(g, root->shape, b->scan);
        diff_add(&b->diff, root, add_state(b, first)->arg);
    }
    for (int j = 0; j < b->fwd->n_stack; j++) {
        Node *root = body_root(b, ROOT_STACK, j);
        BackSeq seq = {.from = output_gradient(b, b->fwd->n_state + j)};

        if (!b->diff.need[root->id] || !seq.from)
            continue;
        seq.arg = add_leaf(b, root->shape);
        vec_push(b->both->arena, &b->seqs, seq);
        diff_add(&b->diff, root, seq.arg);
    }
    diff_walk(&b->diff);
}

/* All contributions to the body's argument i. */
static Nodes arg_parts(const Back *b, int i)
{
    Nodes all = {0};

    for (int k = 0; k < b->m; k++) {
        const Node *n = b->both->nodes.at[k];
        const Nodes *parts = &b->diff.parts[k];

        for (int j = 0; n->op == OP_ARG && n->attr.index == i && j < parts->n;
             j++)
            vec_push(b->both->arena, &all, parts->at[j]);
    }
    return all;
}

/* What the previous step's states get. */
static void close_states(Back *b)
{
    int at = 0;

    for (int i = 0; i < b->fwd->n_state; i++) {
        Node *root = body_root(b, ROOT_STATE, i);
        Nodes parts = arg_parts(b, b->fwd->n_seq + i);

        if (b->diff.need[root->id])
            b->states.at[at++].next =
                parts.n ? diff_sum(b->both, &parts)
                        : zeros(b->both, root->shape, b->scan);
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
    Nodes parts = arg_parts(b, i);
    Want w = {.stack = parts.n ? diff_sum(b->both, &parts) : NULL, .state = -1};

    if (w.stack)
        back_stack(b, w.stack);
    return w;
}

static Want want_first(const Back *b, int i)
{
    Want w = {.state = 0};

    for (int k = 0; k < i; k++)
        if (b->diff.need[body_root(b, ROOT_STATE, k)->id])
            w.state++;
    return w;
}

static Want want_fixed(Back *b, int i)
{
    Nodes parts = arg_parts(b, i), rest = {0};
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
    const Scan *s = b->fwd;

    for (int i = 0; i < b->scan->n_in; i++) {
        wants[i].state = -1;
        if (!b->outer->need[b->scan->in[i]->id])
            continue;
        if (i < s->n_seq)
            wants[i] = want_sequence(b, i);
        else if (i >= s->n_seq + s->n_state)
            wants[i] = want_fixed(b, i);
        else if (b->diff.need[body_root(b, ROOT_STATE, i - s->n_seq)->id])
            wants[i] = want_first(b, i - s->n_seq);
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
static int repeat_cost(const Back *b, const Node *n, const int *cost)
{
    int sum = op_table[n->op].flops;

    if (n->op == OP_CONST)
        return 0;
    if (n->op == OP_ARG) {
        int i = n->attr.index - b->fwd->n_seq;

        return i < 0 || i >= b->fwd->n_state ? 0 : CHEAP + 1;
    }
    if (op_table[n->op].class != CLASS_MAP && n->op != OP_RESHAPE &&
        n->op != OP_BROADCAST && n->op != OP_SLICE)
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

        cost[i] = repeat_cost(b, n, cost);
        if (b->used[i] && cost[i] > CHEAP)
            b->saved[i] = true;
        if (b->used[i] || b->saved[i])
            cost[i] = 0;
    }
}

static Node *add_input(Back *b, Nodes *in, Nodes *args, Node *from,
                       const Node *n)
{
    Node *arg = graph_add_shaped(b->body, OP_ARG, n->type, n->shape, 0, NULL,
                                 (Attr){0}, n);

    vec_push(b->body->arena, in, from);
    vec_push(b->body->arena, args, arg);
    return arg;
}

/* The node of the backward body that stands for node n of `both`. */
static Node *bring(Back *b, Node *n)
{
    Node **in = NEWN(b->body->arena, Node *, n->n_in + 1);
    Node **to = &b->copy[n->id];

    if (*to)
        return *to;
    if (n->id < b->m && b->saved[n->id])
        return *to = add_input(b, &b->in_seq, &b->arg_seq, back_over_time(b, n),
                               n);
    if (n->op == OP_ARG) {
        bool fixed = n->id < b->m && n->attr.index >= b->fwd->n_seq;

        return *to = fixed ? add_input(b, &b->in_fixed, &b->arg_fixed,
                                       b->scan->in[n->attr.index], n)
                           : add_input(b, &b->in_seq, &b->arg_seq,
                                       back_over_time(b, n), n);
    }
    for (int k = 0; k < n->n_in; k++)
        in[k] = bring(b, n->in[k]);
    return *to = rewrite_copy(b->body, n, in);
}

static void build_body(Back *b)
{
    Graph *g = b->body = graph_new(b->both->arena, b->both->batch);

    b->copy = NEWN(g->arena, Node *, b->both->nodes.n + 1);
    for (int i = 0; i < b->states.n; i++) {
        const Node *arg = b->states.at[i].arg;

        b->copy[arg->id] = graph_add_shaped(g, OP_ARG, arg->type, arg->shape, 0,
                                            NULL, (Attr){.index = i}, arg);
    }
    for (int i = b->m; i < b->both->nodes.n; i++)
        if (b->used[i])
            bring(b, b->both->nodes.at[i]);
    for (int i = 0; i < b->states.n; i++)
        graph_root(g, bring(b, b->states.at[i].next), ROOT_STATE, i, 0);
    for (int i = 0; i < b->stacks.n; i++)
        graph_root(g, bring(b, b->stacks.at[i]), ROOT_STACK, i, 0);
}

/* Sequences, then states, then what is fixed, as leaves and inputs. */
static void build_scan(Back *b)
{
    Arena *arena = b->body->arena;
    Scan *s = NEW(arena, Scan);
    Nodes in = {0};

    *s = (Scan){.body = b->body,
                .steps = b->fwd->steps,
                .n_seq = b->in_seq.n,
                .n_state = b->states.n,
                .n_fixed = b->in_fixed.n,
                .n_stack = b->stacks.n,
                .backward = !b->fwd->backward};
    for (int i = 0; i < s->n_seq; i++) {
        b->arg_seq.at[i]->attr.index = in.n;
        vec_push(arena, &in, b->in_seq.at[i]);
    }
    for (int i = 0; i < s->n_state; i++) {
        b->copy[b->states.at[i].arg->id]->attr.index = in.n;
        vec_push(arena, &in, b->states.at[i].first);
    }
    for (int i = 0; i < s->n_fixed; i++) {
        b->arg_fixed.at[i]->attr.index = in.n;
        vec_push(arena, &in, b->in_fixed.at[i]);
    }
    b->result = graph_add(b->outer->g, OP_SCAN, in.n, in.at, (Attr){.scan = s},
                          b->scan);
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
                     graph_pick(b->outer->g, b->result, w->state));
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
    build_body(&b);
    build_scan(&b);
    deliver(&b, wants);
}
