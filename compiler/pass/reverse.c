/* reverse.c: a loop over reversed sequences is a loop the other way.
 *
 * In goes a graph, out comes one in which no scan has all its sequences from
 * REVERSE along time: such a scan runs over the plain sequences in the other
 * direction, and what it stacks is reversed behind it, which usually meets the
 * user's own reverse and folds away. */
#include "pass/pass.h"
#include "pass/rewrite.h"

static void turn(OpenScan *s)
{
    int n = s->ports[PORT_SEQUENCE].n;
    ScanPort *sequence = s->ports[PORT_SEQUENCE].at;

    for (int i = 0; i < n; i++)
        if (sequence[i].outside->op != OP_REVERSE ||
            sequence[i].outside->attr.axis != 0)
            return;
    for (int i = 0; i < n; i++)
        sequence[i].outside = sequence[i].outside->in[0];
    s->backward = s->backward != (n > 0);
}

static bool turned(const Node *old, const Node *new)
{
    return old->attr.scan->backward != new->attr.scan->backward;
}

static Node *reverse_node(Rewriting *r, const Node *n, Node *const *in)
{
    Node *stack;

    if (n->op == OP_SCAN)
        turn(r->scan);
    if (n->op != OP_PICK || n->attr.port.kind != PORT_STACK ||
        !turned(n->in[0], in[0]))
        return NULL;
    stack = graph_pick(r->g, in[0], PORT_STACK, n->attr.port.index);
    return graph_add(r->g, OP_REVERSE, 1, &stack, (Attr){.axis = 0}, n);
}

REWRITE(reverse, reverse_node)
