/* last.c: the last step of what a loop stacks is a state's last value.
 *
 * In goes a graph, out comes one in which the SLICE of a stack's last step (its
 * first one, if time runs backwards) is the PICK of a state. Where the stacked
 * value is no state and nothing else reads the stack, it becomes a state, which
 * nothing in the loop reads. The stack is then dead, and in the gradient a
 * single value takes the place of a sequence of zeros. */
#include "pass/pass.h"
#include "pass/rewrite.h"

/* What becomes of a scan: out[i] is the new number of its output i, and
 * state[j] the state that has stack j's last value, or -1. */
typedef struct Ends {
    const Node *scan; /* of the new graph */
    int *out, *state;
    struct Ends *next;
} Ends;

/* Whether n takes the step that scan s computes last. */
static bool takes_end(const Node *n, const Scan *s)
{
    return n->op == OP_SLICE && n->attr.part.axis == 0 &&
           n->attr.part.size == 1 &&
           n->attr.part.begin == (s->backward ? 0 : s->steps - 1);
}

static bool is_root(const Graph *g, const Node *n)
{
    for (int i = 0; i < g->roots.n; i++)
        if (g->roots.at[i].node == n)
            return true;
    return false;
}

/* Whether somebody takes the last step of stack j of the scan, and nothing
 * else of it. `scan` is the old graph's node. */
static bool only_end(const Graph *g, const Node *scan, int j)
{
    const Scan *s = scan->attr.scan;
    bool some = false;

    for (int i = scan->id + 1; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        for (int k = 0; k < n->n_in; k++) {
            const Node *pick = n->in[k];

            if (pick->op != OP_PICK || pick->in[0] != scan ||
                pick->attr.index != s->n_state + j)
                continue;
            if (!takes_end(n, s) || is_root(g, pick))
                return false;
            some = true;
        }
    }
    return some;
}

static int find_state(const Scan *s, const Node *node)
{
    for (int i = 0; i < s->n_state; i++)
        if (graph_find_root(s->body, ROOT_STATE, i) == node)
            return i;
    return -1;
}

/* A new state behind the others; the fixed inputs move up. */
static void add_state(Scan *s, Node *next)
{
    int from = s->n_seq + s->n_state;

    for (int i = 0; i < s->body->nodes.n; i++) {
        Node *n = s->body->nodes.at[i];

        if (n->op == OP_ARG && n->attr.index >= from)
            n->attr.index++;
    }
    graph_root(s->body, next, ROOT_STATE, s->n_state++, 0);
}

/* The scan's inputs with zeros as first values of `more` states. */
static Node *with_states(Rewriting *r, const Node *n, Node *const *in, int more)
{
    const Scan *s = n->attr.scan;
    Node **all = NEWN(r->g->arena, Node *, n->n_in + more);
    int from = s->n_seq + s->n_state - more;

    for (int i = 0; i < n->n_in; i++)
        all[i < from ? i : i + more] = in[i];
    for (int i = 0; i < more; i++)
        all[from + i] = graph_const_shaped(
            r->g, 0,
            graph_find_root(s->body, ROOT_STATE, s->n_state - more + i)->shape,
            n);
    return graph_add(r->g, OP_SCAN, n->n_in + more, all, n->attr, n);
}

static Node *end_scan(Rewriting *r, const Node *n, Node *const *in)
{
    Scan *s = n->attr.scan;
    int states = s->n_state;
    Ends *e = NEW(r->g->arena, Ends), **all = r->to;

    e->out = NEWN(r->g->arena, int, s->n_state + s->n_stack + 1);
    e->state = NEWN(r->g->arena, int, s->n_stack + 1);
    for (int j = 0; j < s->n_stack; j++) {
        Node *node = graph_find_root(s->body, ROOT_STACK, j);

        e->state[j] = find_state(s, node);
        if (e->state[j] < 0 && only_end(r->old, r->old->nodes.at[n->id], j)) {
            e->state[j] = s->n_state;
            add_state(s, node);
        }
    }
    for (int i = 0; i < states + s->n_stack; i++)
        e->out[i] = i < states ? i : i + s->n_state - states;
    e->scan = with_states(r, n, in, s->n_state - states);
    e->next = *all;
    *all = e;
    return (Node *)e->scan;
}

static const Ends *ends_of(const Rewriting *r, const Node *scan)
{
    const Ends *e = *(Ends **)r->to;

    while (e && e->scan != scan)
        e = e->next;
    return e;
}

static Node *last_node(Rewriting *r, const Node *n, Node *const *in)
{
    const Ends *e;
    const Scan *s;
    int j;

    if (n->op == OP_SCAN)
        return end_scan(r, n, in);
    if (n->op == OP_PICK)
        return graph_pick(r->g, in[0], ends_of(r, in[0])->out[n->attr.index]);
    if (n->op != OP_SLICE || in[0]->op != OP_PICK)
        return NULL;
    e = ends_of(r, in[0]->in[0]);
    s = e->scan->attr.scan;
    j = in[0]->attr.index - s->n_state;
    if (!takes_end(n, s) || j < 0 || e->state[j] < 0)
        return NULL;
    return graph_reshape(r->g, graph_pick(r->g, (Node *)e->scan, e->state[j]),
                         n->shape);
}

Graph *last(Program *p, Graph *g)
{
    Ends *all = NULL;

    (void)p;
    return rewrite(g, last_node, &all);
}
