/* plan_print.c: a plan as text, for --dump of the steps behind the graph. */
#include "ir/plan.h"

static void print_place(Text *out, const Value *v)
{
    const Buffer *b = v->buffer;
    static const char *const places[] = {[PLACE_WORK] = "workspace",
                                         [PLACE_TENSOR] = "tensor",
                                         [PLACE_INPUT] = "input",
                                         [PLACE_OUTPUT] = "output",
                                         [PLACE_PREPARED] = "prepared"};
    text_printf(out, " in %s", places[b->place]);
    if (b->place == PLACE_WORK || b->place == PLACE_PREPARED)
        text_printf(out, " at %lld", (long long)b->at);
    else
        text_printf(out, " %d", b->index);
    text_printf(out, ", %lld element%s as ", (long long)b->count,
                str_s(b->count));
    layout_print(out, &v->layout);
}

static void print_kernel(Text *out, const Plan *plan, const Kernel *k,
                         int indent)
{
    text_printf(out, "%*skernel %s:", indent, "", kernel_kind(k));
    for (int j = 0; j < k->nodes.n; j++)
        text_printf(out, " %%%d", k->nodes.at[j]->id);
    if (k->parts > 1)
        text_printf(out, ", %d parts", k->parts);
    if (k->prepared)
        text_add(out, ", when parameters are set");
    if (k->scratch)
        text_printf(out, ", %lld byte%s of scratch", (long long)k->scratch,
                    str_s(k->scratch));
    text_add(out, "\n");
    for (int j = 0; j < k->stores.n; j++) {
        const Value *v = &plan->value[k->stores.at[j]->id];
        text_printf(out, "%*s  stores %%%d", indent, "", k->stores.at[j]->id);
        if (v->buffer)
            print_place(out, v);
        text_add(out, "\n");
    }
}

static void print_kernels(Text *out, const Plan *plan, int indent)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        const Kernel *k = plan->kernels.at[i];
        print_kernel(out, plan, k, indent);
        if (k->body)
            print_kernels(out, k->body, indent + 4);
    }
}

void plan_print(Text *out, const Plan *plan)
{
    graph_print(out, plan->graph);
    print_kernels(out, plan, 0);
}
