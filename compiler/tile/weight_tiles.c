/* weight_tiles.c: the gradient by weights for many filters: lanes are
 * filters, a register tile of weights, all pixels of the batch one after the
 * other. dy is taken a few rows at a time, so that its part of a panel stays
 * in the first cache while all tiles pass over it. */
#include "tile/comment.h"
#include "tile/unpool.h"
#include "tile/weight_forms.h"

enum { MAX_VECTORS = 6, ENOUGH_UNITS = 4 };

static const char path[] = "templates/conv2d_weights.c";

/* How tiles run over the values of x; as in direct.c. */
typedef struct Walk {
    int groups, columns, steps;
    int64_t group, column, step;
    int64_t s_group, s_column, s_step;
} Walk;

static Walk walk(const WeightForm *f)
{
    const ConvSpec *s = f->spec;
    const Image *x = &f->x;
    int lanes = f->target->lanes;
    int block = x->block < x->channels ? x->block : x->channels;
    int64_t column = (int64_t)x->channels * lanes;
    Walk w = {.groups = x->channels / block, .columns = s->kernel[1]};
    w.steps = block;
    w.group = x->group;
    w.column = x->column;
    w.step = 1;
    w.s_group = (int64_t)block * lanes;
    w.s_column = column;
    w.s_step = lanes;
    if (w.groups == 1 && x->column == x->channels) {
        w.steps = s->kernel[1] * x->channels;
        w.columns = 1;
    } else if (block == 1) {
        w.steps = s->kernel[1];
        w.columns = 1;
        w.step = x->column;
        w.s_step = column;
    }
    return w;
}

static double tile_cycles(const WeightForm *f, int panels, int vectors)
{
    const ConvSpec *s = f->spec;
    Walk w = walk(f);
    double pixels = (double)conv_out(s, 0) * conv_out(s, 1);
    double tiles = (double)w.groups * w.columns * s->kernel[0] * panels;
    int whole = w.steps / f->rows;
    int rest = w.steps % f->rows;
    double step =
        conv_step_cycles(f->target, f->rows * vectors, f->rows + vectors);
    double last = conv_step_cycles(f->target, rest * vectors, rest + vectors);
    return tiles * pixels * (whole * step + (rest > 0 ? last : 0));
}

/* The best rows for panels of v vectors, and their cost. */
static double try_vectors(WeightForm *f, int v)
{
    int all = ceil_div(f->spec->filters, f->target->lanes);
    Walk w = walk(f);
    double best = 0;
    int best_rows = 0;
    for (int r = 1; r <= w.steps && conv_fits(f->target, r * v, v, r); r++) {
        f->rows = r;
        double c = tile_cycles(f, all / v, v);
        if (all % v > 0) {
            c += tile_cycles(f, 1, all % v);
        }
        if (best == 0 || c < best) {
            best = c;
            best_rows = r;
        }
    }
    f->rows = best_rows;
    return best;
}

/* Layouts the loops can work on: dy's lanes whole and side by side; with
 * `turn`, planes of x are copied so that their channels are neighbours, which
 * makes longer tiles. */
static void layouts(WeightForm *f, bool turn)
{
    const ConvSpec *s = f->spec;
    int lanes = f->target->lanes;
    int padded = ceil_div(s->filters, lanes) * lanes;
    f->x = s->x;
    bool halo = true;
    for (int i = 0; i < 4; i++) {
        halo = halo && s->x.halo[i] >= s->pad[i];
    }
    bool ragged = s->x.block < s->x.channels && s->x.channels % s->x.block != 0;
    f->copy_x = !halo || ragged || turn;
    if (f->copy_x) {
        f->x =
            image_make(s->x.channels, s->x.height, s->x.width,
                       ragged || turn ? s->x.channels : s->x.block, s->pad, 0);
    }
    bool lined = s->filters % lanes == 0 &&
                 (s->y.block >= s->filters || s->y.block % lanes == 0);
    f->dy = s->y;
    f->copy_dy = s->pool != POOL_NONE || !lined;
    if (f->copy_dy) {
        f->dy = unpool_image(s, padded, NULL, 0);
    }
}

/* Whether vectors of a panel of v lie in several groups of channels that hold
 * more than one vector each, so that their distances differ. */
static bool straddles(const WeightForm *f, int v)
{
    int lanes = f->target->lanes;
    return f->dy.block < f->spec->filters && f->dy.block > lanes &&
           f->dy.block / lanes % v != 0;
}

/* Cycles that turning the planes of x takes. */
static double turn_cycles(const ConvSpec *s)
{
    return 2.5 * s->x.channels * s->x.height * s->x.width;
}

static bool choose(WeightForm *f, const ConvSpec *s, const Target *t, bool turn)
{
    *f = (WeightForm){.spec = s, .target = t, .sum_step = 1, .filters = 1};
    layouts(f, turn);
    int all = ceil_div(s->filters, t->lanes);
    int best_rows = 0;
    for (int v = 1; v <= all && v <= MAX_VECTORS; v++) {
        if (straddles(f, v)) {
            continue;
        }
        double c = try_vectors(f, v);
        if (c > 0 && (f->cycles == 0 || c < f->cycles)) {
            f->cycles = c;
            f->vectors = v;
            best_rows = f->rows;
        }
    }
    f->rows = best_rows;
    if (f->cycles == 0) {
        return false;
    }
    f->rest = walk(f).steps % f->rows;
    int64_t row = (int64_t)conv_out(s, 1) * f->vectors * t->lanes * 4;
    f->band = (int)(t->l1 / 2 / row);
    f->band = f->band < 1 ? 1 : f->band;
    f->band = f->band > conv_out(s, 0) ? conv_out(s, 0) : f->band;
    int64_t v = (int64_t)s->x.channels * t->lanes;
    int64_t panel = v * s->kernel[1] * s->kernel[0];
    f->sums = (ConvWeights){.n = 5, .size = panel * all};
    f->sums.piece[0] = (ConvPiece){0, t->lanes, all, panel};
    f->sums.piece[1] = (ConvPiece){0, 1, t->lanes, 1};
    f->sums.piece[2] = (ConvPiece){1, 1, s->x.channels, t->lanes};
    f->sums.piece[3] = (ConvPiece){2, 1, s->kernel[0], v * s->kernel[1]};
    f->sums.piece[4] = (ConvPiece){3, 1, s->kernel[1], v};
    f->partial = f->sums.size;
    f->panels = ceil_div(all, f->vectors);
    bool copies = f->copy_x || f->copy_dy;
    f->splits = f->panels < ENOUGH_UNITS && !copies ? s->kernel[0] : 1;
    f->shards = 1;
    f->cycles += f->copy_dy ? unpool_cycles(s, t) * f->panels : 0;
    f->cycles += turn ? turn_cycles(s) * f->panels : 0;
    return true;
}

bool tiles_choose(WeightForm *f, const ConvSpec *s, const Target *t)
{
    WeightForm turned;
    bool found = choose(f, s, t, false);
    if (s->x.block == 1 && s->x.channels > 1 && choose(&turned, s, t, true) &&
        turned.cycles < f->cycles) {
        *f = turned;
    }
    return found;
}

static void tile_holes(Holes *h, const WeightForm *f, int vectors)
{
    const ConvSpec *s = f->spec;
    Walk w = walk(f);
    int lanes = f->target->lanes;
    int64_t v = (int64_t)s->x.channels * lanes;
    int height = conv_out(s, 0);
    holes_int(h, "VECTORS", vectors);
    holes_int(h, "LANES", lanes);
    holes_int(h, "COLUMNS", conv_out(s, 1));
    holes_int(h, "HEIGHT", height);
    holes_int(h, "BAND", f->band);
    holes_int(h, "GROUPS", w.groups);
    holes_int(h, "KW", w.columns);
    holes_int(h, "WHOLE", w.steps / f->rows * f->rows);
    holes_int(h, "XI", s->stride[0] * f->x.row);
    holes_int(h, "XJ", s->stride[1] * f->x.column);
    holes_int(h, "XS", w.step);
    holes_int(h, "XG", w.group);
    holes_int(h, "XU", f->x.row);
    holes_int(h, "XV", w.column);
    holes_int(h, "SR", w.s_step);
    holes_int(h, "SQ", v * s->kernel[1] * s->kernel[0]);
    holes_int(h, "SG", w.s_group);
    holes_int(h, "SU", v * s->kernel[1]);
    holes_int(h, "SV", w.s_column);
    holes_int(h, "DYI", f->dy.row);
    holes_int(h, "DYJ", f->dy.column);
    holes_int(h, "DYQ",
              f->dy.block >= s->filters || f->dy.block > lanes ? lanes
                                                               : f->dy.group);
}

static const Formal tile_formals[] = {
    {"const float *restrict ", "x", ""},
    {"const float *restrict ", "dy", ""},
    {"float *restrict ", "sum", ""},
    {"int ", "rows", ""},
    {"int ", "first", ""},
};

static const Epilogue no_epilogue;

static void emit_tile(Text *out, const WeightForm *f, int rows, int vectors,
                      const char *name)
{
    Text body = {.arena = out->arena};
    Holes h = {.arena = out->arena};
    tile_holes(&h, f, vectors);
    holes_int(&h, "ROWS", rows);
    holes_fill(&body, &h, path, "channels", 1);
    comment_formula(out, path, 0);
    conv_function(out, name, tile_formals, 4, &no_epilogue, text_str(&body));
}

/* The functions of a panel of so many vectors. */
static void emit_panel(Text *out, const WeightForm *f, int vectors,
                       const char *name)
{
    Arena *a = out->arena;
    Holes h = {.arena = a};
    Text body = {.arena = a};
    const char *tile = arena_printf(a, "%s_tile", name);
    const char *rest = arena_printf(a, "%s_rest", name);
    bool split = f->splits > 1;
    if (walk(f).steps >= f->rows) {
        emit_tile(out, f, f->rows, vectors, tile);
    }
    if (f->rest > 0) {
        emit_tile(out, f, f->rest, vectors, rest);
    }
    tile_holes(&h, f, vectors);
    holes_int(&h, "ROWS", f->rows);
    holes_text(&h, "U0", split ? "first" : "0");
    holes_text(&h, "U1",
               split ? "first + 1" : arena_printf(a, "%d", f->spec->kernel[0]));
    holes_hook(&h, "TILE", "x, dy, sum, rows",
               arena_printf(a, "%s($x, $dy, $sum, $rows);", tile));
    holes_hook(&h, "REST", "x, dy, sum, rows",
               f->rest > 0 ? arena_printf(a, "%s($x, $dy, $sum, $rows);", rest)
                           : "");
    holes_fill(&body, &h, path, "panel", 1);
    const Formal formals[] = {tile_formals[0], tile_formals[1], tile_formals[2],
                              tile_formals[4]};
    conv_function(out, name, formals, 4, &no_epilogue, text_str(&body));
}

/* The calls that add image n to the sums of the unit's panel. */
static const char *calls(Arena *a, const WeightForm *f, const char *name,
                         const char *panel)
{
    const ConvSpec *s = f->spec;
    int64_t x0 =
        f->x.origin - s->pad[TOP] * f->x.row - s->pad[LEFT] * f->x.column;
    int lanes = f->target->lanes;
    bool split = f->splits > 1;
    int64_t one = (int64_t)s->x.channels * lanes * s->kernel[0] * s->kernel[1] *
                  f->vectors;
    const char *channel =
        f->dy.block >= s->filters
            ? arena_printf(a, "%s * %d", panel, f->vectors * lanes)
            : image_channel(
                  a, &f->dy,
                  arena_printf(a, "%s * %d", panel, f->vectors * lanes),
                  s->filters);
    const char *at =
        arena_printf(a, "d + (%s + %lld)", channel, (long long)f->dy.origin);
    Text t = {.arena = a};
    text_printf(&t, "%s(in + %lld, %s, sum + %s * %lld%s);\n", name,
                (long long)x0, at, panel, (long long)one,
                split ? ", first" : "");
    return text_str(&t);
}

const char *tiles_emit(Text *out, const WeightForm *f, const char *name)
{
    Arena *a = out->arena;
    int all = ceil_div(f->spec->filters, f->target->lanes);
    int main = all / f->vectors;
    int left = all % f->vectors;
    const char *last = arena_printf(a, "%d", main);
    const char *panel = f->panels > 1 ? "panel" : "0";
    const char *tail = arena_printf(a, "%s_last", name);
    const char *wide = arena_printf(a, "%s_panel", name);
    if (main > 0) {
        emit_panel(out, f, f->vectors, wide);
    }
    if (left == 0) {
        return calls(a, f, wide, panel);
    }
    emit_panel(out, f, left, tail);
    if (main == 0) {
        return calls(a, f, tail, "0");
    }
    return arena_printf(a, "if (panel < %d) {\n%s} else {\n%s}\n", main,
                        calls(a, f, wide, panel), calls(a, f, tail, last));
}
