/* order.c: fixes the sequence of kernels; lifetimes mean nothing before this.
 *
 * A kernel stands after those whose values it reads. Whoever writes a
 * tensor in place stands after everybody who reads its old value, and after the
 * loss, which decides whether the step counts. Otherwise the order of the graph
 * holds, and a copy stands just before the first kernel that needs it.
 *
 * Where the loss or a reader of the old value needs the new one, or two tensors
 * change places, kernels would wait for each other: before tiles are chosen,
 * untie gives such a new value a place of its own, from which it is copied. */
#include <stdlib.h>

#include "pass/layout.h"

typedef VEC(Kernel *) Readers;

typedef struct Sorter {
    Plan *plan;
    const Buffer *tied; /* whose new value waits for itself, or NULL */
    Readers *readers;   /* of each tensor's old value */
    const Kernel *loss; /* after which tensors are written, or NULL */
    VEC(Kernel *) done;
    char *mark; /* by position before sorting: 1 open, 2 done */
} Sorter;

static int key_of(const Kernel *k)
{
    return k->anchor ? k->anchor->id : k->nodes.at[k->nodes.n - 1]->id;
}

static int by_key(const void *a, const void *b)
{
    int x = key_of(*(Kernel *const *)a), y = key_of(*(Kernel *const *)b);
    return (x > y) - (x < y);
}

/* Enters a kernel among the readers of the tensors whose old values it reads;
 * that of the loss among those of all. */
static void note_reads(Sorter *s, Kernel *k)
{
    const Plan *plan = s->plan;
    for (int i = 0; k == s->loss && i < plan->program->tensors.n; i++)
        vec_push(plan->arena, &s->readers[i], k);
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        for (int i = 0; i < n->n_in; i++) {
            const Value *v = &plan->value[n->in[i]->id];
            const Buffer *b = v->buffer;
            if (!v->kernel && b && b->place == PLACE_TENSOR &&
                plan_maker(plan, n->in[i]) == NULL)
                vec_push(plan->arena, &s->readers[b->index], k);
        }
    }
}

static bool visit(Sorter *s, Kernel *k);

static bool visit_readers(Sorter *s, const Kernel *k)
{
    for (int j = 0; j < k->stores.n; j++) {
        const Buffer *b = s->plan->value[k->stores.at[j]->id].buffer;
        if (!b || b->place != PLACE_TENSOR)
            continue;
        const Readers *readers = &s->readers[b->index];
        for (int i = 0; i < readers->n; i++) {
            if (readers->at[i] == k ? k != s->loss : visit(s, readers->at[i]))
                continue;
            s->tied = s->tied ? s->tied : b;
            return false;
        }
    }
    return true;
}

static bool visit_inputs(Sorter *s, const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        for (int i = 0; i < n->n_in; i++) {
            Kernel *before = plan_maker(s->plan, n->in[i]);
            if (before && before != k && !visit(s, before))
                return false;
        }
    }
    return true;
}

/* False where k waits for itself. */
static bool visit(Sorter *s, Kernel *k)
{
    if (s->mark[k->position] != 0)
        return s->mark[k->position] == 2;
    s->mark[k->position] = 1;
    if (!visit_inputs(s, k) || !visit_readers(s, k))
        return false;
    s->mark[k->position] = 2;
    vec_push(s->plan->arena, &s->done, k);
    return true;
}

static Sorter sort(Plan *plan)
{
    int n = plan->kernels.n;
    if (n > 0)
        qsort(plan->kernels.at, (size_t)n, sizeof(Kernel *), by_key);
    Sorter s = {.plan = plan,
                .readers = NEWN(plan->arena, Readers, plan->program->tensors.n),
                .loss = plan_loss(plan),
                .mark = NEWN(plan->arena, char, n)};
    for (int i = 0; i < n; i++) {
        plan->kernels.at[i]->position = i;
        note_reads(&s, plan->kernels.at[i]);
    }
    for (int i = 0; i < n; i++)
        if (!visit(&s, plan->kernels.at[i]))
            break;
    return s;
}

Plan *untie(Plan *plan)
{
    for (;;) {
        const Buffer *tied = sort(plan).tied;
        if (!tied)
            return plan;
        layout_apart(plan, tied->index);
    }
}

Plan *order(Plan *plan)
{
    Sorter s = sort(plan);
    if (s.done.n < plan->kernels.n)
        nnc_bug("kernels wait for each other");
    for (int i = 0; i < s.done.n; i++) {
        plan->kernels.at[i] = s.done.at[i];
        plan->kernels.at[i]->position = i;
        if (plan->kernels.at[i]->body)
            order(plan->kernels.at[i]->body);
    }
    return plan;
}
