/* weight_sparse.c: the gradient by weights through a maximum, and the one
 * whose lanes are columns. Both keep sums for each shard of the batch. */
#include "tile/comment.h"
#include "tile/unpool.h"
#include "tile/weight_forms.h"

enum { SHARDS = 8 };

static const char path[] = "templates/conv2d_weights.c";

static const Epilogue no_epilogue;

static Image padded(const ConvSpec *s, int block)
{
    return image_make(s->x.channels, s->x.height, s->x.width, block, s->pad, 0);
}

/* The sizes that follow from the sums. */
static void finish_sizes(WeightForm *f)
{
    const ConvSpec *s = f->spec;
    f->partial = (f->sums.size + 15) / 16 * 16;
    f->shards = s->batch < SHARDS ? s->batch : SHARDS;
}

/* The largest divisor of n that is at most limit. */
static int divisor(int n, int limit)
{
    int best = 1;
    for (int i = 2; i <= limit && i <= n; i++) {
        best = n % i == 0 ? i : best;
    }
    return best;
}

static double sparse_cycles(const WeightForm *f, int across)
{
    const ConvSpec *s = f->spec;
    int acc = f->filters * f->rows * f->vectors;
    double cells = (double)conv_pooled(s, 0) * conv_pooled(s, 1);
    double tiles = (double)s->filters / f->filters *
                   ceil_div(s->kernel[0], f->rows) *
                   ceil_div(across, f->vectors);
    /* each multiply-add loads, half of the loads cross a cache line */
    double step =
        conv_step_cycles(f->target, acc, acc * 3 / 2 + 3 * f->filters);
    double values = (double)s->x.channels * s->x.height * s->x.width;
    return tiles * (cells * step + 2 * acc + 10) + (f->copy_x ? values : 0);
}

bool sparse_choose(WeightForm *f, const ConvSpec *s, const Target *t)
{
    *f = (WeightForm){.spec = s, .target = t, .sum_step = 1};
    if (s->pool != POOL_MAX) {
        return false;
    }
    int across = ceil_div(s->kernel[1] * s->x.channels, t->lanes);
    f->x = padded(s, s->x.channels);
    f->x.slack = (int64_t)across * t->lanes;
    f->copy_x = !image_serves(&s->x, &f->x);
    if (!f->copy_x) {
        f->x = s->x;
    }
    f->dy = s->y;
    f->vectors = divisor(across, t->registers * 3 / 4);
    f->rows = divisor(s->kernel[0], t->registers * 3 / 4 / f->vectors);
    f->filters =
        divisor(s->filters, t->registers * 3 / 4 / f->vectors / f->rows);
    f->sums = conv_row_weights(s, (int64_t)across * t->lanes);
    f->cycles = sparse_cycles(f, across);
    finish_sizes(f);
    return true;
}

/* Where in x the window of each winner begins; the last for none. */
static const char *places(Arena *a, const WeightForm *f)
{
    const ConvSpec *s = f->spec;
    Text t = {.arena = a};
    for (int i = 0; i < s->window[0] * s->window[1]; i++) {
        text_printf(&t, "%s%lld", i > 0 ? ", " : "",
                    (long long)(i / s->window[1] * s->stride[0] * f->x.row +
                                i % s->window[1] * s->stride[1] * f->x.column));
    }
    return text_str(&t);
}

static void sparse_holes(Holes *h, const WeightForm *f)
{
    const ConvSpec *s = f->spec;
    int lanes = f->target->lanes;
    int across = ceil_div(s->kernel[1] * s->x.channels, lanes);
    holes_text(h, "PLACES", places(h->arena, f));
    holes_int(h, "FILTERS", f->filters);
    holes_int(h, "ROWS", f->rows);
    holes_int(h, "VECTORS", f->vectors);
    holes_int(h, "ACROSS", across);
    holes_int(h, "LANES", lanes);
    holes_int(h, "K", s->filters);
    holes_int(h, "KH", s->kernel[0]);
    holes_int(h, "SK", (int64_t)across * lanes * s->kernel[0]);
    holes_int(h, "SU", (int64_t)across * lanes);
    holes_int(h, "HEIGHT", conv_pooled(s, 0));
    holes_int(h, "WIDTH", conv_pooled(s, 1));
    holes_int(h, "XI", s->window[0] * s->stride[0] * f->x.row);
    holes_int(h, "XJ", s->window[1] * s->stride[1] * f->x.column);
    holes_int(h, "XU", f->x.row);
    holes_int(h, "DYI", s->y.row);
    holes_int(h, "DYJ", s->y.column);
    holes_hook(h, "DYC", "c", image_channel(h->arena, &s->y, "$c", s->filters));
    const Image *arg = conv_arg(s);
    holes_int(h, "AI", arg->row);
    holes_int(h, "AJ", arg->column);
    holes_hook(h, "AC", "c", image_channel(h->arena, arg, "$c", s->filters));
}

/* A tile of several filters of one group counts from the tile's first. */
static int tile_filters(const WeightForm *f)
{
    const Image *const images[] = {&f->spec->y, conv_arg(f->spec)};
    bool straddles = false;
    for (int i = 0; i < 2; i++) {
        int block = images[i]->block;
        straddles = straddles || (block < f->spec->filters && block > 1 &&
                                  block % f->filters != 0);
    }
    return straddles ? 1 : f->filters;
}

const char *sparse_emit(Text *out, const WeightForm *form, const char *name)
{
    WeightForm copy = *form;
    const WeightForm *f = &copy;
    copy.filters = tile_filters(form);
    Arena *a = out->arena;
    const char *tile = arena_printf(a, "%s_tile", name);
    bool wide = conv_arg_bytes(f->spec->window) == 2;
    const Formal formals[] = {
        {"const float *restrict ", "x", ""},
        {"const float *restrict ", "dy", ""},
        {wide ? "const unsigned short *restrict "
              : "const unsigned char *restrict ",
         "arg", ""},
        {"float *restrict ", "sum", ""},
    };
    Text body = {.arena = a};
    Text loops = {.arena = a};
    Holes h = {.arena = a};
    sparse_holes(&h, f);
    holes_hook(&h, "TILE", "x, dy, arg, sum",
               arena_printf(a, "%s($x, $dy, $arg, $sum);", tile));
    holes_fill(&body, &h, path, "sparse", 1);
    comment_formula(out, path, 0);
    conv_function(out, tile, formals, 4, &no_epilogue, text_str(&body));
    holes_fill(&loops, &h, path, "sparse_loops", 1);
    conv_function(out, arena_printf(a, "%s_image", name), formals, 4,
                  &no_epilogue, text_str(&loops));
    const ConvSpec *s = f->spec;
    int64_t x0 =
        f->x.origin - s->pad[TOP] * f->x.row - s->pad[LEFT] * f->x.column;
    long long y0 = (long long)s->y.origin;
    long long a0 = (long long)conv_arg(s)->origin;
    return arena_printf(a, "%s_image(in + %lld, d + %lld, won + %lld, sum);\n",
                        name, (long long)x0, y0, a0);
}

static double sums_cycles(const WeightForm *f)
{
    const ConvSpec *s = f->spec;
    int acc = f->filters * f->rows;
    double steps =
        (double)conv_out(s, 0) * ceil_div(conv_out(s, 1), f->target->lanes);
    double tiles = (double)s->x.channels * s->filters / f->filters *
                   s->kernel[0] * s->kernel[1] / f->rows;
    double step =
        conv_step_cycles(f->target, acc, f->filters + f->rows * 3 / 2);
    double values = (double)s->x.channels * s->x.height * s->x.width / 4;
    return tiles * (steps * step + 2 * acc + 10) + values +
           unpool_cycles(s, f->target);
}

/* The best tile: filters times taps, both without remainder. */
static void sums_tile(WeightForm *f)
{
    const ConvSpec *s = f->spec;
    WeightForm best = *f;
    for (int k = 1; k <= s->filters; k++) {
        for (int v = 1; v <= s->kernel[1]; v++) {
            bool whole = s->filters % k == 0 && s->kernel[1] % v == 0;
            if (whole && conv_fits(f->target, k * v, k + 1, v)) {
                f->filters = k;
                f->rows = v;
                f->cycles = sums_cycles(f);
                if (best.cycles == 0 || f->cycles < best.cycles) {
                    best = *f;
                }
            }
        }
    }
    *f = best;
}

bool sums_choose(WeightForm *f, const ConvSpec *s, const Target *t)
{
    *f = (WeightForm){.spec = s, .target = t, .sum_step = t->lanes};
    if (s->stride[1] != 1) {
        return false;
    }
    int width = ceil_div(conv_out(s, 1), t->lanes) * t->lanes;
    f->x = padded(s, 1);
    f->x.slack = width + s->kernel[1];
    f->dy = unpool_image(s, 1, NULL, width);
    bool exact = conv_out(s, 1) == width;
    f->copy_x = !exact || !image_serves(&s->x, &f->x);
    f->copy_dy = !exact || s->pool != POOL_NONE || s->y.column != 1;
    f->x = f->copy_x ? f->x : s->x;
    f->dy = f->copy_dy ? f->dy : s->y;
    f->vectors = 1;
    sums_tile(f);
    int64_t v = t->lanes;
    int64_t u = v * s->kernel[1];
    int64_t k = u * s->kernel[0];
    f->sums = (ConvWeights){.n = 4, .size = k * s->filters * s->x.channels};
    f->sums.piece[0] = (ConvPiece){0, 1, s->filters, k};
    f->sums.piece[1] = (ConvPiece){1, 1, s->x.channels, k * s->filters};
    f->sums.piece[2] = (ConvPiece){2, 1, s->kernel[0], u};
    f->sums.piece[3] = (ConvPiece){3, 1, s->kernel[1], v};
    finish_sizes(f);
    return f->cycles > 0;
}

static void sums_holes(Holes *h, const WeightForm *f)
{
    const ConvSpec *s = f->spec;
    int lanes = f->target->lanes;
    int64_t u = (int64_t)s->kernel[1] * lanes;
    holes_int(h, "FILTERS", f->filters);
    holes_int(h, "TAPS", f->rows);
    holes_int(h, "LANES", lanes);
    holes_int(h, "C", s->x.channels);
    holes_int(h, "K", s->filters);
    holes_int(h, "KH", s->kernel[0]);
    holes_int(h, "KW", s->kernel[1]);
    holes_int(h, "SU", u);
    holes_int(h, "SK", u * s->kernel[0]);
    holes_int(h, "SC", u * s->kernel[0] * s->filters);
    holes_int(h, "HEIGHT", conv_out(s, 0));
    holes_int(h, "WIDTH", ceil_div(conv_out(s, 1), lanes) * lanes);
    holes_int(h, "XC", f->x.group);
    holes_int(h, "XI", s->stride[0] * f->x.row);
    holes_int(h, "XU", f->x.row);
    holes_int(h, "DYC", f->dy.group);
    holes_int(h, "DYI", f->dy.row);
}

const char *sums_emit(Text *out, const WeightForm *f, const char *name)
{
    Arena *a = out->arena;
    const ConvSpec *s = f->spec;
    const char *tile = arena_printf(a, "%s_tile", name);
    const Formal formals[] = {
        {"const float *restrict ", "x", ""},
        {"const float *restrict ", "dy", ""},
        {"float *restrict ", "sum", ""},
    };
    Text body = {.arena = a};
    Text loops = {.arena = a};
    Holes h = {.arena = a};
    sums_holes(&h, f);
    holes_hook(&h, "TILE", "x, dy, sum",
               arena_printf(a, "%s($x, $dy, $sum);", tile));
    holes_fill(&body, &h, path, "columns", 1);
    comment_formula(out, path, 0);
    conv_function(out, tile, formals, 3, &no_epilogue, text_str(&body));
    holes_fill(&loops, &h, path, "columns_loops", 1);
    conv_function(out, arena_printf(a, "%s_image", name), formals, 3,
                  &no_epilogue, text_str(&loops));
    int64_t x0 = f->x.origin - s->pad[TOP] * f->x.row - s->pad[LEFT];
    return arena_printf(a, "%s_image(in + %lld, d + %lld, sum);\n", name,
                        (long long)x0, (long long)f->dy.origin);
}
