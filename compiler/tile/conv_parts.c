/* conv_parts.c: lists of holes, emitted functions with only the parameters
 * they use, and the figures that all forms of a convolution share. */
#include "tile/conv_parts.h"

#include <limits.h>
#include <string.h>

#include "base/diag.h"
#include "base/pack.h"

static void add(Holes *holes, Hole hole)
{
    if (holes->n == CONV_HOLES) {
        nnc_bug("a template has more than %d holes", CONV_HOLES);
    }
    holes->at[holes->n++] = hole;
}

void holes_int(Holes *holes, const char *name, int64_t value)
{
    add(holes, hole_int(holes->arena, name, value));
}

void holes_text(Holes *holes, const char *name, const char *text)
{
    add(holes, hole_text(name, text));
}

void holes_hook(Holes *holes, const char *name, const char *params,
                const char *text)
{
    add(holes, hole_hook(name, params, text));
}

void holes_write(Holes *holes, const char *name,
                 void (*write)(Text *, void *, int, const char *const *),
                 void *context)
{
    add(holes, (Hole){.name = name, .write = write, .context = context});
}

void holes_drop(Holes *holes, const char *section)
{
    add(holes, hole_text(section, ""));
}

void holes_fill(Text *out, const Holes *holes, const char *path,
                const char *section, int indent)
{
    const char *text = pack_find(path);
    if (text == NULL) {
        nnc_bug("there is no template %s", path);
    }
    template_fill(out, path, text, section, holes->at, holes->n, indent);
}

/* Adds a parameter to the line, which is broken before column 80. */
static void add_formal(Text *line, size_t *start, size_t indent,
                       const char *formal, bool first)
{
    if (!first) {
        text_add(line, ",");
        if (line->n - *start + strlen(formal) > 76) {
            text_printf(line, "\n%*s", (int)indent, "");
            *start = line->n - indent;
        } else {
            text_add(line, " ");
        }
    }
    text_add(line, formal);
}

/* The parameters of an epilogue, one by one: ", const float *restrict s". */
static void add_epilogue(Text *line, size_t *start, size_t indent,
                         const char *params)
{
    while (params != NULL && *params != 0) {
        params += strspn(params, ", ");
        size_t n = strcspn(params, ",");
        if (n > 0) {
            add_formal(line, start, indent,
                       arena_printf(line->arena, "%.*s", (int)n, params),
                       false);
        }
        params += n;
    }
}

const char *conv_function(Text *out, const char *name, const Formal *formals,
                          int n, const Epilogue *epilogue, const char *body)
{
    Arena *a = out->arena;
    Text call = {.arena = a};
    Text line = {.arena = a};
    text_printf(&line, "static void %s(", name);
    text_printf(&call, "%s(", name);
    size_t indent = line.n;
    size_t start = 0;
    bool first = true;
    for (int i = 0; i < n; i++) {
        if (formals[i].name == NULL) { /* where the epilogue's stand */
            add_epilogue(&line, &start, indent, epilogue->params);
            text_add(&call, epilogue->args != NULL ? epilogue->args : "");
        } else if (str_mentions(body, formals[i].name)) {
            add_formal(
                &line, &start, indent,
                arena_printf(a, "%s%s", formals[i].type, formals[i].name),
                first);
            text_printf(&call, "%s%s", first ? "" : ", ", formals[i].arg);
            first = false;
        }
    }
    text_printf(out, "%s)\n{\n%s}\n\n", text_str(&line), body);
    text_add(&call, ");");
    return text_str(&call);
}

int conv_out(const ConvSpec *s, int i)
{
    int size = i == 0 ? s->x.height : s->x.width;
    int pad =
        i == 0 ? s->pad[TOP] + s->pad[BOTTOM] : s->pad[LEFT] + s->pad[RIGHT];
    return (size + pad - s->kernel[i]) / s->stride[i] + 1;
}

int conv_window(const ConvSpec *s, int i)
{
    return s->pool == POOL_NONE ? 1 : s->window[i];
}

int conv_pooled(const ConvSpec *s, int i)
{
    return conv_out(s, i) / conv_window(s, i);
}

int conv_in_windows(const ConvSpec *s, int i)
{
    return conv_pooled(s, i) * conv_window(s, i);
}

ConvWeights conv_row_weights(const ConvSpec *s, int64_t u)
{
    ConvWeights w = {.n = 4, .size = u * s->kernel[0] * s->filters};
    w.piece[0] = (ConvPiece){0, 1, s->filters, u * s->kernel[0]};
    w.piece[1] = (ConvPiece){2, 1, s->kernel[0], u};
    w.piece[2] = (ConvPiece){3, 1, s->kernel[1], s->x.channels};
    w.piece[3] = (ConvPiece){1, 1, s->x.channels, 1};
    return w;
}

int conv_unroll(const ConvSpec *spec, int trips, int each)
{
    int64_t most = spec->unroll < 0 ? 56 : spec->unroll;
    int64_t limit = spec->unroll == INT_MAX ? trips : most / each;
    if (spec->unroll < 0 && limit > 4) {
        limit = 4;
    }
    int best = 1;
    for (int u = 2; u <= limit && u <= trips; u++) {
        best = trips % u == 0 ? u : best;
    }
    return best;
}

const Image *conv_arg(const ConvSpec *spec)
{
    return spec->arg.channels > 0 ? &spec->arg : &spec->y;
}

void conv_shuffle_emit(Text *out, const char *name, int lanes,
                       int (*lane)(int i, int lanes))
{
    text_printf(out,
                "static inline nn_vec %s(nn_vec a, nn_vec b)\n{\n"
                "    return __builtin_shufflevector(a, b",
                name);
    for (int i = 0; i < lanes; i++) {
        text_printf(out, "%s%d", i == 8 ? ",\n        " : ", ", lane(i, lanes));
    }
    text_add(out, ");\n}\n\n");
}

int conv_arg_bytes(const int window[2])
{
    return window[0] * window[1] < 256 ? 1 : 2;
}

double conv_step_cycles(const Target *t, int acc, int loads)
{
    double fma = (double)acc / t->fmas * (t->fma ? 1 : 2);
    double load = loads / 2.0;
    double chain = t->latency;
    double most = fma > load ? fma : load;
    most = most > chain ? most : chain;
    return most + 0.6 + 0.03 * loads; /* loop and address; fewer loads win */
}

static double image_bytes(const Image *x)
{
    return 4.0 * x->channels * x->height * x->width;
}

const char *conv_order(const Target *t, const Image *x, int rows,
                       double weights)
{
    double image = image_bytes(x);
    if (image > t->l2 * 0.75) {
        if (weights <= t->l2 / 2.0) {
            return "pixels_first";
        }
        if (image * rows / x->height + weights <= t->l2) {
            return "rows_first";
        }
    }
    return "tiles";
}

/* Tiles jump from plane to plane, which nothing foretells, so that they wait
 * for each line. */
double conv_order_cycles(const Target *t, const Image *x, int passes,
                         const char *order)
{
    bool again = strcmp(order, "tiles") == 0 && image_bytes(x) > t->l2 * 0.75;
    return again ? (passes - 1) * image_bytes(x) / 64 * t->l3_latency : 0;
}

/* Each lies in pages of its own, of which a processor has only some at hand. */
double conv_plane_cycles(const Image *x)
{
    enum { PAGE = 4096, AT_HAND = 48, EACH = 10 };
    bool apart = 4.0 * x->height * x->width >= PAGE && x->channels > AT_HAND;
    return apart ? (double)EACH * x->channels : 0;
}

bool conv_fits(const Target *t, int acc, int live, int scalars)
{
    int spare = t->fma ? 0 : 1; /* for a product before it is added */
    int ahead = target_ahead(t, scalars);
    return acc + live + spare + !t->broadcast + ahead <= t->registers - 1;
}

const char *conv_clipped(Arena *a, const char *var, const char *name, int trips,
                         int size, const char **clip)
{
    if (trips % size == 0) {
        return var;
    }
    *clip = arena_printf(a, "const int %s = %s < %d ? %s : %d;", name, var,
                         trips - size, var, trips - size);
    return name;
}

const char *conv_scaled(Arena *a, const char *e, int div, int64_t stride)
{
    if (div == 1) {
        return arena_printf(a, "%s * %lld", e, (long long)stride);
    }
    return arena_printf(a, "%s / %d * %lld", e, div, (long long)stride);
}

int conv_int(const char *text)
{
    int n = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        n = n * 10 + (*text - '0');
    }
    return n;
}

const char *conv_sum(Arena *a, const char *name, int64_t n)
{
    return n == 0 ? name : arena_printf(a, "%s + %lld", name, (long long)n);
}

static const char *pool_section(const ConvSpec *s)
{
    if (s->pool == POOL_NONE) {
        return "plain";
    }
    if (s->pool == POOL_MEAN) {
        return "mean";
    }
    return s->argmax ? "arg_maximum" : "maximum";
}

void conv_pool_holes(Holes *h, const ConvSpec *s, const Target *target)
{
    static const char *const sections[] = {"plain", "maximum", "arg_maximum",
                                           "mean"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(sections[i], pool_section(s)) != 0) {
            holes_drop(h, sections[i]);
        }
    }
    int area = conv_window(s, 0) * conv_window(s, 1);
    holes_int(h, "WINDOW_H", conv_window(s, 0));
    holes_int(h, "WINDOW_W", conv_window(s, 1));
    holes_text(h, "SHARE", arena_printf(h->arena, "(1.0f / %d)", area));
    holes_text(h, "ARG_TYPE", area < 256 ? "unsigned char" : "unsigned short");
    holes_int(h, "ARG_VECTOR", target->lanes * (area < 256 ? 1 : 2));
    if (!s->argmax) {
        holes_drop(h, "arg_type");
    }
}

/* The C expression of a piece. */
static void print_piece(Text *out, const ConvPiece *p, int extent)
{
    static const char *const names[] = {"k", "c", "u", "v"};
    text_add(out, names[p->axis]);
    if (p->div > 1) {
        text_printf(out, " / %lld", (long long)p->div);
    }
    if (p->size * p->div < extent) {
        text_printf(out, " %% %lld", (long long)p->size);
    }
    text_printf(out, " * %lld", (long long)p->stride);
}

const char *conv_place_text(Arena *arena, const int shape[4],
                            const ConvWeights *w)
{
    Text text = {.arena = arena};
    for (int i = 0; i < w->n; i++) {
        if (w->piece[i].stride != 0 && w->piece[i].size > 1) {
            text_add(&text, text.n > 0 ? " + " : "");
            print_piece(&text, &w->piece[i], shape[w->piece[i].axis]);
        }
    }
    if (text.n == 0 || w->offset != 0) {
        text_printf(&text, "%s%lld", text.n > 0 ? " + " : "",
                    (long long)w->offset);
    }
    return text_str(&text);
}
