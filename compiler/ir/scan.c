/* scan.c: where the ports of a loop over time are.
 *
 * Inputs of the node stand by kind, sequences first, then first states, then
 * what is fixed; roots of the body likewise, states first. */
#include "ir/scan.h"

int scan_place(const Scan *s, PortKind kind, int index)
{
    for (int k = 0; k < (int)kind; k++)
        index += s->n[k];
    return index;
}

Node **scan_input(const Node *scan, Port p)
{
    return &scan->in[scan_place(scan->attr.scan, p.kind, p.index)];
}

Port scan_port(const Scan *s, int place)
{
    Port p = {.index = place};

    while (p.index >= s->n[p.kind])
        p.index -= s->n[p.kind++];
    return p;
}

Root *scan_root(const Scan *s, PortKind kind, int index)
{
    return &s->body->roots
                .at[kind == PORT_STACK ? s->n[PORT_STATE] + index : index];
}

bool scan_is_arg(const Node *n, PortKind kind)
{
    return n->op == OP_ARG && n->attr.port.kind == kind;
}
