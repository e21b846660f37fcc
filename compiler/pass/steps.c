/* steps.c: what values in a loop's body depend on; see steps.h. */
#include "pass/steps.h"

static Depends of_leaf(const Node *n)
{
    if (n->op != OP_ARG || n->attr.port.kind == PORT_FIXED)
        return DEPENDS_FIXED;
    return n->attr.port.kind == PORT_STATE ? DEPENDS_STATE : DEPENDS_INPUT;
}

Depends *steps_depends(const Graph *body)
{
    Depends *on = NEWN(body->arena, Depends, body->nodes.n + 1);

    for (int i = 0; i < body->nodes.n; i++) {
        const Node *n = body->nodes.at[i];

        on[i] = n->n_in == 0 ? of_leaf(n) : DEPENDS_FIXED;
        for (int k = 0; k < n->n_in; k++)
            if (on[n->in[k]->id] > on[i])
                on[i] = on[n->in[k]->id];
    }
    return on;
}

Rows steps_rows(const Node *n)
{
    Rows rows = op_table[n->op].rows;

    if (rows != ROWS_TURNED)
        return rows;
    if (n->shape.rank != 2 || (n->attr.mm.ta && n->attr.mm.tb))
        return ROWS_NONE;
    return n->attr.mm.ta ? ROWS_SUMMED : ROWS_EACH;
}
