/* reverse.c: a loop over reversed sequences is a loop the other way.
 *
 * In goes a graph, out comes one in which no scan has all its sequences from
 * REVERSE along time: such a scan runs over the plain sequences in the other
 * direction, and what it stacks is reversed behind it, which usually meets the
 * user's own reverse and folds away. */
#include "pass/pass.h"
#include "pass/rewrite.h"

typedef struct Turned {
    const Node *scan; /* of the new graph */
    struct Turned *next;
} Turned;

static bool all_reversed(const Scan *s, Node *const *in)
{
    for (int i = 0; i < s->n_seq; i++)
        if (in[i]->op != OP_REVERSE || in[i]->attr.axis != 0)
            return false;
    return s->n_seq > 0;
}

static Node *turn_scan(Rewriting *r, const Node *n, Node *const *in)
{
    Scan *s = n->attr.scan;
    Node **plain = NEWN(r->g->arena, Node *, n->n_in);
    Turned *turned = NEW(r->g->arena, Turned), **all = r->to;

    if (!all_reversed(s, in))
        return NULL;
    for (int i = 0; i < n->n_in; i++)
        plain[i] = i < s->n_seq ? in[i]->in[0] : in[i];
    s->backward = !s->backward;
    turned->scan = rewrite_copy(r->g, n, plain);
    turned->next = *all;
    *all = turned;
    return (Node *)turned->scan;
}

static Node *reverse_node(Rewriting *r, const Node *n, Node *const *in)
{
    Turned **all = r->to;

    if (n->op == OP_SCAN)
        return turn_scan(r, n, in);
    if (n->op != OP_PICK || n->attr.index < in[0]->attr.scan->n_state)
        return NULL;
    for (const Turned *t = *all; t; t = t->next)
        if (t->scan == in[0]) {
            Node *stack = graph_pick(r->g, in[0], n->attr.index);

            return graph_add(r->g, OP_REVERSE, 1, &stack, (Attr){.axis = 0}, n);
        }
    return NULL;
}

Graph *reverse(Program *p, Graph *g)
{
    Turned *all = NULL;

    (void)p;
    return rewrite(g, reverse_node, &all);
}
