/* unpool.c: see unpool.h; the loops are in templates/unpool2d.c. */
#include "emit/unpool.h"

static const char path[] = "templates/unpool2d.c";

static int window(const ConvSpec *s, int i)
{
    return s->pool == POOL_NONE ? 1 : s->window[i];
}

Image unpool_image(const ConvSpec *s, int block, const int halo[4], int columns)
{
    int around[4];
    for (int i = 0; i < 4; i++) {
        around[i] = halo != NULL ? halo[i] : 0;
    }
    int height = conv_pooled(s, 0) * window(s, 0);
    int width = conv_pooled(s, 1) * window(s, 1);
    around[BOTTOM] += conv_out(s, 0) - height;
    around[RIGHT] += conv_out(s, 1) - width;
    return image_make(s->filters, height, width, block, around, columns);
}

double unpool_cycles(const ConvSpec *s, const Target *t)
{
    double values = (double)conv_out(s, 0) * conv_out(s, 1) * s->filters;
    return s->pool == POOL_NONE ? values / 2 : values * 4 / t->lanes;
}

/* Channels that can be done as vectors: neighbours on both sides. */
static int whole(const ConvSpec *s, const Image *x, int lanes)
{
    bool y_runs = s->y.block >= s->filters || s->y.block % lanes == 0;
    bool x_runs = x->block >= s->filters || x->block % lanes == 0;
    return y_runs && x_runs ? s->filters / lanes * lanes : 0;
}

static void unpool_holes(Holes *h, const ConvSpec *s, const Image *x,
                         const Target *t)
{
    int area = window(s, 0) * window(s, 1);
    bool max = s->pool == POOL_MAX;
    holes_int(h, "PH", conv_pooled(s, 0));
    holes_int(h, "PW", conv_pooled(s, 1));
    holes_int(h, "C", s->filters);
    holes_int(h, "WH", window(s, 0));
    holes_int(h, "WW", window(s, 1));
    holes_int(h, "LANES", t->lanes);
    holes_int(h, "WHOLE", whole(s, x, t->lanes));
    holes_int(h, "XI", x->row);
    holes_int(h, "XJ", x->column);
    holes_int(h, "YI", s->y.row);
    holes_int(h, "YJ", s->y.column);
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

static void unpool_body(Text *body, const ConvSpec *s, const Image *x,
                        const Target *t)
{
    Holes h = {.arena = body->arena};
    unpool_holes(&h, s, x, t);
    bool rows = s->pool == POOL_MAX && s->y.column == 1 && x->column == 1;
    if (rows) {
        holes_fill(body, &h, path, "columns", 1);
        return;
    }
    if (whole(s, x, t->lanes) > 0) {
        if (s->pool == POOL_MAX) {
            text_printf(body,
                        "    typedef unsigned %s nn_small "
                        "__attribute__((vector_size(%d)));\n",
                        conv_arg_bytes(s->window) == 2 ? "short" : "char",
                        t->lanes * conv_arg_bytes(s->window));
        }
        holes_fill(body, &h, path, "lanes", 1);
    }
    if (whole(s, x, t->lanes) < s->filters) {
        holes_fill(body, &h, path, "single", 1);
    }
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
    unpool_body(&body, s, x, t);
    const Formal formals[] = {
        {"const float *restrict ", "y", ""},
        {wide ? "const unsigned short *restrict "
              : "const unsigned char *restrict ",
         "arg", ""},
        {"float *restrict ", "x", ""},
    };
    conv_function(out, name, formals, 3, &none, text_str(&body));
}
