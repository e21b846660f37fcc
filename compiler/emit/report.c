/* report.c: operations and bytes of kernels and entries, for the comment at
 * the head of model.c and for --report. */
#include "emit/emit.h"
#include "ir/cost.h"

int64_t kernel_flops(const Kernel *k)
{
    int64_t sum = 0;
    for (int j = 0; j < k->nodes.n; j++)
        sum += cost_flops(k->nodes.at[j]);
    if (k->kind == KERNEL_STRAIGHT)
        sum *= k->rows;
    if (k->body)
        sum += plan_flops(k->body) * k->anchor->attr.scan->steps;
    return sum;
}

static bool computes(const Kernel *k, const Node *n)
{
    for (int i = 0; i < k->nodes.n; i++)
        if (k->nodes.at[i] == n)
            return true;
    return false;
}

static int64_t value_bytes(const Node *n)
{
    return shape_count(&n->shape) * (n->type == TYPE_BYTE ? 1 : 4);
}

/* What the kernel's nodes read from elsewhere, each value once; numbers stand
 * in the code. */
static int64_t read_bytes(const Kernel *k)
{
    VEC(const Node *) seen = {0};
    Arena *arena = arena_new();
    int64_t sum = 0;

    for (int i = 0; i < k->nodes.n; i++)
        for (int j = 0; j < k->nodes.at[i]->n_in; j++) {
            const Node *in = k->nodes.at[i]->in[j];
            bool known = computes(k, in) || plan_is_number(in);
            while (in->op == OP_BROADCAST)
                in = in->in[0];

            for (int s = 0; s < seen.n; s++)
                known = known || seen.at[s] == in;
            if (known)
                continue;
            vec_push(arena, &seen, in);
            sum += value_bytes(in);
        }
    arena_free(arena);
    return sum;
}

int64_t kernel_bytes(const Kernel *k)
{
    int64_t sum = read_bytes(k);

    for (int i = 0; i < k->stores.n; i++)
        sum += value_bytes(k->stores.at[i]);
    return sum;
}

int64_t plan_flops(const Plan *plan)
{
    int64_t sum = 0;
    for (int i = 0; i < plan->kernels.n; i++)
        if (!plan->kernels.at[i]->prepared)
            sum += kernel_flops(plan->kernels.at[i]);
    return sum;
}
