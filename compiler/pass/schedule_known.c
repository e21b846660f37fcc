/* schedule_known.c: the layouts that are decided so far. */
#include "pass/schedule.h"

const Layout *schedule_keep(const Plan *plan, Layout l)
{
    Layout *to = NEW(plan->arena, Layout);
    *to = l;
    return to;
}

const Layout *schedule_wish(const Plan *plan, const Node *n)
{
    if (n->op == OP_TENSOR)
        return plan->program->tensors.at[n->attr.index].layout;
    return plan->value[n->id].want;
}

void schedule_tensor(Plan *plan, const Node *leaf, const Layout *l)
{
    Wish wish = {leaf->attr.index, l};
    vec_push(plan->arena, &plan->wishes, wish);
}

bool schedule_known(const Plan *plan, const Node *n, Layout *l)
{
    const Layout *wish = schedule_wish(plan, n);
    *l = wish ? *wish : layout_dense(&n->shape);
    if (!plan_is_view(n) || plan->value[n->id].kernel)
        return true;
    Layout from;
    return schedule_known(plan, n->in[0], &from) && layout_view(n, &from, l);
}
