/* conv_weight.c: plans and prints gradients of convolutions by their weights.
 *
 * The cheapest of three forms (weight_forms.h) sums the images of the batch
 * in a fixed order: each unit of work is a shard of the batch with sums of
 * its own, or a panel of filters with its part of all sums. NAME_finish adds
 * the shards in their order and puts every weight where dw has it. */
#include "tile/unpool.h"
#include "tile/weight_forms.h"

#include <string.h>

#include "base/diag.h"

static const char path[] = "templates/conv2d_weights.c";

static const Epilogue no_epilogue;

static ConvForm choose(WeightForm *f, const ConvSpec *s, const Target *t)
{
    WeightForm other;
    ConvForm form = CONV_TILES;
    f->cycles = 0;
    if (!tiles_choose(f, s, t)) {
        nnc_bug("no tile of a weight gradient fits the registers");
    }
    if (sparse_choose(&other, s, t) && other.cycles < f->cycles) {
        *f = other;
        form = CONV_SPARSE;
    }
    if (sums_choose(&other, s, t) && other.cycles < f->cycles) {
        *f = other;
        form = CONV_SUMS;
    }
    return form;
}

static bool same_layout(const ConvWeights *a, const ConvWeights *b)
{
    bool same = a->n == b->n && a->offset == b->offset && a->size == b->size;
    for (int i = 0; same && i < a->n; i++) { /* in any order */
        bool found = false;
        for (int j = 0; j < b->n; j++) {
            found = found ||
                    memcmp(&a->piece[i], &b->piece[j], sizeof a->piece[i]) == 0;
        }
        same = found;
    }
    return same;
}

/* Whether the sums are dw itself. */
static bool in_place(const WeightForm *f, ConvForm form)
{
    return form == CONV_TILES && same_layout(&f->sums, &f->spec->dw_layout);
}

static int64_t aligned(int64_t reals)
{
    return (reals + 15) / 16 * 16;
}

static int64_t x_size(const WeightForm *f)
{
    return f->copy_x ? aligned(f->x.size + f->x.slack) : 0;
}

static const char *reason(Arena *a, const ConvPlan *p)
{
    const char *copy = p->copy_x && p->copy_y ? "; copies x and dy first"
                       : p->copy_x            ? "; copies x first"
                       : p->copy_y            ? "; copies dy first"
                                              : "";
    if (p->form == CONV_SPARSE) {
        return arena_printf(a,
                            "only pixels that won, lanes are (column, "
                            "channel): %d filter%s x %d row%s x %d vector%s%s",
                            p->columns, str_s(p->columns), p->rows,
                            str_s(p->rows), p->vectors, str_s(p->vectors),
                            copy);
    }
    if (p->form == CONV_SUMS) {
        return arena_printf(a, "lanes are columns: %d filter%s x %d tap%s%s",
                            p->columns, str_s(p->columns), p->rows,
                            str_s(p->rows), copy);
    }
    return arena_printf(a, "lanes are filters: %d weight%s x %d vector%s%s",
                        p->rows, str_s(p->rows), p->vectors, str_s(p->vectors),
                        copy);
}

void conv_weight_plan(Arena *arena, ConvPlan *p)
{
    WeightForm f;
    p->form = choose(&f, &p->spec, p->target);
    p->rows = f.rows;
    p->columns = f.filters;
    p->vectors = f.vectors;
    p->steps = 1;
    p->inner_x = f.x;
    p->inner_y = f.dy;
    p->copy_x = f.copy_x;
    p->copy_y = f.copy_dy;
    p->scratch = x_size(&f) + (p->copy_y ? aligned(f.dy.size) : 0);
    p->units = p->form == CONV_TILES ? f.panels * f.splits : f.shards;
    p->partial = p->form != CONV_TILES   ? f.partial * f.shards
                 : in_place(&f, p->form) ? 0
                                         : f.partial;
    p->fmas = (int64_t)f.rows * f.vectors * f.filters;
    p->why = reason(arena, p);
}

/* The statements that set in, d and won for image n. */
static const char *setup(Arena *a, const ConvPlan *p, const WeightForm *f,
                         const char *name)
{
    const ConvSpec *s = &p->spec;
    Text t = {.arena = a};
    long long dy_at = (long long)x_size(f);
    if (p->copy_x) {
        text_printf(&t, "%s_x(x + (ptrdiff_t)n * %lld, scratch);\n", name,
                    (long long)s->x.size);
        text_add(&t, "const float *in = scratch;\n");
    } else {
        text_printf(&t, "const float *in = x + (ptrdiff_t)n * %lld;\n",
                    (long long)s->x.size);
    }
    if (p->copy_y) {
        text_printf(&t, "%s_dy(dy + (ptrdiff_t)n * %lld, ", name,
                    (long long)s->y.size);
        if (s->pool == POOL_MAX) {
            text_printf(&t, "arg + (ptrdiff_t)n * %lld, ",
                        (long long)conv_arg(s)->size);
        }
        text_printf(&t, "scratch + %lld);\nconst float *d = scratch + %lld;\n",
                    dy_at, dy_at);
    } else {
        text_printf(&t, "const float *d = dy + (ptrdiff_t)n * %lld;\n",
                    (long long)s->y.size);
    }
    if (p->form == CONV_SPARSE) {
        text_printf(&t, "const unsigned %s *won = arg + (ptrdiff_t)n * %lld;\n",
                    p->arg_bytes == 2 ? "short" : "char",
                    (long long)conv_arg(s)->size);
    }
    return text_str(&t);
}

/* Clears what a unit of CONV_TILES sums: its panel's weights, or those of one
 * u. */
static const char *clear(Arena *a, const WeightForm *f)
{
    const ConvSpec *s = f->spec;
    int lanes = f->target->lanes;
    int all = (s->filters + lanes - 1) / lanes;
    int64_t row = (int64_t)s->x.channels * lanes * s->kernel[1];
    int64_t vector = row * s->kernel[0];
    Text t = {.arena = a};
    if (f->panels > 1) {
        text_printf(&t, "const int panel = unit / %d;\n", f->splits);
    }
    if (f->splits > 1) {
        text_printf(&t, "const int first = unit %% %d;\n", f->splits);
    }
    const char *start =
        f->panels > 1 ? arena_printf(a, "panel * %d", f->vectors) : "0";
    const char *end = f->panels > 1
                          ? arena_printf(a, "(panel + 1) * %d", f->vectors)
                          : arena_printf(a, "%d", all);
    text_printf(&t, "for (int q = %s; q < %s%s; q++) {\n", start, end,
                all % f->vectors != 0 && f->panels > 1
                    ? arena_printf(a, " && q < %d", all)
                    : "");
    if (f->splits > 1) {
        text_printf(&t,
                    "for (int i = 0; i < %lld; i++) {\n"
                    "sum[q * %lld + first * %lld + i] = 0.0f;\n}\n",
                    (long long)row, (long long)vector, (long long)row);
    } else {
        text_printf(&t,
                    "for (int i = 0; i < %lld; i++) {\n"
                    "sum[q * %lld + i] = 0.0f;\n}\n",
                    (long long)vector, (long long)vector);
    }
    text_add(&t, "}\n");
    return text_str(&t);
}

/* The expression of a weight's place. */
static const char *place(Arena *a, const ConvSpec *s, const ConvWeights *w)
{
    const int shape[4] = {s->filters, s->x.channels, s->kernel[0],
                          s->kernel[1]};
    return conv_place_text(a, shape, w);
}

static void emit_finish(Text *out, const ConvPlan *p, const WeightForm *f,
                        const char *name)
{
    Arena *a = out->arena;
    const ConvSpec *s = &p->spec;
    bool direct = in_place(f, p->form);
    Text body = {.arena = a};
    Holes h = {.arena = a};
    holes_int(&h, "SHARDS", f->shards);
    holes_int(&h, "PARTIAL", f->partial);
    holes_int(&h, "SIZE", s->dw_layout.size);
    holes_int(&h, "K", s->filters);
    holes_int(&h, "C", s->x.channels);
    holes_int(&h, "KH", s->kernel[0]);
    holes_int(&h, "KW", s->kernel[1]);
    holes_text(&h, "TO", direct ? "" : place(a, s, &s->dw_layout));
    holes_text(&h, "FROM", place(a, s, &f->sums));
    const char *value = f->sum_step > 1 ? "nn_vsum(nn_vload($p))" : "*($p)";
    holes_hook(&h, "VALUE", "p", value);
    if (f->shards > 1) {
        holes_fill(&body, &h, path, "add", 1);
    }
    if (!direct) {
        holes_fill(&body, &h, path, "clear_dw", 1);
        holes_fill(&body, &h, path, "place", 1);
    }
    const Formal formals[] = {
        {"float *restrict ", "partial", ""},
        {"float *restrict ", "dw", ""},
    };
    conv_function(out, arena_printf(a, "%s_finish", name), formals, 2,
                  &no_epilogue, text_str(&body));
}

/* Copies go into the middle of scratch memory that is cleared once, so that
 * halos and the lanes behind the last column are zero. */
static void emit_copies(Text *out, const ConvPlan *p, const WeightForm *f,
                        const char *name)
{
    Arena *a = out->arena;
    if (p->copy_x) {
        image_copy_emit(out, &p->spec.x, &f->x, arena_printf(a, "%s_x", name));
    }
    if (p->copy_y) {
        unpool_emit(out, &p->spec, &f->dy, p->target,
                    arena_printf(a, "%s_dy", name));
    }
}

static const char *emit_form(Text *out, const ConvPlan *p, const WeightForm *f,
                             const char *name)
{
    return p->form == CONV_TILES    ? tiles_emit(out, f, name)
           : p->form == CONV_SPARSE ? sparse_emit(out, f, name)
                                    : sums_emit(out, f, name);
}

static void emit_body(Text *body, const ConvPlan *p, const WeightForm *f,
                      const char *setup_text, const char *loops)
{
    Arena *a = body->arena;
    Holes h = {.arena = a};
    bool direct = in_place(f, p->form);
    if (p->scratch > 0) {
        text_printf(body,
                    "    for (int i = 0; i < %lld; i++) {\n"
                    "        scratch[i] = 0.0f;\n    }\n",
                    (long long)p->scratch);
    }
    if (p->form == CONV_TILES) {
        text_printf(body, "    float *sum = %s;\n", direct ? "dw" : "partial");
    }
    holes_text(&h, "CLEAR", p->form == CONV_TILES ? clear(a, f) : "");
    holes_text(&h, "SETUP", setup_text);
    holes_text(&h, "LOOPS", loops);
    holes_int(&h, "BATCH", p->spec.batch);
    holes_int(&h, "SHARDS", f->shards);
    holes_int(&h, "PARTIAL", f->partial);
    holes_fill(body, &h, path, p->form == CONV_TILES ? "units" : "shards", 1);
}

void conv_weight_emit(Text *out, const ConvPlan *p, const char *name)
{
    WeightForm f;
    Text body = {.arena = out->arena};
    choose(&f, &p->spec, p->target);
    emit_copies(out, p, &f, name);
    const char *loops = emit_form(out, p, &f, name);
    emit_body(&body, p, &f, setup(out->arena, p, &f, name), loops);
    const Formal formals[] = {
        {"const float *restrict ", "x", ""},
        {"const float *restrict ", "dy", ""},
        {p->arg_bytes == 2 ? "const unsigned short *restrict "
                           : "const unsigned char *restrict ",
         "arg", ""},
        {"float *restrict ", "dw", ""},
        {"float *restrict ", "partial", ""},
        {"float *restrict ", "scratch", ""},
        {"int ", "from", ""},
        {"int ", "to", ""},
    };
    conv_function(out, name, formals, 8, &no_epilogue, text_str(&body));
    if (p->partial > 0) {
        emit_finish(out, p, &f, name);
    }
}
