/* loop.c: a loop's body beside its open scan. */
#include "ir/loop.h"

Loop *loop_begin(Graph *outer, Loop *up, int64_t steps)
{
    Loop *l = NEW(outer->arena, Loop);

    l->up = up;
    l->outer = outer;
    l->body = graph_new(outer->arena, outer->batch);
    l->scan = scan_begin(l->body, steps, false);
    return l;
}

Node *loop_sequence(Loop *l, Node *outer)
{
    return scan_take(l->scan, PORT_SEQUENCE, outer, outer);
}

void loop_mask(Loop *l, const Node *sequence)
{
    scan_mask(l->scan, sequence);
}

Node *loop_state(Loop *l, Node *first)
{
    return scan_take(l->scan, PORT_STATE, first, first);
}

Node *loop_value(Loop *l, Node *node, const Graph *home)
{
    if (!l)
        nnc_bug("a value of a loop's body is used outside of it");
    if (home == l->body)
        return node;
    if (home != l->outer)
        node = loop_value(l->up, node, home);
    for (int i = 0; i < l->scan->ports[PORT_FIXED].n; i++)
        if (l->scan->ports[PORT_FIXED].at[i].outside == node)
            return l->scan->ports[PORT_FIXED].at[i].leaf;
    return scan_take(l->scan, PORT_FIXED, node, node);
}

Node *loop_end(Loop *l, Node *const *next, Node *stack)
{
    for (int i = 0; i < l->scan->ports[PORT_STATE].n; i++)
        l->scan->ports[PORT_STATE].at[i].inside = next[i];
    scan_stack(l->scan, stack);
    return scan_close(l->outer, l->scan, NULL);
}

Node *loop_swap(Graph *g, Node *node)
{
    return graph_move(g, node, 0, 1);
}
