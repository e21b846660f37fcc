/* places.c: names the places of a plan's buffers; see places.h. */
#include "emit/places.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int by_offset(const void *a, const void *b)
{
    const Buffer *x = *(Buffer *const *)a, *y = *(Buffer *const *)b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->first - y->first;
}

Buffer **places_order(Arena *arena, const Plan *plan, int *n)
{
    Buffer **order = NEWN(arena, Buffer *, plan->buffers.n + 1);

    *n = 0;
    for (int i = 0; i < plan->buffers.n; i++)
        if (buffer_in_work(plan->buffers.at[i]) &&
            plan->buffers.at[i]->first >= 0)
            order[(*n)++] = plan->buffers.at[i];
    qsort(order, (size_t)*n, sizeof *order, by_offset);
    return order;
}

const char *places_value(const Buffer *b)
{
    if (!b->name && b->maker)
        return b->maker->name;
    return b->name ? b->name : "scratch";
}

/* net_step_at_h, for a value of the kernel net_step_h_add or one called h. */
static const char *label(Emit *e, const Plan *plan, const Buffer *b)
{
    const char *value = places_value(b);
    size_t n = strlen(plan->prefix);

    if (!b->name && strncmp(value, plan->prefix, n) == 0 && value[n] == '_')
        value += n + 1;
    return names_global(
        e->arena, &e->names,
        arena_printf(e->arena, "%s_at_%s", plan->prefix, value));
}

void places_write(Emit *e, const Plan *plan)
{
    int n;
    Buffer **order = places_order(e->arena, plan, &n);

    if (n == 0 || plan->kernels.at[0]->kind == KERNEL_STRAIGHT)
        return;
    text_printf(e->out,
                "\n/* Where values lie in the workspace of %s, in bytes, and "
                "the first and the\n * last of the kernels below, counted from "
                "0, between which they are needed. */\nenum {\n",
                plan->entry->name);
    for (int i = 0; i < n; i++) {
        Buffer *b = order[i];

        b->label = b->at > INT_MAX ? NULL : label(e, plan, b);
        if (b->label)
            text_printf(e->out, "    %s = %lld%s /* %d..%d */\n", b->label,
                        (long long)b->at, i + 1 < n ? "," : "", b->first,
                        b->last);
    }
    text_add(e->out, "};\n");
}

const char *places_at(const Emit *e, const Buffer *b)
{
    return b->label ? b->label
                    : arena_printf(e->arena, "%lld", (long long)b->at);
}
