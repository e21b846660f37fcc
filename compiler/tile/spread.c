/* spread.c: see spread.h. Sums are added to rows of dx in memory, so a tile
 * takes several pixels whose windows are far apart: enough independent sums
 * for the registers, and each vector of weights is used for all of them. */
#include "tile/spread.h"

#include "tile/comment.h"
#include "tile/unpool.h"

static const char path[] = "templates/conv2d_spread.c";

/* The sums: all windows side by side, padding included. */
static Image sums(const ConvSpec *s)
{
    int h = (conv_out(s, 0) - 1) * s->stride[0] + s->kernel[0];
    int w = (conv_out(s, 1) - 1) * s->stride[1] + s->kernel[1];
    h = h < s->x.height + s->pad[TOP] ? s->x.height + s->pad[TOP] : h;
    w = w < s->x.width + s->pad[LEFT] ? s->x.width + s->pad[LEFT] : w;
    return image_make(s->x.channels, h, w, s->x.channels, NULL, 0);
}

static double cycles(const Spread *p)
{
    const ConvSpec *s = p->spec;
    int acc = p->pixels * p->rows * p->vectors;
    double tiles = (double)conv_in_windows(s, 0) * conv_in_windows(s, 1) /
                   p->pixels * ceil_div(s->kernel[0], p->rows);
    double step =
        conv_step_cycles(p->target, acc, p->rows * p->vectors + p->pixels);
    double values = (double)s->x.height * s->x.width *
                    ceil_div(s->x.channels, p->target->lanes);
    return tiles * (s->filters * step + 3.0 * acc + 10) +
           values * (6 + s->epilogue.operations);
}

static bool fits(const Spread *p)
{
    return conv_fits(p->target, p->pixels * p->rows * p->vectors, p->vectors,
                     p->pixels);
}

/* Tries `pixels` of a tile in both directions. */
static void try_pixels(Spread *p, Spread *best)
{
    const ConvSpec *s = p->spec;
    p->down = conv_in_windows(s, 0) % p->pixels == 0;
    if ((!p->down && conv_in_windows(s, 1) % p->pixels != 0) || !fits(p)) {
        return;
    }
    p->cycles = cycles(p);
    if (best->cycles == 0 || p->cycles < best->cycles) {
        *best = *p;
    }
}

bool spread_choose(Spread *p, const ConvSpec *spec, const Target *target)
{
    *p = (Spread){.spec = spec, .target = target, .dy = spec->y};
    Spread best = *p;
    p->dx = best.dx = sums(spec);
    if (spec->pool != POOL_NONE) {
        p->dy = best.dy = unpool_image(spec, spec->filters, NULL, 0);
    }
    p->vectors = ceil_div(spec->kernel[1] * spec->x.channels, target->lanes);
    for (p->rows = 1; p->rows <= spec->kernel[0]; p->rows++) {
        if (spec->kernel[0] % p->rows != 0) {
            continue;
        }
        for (p->pixels = 1; p->pixels <= 8; p->pixels++) {
            try_pixels(p, &best);
        }
    }
    *p = best;
    return best.cycles > 0;
}

static int64_t aligned(int64_t reals)
{
    return (reals + 15) / 16 * 16;
}

int64_t spread_dy_size(const Spread *p)
{
    return aligned(p->dy.size);
}

int64_t spread_dx_size(const Spread *p)
{
    return aligned(p->dx.size + (int64_t)p->vectors * p->target->lanes);
}

ConvWeights spread_layout(const Spread *p)
{
    return conv_row_weights(p->spec, (int64_t)p->vectors * p->target->lanes);
}

static void spread_holes(Holes *h, const Spread *p)
{
    const ConvSpec *s = p->spec;
    int lanes = p->target->lanes;
    int apart =
        (p->down ? conv_in_windows(s, 0) : conv_in_windows(s, 1)) / p->pixels;
    int64_t column = (int64_t)s->stride[1] * p->dx.column;
    holes_int(h, "PIXELS", p->pixels);
    holes_int(h, "ROWS", p->rows);
    holes_int(h, "VECTORS", p->vectors);
    holes_int(h, "LANES", lanes);
    holes_int(h, "K", s->filters);
    holes_int(h, "KH", s->kernel[0]);
    holes_hook(h, "DYC", "k",
               image_channel(h->arena, &p->dy, "$k", s->filters));
    holes_int(h, "WK", (int64_t)s->kernel[0] * p->vectors * lanes);
    holes_int(h, "WU", (int64_t)p->vectors * lanes);
    holes_int(h, "APART", apart * (p->down ? p->dy.row : p->dy.column));
    holes_int(h, "BESIDE",
              apart * (p->down ? s->stride[0] * p->dx.row : column));
    holes_int(h, "ROW", p->dx.row);
    holes_int(h, "SIZE", spread_dx_size(p) / lanes * lanes);
    holes_int(h, "IH", p->down ? apart : conv_in_windows(s, 0));
    holes_int(h, "JW", p->down ? conv_in_windows(s, 1) : apart);
    holes_int(h, "DYI", p->dy.row);
    holes_int(h, "DYJ", p->dy.column);
    holes_int(h, "STRIDE_H", s->stride[0]);
    holes_int(h, "XJ", column);
}

void spread_emit(Text *out, const Spread *p, const char *name)
{
    Arena *a = out->arena;
    static const Epilogue none;
    const Formal formals[] = {
        {"const float *restrict ", "dy", ""},
        {"const float *restrict ", "w", ""},
        {"float *restrict ", "dx", ""},
    };
    const char *tile = arena_printf(a, "%s_tile", name);
    Holes h = {.arena = a};
    Text body = {.arena = a};
    Text loops = {.arena = a};
    spread_holes(&h, p);
    holes_hook(&h, "TILE", "dy, w, dx",
               arena_printf(a, "%s($dy, $w, $dx);", tile));
    holes_fill(&body, &h, path, "tile", 1);
    comment_formula(out, path, 0);
    conv_function(out, tile, formals, 3, &none, text_str(&body));
    holes_fill(&loops, &h, path, "loops", 1);
    conv_function(out, arena_printf(a, "%s_spread", name), formals, 3, &none,
                  text_str(&loops));
}

typedef struct Finish { /* what the hook of the last pass needs to know */
    const Spread *p;
    Arena *arena;
    const char *channel;
    int count;
} Finish;

static void write_apply(Text *out, void *context, int n,
                        const char *const *args)
{
    const Finish *f = context;
    const Epilogue *e = &f->p->spec->epilogue;
    (void)n;
    if (e->print != NULL) {
        Lanes at = {"n", f->channel, "i", "j", 'c', f->count};
        e->print(out, e->context, args[0], &at);
    }
}

static void finish_holes(Holes *h, const Spread *p)
{
    const ConvSpec *s = p->spec;
    int lanes = p->target->lanes;
    holes_int(h, "H", s->x.height);
    holes_int(h, "W", s->x.width);
    holes_int(h, "LANES", lanes);
    holes_int(h, "XI", p->dx.row);
    holes_int(h, "XJ", p->dx.column);
    holes_int(h, "YI", s->x.row);
    holes_int(h, "YJ", s->x.column);
    holes_hook(h, "YC", "c",
               image_channel(h->arena, &s->x, "$c", s->x.channels));
}

/* A loop over the channels that runs once is written out, and its variable is
 * 0 then: the hooks must say 0 as well. */
static void finish_body(Text *body, const Spread *p)
{
    const ConvSpec *s = p->spec;
    Arena *a = body->arena;
    int lanes = p->target->lanes;
    int whole = s->x.channels / lanes * lanes;
    int rest = s->x.channels - whole;
    bool runs = s->x.block >= s->x.channels || s->x.block % lanes == 0;
    const char *end = arena_printf(a, "%d", whole);
    Finish each = {p, a, whole <= lanes ? "0" : "c", lanes};
    Finish last = {p, a, end, rest};
    Holes h = {.arena = a};
    finish_holes(&h, p);
    holes_int(&h, "WHOLE", whole);
    holes_int(&h, "REST", rest);
    holes_write(&h, "APPLY", write_apply, &each);
    holes_write(&h, "APPLY_REST", write_apply, &last);
    holes_drop(&h, runs ? "apart" : "beside");
    if (rest == 0) {
        holes_drop(&h, "rest");
    }
    holes_fill(body, &h, path, "finish", 1);
}

const char *spread_finish(Text *out, const Spread *p, const char *name,
                          int64_t at)
{
    const ConvSpec *s = p->spec;
    Arena *a = out->arena;
    int64_t first = at + s->pad[TOP] * p->dx.row + s->pad[LEFT] * p->dx.column;
    Text body = {.arena = a};
    finish_body(&body, p);
    const Formal formals[] = {
        {"const float *restrict ", "x",
         arena_printf(a, "scratch + %lld", (long long)first)},
        {"float *restrict ", "y",
         arena_printf(a, "out + %lld", (long long)s->x.origin)},
        {"int ", "n", "n"},
        {NULL, NULL, NULL},
    };
    return conv_function(out, arena_printf(a, "%s_end", name), formals, 4,
                         &s->epilogue, text_str(&body));
}
