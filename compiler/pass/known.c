/* known.c: what a program with all weights in it has to hold.
 *
 * Prepared kernels do not run there: nnc computes what they make. So tensors
 * that only they read are absent, and of their results those stay that other
 * kernels read. In: plans of inference whose kernels are complete. */
#include "pass/backend.h"

static void note(Program *p, const Value *v)
{
    if (v->buffer && v->buffer->place == PLACE_TENSOR)
        p->tensors.at[v->buffer->index].absent = false;
    if (v->buffer)
        v->buffer->read = true;
}

static void note_kernel(Program *p, const Plan *plan, const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        note(p, &plan->value[n->id]);
        for (int i = 0; i < n->n_in; i++)
            note(p, &plan->value[n->in[i]->id]);
    }
    for (int i = 0; k->body && i < k->body->kernels.n; i++)
        note_kernel(p, k->body, k->body->kernels.at[i]);
}

/* Straight-line code has no values with places. */
static void note_leaves(Program *p, const Graph *g)
{
    for (int i = 0; i < g->nodes.n; i++)
        if (g->nodes.at[i]->op == OP_TENSOR)
            p->tensors.at[g->nodes.at[i]->attr.index].absent = false;
}

static void note_plan(Program *p, const Plan *plan)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        const Kernel *k = plan->kernels.at[i];
        if (k->kind == KERNEL_STRAIGHT)
            note_leaves(p, plan->graph);
        else if (!k->prepared)
            note_kernel(p, plan, k);
    }
}

void known(Program *p, Plan *const *plans, int n)
{
    for (int i = 0; i < p->tensors.n; i++)
        p->tensors.at[i].absent = true;
    p->prepared = 0;
    for (int i = 0; i < n; i++) {
        Plan *plan = plans[i];
        note_plan(p, plan);
        plan->prepared = 0;
        for (int k = 0; k < plan->buffers.n; k++)
            if (plan->buffers.at[k]->place == PLACE_PREPARED &&
                plan->buffers.at[k]->read)
                prepare_place(plan, plan->buffers.at[k]);
        p->prepared += plan->prepared;
    }
}
