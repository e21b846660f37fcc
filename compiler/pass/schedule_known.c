/* schedule_known.c: the layouts that are decided so far. */
#include "pass/schedule.h"

const Layout *schedule_keep(const Plan *plan, Layout l)
{
    Layout *to = NEW(plan->arena, Layout);
    *to = l;
    return to;
}

bool schedule_known(const Plan *plan, const Node *n, Layout *l)
{
    const Value *v = &plan->value[n->id];
    *l = layout_dense(&n->shape);
    if (n->op == OP_PARAM && plan->program->params.at[n->attr.index].layout)
        *l = *plan->program->params.at[n->attr.index].layout;
    else if (v->want)
        *l = *v->want;
    if (!plan_is_view(n) || v->kernel)
        return true;
    Layout from;
    return schedule_known(plan, n->in[0], &from) && layout_view(n, &from, l);
}
