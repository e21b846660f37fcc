/* columns.c: chooses and prints the tile of columns.h.
 *
 * Worth it where the output channels would leave most lanes of a vector
 * empty. Tiles are moved back at the edges in all three directions, so that
 * one function does the image; only an image narrower than the tile leaves
 * lanes unused. */
#include "tile/columns.h"

#include "tile/comment.h"

enum { MAX_VECTORS = 4 };

static const char path[] = "templates/conv2d_columns.c";

/* Result columns of a tile, unused lanes included. */
static int tile_width(const Columns *c)
{
    return c->vectors * c->target->lanes;
}

/* Pooled columns of a tile that are results. */
static int stored(const Columns *c)
{
    int all = tile_width(c) < c->out[1] ? tile_width(c) : c->out[1];
    return all / conv_window(c->spec, 1);
}

/* Whether results are stored as vectors of columns. */
static bool side_by_side(const Columns *c)
{
    return c->y->column == 1;
}

/* The section of templates/conv2d_loops.c that runs the tiles. */
static const char *order(const Columns *c)
{
    const ConvSpec *s = c->spec;
    double weights =
        4.0 * s->x.channels * s->kernel[0] * s->kernel[1] * s->filters;
    int rows = (c->rows - 1) * s->stride[0] + s->kernel[0];
    return conv_order(c->target, &s->x, rows, weights);
}

static double cycles(const Columns *c)
{
    const ConvSpec *s = c->spec;
    int acc = c->channels * c->rows * c->vectors;
    int tiles = ceil_div(s->filters, c->channels) *
                ceil_div(c->out[0], c->rows) *
                ceil_div(c->out[1], tile_width(c));
    /* half of the unaligned loads cross a cache line and count twice */
    int loads = c->rows * c->vectors * 3 / 2 + c->channels;
    double step = conv_step_cycles(c->target, acc, loads);
    double taps = (double)s->x.channels * s->kernel[0] * s->kernel[1];
    int results = acc / (conv_window(c->spec, 0) * conv_window(c->spec, 1));
    double each = 2 + s->epilogue.operations + conv_window(c->spec, 1) * 2 +
                  (side_by_side(c) ? 0 : 1.5 * c->target->lanes);
    int passes = ceil_div(s->filters, c->channels);
    return tiles * (taps * step + conv_plane_cycles(&s->x) + 20 + acc +
                    results * each) +
           conv_order_cycles(c->target, &s->x, passes, order(c));
}

/* Vectors are loaded before a barrier, behind which only some scalars are
 * loaded ahead. */
static bool tile_fits(const Columns *c)
{
    int scalars = c->channels < 3 ? c->channels : 3;
    return conv_fits(c->target, c->channels * c->rows * c->vectors,
                     c->rows * c->vectors, scalars);
}

static bool possible(const Columns *c)
{
    const ConvSpec *s = c->spec;
    bool pool = s->pool == POOL_NONE || s->window[1] == 2;
    return s->stride[1] == 1 && pool && c->out[1] > 0;
}

bool columns_choose(Columns *c)
{
    Columns best = *c;
    best.cycles = 0;
    for (int v = 1; possible(c) && v <= MAX_VECTORS; v++) {
        bool pairs = conv_window(c->spec, 1) == 1 || v % 2 == 0 || v == 1;
        c->vectors = v;
        if (!pairs || (v > 1 && (v - 1) * c->target->lanes >= c->out[1])) {
            continue;
        }
        for (int r = conv_window(c->spec, 0); r <= c->out[0];
             r += conv_window(c->spec, 0)) {
            for (int k = 1; k <= c->spec->filters; k++) {
                c->rows = r;
                c->channels = k;
                if (!tile_fits(c)) {
                    break;
                }
                c->cycles = cycles(c);
                if (best.cycles == 0 || c->cycles < best.cycles) {
                    best = *c;
                }
            }
        }
    }
    *c = best;
    return best.cycles > 0;
}

static int unroll(const Columns *c)
{
    return conv_unroll(c->spec, c->spec->kernel[1],
                       c->channels * c->rows * c->vectors);
}

int64_t columns_fmas(const Columns *c)
{
    return (int64_t)unroll(c) * c->channels * c->rows * c->vectors;
}

int64_t columns_slack(const Columns *c)
{
    int extra = tile_width(c) - c->out[1];
    return extra > 0 ? extra + c->spec->kernel[1] : 0;
}

typedef struct Tile { /* what the hooks need to know */
    const Columns *c;
    Arena *arena;
    bool scatter, arg_scatter; /* one by one, through a buffer */
} Tile;

/* Where the results of channel k, row i, vector q go. */
static const char *place(const Tile *tile, const Image *y, bool scatter,
                         const char *const *args)
{
    const Columns *c = tile->c;
    int k = conv_int(args[1]);
    int i = conv_int(args[2]);
    int q = conv_int(args[3]) / conv_window(c->spec, 1);
    int lanes = c->target->lanes;
    if (scatter) {
        int rows = c->rows / conv_window(c->spec, 0);
        int each = ceil_div(c->vectors, conv_window(c->spec, 1));
        return arena_printf(tile->arena, "%d",
                            ((k * rows + i) * each + q) * lanes);
    }
    const char *channel = image_channel(
        tile->arena, y, conv_sum(tile->arena, "k", k), c->spec->filters);
    return conv_sum(tile->arena, channel, i * y->row + q * lanes);
}

/* Lanes of vector q that hold results. */
static int lanes_of(const Tile *tile, const char *q)
{
    int lanes = tile->c->target->lanes;
    int first = conv_int(q) / conv_window(tile->c->spec, 1) * lanes;
    int left = stored(tile->c) - first;
    return left < lanes ? left : lanes;
}

/* Whether the lanes behind the last column of a row are nobody's. */
static bool room(const Tile *tile)
{
    const Image *y = tile->c->y;
    int lanes = tile->c->target->lanes;
    int64_t gap = y->row - y->halo[LEFT] - y->halo[RIGHT] - y->width;
    int64_t over = ceil_div(y->width, lanes) * lanes - y->width;
    bool one_tile = tile_width(tile->c) >= tile->c->out[1];
    return one_tile && y->halo[RIGHT] == 0 && gap >= over;
}

static void write_apply(Text *out, void *context, int n,
                        const char *const *args)
{
    const Tile *tile = context;
    const Epilogue *e = &tile->c->spec->epilogue;
    (void)n;
    if (e->print == NULL) {
        return;
    }
    Arena *a = tile->arena;
    int q = conv_int(args[3]) / conv_window(tile->c->spec, 1);
    Lanes at = {.n = "n", .axis = 'x', .count = lanes_of(tile, args[3])};
    at.c = conv_sum(a, "k", conv_int(args[1]));
    at.y = conv_sum(a, "oy", conv_int(args[2]));
    at.x = conv_sum(a, "ox", q * tile->c->target->lanes);
    e->print(out, e->context, args[0], &at);
}

static void write_put(Text *out, void *context, int n, const char *const *args)
{
    const Tile *tile = context;
    int count = lanes_of(tile, args[3]);
    (void)n;
    if (count <= 0) {
        return;
    }
    if (tile->scatter || count == tile->c->target->lanes || room(tile)) {
        text_printf(out, "nn_vstore(%s + (%s), %s);", tile->scatter ? "t" : "y",
                    place(tile, tile->c->y, tile->scatter, args), args[0]);
    } else {
        text_printf(out, "nn_vstore_n(y + (%s), %s, %d);",
                    place(tile, tile->c->y, false, args), args[0], count);
    }
}

static void write_put_arg(Text *out, void *context, int n,
                          const char *const *args)
{
    const Tile *tile = context;
    int count = lanes_of(tile, args[3]);
    (void)n;
    if (count <= 0) {
        return;
    }
    int lanes = tile->arg_scatter ? tile->c->target->lanes : count;
    text_printf(out,
                "const nn_small small = NN_CONVERT(%s, nn_small); "
                "__builtin_memcpy(%s + (%s), &small, %d);",
                args[0], tile->arg_scatter ? "won_t" : "arg",
                place(tile, conv_arg(tile->c->spec), tile->arg_scatter, args),
                lanes * conv_arg_bytes(tile->c->spec->window));
}

static int even_lane(int i, int lanes)
{
    (void)lanes;
    return 2 * i;
}

static int odd_lane(int i, int lanes)
{
    (void)lanes;
    return 2 * i + 1;
}

static void tile_holes(Holes *h, const Columns *c)
{
    const ConvSpec *s = c->spec;
    int lanes = c->target->lanes;
    int results = c->rows / conv_window(c->spec, 0) *
                  ceil_div(c->vectors, conv_window(c->spec, 1));
    holes_int(h, "CHANNELS", c->channels);
    holes_int(h, "ROWS", c->rows);
    holes_int(h, "VECTORS", c->vectors);
    holes_int(h, "NEXT", c->vectors > 1);
    holes_int(h, "LANES", lanes);
    holes_int(h, "GROUPS", s->x.channels);
    holes_int(h, "KH", s->kernel[0]);
    holes_int(h, "KW", s->kernel[1]);
    holes_int(h, "UNROLL", unroll(c));
    holes_int(h, "XG", c->x->group);
    holes_int(h, "XU", c->x->row);
    holes_int(h, "XI", s->stride[0] * c->x->row);
    holes_int(h, "WG", (int64_t)s->kernel[0] * s->kernel[1] * s->filters);
    holes_int(h, "WU", (int64_t)s->kernel[1] * s->filters);
    holes_int(h, "WV", s->filters);
    holes_hook(h, "YC", "c", image_channel(h->arena, c->y, "$c", s->filters));
    const Image *arg = conv_arg(s);
    holes_int(h, "AI", arg->row);
    holes_int(h, "AJ", arg->column);
    holes_hook(h, "AC", "c", image_channel(h->arena, arg, "$c", s->filters));
    holes_int(h, "YI", c->y->row);
    holes_int(h, "YJ", c->y->column);
    holes_int(h, "WIDTH",
              ceil_div(c->vectors, conv_window(c->spec, 1)) * lanes);
    holes_int(h, "COUNT", stored(c));
    holes_int(h, "BUFFER", c->channels * results * lanes);
}

static void tile_body(Text *body, const Columns *c, const char *low,
                      const char *high)
{
    Tile tile = {c, body->arena, !side_by_side(c), false};
    tile.arg_scatter = c->spec->argmax && conv_arg(c->spec)->column != 1;
    Holes h = {.arena = body->arena};
    tile_holes(&h, c);
    holes_text(&h, "LOW", low);
    holes_text(&h, "HIGH", high);
    conv_pool_holes(&h, c->spec, c->target);
    holes_write(&h, "APPLY", write_apply, &tile);
    holes_write(&h, "PUT", write_put, &tile);
    holes_write(&h, "PUT_ARG", write_put_arg, &tile);
    if (!tile.scatter) {
        holes_drop(&h, "buffer");
        holes_drop(&h, "scatter");
    }
    if (!tile.arg_scatter) {
        holes_drop(&h, "arg_buffer");
        holes_drop(&h, "arg_scatter");
    }
    holes_fill(body, &h, path, "tile", 1);
}

typedef struct Corner { /* a tile's first result, as expressions */
    const char *k, *oy, *ox, *clip_k, *clip_y, *clip_x;
} Corner;

/* A loop that runs once is written out: its variable is 0 then. */
static const char *first(Arena *a, const char *var, const char *name, int trips,
                         int size, bool whole, const char **clip)
{
    *clip = "";
    return whole && trips <= size
               ? "0"
               : conv_clipped(a, var, name, trips, size, clip);
}

/* The place of the tile's first result in y or arg, without its channel. */
static const char *first_result(Arena *a, const Columns *c, const Corner *at,
                                const Image *y)
{
    return arena_printf(
        a, "(%s + %s + %lld)",
        conv_scaled(a, at->oy, conv_window(c->spec, 0), y->row),
        conv_scaled(a, at->ox, conv_window(c->spec, 1), y->column),
        (long long)y->origin);
}

static void tile_formals(Arena *a, const Columns *c, const Corner *at,
                         Formal f[CONV_FORMALS])
{
    const ConvSpec *s = c->spec;
    int64_t x0 = c->x->origin - s->pad[TOP] * c->x->row - s->pad[LEFT];
    bool wide = s->argmax && conv_arg_bytes(s->window) == 2;
    f[0] = (Formal){
        "const float *restrict ", "x",
        arena_printf(a, "in + (%s + %s + %lld)",
                     conv_scaled(a, at->oy, 1, s->stride[0] * c->x->row),
                     at->ox, (long long)x0)};
    f[1] = (Formal){"const float *restrict ", "w",
                    arena_printf(a, "w + %s", at->k)};
    f[2] = (Formal){"float *restrict ", "y",
                    arena_printf(a, "out + %s", first_result(a, c, at, c->y))};
    f[3] = (Formal){
        wide ? "unsigned short *restrict " : "unsigned char *restrict ", "arg",
        arena_printf(a, "won + %s", first_result(a, c, at, conv_arg(s)))};
    f[4] = (Formal){"int ", "n", "n"};
    f[5] = (Formal){"int ", "k", at->k};
    f[6] = (Formal){"int ", "oy",
                    conv_scaled(a, at->oy, conv_window(c->spec, 0), 1)};
    f[7] = (Formal){"int ", "ox",
                    conv_scaled(a, at->ox, conv_window(c->spec, 1), 1)};
    f[8] = (Formal){0};
}

void columns_emit(Text *out, Text *loops, int indent, const Columns *c,
                  const char *name, const char *row0, const char *row1)
{
    Arena *a = out->arena;
    Text body = {.arena = a};
    Corner at;
    Formal formals[CONV_FORMALS];
    at.k = first(a, "k", "ok", c->spec->filters, c->channels, true, &at.clip_k);
    at.oy = first(a, "i", "oy", c->out[0], c->rows, row0 == NULL, &at.clip_y);
    at.ox = first(a, "j", "ox", c->out[1], tile_width(c), true, &at.clip_x);
    const char *low = arena_printf(a, "%s_even", name);
    const char *high = arena_printf(a, "%s_odd", name);
    if (c->spec->pool != POOL_NONE) {
        conv_shuffle_emit(out, low, c->target->lanes, even_lane);
        conv_shuffle_emit(out, high, c->target->lanes, odd_lane);
    }
    tile_body(&body, c, low, high);
    tile_formals(a, c, &at, formals);
    Holes h = {.arena = a};
    comment_formula(out, path, 0);
    holes_text(&h, "CALL",
               conv_function(out, arena_printf(a, "%s_tile", name), formals, 9,
                             &c->spec->epilogue, text_str(&body)));
    holes_text(&h, "CLIP_K", at.clip_k);
    holes_text(&h, "CLIP_Y", at.clip_y);
    holes_text(&h, "CLIP_X", at.clip_x);
    holes_int(&h, "ROWS", c->rows);
    holes_int(&h, "COLUMNS", tile_width(c));
    holes_int(&h, "WIDTH", c->channels);
    holes_text(&h, "K0", "0");
    holes_int(&h, "K1", c->spec->filters);
    holes_text(&h, "I0", row0 == NULL ? "0" : row0);
    holes_text(&h, "I1",
               row1 == NULL ? arena_printf(a, "%d", c->out[0]) : row1);
    holes_int(&h, "J1", c->out[1]);
    holes_fill(loops, &h, "templates/conv2d_loops.c", order(c), indent);
}
