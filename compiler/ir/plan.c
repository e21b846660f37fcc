/* plan.c: kernels and questions about them; see plan.h. */
#include "ir/plan.h"

const char *kernel_kind(const Kernel *k)
{
    static const char *const names[] = {
        [KERNEL_MAP] = "map",          [KERNEL_REDUCE] = "reduce",
        [KERNEL_ROW] = "rows",         [KERNEL_GATHER] = "gather",
        [KERNEL_COPY] = "copy",        [KERNEL_MATMUL] = "product",
        [KERNEL_CONV] = "convolution", [KERNEL_CONV_DX] = "conv dx",
        [KERNEL_CONV_DW] = "conv dw",  [KERNEL_POOL] = "pool",
        [KERNEL_SCAN] = "scan",        [KERNEL_STRAIGHT] = "straight line"};
    return names[k->kind];
}

bool buffer_in_work(const Buffer *b)
{
    return b->place == PLACE_WORK ||
           (b->place == PLACE_INPUT && b->plan->entry->batch > 1);
}

bool plan_reads_each(const Node *n, const Node *input)
{
    bool each = op_is_map(n->op) || op_has(n->op, OPF_IN_PLACE);

    for (int i = op_has(n->op, OPF_IN_PLACE); i < n->n_in; i++)
        each = each && (op_is_map(n->op) || n->in[i] != input);
    return each;
}

bool kernel_has(const Kernel *k, const Node *n)
{
    for (int j = 0; j < k->nodes.n; j++)
        if (k->nodes.at[j] == n)
            return true;
    return false;
}

bool kernel_stores(const Kernel *k, const Node *n)
{
    for (int j = 0; j < k->stores.n; j++)
        if (k->stores.at[j] == n)
            return true;
    return false;
}

bool plan_is_number(const Node *n)
{
    while (plan_is_view(n))
        n = n->in[0];
    return op_table[n->op].flags & OPF_NUMBER;
}

bool plan_is_view(const Node *n)
{
    return op_table[n->op].class == CLASS_VIEW &&
           op_table[n->op].kernel == KERNEL_NONE;
}

Kernel *plan_maker(const Plan *plan, const Node *n)
{
    for (;; n = n->in[0]) {
        Kernel *k = plan->value[n->id].kernel;
        if (k || !plan_is_view(n))
            return k;
    }
}

Kernel *plan_loss(const Plan *plan)
{
    const Graph *g = plan->graph;
    return graph_has_root(g, ROOT_LOSS)
               ? plan_maker(plan, graph_find_root(g, ROOT_LOSS, 0))
               : NULL;
}

Kernel *plan_kernel(Plan *plan, KernelKind kind, Node *node)
{
    Kernel *k = NEW(plan->arena, Kernel);
    k->kind = kind;
    k->parts = 1;
    k->space = node->shape;
    k->anchor = kind == KERNEL_MAP ? NULL : node;
    k->result = k->anchor;
    vec_push(plan->arena, &k->nodes, node);
    vec_push(plan->arena, &plan->kernels, k);
    return k;
}

Shape kernel_gate_space(const Kernel *k)
{
    Shape s = k->space;
    if (k->gates)
        s.dim[1] /= k->gates;
    return s;
}
