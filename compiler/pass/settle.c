/* settle.c: decides how tensors lie, for all entries together; see backend.h.
 *
 * In: plans with their wishes. Whose wish counts follows from what an entry is
 * for, not from where it stands: inference first, of rows before what carries
 * a state and of many before few, then the step, whose time is most of
 * training's. Within an entry the first
 * kernel decides. Nobody's wish: row-major, as in files. */
#include <stdlib.h>

#include "pass/backend.h"

static int by_turn(const void *a, const void *b)
{
    static const int turn[] = {
        [MODE_INFER] = 0, [MODE_STEP] = 1, [MODE_EVAL] = 2};
    const Entry *x = (*(Plan *const *)a)->entry;
    const Entry *y = (*(Plan *const *)b)->entry;
    if (x->mode != y->mode)
        return turn[x->mode] - turn[y->mode];
    if (x->carries != y->carries)
        return (int)x->carries - (int)y->carries;
    return (x->batch < y->batch) - (x->batch > y->batch);
}

static void grant(const Program *p, const Plan *plan)
{
    for (int i = 0; i < plan->wishes.n; i++) {
        Tensor *t = &p->tensors.at[plan->wishes.at[i].tensor];
        if (!t->layout)
            t->layout = plan->wishes.at[i].layout;
    }
}

static const Layout *unwished(const Program *p, const Tensor *t)
{
    if (t->kind == TENSOR_SLOT)
        return p->tensors.at[t->weight].layout;
    Layout *l = NEW(p->arena, Layout);
    *l = layout_dense(&t->shape);
    return l;
}

void settle_tensors(Program *p, Plan *const *plans, int n)
{
    Plan **turn = NEWN(p->arena, Plan *, n + 1);
    for (int i = 0; i < n; i++)
        turn[i] = plans[i];
    qsort(turn, (size_t)n, sizeof(Plan *), by_turn);
    for (int i = 0; i < n; i++)
        grant(p, turn[i]);
    for (int i = 0; i < p->tensors.n; i++)
        if (!p->tensors.at[i].layout)
            p->tensors.at[i].layout = unwished(p, &p->tensors.at[i]);
}
