/* tiles_conv.c: convolution kernels by conv.h, with what was fused behind
 * them; see tiles.h. */
#include "emit/lanes.h"
#include "emit/tiles.h"
#include "pass/schedule.h"

/* Set when the tile is printed; the cost needs to know that it is there. */
static void no_epilogue(Text *out, void *context, const char *value,
                        const Lanes *at)
{
    (void)out;
    (void)context;
    (void)value;
    (void)at;
}

static int maps(const Kernel *k)
{
    int n = 0;
    for (int j = 0; j < k->nodes.n; j++)
        n += op_table[k->nodes.at[j]->op].class == CLASS_MAP;
    return n;
}

static bool has_epilogue(const Kernel *k, const Node *primary)
{
    int stores = 0;
    for (int j = 0; j < k->stores.n; j++)
        stores += k->stores.at[j]->type == TYPE_REAL &&
                  k->stores.at[j] != primary;
    return maps(k) + stores > 0;
}

void tile_conv(Plan *plan, Kernel *k, const CodeOptions *o)
{
    const Node *primary = schedule_conv_primary(k);
    const Node *x = k->anchor->in[0], *w = k->anchor->in[1];
    ConvSpec s = schedule_conv_spec(plan, k);
    if (!conv_image(&x->shape, &plan->value[x->id].layout, &s.x) ||
        !conv_image(&primary->shape, &plan->value[primary->id].layout, &s.y))
        nnc_bug("node %d: no image for its layout", k->anchor->id);
    s.unroll = o->unroll;
    if (has_epilogue(k, primary))
        s.epilogue = (Epilogue){.print = no_epilogue,
                                .operations = lane_operations(k)};
    ConvPlan *p = conv_plan(plan->arena, &s, target_find(o->target));
    Layout l = conv_weight_layout(&w->shape, &p->weights);
    if (!layout_equal(&l, &plan->value[w->id].layout))
        nnc_bug("node %d: its weight lies otherwise", k->anchor->id);
    k->tile = p;
    k->parts = p->units;
    k->scratch = p->scratch * 4 * k->parts;
    k->why = p->why;
    k->flops = (int64_t)p->flops;
    k->bytes = (int64_t)p->bytes;
}

static const char *bracket(Arena *arena, const char *x)
{
    return arena_printf(arena, "(%s)", x);
}

static void epilogue(Text *out, void *context, const char *value,
                     const Lanes *at)
{
    LaneWriter *w = context;
    Arena *arena = out->arena;
    LanePoint p = {.axis = at->axis == 'c' ? 1 : 3, .count = at->count};
    p.index[0] = bracket(arena, at->n);
    p.index[1] = bracket(arena, at->c);
    p.index[2] = bracket(arena, at->y);
    p.index[3] = bracket(arena, at->x);
    text_add(out, "{\n");
    lane_print(out, w, value, &p);
    text_add(out, "}\n");
}

static const Node *arg_node(const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++)
        if (k->nodes.at[j]->op == OP_MAXPOOL_AT)
            return k->nodes.at[j];
    return NULL;
}

/* Where a value's layout begins; its pointer shows element 0. */
static const char *buffer_of(Scope *s, const Node *n)
{
    int64_t offset = s->plan->value[n->id].layout.offset;
    const char *pointer = scope_pointer(s, n);
    return offset == 0 ? pointer
                       : arena_printf(s->e->arena, "%s - %lld", pointer,
                                      (long long)offset);
}

void emit_conv(Scope *s)
{
    const Kernel *k = s->kernel;
    ConvPlan *p = k->tile;
    Arena *arena = s->e->arena;
    const Node *primary = schedule_conv_primary(k), *arg = arg_node(k);
    const char *x = buffer_of(s, k->anchor->in[0]);
    const char *w = buffer_of(s, k->anchor->in[1]);
    const char *y = buffer_of(s, primary);
    const char *places = arg ? buffer_of(s, arg) : NULL;
    LaneWriter writer = lane_writer(s, primary);
    if (p->spec.epilogue.print) {
        p->spec.epilogue.print = epilogue;
        p->spec.epilogue.context = &writer;
        p->spec.epilogue.params = writer.params;
        p->spec.epilogue.args = writer.args;
    }
    const char *name = emit_name(s->e, arena_printf(arena, "%s_tile", k->name));
    text_add(s->e->out, "\n");
    conv_emit(s->e->out, p, name);
    text_printf(&s->body, "    %s(%s, %s, %s", name, x, w, y);
    if (places)
        text_printf(&s->body, ", %s", places);
    if (p->scratch)
        text_printf(&s->body,
                    ",\n        (float *)(f->work + %lld) + part * %lld",
                    (long long)k->scratch_buffer->at, (long long)p->scratch);
    text_printf(&s->body, "%s, part, part + 1);\n", writer.args);
}
