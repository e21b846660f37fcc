/* unpool.c: see unpool.h; the loops are in templates/unpool2d.c. */
#include "tile/unpool.h"

#include "tile/comment.h"

static const char path[] = "templates/unpool2d.c";

Image unpool_image(const ConvSpec *s, int block, const int halo[4], int columns)
{
    int around[4];
    for (int i = 0; i < 4; i++) {
        around[i] = halo != NULL ? halo[i] : 0;
    }
    int height = conv_in_windows(s, 0);
    int width = conv_in_windows(s, 1);
    around[BOTTOM] += conv_out(s, 0) - height;
    around[RIGHT] += conv_out(s, 1) - width;
    return image_make(s->filters, height, width, block, around, columns);
}

double unpool_cycles(const ConvSpec *s, const Target *t)
{
    double values = (double)conv_out(s, 0) * conv_out(s, 1) * s->filters;
    return s->pool == POOL_NONE ? values / 2 : values * 4 / t->lanes;
}

static bool lined(const Image *m, int channels, int lanes)
{
    return m->block >= channels || m->block % lanes == 0;
}

/* Channels that can be done as vectors: neighbours on both sides. */
static int whole(const ConvSpec *s, const Image *x, int lanes)
{
    bool all = lined(&s->y, s->filters, lanes) && lined(x, s->filters, lanes) &&
               (s->pool != POOL_MAX || lined(conv_arg(s), s->filters, lanes));
    return all ? s->filters / lanes * lanes : 0;
}

static void unpool_holes(Holes *h, const ConvSpec *s, const Image *x,
                         const Target *t)
{
    int area = conv_window(s, 0) * conv_window(s, 1);
    bool max = s->pool == POOL_MAX;
    holes_int(h, "PH", conv_pooled(s, 0));
    holes_int(h, "PW", conv_pooled(s, 1));
    holes_int(h, "C", s->filters);
    holes_int(h, "WH", conv_window(s, 0));
    holes_int(h, "WW", conv_window(s, 1));
    holes_int(h, "LANES", t->lanes);
    holes_int(h, "WHOLE", whole(s, x, t->lanes));
    holes_int(h, "XI", x->row);
    holes_int(h, "XJ", x->column);
    holes_int(h, "YI", s->y.row);
    holes_int(h, "YJ", s->y.column);
    const Image *arg = conv_arg(s);
    holes_int(h, "AI", arg->row);
    holes_int(h, "AJ", arg->column);
    holes_hook(h, "AC", "c",
               conv_sum(h->arena,
                        image_channel(h->arena, arg, "$c", s->filters),
                        arg->origin));
    holes_hook(h, "YC", "c",
               conv_sum(h->arena,
                        image_channel(h->arena, &s->y, "$c", s->filters),
                        s->y.origin));
    holes_hook(h, "XC", "c",
               conv_sum(h->arena, image_channel(h->arena, x, "$c", s->filters),
                        x->origin));
    holes_text(h, "SHARE", arena_printf(h->arena, "(1.0f / %d)", area));
    holes_text(h, "ARG_TYPE", area < 256 ? "unsigned char" : "unsigned short");
    holes_drop(h, max ? "by_share" : "by_arg");
    holes_drop(h, max ? "by_share1" : "by_arg1");
}

/* Whether two columns a window can be interleaved: whole vectors fit into
 * the rows of x. */
static bool interleaves(const ConvSpec *s, const Image *x, const Target *t)
{
    int lanes = t->lanes;
    int width = conv_pooled(s, 1) * 2;
    int wide = (width + lanes - 1) / lanes * lanes;
    return lanes > 1 && s->pool == POOL_MAX && s->window[1] == 2 &&
           x->column == 1 && x->halo[LEFT] == 0 && x->row >= wide;
}

/* What loads a vector of which only some lanes hold values. */
static const char *part_load(const ConvSpec *s, int beyond)
{
    return s->y.slack >= beyond ? "nn_vload_head" : "nn_vload_n";
}

static void emit_columns(Text *body, const ConvSpec *s, const Image *x,
                         const Target *t, const char *low, const char *high)
{
    int lanes = t->lanes;
    int whole = conv_pooled(s, 1) / lanes * lanes;
    for (int j = 0; j<conv_pooled(s, 1); j += whole> j ? whole : lanes) {
        int count = j < whole ? lanes : conv_pooled(s, 1) - whole;
        Holes h = {.arena = body->arena};
        ConvSpec part = *s; /* the columns from j on */
        Image arg = *conv_arg(s);
        Image to = *x;
        part.y.origin += j * s->y.column;
        arg.origin += j * arg.column;
        part.arg = arg;
        to.origin += 2 * j;
        unpool_holes(&h, &part, &to, t);
        holes_int(&h, "PART", j < whole ? whole : count);
        holes_int(&h, "COUNT", count);
        holes_int(&h, "HALVES", 2 * count > lanes ? 2 : 1);
        holes_text(&h, "LOW", low);
        holes_text(&h, "HIGH", high);
        holes_hook(&h, "LOAD", "p",
                   count == lanes
                       ? "nn_vload($p)"
                       : arena_printf(h.arena, "%s($p, %d)",
                                      part_load(s, lanes - count), count));
        holes_int(&h, "READ",
                  conv_arg(s)->slack >= lanes - count ? lanes : count);
        holes_drop(&h, s->y.column == 1 ? "far" : "near");
        holes_drop(&h, arg.column == 1 ? "far_arg" : "near_arg");
        holes_fill(body, &h, path, "columns", 1);
    }
}

static void small_type(Text *body, const ConvSpec *s, const Target *t)
{
    int bytes = conv_arg_bytes(s->window);
    text_printf(body,
                "    typedef unsigned %s nn_small "
                "NN_VECTOR(%d);\n",
                bytes == 2 ? "short" : "char", t->lanes * bytes);
}

static void emit_channels(Text *body, const ConvSpec *s, const Image *x,
                          const Target *t)
{
    Holes h = {.arena = body->arena};
    unpool_holes(&h, s, x, t);
    if (whole(s, x, t->lanes) > 0) {
        if (s->pool == POOL_MAX) {
            small_type(body, s, t);
        }
        holes_fill(body, &h, path, "lanes", 1);
    }
    if (whole(s, x, t->lanes) < s->filters) {
        holes_fill(body, &h, path, "single", 1);
    }
}

static int low_lane(int i, int lanes)
{
    return i / 2 + i % 2 * lanes;
}

static int high_lane(int i, int lanes)
{
    return low_lane(i, lanes) + lanes / 2;
}

void unpool_emit(Text *out, const ConvSpec *s, const Image *x, const Target *t,
                 const char *name)
{
    Text body = {.arena = out->arena};
    static const Epilogue none;
    bool wide = s->pool != POOL_NONE && conv_arg_bytes(s->window) == 2;
    if (s->pool == POOL_NONE) {
        image_copy_emit(out, &s->y, x, name);
        return;
    }
    if (interleaves(s, x, t)) {
        const char *low = arena_printf(out->arena, "%s_low", name);
        const char *high = arena_printf(out->arena, "%s_high", name);
        conv_shuffle_emit(out, low, t->lanes, low_lane);
        conv_shuffle_emit(out, high, t->lanes, high_lane);
        if (conv_arg(s)->column == 1) {
            small_type(&body, s, t);
        }
        emit_columns(&body, s, x, t, low, high);
    } else {
        emit_channels(&body, s, x, t);
    }
    const Formal formals[] = {
        {"const float *restrict ", "y", ""},
        {wide ? "const unsigned short *restrict "
              : "const unsigned char *restrict ",
         "arg", ""},
        {"float *restrict ", "x", ""},
    };
    comment_formula(out, path, 0);
    conv_function(out, name, formals, 3, &none, text_str(&body));
}
