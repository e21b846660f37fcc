/* conv_input.c: plans and prints gradients of convolutions by their input.
 *
 * Many input channels: the gradient is itself a convolution, of dy with the
 * kernel turned by 180 degrees; with a stride, one for each of the stride's
 * phases, since pixels whose rows differ modulo the stride meet different
 * taps (direct.c does the loops). Few input channels would leave lanes empty
 * there: then lanes are columns (columns.c), or each pixel of dy is spread
 * over its window of dx, whose columns and channels are lanes together
 * (spread.c). */
#include "tile/spread.h"
#include "tile/unpool.h"

#include "base/diag.h"
#include "tile/columns.h"
#include "tile/direct.h"

enum { MANY_PHASES = 64 }; /* each is a function: more only without spread.c */

typedef struct Phase { /* pixels whose row and column are r modulo stride */
    Direct direct;
} Phase;

typedef struct Turned {
    ConvSpec plain; /* without pooling, for direct.c */
    Image dy;       /* with the halo that all phases need */
    int phases[2];
    Phase *phase; /* phases[0] * phases[1] of them */
    double cycles;
    bool by_columns;
    ConvSpec flat;   /* then: the convolution of dy, */
    Image lines;     /* whose columns are neighbours, */
    Columns columns; /* and its loops */
} Turned;

/* The first tap that meets pixel r modulo the stride, and how many there are.
 */
static int first_tap(const ConvSpec *s, int axis, int r)
{
    int pad = s->pad[axis == 0 ? TOP : LEFT];
    return (r + pad) % s->stride[axis];
}

static int taps(const ConvSpec *s, int axis, int r)
{
    int first = first_tap(s, axis, r);
    int left = s->kernel[axis] - first;
    return left > 0 ? ceil_div(left, s->stride[axis]) : 0;
}

/* Rows of dy above its first one that the windows of phase r begin at. */
static int lead(const ConvSpec *s, int axis, int r)
{
    int pad = s->pad[axis == 0 ? TOP : LEFT];
    int shift = (r + pad - first_tap(s, axis, r)) / s->stride[axis];
    return taps(s, axis, r) - 1 - shift;
}

static int size(const ConvSpec *s, int axis)
{
    return axis == 0 ? s->x.height : s->x.width;
}

static int phase_size(const ConvSpec *s, int axis, int r)
{
    return ceil_div(size(s, axis) - r, s->stride[axis]);
}

/* The halo of dy that every window of every phase stays within. */
static void turned_halo(const ConvSpec *s, int halo[4])
{
    for (int axis = 0; axis < 2; axis++) {
        int before = axis == 0 ? TOP : LEFT;
        halo[before] = halo[before + 2] = 0;
        for (int r = 0; r < s->stride[axis] && r < size(s, axis); r++) {
            if (taps(s, axis, r) == 0) {
                continue;
            }
            int above = lead(s, axis, r);
            int end = phase_size(s, axis, r) - above + taps(s, axis, r) - 1;
            int below = end - conv_out(s, axis);
            halo[before] = above > halo[before] ? above : halo[before];
            halo[before + 2] =
                below > halo[before + 2] ? below : halo[before + 2];
        }
    }
}

static void plan_phase(Turned *t, Phase *p, const ConvSpec *s,
                       const Target *target, int ry, int rx)
{
    const int r[2] = {ry, rx};
    Direct *d = &p->direct;
    int64_t column = (int64_t)s->filters * target->lanes;
    int64_t row = column * s->kernel[1];
    *d = (Direct){.spec = &t->plain, .target = target};
    d->x = &t->dy;
    d->y = &s->x;
    d->inputs = s->filters;
    d->outputs = s->x.channels;
    d->w_panel = row * s->kernel[0];
    d->w_channel = target->lanes;
    d->w_vectors = 1;
    for (int i = 0; i < 2; i++) {
        int n = taps(s, i, r[i]);
        d->kernel[i] = n;
        d->stride[i] = 1;
        d->lead[i] = n > 0 ? lead(s, i, r[i]) : 0;
        d->out[i] = phase_size(s, i, r[i]);
        d->scale[i] = s->stride[i];
        d->shift[i] = r[i];
        int last = first_tap(s, i, r[i]) + s->stride[i] * (n - 1);
        d->w_offset +=
            n > 0 ? (i == 0 ? row : column) * (s->kernel[i] - 1 - last) : 0;
    }
    d->w_row = row * s->stride[0];
    d->w_column = column * s->stride[1];
    if (d->kernel[0] == 0 || d->kernel[1] == 0) {
        d->kernel[0] = d->kernel[1] = 0; /* only zeros, and the epilogue */
        d->lead[0] = d->lead[1] = 0;
        d->w_offset = 0;
    }
    double cycles = direct_choose(d);
    if (cycles == 0) {
        nnc_bug("no tile of a gradient fits the registers");
    }
    t->cycles += cycles;
}

static bool has_halo(const Image *m, const int halo[4])
{
    for (int i = 0; i < 4; i++) {
        if (m->halo[i] < halo[i]) {
            return false;
        }
    }
    return true;
}

/* The same with lanes along columns, where that is faster. */
static void plan_columns(Turned *t, const ConvSpec *s, const Target *target,
                         const int halo[4])
{
    if (s->stride[0] != 1 || s->stride[1] != 1 || lead(s, 0, 0) < 0 ||
        lead(s, 1, 0) < 0) {
        return;
    }
    t->flat = t->plain;
    t->flat.role = CONV_FORWARD;
    t->flat.filters = s->x.channels;
    t->flat.pad[TOP] = lead(s, 0, 0);
    t->flat.pad[LEFT] = lead(s, 1, 0);
    t->flat.x = unpool_image(s, 1, halo, 0);
    t->columns = (Columns){.spec = &t->flat,
                           .target = target,
                           .x = &t->lines,
                           .y = &s->x,
                           .out = {s->x.height, s->x.width}};
    t->by_columns =
        columns_choose(&t->columns) && t->columns.cycles < t->cycles;
    int64_t slack = columns_slack(&t->columns);
    bool serves = s->pool == POOL_NONE && has_halo(&s->y, halo) &&
                  s->y.column == 1 && s->y.slack >= slack;
    t->lines = serves ? s->y : t->flat.x;
    if (!serves) {
        t->lines.slack = slack;
    }
    if (t->by_columns) {
        t->cycles = t->columns.cycles;
    }
}

static int phases(const Turned *t)
{
    return t->phases[0] * t->phases[1];
}

static void plan_turned(Arena *arena, Turned *t, const ConvSpec *s,
                        const Target *target)
{
    int halo[4];
    turned_halo(s, halo);
    t->plain = *s;
    t->plain.pool = POOL_NONE;
    t->plain.argmax = false;
    t->dy = s->y;
    if (s->pool != POOL_NONE || !has_halo(&s->y, halo)) {
        t->dy = unpool_image(s, s->filters, halo, 0);
    }
    for (int i = 0; i < 2; i++) {
        t->phases[i] = s->stride[i] < size(s, i) ? s->stride[i] : size(s, i);
    }
    t->phase = NEWN(arena, Phase, phases(t));
    for (int i = 0; i < phases(t); i++) {
        plan_phase(t, &t->phase[i], s, target, i / t->phases[1],
                   i % t->phases[1]);
    }
    plan_columns(t, s, target, halo);
}

/* [c / lanes][kh-1-u][kw-1-v][k][lanes] */
static ConvWeights turned_layout(const ConvSpec *s, const Target *t)
{
    int64_t v = (int64_t)s->filters * t->lanes;
    int64_t u = v * s->kernel[1];
    int panels = ceil_div(s->x.channels, t->lanes);
    ConvWeights w = {.n = 5, .size = u * s->kernel[0] * panels};
    w.offset = (s->kernel[0] - 1) * u + (s->kernel[1] - 1) * v;
    w.piece[0] = (ConvPiece){1, t->lanes, panels, u * s->kernel[0]};
    w.piece[1] = (ConvPiece){1, 1, t->lanes, 1};
    w.piece[2] = (ConvPiece){2, 1, s->kernel[0], -u};
    w.piece[3] = (ConvPiece){3, 1, s->kernel[1], -v};
    w.piece[4] = (ConvPiece){0, 1, s->filters, t->lanes};
    return w;
}

/* [k][kh-1-u][kw-1-v][c] */
static ConvWeights flat_layout(const ConvSpec *s)
{
    int64_t c = s->x.channels;
    int64_t u = c * s->kernel[1];
    int64_t k = u * s->kernel[0];
    ConvWeights w = {.n = 4, .size = k * s->filters, .offset = k - c};
    w.piece[0] = (ConvPiece){0, 1, s->filters, k};
    w.piece[1] = (ConvPiece){1, 1, s->x.channels, 1};
    w.piece[2] = (ConvPiece){2, 1, s->kernel[0], -u};
    w.piece[3] = (ConvPiece){3, 1, s->kernel[1], -c};
    return w;
}

static bool unpools(const ConvSpec *s, const Image *inner)
{
    return s->pool != POOL_NONE || !image_serves(&s->y, inner);
}

static bool choose(Arena *arena, const ConvSpec *s, const Target *target,
                   Turned *t, Spread *p)
{
    plan_turned(arena, t, s, target);
    return spread_choose(p, s, target) &&
           (p->cycles < t->cycles || phases(t) > MANY_PHASES);
}

static void plan_by_turned(Arena *arena, ConvPlan *p, const Turned *t)
{
    const Direct *d = &t->phase[0].direct;
    const DirectTile *tile = d->main.panels > 0 ? &d->main : &d->tail;
    p->form = CONV_TURNED;
    p->inner_y = t->dy;
    p->copy_y = unpools(&p->spec, &t->dy);
    p->scratch = p->copy_y ? t->dy.size : 0;
    p->weights = turned_layout(&p->spec, p->target);
    p->rows = tile->rows;
    p->columns = tile->columns;
    p->vectors = tile->vectors;
    for (int i = 0; i < phases(t); i++) {
        p->fmas += direct_fmas(&t->phase[i].direct);
    }
    p->why = arena_printf(
        arena,
        "turned kernel, lanes are channels: %d x %d pixel%s x %d vector%s"
        "%s%s",
        p->rows, p->columns, str_s(p->rows * p->columns), p->vectors,
        str_s(p->vectors),
        phases(t) > 1 ? arena_printf(arena, ", %d phases", phases(t)) : "",
        p->copy_y ? "; spreads dy with a halo first" : "");
}

static void plan_by_columns(Arena *arena, ConvPlan *p, const Turned *t)
{
    const Columns *c = &t->columns;
    p->form = CONV_TURNED_COLUMNS;
    p->inner_y = t->lines;
    p->copy_y = unpools(&p->spec, &t->lines);
    p->scratch = p->copy_y ? t->lines.size + t->lines.slack : 0;
    p->weights = flat_layout(&p->spec);
    p->rows = c->channels;
    p->columns = c->rows;
    p->vectors = c->vectors;
    p->fmas = columns_fmas(c);
    p->why = arena_printf(arena,
                          "turned kernel, lanes are columns: %d channel%s x %d "
                          "row%s x %d vector%s%s",
                          p->rows, str_s(p->rows), p->columns,
                          str_s(p->columns), p->vectors, str_s(p->vectors),
                          p->copy_y ? "; spreads dy with a halo first" : "");
}

static void plan_by_spread(Arena *arena, ConvPlan *p, const Spread *s)
{
    p->form = CONV_SPREAD;
    p->inner_y = s->dy;
    p->inner_x = s->dx;
    p->copy_y = unpools(&p->spec, &s->dy);
    p->scratch = (p->copy_y ? spread_dy_size(s) : 0) + spread_dx_size(s);
    p->weights = spread_layout(s);
    p->rows = s->rows;
    p->columns = s->pixels;
    p->vectors = s->vectors;
    p->fmas = (int64_t)s->rows * s->pixels * s->vectors;
    p->why = arena_printf(arena,
                          "spreads dy over windows of (column, channel) lanes:"
                          " %d pixel%s x %d row%s x %d vector%s",
                          s->pixels, str_s(s->pixels), s->rows, str_s(s->rows),
                          s->vectors, str_s(s->vectors));
}

void conv_input_plan(Arena *arena, ConvPlan *plan)
{
    Turned *t = NEW(arena, Turned);
    Spread s = {0};
    bool spread = choose(arena, &plan->spec, plan->target, t, &s);
    plan->units = plan->spec.batch;
    if (spread) {
        plan_by_spread(arena, plan, &s);
    } else if (t->by_columns) {
        plan_by_columns(arena, plan, t);
    } else {
        plan_by_turned(arena, plan, t);
    }
    int acc = plan->rows * plan->columns * plan->vectors;
    plan->steps = acc > 0 ? (int)(plan->fmas / acc) : 0;
}

/* The statements that set `in` for image n: dy itself, or its copy. */
static void setup_dy(Text *t, const ConvPlan *p, const char *name)
{
    const ConvSpec *s = &p->spec;
    if (!p->copy_y) {
        text_printf(t, "const float *in = dy + (ptrdiff_t)n * %lld;\n",
                    (long long)s->y.size);
        return;
    }
    text_printf(t, "%s_dy(dy + (ptrdiff_t)n * %lld, ", name,
                (long long)s->y.size);
    if (s->pool == POOL_MAX) {
        text_printf(t, "arg + (ptrdiff_t)n * %lld, ",
                    (long long)conv_arg(s)->size);
    }
    text_add(t, "scratch);\nconst float *in = scratch;\n");
}

static void emit_turned(Text *out, Text *body, const ConvPlan *p,
                        const Turned *t, const char *name)
{
    Arena *a = out->arena;
    static const DirectRange all;
    for (int i = 0; i < phases(t); i++) {
        const char *phase =
            phases(t) == 1 ? name
                           : arena_printf(a, "%s_%d_%d", name, i / t->phases[1],
                                          i % t->phases[1]);
        direct_emit(out, body, 0, &t->phase[i].direct, phase, &all);
    }
    (void)p;
}

static void emit_spread(Text *out, Text *body, const ConvPlan *p,
                        const Spread *s, const char *name)
{
    int64_t at = p->copy_y ? spread_dy_size(s) : 0;
    spread_emit(out, s, name);
    text_printf(body, "%s_spread(in + %lld, w, scratch + %lld);\n", name,
                (long long)s->dy.origin, (long long)at);
    text_printf(body, "%s", spread_finish(out, s, name, at));
}

static void helpers(Text *out, const ConvPlan *p, const char *name)
{
    Arena *a = out->arena;
    if (p->copy_y) {
        unpool_emit(out, &p->spec, &p->inner_y, p->target,
                    arena_printf(a, "%s_dy", name));
        if (image_has_halo(&p->inner_y)) {
            image_halo_emit(out, &p->inner_y,
                            arena_printf(a, "%s_clear", name));
        }
    }
    if (image_has_halo(&p->spec.x)) {
        image_halo_emit(out, &p->spec.x, arena_printf(a, "%s_halo", name));
    }
}

void conv_input_emit(Text *out, const ConvPlan *p, const char *name)
{
    Arena *a = out->arena;
    const ConvSpec *s = &p->spec;
    Turned *t = NEW(a, Turned);
    Spread spread = {0};
    Text loops = {.arena = a};
    Text body = {.arena = a};
    choose(a, s, p->target, t, &spread);
    helpers(out, p, name);
    setup_dy(&loops, p, name);
    text_printf(&loops, "float *out = dx + (ptrdiff_t)n * %lld;\n",
                (long long)s->x.size);
    if (image_has_halo(&s->x)) {
        text_printf(&loops, "%s_halo(out);\n", name);
    }
    if (p->form == CONV_SPREAD) {
        emit_spread(out, &loops, p, &spread, name);
    } else if (p->form == CONV_TURNED_COLUMNS) {
        columns_emit(out, &loops, 0, &t->columns, name, NULL, NULL);
    } else {
        emit_turned(out, &loops, p, t, name);
    }
    if (p->copy_y && image_has_halo(&p->inner_y)) {
        text_printf(&body, "    %s_clear(scratch);\n", name);
    }
    Holes h = {.arena = a};
    holes_text(&h, "SETUP", "");
    holes_text(&h, "LOOPS", text_str(&loops));
    holes_fill(&body, &h, "templates/conv2d_loops.c", "images", 1);
    const Formal formals[] = {
        {"const float *restrict ", "dy", ""},
        {p->arg_bytes == 2 ? "const unsigned short *restrict "
                           : "const unsigned char *restrict ",
         "arg", ""},
        {"const float *restrict ", "w", ""},
        {"float *restrict ", "dx", ""},
        {"float *restrict ", "scratch", ""},
        {NULL, NULL, NULL},
        {"int ", "from", ""},
        {"int ", "to", ""},
    };
    conv_function(out, name, formals, 8, &s->epilogue, text_str(&body));
}
