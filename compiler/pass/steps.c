/* steps.c: what values in a loop's body depend on; see steps.h. */
#include "pass/steps.h"

static Depends of_leaf(const Scan *s, const Node *n)
{
    if (n->op != OP_ARG || n->attr.index >= s->n_seq + s->n_state)
        return DEPENDS_FIXED;
    return n->attr.index < s->n_seq ? DEPENDS_INPUT : DEPENDS_STATE;
}

Depends *steps_depends(const Scan *s)
{
    const Graph *g = s->body;
    Depends *on = NEWN(g->arena, Depends, g->nodes.n + 1);

    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        on[i] = n->n_in == 0 ? of_leaf(s, n) : DEPENDS_FIXED;
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
