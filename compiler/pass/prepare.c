/* prepare.c: what depends on parameters alone is computed when they are set.
 *
 * In: an entry of inference with its kernels in order. Out: kernels that read
 * nothing but parameters and each other are marked, and their results lie
 * behind the parameters: weights in a second layout, merged weights, sums of
 * biases. A buffer moves there only where all that writes into it is marked,
 * so that a state's first value stays where the loop goes on from it. Only what
 * nnc can compute itself is marked, for programs that have weights in them. */
#include "pass/backend.h"
#include "pass/evaluate.h"

/* Says of what a kernel writes into whether marked kernels alone do. */
static void note_writes(const Plan *plan, const Kernel *k, bool marked)
{
    for (int j = 0; j < k->stores.n; j++) {
        Buffer *b = plan->value[k->stores.at[j]->id].buffer;
        if (b)
            b->prepared = marked;
    }
    for (int i = 0; k->body && i < k->body->kernels.n; i++)
        note_writes(k->body, k->body->kernels.at[i], marked);
}

static bool is_constant(const Node *n)
{
    while (plan_is_view(n))
        n = n->in[0];
    return n->op == OP_CONST;
}

/* Whether no call of inference gives the tensor another value. */
static bool stays(const Program *p, int tensor)
{
    for (int i = 0; i < p->entries.n; i++)
        if (p->entries.at[i].mode == MODE_INFER &&
            graph_find_root(p->entries.at[i].graph, ROOT_TENSOR, tensor))
            return false;
    return true;
}

static bool input_is_set(const Plan *plan, const Node *n)
{
    const Buffer *b = plan->value[n->id].buffer;
    if (plan_is_number(n))
        return is_constant(n);
    return b && ((b->place == PLACE_TENSOR && stays(plan->program, b->index)) ||
                 (b->place == PLACE_WORK && b->prepared));
}

static bool inputs_are_set(const Plan *plan, const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        if (!evaluate_knows(n))
            return false;
        for (int i = 0; i < n->n_in; i++)
            if (!kernel_has(k, n->in[i]) && !input_is_set(plan, n->in[i]))
                return false;
    }
    return true;
}

static bool outputs_may_move(const Plan *plan, const Kernel *k)
{
    for (int j = 0; j < k->stores.n; j++) {
        const Node *n = k->stores.at[j];
        const Buffer *b = plan->value[n->id].buffer;
        if (n->type != TYPE_REAL || b->place != PLACE_WORK || !b->prepared)
            return false;
    }
    return k->stores.n > 0;
}

/* Marks all kernels that could be, then takes back until nothing changes. */
static void mark(Plan *plan)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        Kernel *k = plan->kernels.at[i];
        k->prepared = !k->body && k->scratch == 0;
        note_writes(plan, k, true);
    }
    for (int i = 0; i < plan->kernels.n; i++)
        if (!plan->kernels.at[i]->prepared)
            note_writes(plan, plan->kernels.at[i], false);
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = 0; i < plan->kernels.n; i++) {
            Kernel *k = plan->kernels.at[i];
            if (k->prepared &&
                !(inputs_are_set(plan, k) && outputs_may_move(plan, k))) {
                k->prepared = false;
                note_writes(plan, k, false);
                changed = true;
            }
        }
    }
}

void prepare_place(Plan *plan, Buffer *b)
{
    enum { VECTOR = 16 };
    b->at = plan->prepared;
    plan->prepared += (b->count + 2 * VECTOR - 1) / VECTOR * VECTOR;
}

Plan *prepare(Program *p, Plan *plan)
{
    if (plan->entry->mode != MODE_INFER)
        return plan;
    mark(plan);
    for (int i = 0; i < plan->buffers.n; i++) {
        Buffer *b = plan->buffers.at[i];
        if (b->place != PLACE_WORK || !b->prepared)
            continue;
        b->place = PLACE_PREPARED;
        prepare_place(plan, b);
    }
    p->prepared += plan->prepared;
    return plan;
}
