/* conv_forward.c: plans and prints forward convolutions.
 *
 * Both forms (direct.h, columns.h) are planned and the cheaper one is taken.
 * The kernel is a loop over images, each copied into scratch first where its
 * halo or the order of its values does not fit, then over tiles. A batch of
 * few large images is cut further, into bands of rows or of channels. */
#include "tile/columns.h"
#include "tile/direct.h"

#include "base/diag.h"

enum { ENOUGH_UNITS = 8, BAND_FLOPS = 2000000 };

/* What both plan and emit derive from the spec. */
typedef struct Forward {
    Direct direct;
    Columns columns;
    Image x; /* as the loops read it */
    bool by_columns;
    int bands, band; /* pieces of an image, and rows or channels of each */
    bool band_channels;
} Forward;

static bool halo_enough(const ConvSpec *s)
{
    for (int i = 0; i < 4; i++) {
        if (s->x.halo[i] < s->pad[i]) {
            return false;
        }
    }
    return true;
}

static Image padded(const ConvSpec *s, int block)
{
    return image_make(s->x.channels, s->x.height, s->x.width, block, s->pad, 0);
}

/* The vectors of a panel of weights. Tiles that walk planes find all they need
 * of a plane in one place, where tiles of one width do all channels. */
static int panel_vectors(const Direct *d)
{
    int lanes = d->target->lanes;
    int v = d->main.panels > 0 ? d->main.vectors : d->tail.vectors;
    bool planes = d->x->block == 1 && d->inputs >= lanes;
    return planes && ceil_div(d->outputs, lanes) % v == 0 ? v : 1;
}

static void place_weights(Direct *d)
{
    bool planes = d->x->block == 1 && d->inputs >= d->target->lanes;
    int taps = d->kernel[0] * d->kernel[1];
    d->w_vectors = panel_vectors(d);
    int64_t width = (int64_t)d->w_vectors * d->target->lanes;
    d->w_channel = planes ? width * taps : width;
    d->w_column = planes ? width : width * d->inputs;
    d->w_row = d->w_column * d->kernel[1];
    d->w_panel = width * taps * d->inputs;
}

static double plan_direct(Forward *f, const ConvSpec *s, const Target *t)
{
    f->direct = (Direct){
        .spec = s,
        .target = t,
        .x = &f->x,
        .y = &s->y,
        .inputs = s->x.channels,
        .outputs = s->filters,
        .kernel = {s->kernel[0], s->kernel[1]},
        .stride = {s->stride[0], s->stride[1]},
        .lead = {s->pad[TOP], s->pad[LEFT]},
        .out = {conv_out(s, 0), conv_out(s, 1)},
        .scale = {1, 1},
    };
    double cycles = direct_choose(&f->direct);
    if (cycles > 0) {
        place_weights(&f->direct);
    }
    return cycles;
}

static bool plan_columns(Forward *f, const ConvSpec *s, const Target *t)
{
    f->columns = (Columns){.spec = s, .target = t, .x = &f->x, .y = &s->y};
    for (int i = 0; i < 2; i++) {
        f->columns.out[i] = conv_in_windows(s, i);
    }
    return columns_choose(&f->columns);
}

/* How many bands an image is cut into, where the batch alone gives too few
 * units. Bands of rows must not share the tile that is moved back. */
static void choose_bands(Forward *f, const ConvSpec *s, bool copy, double flops)
{
    f->bands = 1;
    if (s->batch >= ENOUGH_UNITS || copy || flops < BAND_FLOPS ||
        f->by_columns) {
        return;
    }
    const Direct *d = &f->direct;
    int each = d->w_vectors * d->target->lanes;
    double weights = 4.0 * (double)d->w_panel * ceil_div(d->outputs, each);
    int panels = d->main.panels + (d->tail.vectors > 0);
    if (weights > d->target->l2 / 2.0 && panels >= 4) {
        f->bands = panels;
        f->band_channels = true;
        f->band = d->main.vectors * d->target->lanes;
        return;
    }
    bool exact = d->out[0] % d->main.rows == 0 &&
                 (d->tail.vectors == 0 || d->tail.rows == d->main.rows);
    int tiles = d->out[0] / d->main.rows;
    int wanted = ceil_div(2 * ENOUGH_UNITS, s->batch);
    if (exact && s->pool == POOL_NONE && tiles > 1) {
        int band = ceil_div(tiles, wanted);
        f->band = band * d->main.rows;
        f->bands = ceil_div(tiles, band);
    }
}

static void choose(Forward *f, const ConvSpec *s, const Target *t)
{
    f->x = s->x;
    if (!halo_enough(s)) {
        f->x = padded(s, s->x.block);
    }
    Image plain = f->x;
    double direct = plan_direct(f, s, t);
    bool columns = t->lanes > 1 && plan_columns(f, s, t);
    f->by_columns = columns && (direct == 0 || f->columns.cycles < direct);
    if (!f->by_columns && direct == 0) {
        nnc_bug("no form of a convolution fits the registers");
    }
    if (f->by_columns) {
        bool fits = halo_enough(s) && s->x.column == 1 &&
                    s->x.slack >= columns_slack(&f->columns);
        f->x = fits ? s->x : padded(s, 1);
        if (!fits) {
            f->x.slack = columns_slack(&f->columns);
        }
    } else {
        f->x = plain;
    }
}

static bool copies(const Forward *f, const ConvSpec *s)
{
    return !image_serves(&s->x, &f->x);
}

static void add_piece(ConvWeights *w, int axis, int64_t div, int64_t size,
                      int64_t stride)
{
    w->piece[w->n++] = (ConvPiece){axis, div, size, stride};
}

/* [c][u][v][k] for columns; otherwise as the direct form walks them. */
static ConvWeights layout(const ConvSpec *s, const Forward *f)
{
    ConvWeights w = {0};
    const Direct *d = &f->direct;
    bool columns = f->by_columns;
    int width = columns ? s->filters : d->w_vectors * d->target->lanes;
    int64_t v = columns ? width : d->w_column;
    int64_t u = v * s->kernel[1];
    int64_t panel =
        (int64_t)width * s->x.channels * s->kernel[0] * s->kernel[1];
    add_piece(&w, 0, width, ceil_div(s->filters, width), panel);
    add_piece(&w, 0, 1, width, 1);
    add_piece(&w, 1, 1, s->x.channels,
              columns ? u * s->kernel[0] : d->w_channel);
    add_piece(&w, 2, 1, s->kernel[0], u);
    add_piece(&w, 3, 1, s->kernel[1], v);
    w.size = panel * ceil_div(s->filters, width);
    return w;
}

static const char *reason(Arena *a, const Forward *f, const ConvPlan *p)
{
    const char *copy = p->copy_x ? "; copies x to give it its halo" : "";
    if (f->by_columns) {
        return arena_printf(
            a, "lanes are columns: %d channel%s x %d row%s x %d vector%s%s",
            p->rows, str_s(p->rows), p->columns, str_s(p->columns), p->vectors,
            str_s(p->vectors), copy);
    }
    const DirectTile *r = &f->direct.tail;
    return arena_printf(
        a, "lanes are channels: %d x %d pixel%s x %d vector%s%s%s", p->rows,
        p->columns, str_s(p->rows * p->columns), p->vectors, str_s(p->vectors),
        r->vectors > 0 && f->direct.main.panels > 0
            ? arena_printf(a, ", the rest %d x %d x %d", r->rows, r->columns,
                           r->vectors)
            : "",
        copy);
}

void conv_forward_plan(Arena *arena, ConvPlan *plan)
{
    const ConvSpec *s = &plan->spec;
    Forward f = {0};
    choose(&f, s, plan->target);
    plan->form = f.by_columns ? CONV_COLUMNS : CONV_CHANNELS;
    plan->copy_x = copies(&f, s);
    plan->inner_x = f.x;
    plan->inner_y = s->y;
    if (plan->copy_x) {
        plan->scratch = f.x.size + f.x.slack;
    }
    choose_bands(&f, s, plan->copy_x, plan->flops / s->batch);
    plan->units = s->batch * f.bands;
    plan->weights = layout(s, &f);
    const DirectTile *t =
        f.direct.main.panels > 0 ? &f.direct.main : &f.direct.tail;
    plan->rows = f.by_columns ? f.columns.channels : t->rows;
    plan->columns = f.by_columns ? f.columns.rows : t->columns;
    plan->vectors = f.by_columns ? f.columns.vectors : t->vectors;
    int acc = plan->rows * plan->columns * plan->vectors;
    plan->fmas =
        f.by_columns ? columns_fmas(&f.columns) : direct_fmas(&f.direct);
    plan->steps = (int)(plan->fmas / acc);
    plan->why = reason(arena, &f, plan);
}

/* The statements that set in, to and won for image n. */
static const char *setup(Arena *a, const ConvPlan *p, const Forward *f,
                         const char *name)
{
    const ConvSpec *s = &p->spec;
    Text t = {.arena = a};
    if (p->copy_x) {
        text_printf(&t, "%s_pad(x + (ptrdiff_t)n * %lld, scratch); ", name,
                    (long long)s->x.size);
        text_add(&t, "const float *in = scratch; ");
    } else {
        text_printf(&t, "const float *in = x + (ptrdiff_t)n * %lld; ",
                    (long long)s->x.size);
    }
    text_printf(&t, "float *out = y + (ptrdiff_t)n * %lld; ",
                (long long)s->y.size);
    if (s->argmax) {
        text_printf(&t, "unsigned %s *won = arg + (ptrdiff_t)n * %lld; ",
                    p->arg_bytes == 2 ? "short" : "char",
                    (long long)conv_arg(s)->size);
    }
    if (image_has_halo(&s->y)) {
        text_printf(&t,
                    f->bands > 1 ? "if (first == 0) { %s_halo(out); } "
                                 : "%s_halo(out); ",
                    name);
    }
    return text_str(&t);
}

static DirectRange band_range(Arena *a, const Forward *f)
{
    DirectRange r = {0};
    const Direct *d = &f->direct;
    if (f->bands > 1 && f->band_channels) {
        int end = d->main.panels * d->main.vectors * d->target->lanes;
        r.k0 = "first";
        r.k1 = arena_printf(a, "first < %d ? first + %d : 0", end, f->band);
        r.tail = arena_printf(a, "first >= %d", end);
    } else if (f->bands > 1) {
        r.row0 = "first";
        r.row1 = arena_printf(a, "(first + %d < %d ? first + %d : %d)", f->band,
                              d->out[0], f->band, d->out[0]);
    }
    return r;
}

static void helpers(Text *out, const ConvPlan *p, const char *name)
{
    if (p->copy_x) {
        image_copy_emit(out, &p->spec.x, &p->inner_x,
                        arena_printf(out->arena, "%s_pad", name));
        if (image_has_halo(&p->inner_x)) {
            image_halo_emit(out, &p->inner_x,
                            arena_printf(out->arena, "%s_clear", name));
        }
    }
    if (image_has_halo(&p->spec.y)) {
        image_halo_emit(out, &p->spec.y,
                        arena_printf(out->arena, "%s_halo", name));
    }
}

void conv_forward_emit(Text *out, const ConvPlan *p, const char *name)
{
    Arena *a = out->arena;
    const ConvSpec *s = &p->spec;
    Forward f = {0};
    Text loops = {.arena = a};
    Text body = {.arena = a};
    choose(&f, s, p->target);
    choose_bands(&f, s, p->copy_x, p->flops / s->batch);
    helpers(out, p, name);
    if (f.by_columns) {
        columns_emit(out, &loops, 0, &f.columns, name, NULL, NULL);
    } else {
        DirectRange range = band_range(a, &f);
        direct_emit(out, &loops, 0, &f.direct, name, &range);
    }
    if (p->copy_x && image_has_halo(&p->inner_x)) {
        text_printf(&body, "    %s_clear(scratch);\n", name);
    }
    Holes h = {.arena = a};
    holes_text(&h, "SETUP", setup(a, p, &f, name));
    holes_text(&h, "LOOPS", text_str(&loops));
    holes_int(&h, "BANDS", f.bands);
    holes_int(&h, "BAND", f.band);
    holes_fill(&body, &h, "templates/conv2d_loops.c",
               f.bands > 1 ? "bands" : "images", 1);
    const Formal formals[] = {
        {"const float *restrict ", "x", ""},
        {"const float *restrict ", "w", ""},
        {"float *restrict ", "y", ""},
        {p->arg_bytes == 2 ? "unsigned short *restrict "
                           : "unsigned char *restrict ",
         "arg", ""},
        {"float *restrict ", "scratch", ""},
        {NULL, NULL, NULL},
        {"int ", "from", ""},
        {"int ", "to", ""},
    };
    conv_function(out, name, formals, 8, &s->epilogue, text_str(&body));
}

Image conv_arg_image(const ConvSpec *spec, const Target *target)
{
    Image x;
    Image y;
    conv_images(spec, target, &x, &y);
    return y;
}

void conv_images(const ConvSpec *spec, const Target *target, Image *x, Image *y)
{
    ConvSpec s = *spec;
    Forward f = {0};
    int h = conv_pooled(spec, 0);
    int w = conv_pooled(spec, 1);
    s.x = padded(spec, spec->x.channels);
    s.y = image_make(spec->filters, h, w, spec->filters, NULL, 0);
    choose(&f, &s, target);
    *x = s.x;
    *y = s.y;
    if (f.by_columns) {
        int lanes = target->lanes;
        *x = padded(spec, 1);
        x->slack = columns_slack(&f.columns);
        *y = image_make(spec->filters, h, w, 1, NULL,
                        ceil_div(w, lanes) * lanes);
    }
}

bool conv_pools(const ConvSpec *spec, const Target *target)
{
    ConvSpec s = *spec;
    Forward f = {0};
    if (conv_out(spec, 0) < spec->window[0] ||
        conv_out(spec, 1) < spec->window[1]) {
        return false;
    }
    f.x = padded(spec, spec->x.channels);
    s.x = f.x;
    s.y = image_make(spec->filters, conv_pooled(spec, 0), conv_pooled(spec, 1),
                     spec->filters, NULL, 0);
    return plan_direct(&f, &s, target) > 0 || plan_columns(&f, &s, target);
}
