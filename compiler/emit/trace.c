/* trace.c: how a step finds out where a number went wrong.
 *
 * When the loss is not finite, the entry runs its kernels up to the loss once
 * more, one by one, and looks at what each has stored. The table says where:
 * values without padding only, since padding may hold anything. */
#include "emit/places.h"

static bool traced(const Plan *plan, const Node *n)
{
    const Value *v = &plan->value[n->id];
    return v->buffer && v->buffer->place == PLACE_WORK &&
           n->type == TYPE_REAL && v->layout.offset == 0 &&
           v->layout.extent == shape_count(&n->shape);
}

static int write_rows(Emit *e, const Plan *plan, const Kernel *k)
{
    int rows = 0, parts = k->parts;
    const char *name = k->name;
    if (k->finish) {
        text_printf(e->out, "    {%s, %d, %d, 0, 0},\n", name, parts, k->row);
        name = arena_printf(e->arena, "%s_finish", name);
        parts = k->finish;
    }
    for (int j = 0; j < k->stores.n; j++) {
        const Node *n = k->stores.at[j];
        if (!traced(plan, n))
            continue;
        text_printf(e->out, "    {%s, %d, %d, %s, %lld},\n",
                    rows ? "NULL" : name, parts, k->row,
                    places_at(e, plan->value[n->id].buffer),
                    (long long)shape_count(&n->shape));
        rows++;
    }
    if (rows == 0)
        text_printf(e->out, "    {%s, %d, %d, 0, 0},\n", name, parts, k->row);
    return (rows ? rows : 1) + (k->finish > 0);
}

int emit_trace(Emit *e, const Plan *plan, const Kernel *last)
{
    int rows = 0;
    text_printf(e->out,
                "\n/* The kernels up to the loss, and what they store: to find "
                "the first value\n * that is not finite. */\n"
                "static const nn_trace %s_trace[] = {\n",
                plan->prefix);
    for (int i = 0; i <= last->position; i++)
        if (!plan->kernels.at[i]->empty)
            rows += write_rows(e, plan, plan->kernels.at[i]);
    text_add(e->out, "};\n");
    return rows;
}
