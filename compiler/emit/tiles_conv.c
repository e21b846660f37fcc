/* tiles_conv.c: convolution kernels by conv.h, with what was fused behind
 * them; see tiles.h. */
#include "emit/lanes.h"
#include "emit/parts.h"
#include "emit/places.h"
#include "emit/share.h"
#include "emit/tiles.h"
#include "ir/conv.h"
#include "pass/schedule.h"

/* Images that a part does one after the other share its scratch memory, which
 * it clears once. */
enum { MOST_PARTS = 32 };

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
        stores +=
            k->stores.at[j]->type == TYPE_REAL && k->stores.at[j] != primary;
    return maps(k) + stores > 0;
}

/* Reals that may be read behind every value in the workspace: the room that
 * memplan leaves behind each. */
enum { WORK_SLACK = 16 };

/* The image of a value as it lies now. A halo counts only where the kernel
 * that wrote it has cleared it. */
static void image_now(const Plan *plan, const Node *n, Image *m)
{
    const Value *v = &plan->value[n->id];
    bool clears = v->kernel && (v->kernel->kind == KERNEL_CONV ||
                                v->kernel->kind == KERNEL_CONV_DX);
    if (!conv_image(&n->shape, &v->layout, m))
        nnc_bug("node %d: no image for its layout", n->id);
    for (int i = 0; i < 4 && !clears; i++)
        m->halo[i] = 0;
    if (v->buffer->place == PLACE_WORK && m->slack < WORK_SLACK)
        m->slack = WORK_SLACK;
}

/* The places of the maxima: written forward, read backward. */
static const Node *arg_node(const Kernel *k)
{
    const Node *pool = schedule_conv_pool(k);
    if (pool && pool->op == OP_MAXPOOL_DX)
        return pool->in[1];
    for (int j = 0; j < k->nodes.n; j++)
        if (k->nodes.at[j]->op == OP_MAXPOOL_AT)
            return k->nodes.at[j];
    return NULL;
}

/* Where the places of the maxima lie, if not as y does. */
static void settle_places(const Plan *plan, const Kernel *k, ConvSpec *s)
{
    const Node *arg = arg_node(k);
    const Layout *y = &plan->value[schedule_conv_y(k)->id].layout;
    if (!arg || layout_equal(&plan->value[arg->id].layout, y))
        return;
    image_now(plan, arg, &s->arg);
}

/* Gives the kernel a copy of its weight where the plan reads it in another
 * layout than it has. */
static void settle_weight(Plan *plan, Kernel *k, const ConvPlan *p)
{
    Node **w = &k->anchor->in[1];
    Layout l = conv_weight_layout(&(*w)->shape, &p->weights);
    if (!layout_equal(&l, &plan->value[(*w)->id].layout))
        *w = layout_copy_as(plan, *w, &l);
}

/* Lets the kernel read its images in copies where they lie in a way that
 * conv.h has no word for, such as a reshaped image of another convolution. */
static void settle_images(Plan *plan, const Kernel *k)
{
    const Node *n = k->anchor, *pool = schedule_conv_pool(k);
    Node **dy = conv_input(n, CONV_Y);
    Node **read[] = {conv_input(n, CONV_X), dy && pool ? &pool->in[0] : dy};
    for (int i = 0; i < 2; i++) {
        Image m;
        Node *x = read[i] ? *read[i] : NULL;
        if (!x || conv_image(&x->shape, &plan->value[x->id].layout, &m))
            continue;
        Layout rows = layout_dense(&x->shape);
        *read[i] = layout_copy_as(plan, x, &rows);
    }
}

void tile_conv(Plan *plan, Kernel *k, const CodeOptions *o)
{
    settle_images(plan, k);
    const Node *primary = schedule_conv_primary(k);
    ConvSpec s = schedule_conv_spec(plan, k);
    image_now(plan, schedule_conv_x(k), &s.x);
    image_now(plan, schedule_conv_y(k), &s.y);
    settle_places(plan, k, &s);
    s.unroll = tiles_unroll(o);
    if (k->kind == KERNEL_CONV_DW)
        s.dw_layout = conv_weight_pieces(&plan->value[k->anchor->id].layout);
    if (has_epilogue(k, primary))
        s.epilogue =
            (Epilogue){.print = no_epilogue, .operations = lane_operations(k)};
    ConvPlan *p = conv_plan(plan->arena, &s, target_find(o->target));
    if (k->kind != KERNEL_CONV_DW)
        settle_weight(plan, k, p);
    k->tile = p;
    k->parts = p->units < MOST_PARTS || k->kind == KERNEL_CONV_DW ? p->units
                                                                  : MOST_PARTS;
    k->finish = p->partial > 0;
    k->scratch = (p->partial + p->scratch * k->parts) * 4;
    k->why = p->why;
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
    lane_print(out, w, &value, &p);
    text_add(out, "}\n");
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

static void argument(Scope *s, const char *format, const char *text)
{
    if (text)
        text_printf(&s->body, format, text);
}

/* The C of the kernel's scratch memory behind its first reals. */
static const char *scratch(const Scope *s, int64_t behind)
{
    const char *at = places_at(s->e, s->kernel->scratch_buffer);
    const char *first = arena_printf(s->e->arena, "(float *)nn_at(f, %s)", at);
    return behind ? arena_printf(s->e->arena, "%s + %lld", first,
                                 (long long)behind)
                  : first;
}

static void scratch_argument(Scope *s, const ConvPlan *p)
{
    if (p->scratch == 0)
        return;
    text_printf(&s->body, ",\n        %s + part * %lld", scratch(s, p->partial),
                (long long)p->scratch);
}

static const char *partial(Scope *s, const ConvPlan *p)
{
    return p->partial == 0 ? NULL : scratch(s, 0);
}

/* The call of the tile's function, its arguments in conv.h's order. */
static void call(Scope *s, const ConvPlan *p, const char *name)
{
    const Kernel *k = s->kernel;
    const Node *n = k->anchor, *arg = arg_node(k);
    bool forward = conv_result(n) == CONV_Y;
    Node **reads[] = {conv_input(n, CONV_X), conv_input(n, CONV_W)};
    const char *x = reads[0] ? buffer_of(s, *reads[0]) : NULL;
    const char *dy = forward ? NULL : buffer_of(s, schedule_conv_y(k));
    const char *w = reads[1] ? buffer_of(s, *reads[1]) : NULL;
    const char *places = arg ? buffer_of(s, arg) : NULL;
    const char *to = p->partial ? NULL : buffer_of(s, schedule_conv_primary(k));
    text_printf(&s->body, "    %s(%s", name, x ? x : dy);
    argument(s, ", %s", x ? dy : NULL);
    argument(s, ", %s", forward ? NULL : places);
    argument(s, ", %s", w);
    argument(s, ", %s", to);
    argument(s, ", %s", forward ? places : NULL);
    argument(s, ", %s", partial(s, p));
    scratch_argument(s, p);
}

static void write_finish(Scope *s, const ConvPlan *p, const char *name)
{
    const Kernel *k = s->kernel;
    Scope last = scope_new(s->e, s->plan, k);
    const char *dw = buffer_of(&last, schedule_conv_primary(k));
    text_printf(s->e->out,
                "\nstatic void %s_finish(void *frame, int part)\n{\n"
                "    const nn_frame *f = frame;\n    (void)part;\n%s"
                "    %s_finish(%s, %s);\n}\n",
                k->name, text_str(&last.head), name, partial(s, p), dw);
}

void emit_conv(Scope *s)
{
    const Kernel *k = s->kernel;
    ConvPlan *p = k->tile;
    Arena *arena = s->e->arena;
    LaneWriter writer = lane_writer(s, schedule_conv_primary(k));
    if (p->spec.epilogue.print) {
        p->spec.epilogue.print = epilogue;
        p->spec.epilogue.context = &writer;
        p->spec.epilogue.params = writer.params;
        p->spec.epilogue.args = writer.args;
    }
    const char *name = share_name(s);
    size_t start = s->e->out->n;
    text_add(s->e->out, "\n");
    conv_emit(s->e->out, p, name);
    share_tile(s, start, name);
    call(s, p, s->tile);
    text_printf(&s->body, "%s, %s);\n", writer.args,
                k->parts == 1 ? "part, part + 1"
                              : parts_units(arena, k->parts, p->units));
    if (k->finish)
        write_finish(s, p, s->tile);
}
