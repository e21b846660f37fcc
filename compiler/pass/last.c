/* last.c: the last step of what a loop stacks is a state's last value.
 *
 * In goes a graph, out comes one in which the SLICE of a stack's last step (its
 * first one, if time runs backwards) is the PICK of a state. Where the stacked
 * value is no state and nothing else reads the stack, it becomes a state, which
 * nothing in the loop reads. The stack is then dead, and in the gradient a
 * single value takes the place of a sequence of zeros. */
#include "pass/pass.h"
#include "pass/rewrite.h"

/* Whether n takes the step that scan s computes last. */
static bool takes_end(const Node *n, const Scan *s)
{
    return n->op == OP_SLICE && n->attr.part.axis == 0 &&
           n->attr.part.size == 1 &&
           n->attr.part.begin == (s->backward ? 0 : s->steps - 1);
}

/* By stack of an old scan, whether somebody takes its last step, and nothing
 * else of it. */
static bool *only_ends(const Rewriting *r, const Node *scan)
{
    const Scan *s = scan->attr.scan;
    const Users *picks = &r->users[scan->id];
    bool *end = NEWN(r->g->arena, bool, s->n[PORT_STACK] + 1);
    bool *more = NEWN(r->g->arena, bool, s->n[PORT_STACK] + 1);

    for (int i = 0; i < picks->n; i++) {
        const Node *pick = picks->at[i];
        const Users *users = &r->users[pick->id];
        int stack = pick->attr.port.index;

        if (pick->attr.port.kind != PORT_STACK)
            continue;
        if (r->uses[pick->id] > users->n) /* a root */
            more[stack] = true;
        for (int k = 0; k < users->n; k++)
            *(takes_end(users->at[k], s) ? &end[stack] : &more[stack]) = true;
    }
    for (int j = 0; j < s->n[PORT_STACK]; j++)
        end[j] = end[j] && !more[j];
    return end;
}

/* The state with this value after each step, or -1. */
static int find_state(const Scan *s, const Node *value)
{
    for (int i = 0; i < s->n[PORT_STATE]; i++)
        if (scan_root(s, PORT_STATE, i)->node == value)
            return i;
    return -1;
}

/* Stacks of which only the end is read become states. */
static void add_states(const Rewriting *r, const Node *n)
{
    const bool *end = only_ends(r, n);
    const Scan *s = n->attr.scan; /* masked: its last step may be left out */

    for (int j = 0; j < s->n[PORT_STACK]; j++) {
        const Node *value = scan_root(s, PORT_STACK, j)->node;
        Node *next = r->scan->ports[PORT_STACK].at[j].inside, *zero;

        if (!end[j] || s->masked || find_state(s, value) >= 0)
            continue;
        zero = graph_const_shaped(r->g, 0, value->shape, n);
        scan_next(r->scan, scan_take(r->scan, PORT_STATE, zero, n), next);
    }
}

static Node *last_node(Rewriting *r, const Node *n, Node *const *in)
{
    const Scan *s;
    int state;

    if (n->op == OP_SCAN)
        add_states(r, n);
    if (n->op != OP_SLICE || in[0]->op != OP_PICK ||
        in[0]->attr.port.kind != PORT_STACK)
        return NULL;
    s = in[0]->in[0]->attr.scan;
    state =
        find_state(s, scan_root(s, PORT_STACK, in[0]->attr.port.index)->node);
    if (!takes_end(n, s) || state < 0)
        return NULL;
    return graph_reshape(
        r->g, graph_pick(r->g, in[0]->in[0], PORT_STATE, state), n->shape);
}

REWRITE(last, last_node)
