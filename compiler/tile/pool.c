/* pool.c: plans and prints pooling kernels (templates/pool2d_tile.c).
 *
 * Lanes are channels where the channels of both images are neighbours; a
 * vector then does the same window of all of them. In planes lanes are
 * columns, of the windows' rows first. Otherwise values are worked out one by
 * one and only the epilogue is done on vectors. */
#include "tile/pool.h"

#include <string.h>

#include "base/diag.h"
#include "base/pack.h"
#include "tile/comment.h"
#include "tile/conv_parts.h"

static const char path[] = "templates/pool2d_tile.c";

static bool lined(const Image *m, int lanes)
{
    return m->block >= m->channels || m->block % lanes == 0;
}

static const Image *arg_image(const PoolSpec *s)
{
    return s->arg.channels > 0 ? &s->arg : &s->y;
}

PoolPlan *pool_plan(Arena *arena, const PoolSpec *s, const Target *t)
{
    PoolPlan *p = NEW(arena, PoolPlan);
    bool lanes = lined(&s->x, t->lanes) && lined(&s->y, t->lanes) &&
                 lined(arg_image(s), t->lanes) && s->x.channels * 2 > t->lanes;
    if (s->kind == POOL_NONE || s->pad[TOP] >= s->window[0] ||
        s->pad[LEFT] >= s->window[1] || s->x.channels != s->y.channels) {
        nnc_bug("a pool without results");
    }
    p->spec = *s;
    p->target = t;
    p->axis = lanes ? 'c' : 'x';
    p->lines = !lanes && !s->gradient && s->x.column == 1 && s->y.column == 1 &&
               arg_image(s)->column == 1;
    p->units = s->batch;
    p->arg_bytes = s->argmax || (s->gradient && s->kind == POOL_MAX)
                       ? conv_arg_bytes(s->window)
                       : 0;
    p->why = arena_printf(arena, "lanes are %s, window %d x %d",
                          lanes      ? "channels"
                          : p->lines ? "columns, of rows first"
                                     : "columns",
                          s->window[0], s->window[1]);
    return p;
}

typedef struct Writer { /* what the hooks need to know */
    const PoolPlan *plan;
    int count; /* lanes of columns */
} Writer;

static void write_apply(Text *out, void *context, int n,
                        const char *const *args)
{
    const Writer *w = context;
    const Epilogue *e = &w->plan->spec.epilogue;
    (void)n;
    if (e->print != NULL) {
        Lanes at = {"n", args[1], args[3], args[4], 'c', conv_int(args[2])};
        e->print(out, e->context, args[0], &at);
    }
}

static void write_apply_columns(Text *out, void *context, int n,
                                const char *const *args)
{
    const Writer *w = context;
    const Epilogue *e = &w->plan->spec.epilogue;
    (void)n;
    if (e->print != NULL) {
        Lanes at = {"n", args[1], args[2], args[3], 'x', w->count};
        e->print(out, e->context, args[0], &at);
    }
}

/* A window of result i: its rows from `low` to `high` lie in the image. */
static void bound_holes(Holes *h, const PoolSpec *s, int axis)
{
    Arena *a = h->arena;
    int pad = s->pad[axis == 0 ? TOP : LEFT];
    int size = axis == 0 ? s->x.height : s->x.width;
    int results = axis == 0 ? s->y.height : s->y.width;
    const char *v = axis == 0 ? "i" : "j";
    v = results == 1 ? "0" : v; /* a loop that runs once is written out */
    int end = (results - 1) * s->stride[axis] - pad + s->window[axis];
    const char *first = arena_printf(a, "%s * %d", v, s->stride[axis]);
    holes_text(h, axis == 0 ? "U0" : "V0",
               pad == 0 ? "0"
                        : arena_printf(a, "%s < %d ? %d - %s : 0", first, pad,
                                       pad, first));
    holes_text(h, axis == 0 ? "U1" : "V1",
               end <= size ? arena_printf(a, "%d", s->window[axis])
                           : arena_printf(a, "%d - %s < %d ? %d - %s : %d",
                                          size + pad, first, s->window[axis],
                                          size + pad, first, s->window[axis]));
}

static void size_holes(Holes *h, const PoolSpec *s, const Target *t)
{
    int c = s->x.channels;
    int area = s->window[0] * s->window[1];
    holes_int(h, "KH", s->window[0]);
    holes_int(h, "KW", s->window[1]);
    holes_int(h, "SH", s->stride[0]);
    holes_int(h, "SW", s->stride[1]);
    holes_int(h, "TOP", s->pad[TOP]);
    holes_int(h, "LEFT", s->pad[LEFT]);
    holes_int(h, "PH", s->y.height);
    holes_int(h, "PW", s->y.width);
    holes_int(h, "H", s->x.height);
    holes_int(h, "W", s->x.width);
    holes_int(h, "C", c);
    holes_int(h, "LANES", t->lanes);
    holes_int(h, "WHOLE", c / t->lanes * t->lanes);
    holes_text(h, "SHARE", arena_printf(h->arena, "(1.0f / %d)", area));
    bound_holes(h, s, 0);
    bound_holes(h, s, 1);
}

static void layout_holes(Holes *h, const PoolSpec *s)
{
    Arena *a = h->arena;
    int c = s->x.channels;
    const Image *arg = arg_image(s);
    holes_int(h, "XI", s->x.row);
    holes_int(h, "XJ", s->x.column);
    holes_hook(h, "XC", "c", image_channel(a, &s->x, "$c", c));
    holes_int(h, "YI", s->y.row);
    holes_int(h, "YJ", s->y.column);
    holes_hook(h, "YC", "c", image_channel(a, &s->y, "$c", c));
    holes_int(h, "AI", arg->row);
    holes_int(h, "AJ", arg->column);
    holes_hook(h, "AC", "c", image_channel(a, arg, "$c", c));
    holes_int(h, "GROUPS", (c + s->x.block - 1) / s->x.block);
    holes_int(h, "GROUP", s->x.group);
    holes_int(h, "LINE", s->x.width * s->x.column);
}

/* Loads and stores of n lanes. */
static void write_load(Text *out, void *context, int n, const char *const *args)
{
    const Writer *w = context;
    (void)n;
    if (conv_int(args[1]) == w->plan->target->lanes) {
        text_printf(out, "nn_vload(%s)", args[0]);
    } else {
        text_printf(out, "nn_vload_n(%s, %s)", args[0], args[1]);
    }
}

static void write_put(Text *out, void *context, int n, const char *const *args)
{
    const Writer *w = context;
    (void)n;
    if (conv_int(args[2]) == w->plan->target->lanes) {
        text_printf(out, "nn_vstore(%s, %s);", args[0], args[1]);
    } else {
        text_printf(out, "nn_vstore_n(%s, %s, %s);", args[0], args[1], args[2]);
    }
}

static void pool_holes(Holes *h, Writer *w)
{
    const PoolSpec *s = &w->plan->spec;
    bool wide = w->plan->arg_bytes == 2;
    size_holes(h, s, w->plan->target);
    layout_holes(h, s);
    holes_text(h, "ARG_TYPE", wide ? "unsigned short" : "unsigned char");
    holes_write(h, "LOAD", write_load, w);
    holes_write(h, "PUT", write_put, w);
    holes_write(h, "APPLY", write_apply, w);
    holes_write(h, "APPLY_COLUMNS", write_apply_columns, w);
}

/* A section of the template as a block, to be a hook's text. */
static const char *section_text(Arena *arena, const char *name)
{
    const char *text = pack_find(path);
    const char *open = arena_printf(arena, "/* section: %s */", name);
    const char *close = arena_printf(arena, "/* end: %s */", name);
    const char *from = text != NULL ? strstr(text, open) : NULL;
    const char *to = from != NULL ? strstr(from, close) : NULL;
    if (to == NULL) {
        nnc_bug("%s has no section %s", path, name);
    }
    from += strlen(open);
    return arena_printf(arena, "{%.*s}", (int)(to - from), from);
}

/* Lanes are channels: `section` around the hook `body`. */
static void emit_channels(Text *out, const PoolPlan *p, const char *section,
                          const char *prefix, const char *hook,
                          const char *body)
{
    Arena *a = out->arena;
    Writer w = {p, 0};
    Holes h = {.arena = a};
    int lanes = p->target->lanes;
    int rest = p->spec.x.channels % lanes;
    pool_holes(&h, &w);
    holes_int(&h, "COUNT", rest);
    holes_hook(&h, hook, "c, n, i, j", section_text(a, body));
    if (rest == 0) {
        holes_drop(&h, arena_printf(a, "%srest", prefix));
    }
    if (p->spec.x.channels < lanes) {
        holes_drop(&h, arena_printf(a, "%swhole", prefix));
    }
    holes_fill(out, &h, path, section, 1);
}

static const char *const kinds[] = {"maximum", "arg_maximum", "mean"};

static int kind_of(const PoolSpec *s)
{
    return s->kind == POOL_MEAN ? 2 : s->argmax;
}

static void drop_kinds(Holes *h, const PoolSpec *s, const char *prefix)
{
    for (int i = 0; i < 3; i++) {
        if (i != kind_of(s)) {
            holes_drop(h, arena_printf(h->arena, "%s%s", prefix, kinds[i]));
        }
    }
}

/* Lanes are columns of `width`: whole vectors, then the rest. */
static void emit_columns(Text *out, const PoolPlan *p, const char *section,
                         int width)
{
    const PoolSpec *s = &p->spec;
    int lanes = p->target->lanes;
    int whole = width / lanes * lanes;
    for (int part = 0; part < 2; part++) {
        Writer w = {p, part == 0 ? lanes : width - whole};
        Holes h = {.arena = out->arena};
        if (part == 0 ? whole == 0 : whole == width) {
            continue;
        }
        pool_holes(&h, &w);
        holes_int(&h, "K0", part == 0 ? 0 : whole);
        holes_int(&h, "K1", part == 0 ? whole : width);
        holes_int(&h, "COUNT", w.count);
        drop_kinds(&h, s, "scalar_");
        if (!s->argmax) {
            holes_drop(&h, "won_buffer");
            holes_drop(&h, "put_won");
        }
        holes_fill(out, &h, path, section, 1);
    }
}

static void line_holes(Holes *h, const PoolSpec *s, int lanes)
{
    int step = s->stride[1];
    int results = (s->y.width + lanes - 1) / lanes * lanes;
    int phase = (results + (s->window[1] - 1) / step + lanes - 1) / lanes *
                lanes; /* whole vectors, so that compilers use them */
    int used = s->pad[LEFT] + s->x.width;
    holes_int(h, "PHASE", phase);
    holes_int(h, "ROOM", used > step * phase ? used : step * phase);
    holes_text(h, "NEUTRAL", s->kind == POOL_MAX ? "-INFINITY" : "0.0f");
    holes_text(h, "SPLIT", step > 1 ? "part" : "line");
    holes_text(h, "SPLIT_ROWS", step > 1 ? "part_rows" : "rows");
}

/* A loop over `width` columns: whole vectors, then the rest. */
static const char *along(Arena *arena, const PoolPlan *p, const char *section,
                         int width)
{
    int lanes = p->target->lanes;
    int whole = width / lanes * lanes;
    Text text = {.arena = arena};
    for (int part = whole == 0; part < 1 + (whole < width); part++) {
        Writer w = {p, part == 0 ? lanes : width - whole};
        Holes h = {.arena = arena};
        pool_holes(&h, &w);
        line_holes(&h, &p->spec, lanes);
        holes_int(&h, "K0", part == 0 ? 0 : whole);
        holes_int(&h, "K1", part == 0 ? whole : width);
        holes_int(&h, "COUNT", w.count);
        drop_kinds(&h, &p->spec, arena_printf(arena, "%s_", section));
        holes_fill(&text, &h, path, section, 1);
    }
    return text_str(&text);
}

/* Lanes are columns of planes. */
static void emit_lines(Text *out, const PoolPlan *p)
{
    Arena *a = out->arena;
    const PoolSpec *s = &p->spec;
    Writer w = {p, 0};
    Holes h = {.arena = a};
    pool_holes(&h, &w);
    line_holes(&h, s, p->target->lanes);
    holes_hook(&h, "DOWN", "", along(a, p, "down", s->x.width));
    holes_hook(&h, "ACROSS", "", along(a, p, "across", s->y.width));
    if (!s->argmax) {
        holes_drop(&h, "line_rows");
    }
    if (s->stride[1] == 1) {
        holes_drop(&h, "split");
    }
    if (s->stride[1] == 1 || !s->argmax) {
        holes_drop(&h, "split_rows");
    }
    holes_fill(out, &h, path, "lines", 1);
}

static void small_type(Text *out, const PoolPlan *p)
{
    if (p->arg_bytes > 0 && (p->axis == 'c' || p->lines)) {
        text_printf(out,
                    "    typedef unsigned %s nn_small "
                    "NN_VECTOR(%d);\n",
                    p->arg_bytes == 2 ? "short" : "char",
                    p->target->lanes * p->arg_bytes);
    }
}

static void forward_body(Text *out, const PoolPlan *p)
{
    const PoolSpec *s = &p->spec;
    if (p->axis == 'x' && !p->lines) {
        emit_columns(out, p, "columns", s->y.width);
        return;
    }
    small_type(out, p);
    if (p->lines) {
        emit_lines(out, p);
        return;
    }
    emit_channels(out, p, "channels", "", "BODY", kinds[kind_of(s)]);
}

static void fill(Text *out, const PoolPlan *p, const char *section)
{
    Writer w = {p, 0};
    Holes h = {.arena = out->arena};
    pool_holes(&h, &w);
    holes_fill(out, &h, path, section, 1);
}

static void gradient_body(Text *out, const PoolPlan *p)
{
    const PoolSpec *s = &p->spec;
    bool max = s->kind == POOL_MAX;
    bool finish = s->epilogue.print != NULL;
    small_type(out, p);
    fill(out, p, "clear");
    if (p->axis == 'x') {
        fill(out, p, max ? "back_columns" : "back_columns_mean");
        if (finish) {
            emit_columns(out, p, "finish_columns", s->x.width);
        }
        return;
    }
    emit_channels(out, p, "back_channels", "back_", "BODY",
                  max ? "back_maximum" : "back_mean");
    if (finish) {
        emit_channels(out, p, "finish_channels", "finish_", "FINISH",
                      "finish_one");
    }
}

/* The function of one image; returns its call. */
static const char *emit_image(Text *out, const PoolPlan *p, const char *name)
{
    Arena *a = out->arena;
    const PoolSpec *s = &p->spec;
    const Image *arg = arg_image(s);
    const char *type = p->arg_bytes == 2 ? "unsigned short *restrict "
                                         : "unsigned char *restrict ";
    const char *const format = "%s + (ptrdiff_t)n * %lld + %lld";
    const char *x = arena_printf(a, format, s->gradient ? "dx" : "x",
                                 (long long)s->x.size, (long long)s->x.origin);
    const char *y = arena_printf(a, format, s->gradient ? "dy" : "y",
                                 (long long)s->y.size, (long long)s->y.origin);
    const Formal formals[] = {
        {s->gradient ? "float *restrict " : "const float *restrict ", "x", x},
        {s->gradient ? "const float *restrict " : "float *restrict ", "y", y},
        {s->gradient ? arena_printf(a, "const %s", type) : type, "arg",
         arena_printf(a, format, "arg", (long long)arg->size,
                      (long long)arg->origin)},
        {"int ", "n", "n"},
        {NULL, NULL, NULL},
    };
    Text body = {.arena = a};
    if (s->gradient) {
        gradient_body(&body, p);
    } else {
        forward_body(&body, p);
    }
    comment_formula(out, path, s->gradient);
    return conv_function(out, arena_printf(a, "%s_image", name), formals, 5,
                         &s->epilogue, text_str(&body));
}

void pool_emit(Text *out, const PoolPlan *p, const char *name)
{
    Arena *a = out->arena;
    const PoolSpec *s = &p->spec;
    const Image *written = s->gradient ? &s->x : &s->y;
    const char *call = emit_image(out, p, name);
    const char *type = p->arg_bytes == 2 ? "unsigned short *restrict "
                                         : "unsigned char *restrict ";
    Text body = {.arena = a};
    text_add(&body, "    for (int n = from; n < to; n++) {\n");
    if (image_has_halo(written)) {
        const char *halo = arena_printf(a, "%s_halo", name);
        image_halo_emit(out, written, halo);
        text_printf(&body, "        %s(%s + (ptrdiff_t)n * %lld);\n", halo,
                    s->gradient ? "dx" : "y", (long long)written->size);
    }
    text_printf(&body, "        %s\n    }\n", call);
    const Formal formals[] = {
        {"const float *restrict ", "x", ""},
        {"const float *restrict ", "dy", ""},
        {"float *restrict ", "y", ""},
        {s->gradient ? arena_printf(a, "const %s", type) : type, "arg", ""},
        {"float *restrict ", "dx", ""},
        {NULL, NULL, NULL},
        {"int ", "from", ""},
        {"int ", "to", ""},
    };
    conv_function(out, name, formals, 8, &s->epilogue, text_str(&body));
}
