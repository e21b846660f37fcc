/* direct.c: chooses and prints the tiles of direct.h.
 *
 * The cost of a tile is its steps times what one step takes from
 * multiply-adds, loads and the latency of one chain, plus the epilogue. All
 * heights and widths that the registers hold are tried. A tile that does not
 * divide the image is moved back at the edge, so that some results are
 * computed twice: cheaper than code for remainders. */
#include "tile/direct.h"

#include "tile/comment.h"

#include <string.h>

enum { MAX_VECTORS = 6 };

static const char path[] = "templates/conv2d_channels.c";

/* Rows (or columns) of results that fill whole windows. */
static int pooled_rows(const Direct *d, int i)
{
    return d->out[i] / conv_window(d->spec, i) * conv_window(d->spec, i);
}

static int64_t taps(const Direct *d)
{
    return (int64_t)d->kernel[0] * d->kernel[1] * d->inputs;
}

/* Whether a vector of channels is stored as one: its lanes are neighbours. */
static bool side_by_side(const Direct *d, const Image *y)
{
    return y->block >= d->outputs || y->block % d->target->lanes == 0;
}

static bool lanes_side_by_side(const Direct *d)
{
    return side_by_side(d, d->y);
}

/* Cycles that the weights of a step need from the second or third cache,
 * where those of a whole tile do not fit a nearer one. */
static double fetch_cycles(const Direct *d, int vectors)
{
    const Target *t = d->target;
    double bytes = 4.0 * vectors * t->lanes;
    double panel = bytes * (double)taps(d);
    double rate = panel < t->l2 * 0.75 ? t->l2_rate : t->l3_rate;
    return panel < t->l1 * 0.75 ? 0 : bytes / rate;
}

/* Bytes that a step reads from the second cache because so many of a tile's
 * pixels lie in one set of the first that they push each other out. */
static double crowded_bytes(const Direct *d, const DirectTile *t)
{
    enum { LINE = 64, SETS = 64, WAYS = 8 };
    int in_set[SETS] = {0};
    int crowded = 0;
    for (int i = 0; i < t->rows * t->columns; i++) {
        int64_t at = i / t->columns * d->stride[0] * d->x->row +
                     i % t->columns * d->stride[1] * d->x->column;
        in_set[at * 4 / LINE % SETS]++;
    }
    for (int i = 0; i < SETS && d->x->column > LINE / 4; i++) {
        crowded += in_set[i] > WAYS ? in_set[i] : 0;
    }
    return crowded * LINE;
}

static double tile_cycles(const Direct *d, const DirectTile *t)
{
    int acc = t->rows * t->columns * t->vectors;
    int tiles = ceil_div(pooled_rows(d, 0), t->rows) *
                ceil_div(pooled_rows(d, 1), t->columns);
    double step =
        conv_step_cycles(d->target, acc, t->rows * t->columns + t->vectors);
    double fetch =
        fetch_cycles(d, t->vectors) + crowded_bytes(d, t) / d->target->l2_rate;
    step = (step > fetch ? step : fetch) + 0.25 * fetch;
    int results = acc / (conv_window(d->spec, 0) * conv_window(d->spec, 1));
    double each = 2 + d->spec->epilogue.operations +
                  (lanes_side_by_side(d) ? 0 : 1.5 * d->target->lanes);
    return tiles * t->panels *
           ((double)taps(d) * step + 20 + acc + results * each);
}

/* The best pixels for a tile of so many vectors; false where none fits. */
static bool best_pixels(const Direct *d, DirectTile *t)
{
    DirectTile best = {0};
    int high = pooled_rows(d, 0);
    int wide = pooled_rows(d, 1);
    for (int r = conv_window(d->spec, 0); r <= high;
         r += conv_window(d->spec, 0)) {
        for (int c = conv_window(d->spec, 1); c <= wide;
             c += conv_window(d->spec, 1)) {
            if (!conv_fits(d->target, r * c * t->vectors, t->vectors, r * c)) {
                break;
            }
            DirectTile tile = *t;
            tile.rows = r;
            tile.columns = c;
            tile.cycles = tile_cycles(d, &tile);
            if (best.vectors == 0 || tile.cycles < best.cycles) {
                best = tile;
            }
        }
    }
    *t = best;
    return best.vectors > 0;
}

/* Panels of v vectors, and one narrower for what is left. */
static bool split(const Direct *d, int v, DirectTile *main, DirectTile *tail)
{
    int lanes = d->target->lanes;
    int all = ceil_div(d->outputs, lanes);
    int count = d->outputs - (all - 1) * lanes;
    int panels = all / v;
    int left = all - panels * v;
    if (left == 0 && count < lanes && panels > 1) {
        panels--;
        left = v;
    }
    *main = (DirectTile){.vectors = v, .panels = panels, .count = lanes};
    *tail = (DirectTile){.vectors = left, .panels = 1, .count = count};
    tail->first = panels * v * lanes;
    if (left == 0) {
        main->count = count;
    }
    return best_pixels(d, main) && (left == 0 || best_pixels(d, tail));
}

double direct_choose(Direct *d)
{
    double best = 0;
    int all = ceil_div(d->outputs, d->target->lanes);
    for (int v = 1; v <= all && v <= MAX_VECTORS; v++) {
        DirectTile main;
        DirectTile tail;
        if (split(d, v, &main, &tail)) {
            double cycles = main.cycles + tail.cycles;
            if (best == 0 || cycles < best) {
                best = cycles;
                d->main = main;
                d->tail = tail;
            }
        }
    }
    return best;
}

/* How the channel and column loops run over x; see the template. */
typedef struct Walk {
    int groups, columns, steps, last; /* last: steps of the last group */
    int64_t group, column, step;      /* strides in x */
    int64_t w_group, w_column, w_step;
} Walk;

static Walk walk(const Direct *d)
{
    const Image *x = d->x;
    int block = x->block < d->inputs ? x->block : d->inputs;
    Walk w = {.groups = ceil_div(d->inputs, block), .columns = d->kernel[1]};
    w.group = x->group;
    w.column = x->column;
    w.w_group = block * d->w_channel;
    w.w_column = d->w_column;
    w.steps = block;
    w.last = d->inputs - (w.groups - 1) * block;
    w.step = 1;
    w.w_step = d->w_channel;
    bool packed = d->w_column == d->inputs * d->w_channel;
    if (w.groups == 1 && x->column == d->inputs && packed) {
        w.steps = w.last = d->kernel[1] * d->inputs;
        w.columns = 1;
    } else if (block == 1) {
        w.steps = w.last = d->kernel[1];
        w.columns = 1;
        w.step = x->column;
        w.w_step = d->w_column;
    }
    return w;
}

static int unroll(const Direct *d, const DirectTile *t)
{
    Walk w = walk(d);
    int trips = w.steps;
    for (int b = w.last; b != 0;) { /* both must divide */
        int r = trips % b;
        trips = b;
        b = r;
    }
    return conv_unroll(d->spec, trips, t->rows * t->columns * t->vectors);
}

int64_t direct_fmas(const Direct *d)
{
    const DirectTile *m = &d->main;
    const DirectTile *r = &d->tail;
    int64_t n = m->panels == 0
                    ? 0
                    : (int64_t)m->rows * m->columns * m->vectors * unroll(d, m);
    return n + (r->vectors == 0 ? 0
                                : (int64_t)r->rows * r->columns * r->vectors *
                                      unroll(d, r));
}

/* What the hooks of a tile need to know. */
typedef struct Tile {
    const Direct *d;
    const DirectTile *t;
    Arena *arena;
    bool scatter; /* results go through a buffer, lane by lane */
    bool arg_scatter;
} Tile;

/* Where result (i, j) of vector q goes, from y or the buffer. */
static const char *place(const Tile *tile, const Image *y, bool scatter,
                         const char *const *args)
{
    const Direct *d = tile->d;
    const DirectTile *t = tile->t;
    int q = conv_int(args[1]);
    int i = conv_int(args[2]);
    int j = conv_int(args[3]);
    int lanes = d->target->lanes;
    if (scatter) {
        int columns = t->columns / conv_window(d->spec, 1);
        return arena_printf(tile->arena, "%d",
                            ((i * columns + j) * t->vectors + q) * lanes);
    }
    int64_t pixel = (int64_t)i * d->scale[0] * y->row +
                    (int64_t)j * d->scale[1] * y->column;
    if (y->block >= d->outputs) {
        return conv_sum(tile->arena, "k", pixel + q * lanes);
    }
    const char *c = conv_sum(tile->arena, "k", q * lanes);
    return conv_sum(tile->arena, image_channel(tile->arena, y, c, d->outputs),
                    pixel);
}

/* Lanes of vector q that hold results. */
static int lanes_of(const Tile *tile, const char *q)
{
    bool last = conv_int(q) == tile->t->vectors - 1;
    return last ? tile->t->count : tile->d->target->lanes;
}

/* Whether lanes behind the last channel may be overwritten. */
static bool room(const Tile *tile)
{
    const Direct *d = tile->d;
    int lanes = d->target->lanes;
    int padded = ceil_div(d->outputs, lanes) * lanes;
    return d->y->column >= padded || d->y->block < d->outputs;
}

static void write_apply(Text *out, void *context, int n,
                        const char *const *args)
{
    const Tile *tile = context;
    const Direct *d = tile->d;
    const Epilogue *e = &d->spec->epilogue;
    (void)n;
    if (e->print == NULL) {
        return;
    }
    Arena *a = tile->arena;
    Lanes at = {.n = "n", .axis = 'c', .count = lanes_of(tile, args[1])};
    const char *pixel[2];
    for (int i = 0; i < 2; i++) {
        const char *name = i == 0 ? "oy" : "ox";
        int64_t shift =
            (int64_t)conv_int(args[2 + i]) * d->scale[i] + d->shift[i];
        if (d->scale[i] > 1) {
            name = arena_printf(a, "%s * %d", name, d->scale[i]);
        }
        pixel[i] = conv_sum(a, name, shift);
    }
    at.y = pixel[0];
    at.x = pixel[1];
    at.c = conv_sum(a, "k", conv_int(args[1]) * d->target->lanes);
    e->print(out, e->context, args[0], &at);
}

static void write_put(Text *out, void *context, int n, const char *const *args)
{
    const Tile *tile = context;
    const char *base = tile->scatter ? "t" : "y";
    int count = lanes_of(tile, args[1]);
    (void)n;
    if (count < tile->d->target->lanes && !tile->scatter && !room(tile)) {
        text_printf(out, "nn_vstore_n(%s + (%s), %s, %d);", base,
                    place(tile, tile->d->y, false, args), args[0], count);
    } else {
        text_printf(out, "nn_vstore(%s + (%s), %s);", base,
                    place(tile, tile->d->y, tile->scatter, args), args[0]);
    }
}

static void write_put_arg(Text *out, void *context, int n,
                          const char *const *args)
{
    const Tile *tile = context;
    const Direct *d = tile->d;
    int bytes = conv_arg_bytes(d->spec->window);
    int count = tile->arg_scatter ? d->target->lanes : lanes_of(tile, args[1]);
    (void)n;
    text_printf(out,
                "const nn_small small = NN_CONVERT(%s, nn_small); "
                "__builtin_memcpy(%s + (%s), &small, %d);",
                args[0], tile->arg_scatter ? "won_t" : "arg",
                place(tile, conv_arg(d->spec), tile->arg_scatter, args),
                count * bytes);
}

static void tile_holes(Holes *h, const Direct *d, const DirectTile *t)
{
    Walk w = walk(d);
    int lanes = d->target->lanes;
    holes_int(h, "ROWS", t->rows);
    holes_int(h, "COLUMNS", t->columns);
    holes_int(h, "VECTORS", t->vectors);
    holes_int(h, "LANES", lanes);
    holes_int(h, "GROUPS", w.groups);
    holes_int(h, "KH", d->kernel[0]);
    holes_int(h, "KW", w.columns);
    holes_text(h, "STEPS",
               w.last == w.steps ? arena_printf(h->arena, "%d", w.steps)
                                 : arena_printf(h->arena, "(g < %d ? %d : %d)",
                                                w.groups - 1, w.steps, w.last));
    holes_int(h, "UNROLL", unroll(d, t));
    /* steps along planes read the same scalars again: where loads broadcast
       them, but no multiply-add does, they must not keep registers */
    bool alike = d->target->fma && !d->target->broadcast;
    holes_text(h, "STEP", alike ? "NN_STEP_AT(p);" : "NN_STEP();");
    holes_int(h, "XG", w.group);
    holes_int(h, "XU", d->x->row);
    holes_int(h, "XV", w.column);
    holes_int(h, "XS", w.step);
    holes_int(h, "XI", d->stride[0] * d->x->row);
    holes_int(h, "XJ", d->stride[1] * d->x->column);
    holes_int(h, "WG", w.w_group);
    holes_int(h, "WU", d->w_row);
    holes_int(h, "WV", w.w_column);
    holes_int(h, "WS", w.w_step);
    holes_int(h, "WQ", d->w_vectors > 1 ? lanes : d->w_panel);
    holes_int(h, "YI", d->scale[0] * d->y->row);
    holes_int(h, "YJ", d->scale[1] * d->y->column);
    holes_hook(h, "YC", "c", image_channel(h->arena, d->y, "$c", d->outputs));
    const Image *arg = conv_arg(d->spec);
    holes_int(h, "AI", arg->row);
    holes_int(h, "AJ", arg->column);
    holes_hook(h, "AC", "c", image_channel(h->arena, arg, "$c", d->outputs));
    holes_int(h, "WIDTH", t->vectors * lanes);
    holes_int(h, "COUNT", (t->vectors - 1) * lanes + t->count);
    holes_int(h, "BUFFER",
              t->rows * t->columns * t->vectors * lanes /
                  (conv_window(d->spec, 0) * conv_window(d->spec, 1)));
}

static void tile_body(Text *body, const Direct *d, const DirectTile *t)
{
    const ConvSpec *s = d->spec;
    Tile tile = {d, t, body->arena, !lanes_side_by_side(d), false};
    tile.arg_scatter = s->argmax && !side_by_side(d, conv_arg(s));
    Holes h = {.arena = body->arena};
    tile_holes(&h, d, t);
    conv_pool_holes(&h, s, d->target);
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

typedef struct Corner { /* a tile's first pixel, as expressions */
    const char *oy, *ox, *clip_y, *clip_x;
} Corner;

/* A loop that runs once is written out: its variable is 0 then. */
static Corner corner(Arena *a, const Direct *d, const DirectTile *t,
                     const DirectRange *range)
{
    Corner c = {.oy = "0", .ox = "0", .clip_y = "", .clip_x = ""};
    if (range->row0 != NULL || pooled_rows(d, 0) > t->rows) {
        c.oy =
            conv_clipped(a, "i", "oy", pooled_rows(d, 0), t->rows, &c.clip_y);
    }
    if (pooled_rows(d, 1) > t->columns) {
        c.ox = conv_clipped(a, "j", "ox", pooled_rows(d, 1), t->columns,
                            &c.clip_x);
    }
    return c;
}

/* The place of the tile's first result in y or arg, without its channel. */
static const char *first_result(Arena *a, const Direct *d, const Corner *c,
                                const Image *y)
{
    int64_t y0 = y->origin + d->shift[0] * y->row + d->shift[1] * y->column;
    return arena_printf(
        a, "(%s + %s + %lld)",
        conv_scaled(a, c->oy, conv_window(d->spec, 0), d->scale[0] * y->row),
        conv_scaled(a, c->ox, conv_window(d->spec, 1), d->scale[1] * y->column),
        (long long)y0);
}

/* The pointer expressions that a tile gets. */
static void tile_formals(Arena *a, const Direct *d, const Corner *c,
                         const char *k, Formal f[CONV_FORMALS], int *n)
{
    int lanes = d->target->lanes;
    int64_t x0 =
        d->x->origin - d->lead[0] * d->x->row - d->lead[1] * d->x->column;
    bool wide = d->spec->argmax && conv_arg_bytes(d->spec->window) == 2;
    f[0] = (Formal){
        "const float *restrict ", "x",
        arena_printf(a, "in + (%s + %s + %lld)",
                     conv_scaled(a, c->oy, 1, d->stride[0] * d->x->row),
                     conv_scaled(a, c->ox, 1, d->stride[1] * d->x->column),
                     (long long)x0)};
    f[1] = (Formal){"const float *restrict ", "w",
                    arena_printf(a, "w + (%s / %d * %lld + %lld)", k,
                                 d->w_vectors * lanes, (long long)d->w_panel,
                                 (long long)d->w_offset)};
    f[2] = (Formal){"float *restrict ", "y",
                    arena_printf(a, "out + %s", first_result(a, d, c, d->y))};
    f[3] = (Formal){
        wide ? "unsigned short *restrict " : "unsigned char *restrict ", "arg",
        arena_printf(a, "won + %s", first_result(a, d, c, conv_arg(d->spec)))};
    f[4] = (Formal){"int ", "n", "n"};
    f[5] = (Formal){"int ", "k", k};
    f[6] = (Formal){"int ", "oy",
                    conv_scaled(a, c->oy, conv_window(d->spec, 0), 1)};
    f[7] = (Formal){"int ", "ox",
                    conv_scaled(a, c->ox, conv_window(d->spec, 1), 1)};
    f[8] = (Formal){0};
    *n = 9;
}

/* The section of templates/conv2d_loops.c that runs the tiles. */
static const char *order(const Direct *d, const DirectTile *t)
{
    double weights = 4.0 * (double)taps(d) * d->outputs;
    int rows = (t->rows - 1) * d->stride[0] + d->kernel[0];
    return conv_order(d->target, d->x, rows, weights);
}

/* One of the two tiles: its function, and the loops that call it. */
static void emit_one(Text *out, Text *loops, int indent, const Direct *d,
                     const DirectTile *t, const char *name,
                     const DirectRange *range)
{
    Arena *a = out->arena;
    Text body = {.arena = a};
    Corner c = corner(a, d, t, range);
    Formal formals[CONV_FORMALS];
    bool tail = t == &d->tail;
    int n = 0;
    int end = t->first + t->panels * t->vectors * d->target->lanes;
    tile_body(&body, d, t);
    bool once = tail || (t->panels == 1 && range->k0 == NULL);
    tile_formals(a, d, &c, once ? arena_printf(a, "%d", t->first) : "k",
                 formals, &n);
    Holes h = {.arena = a};
    comment_formula(out, path, 0);
    holes_text(&h, "CALL",
               conv_function(out, name, formals, n, &d->spec->epilogue,
                             text_str(&body)));
    holes_text(&h, "CLIP_K", "");
    holes_text(&h, "CLIP_Y", c.clip_y);
    holes_text(&h, "CLIP_X", c.clip_x);
    holes_int(&h, "ROWS", t->rows);
    holes_int(&h, "COLUMNS", t->columns);
    holes_int(&h, "WIDTH", t->vectors * d->target->lanes);
    holes_text(&h, "K0",
               tail || range->k0 == NULL ? arena_printf(a, "%d", t->first)
                                         : range->k0);
    holes_text(&h, "K1",
               tail || range->k1 == NULL ? arena_printf(a, "%d", end)
                                         : range->k1);
    holes_text(&h, "I0", range->row0 == NULL ? "0" : range->row0);
    int rows = pooled_rows(d, 0);
    holes_text(&h, "I1",
               range->row1 == NULL ? arena_printf(a, "%d", rows) : range->row1);
    holes_int(&h, "J1", pooled_rows(d, 1));
    bool guard = tail && range->tail != NULL;
    if (guard) {
        text_printf(loops, "%*sif (%s) {\n", indent * 4, "", range->tail);
    }
    holes_fill(loops, &h, "templates/conv2d_loops.c", order(d, t),
               indent + guard);
    if (guard) {
        text_printf(loops, "%*s}\n", indent * 4, "");
    }
}

void direct_emit(Text *out, Text *loops, int indent, const Direct *d,
                 const char *name, const DirectRange *range)
{
    if (d->main.panels > 0) {
        emit_one(out, loops, indent, d, &d->main,
                 arena_printf(out->arena, "%s_tile", name), range);
    }
    if (d->tail.vectors > 0) {
        emit_one(out, loops, indent, d, &d->tail,
                 arena_printf(out->arena, "%s_rest", name), range);
    }
}
