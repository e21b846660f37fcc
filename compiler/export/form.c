/* form.c: see form.h. One small function for each word. */
#include "export/form.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"

const char *form_number(Arena *arena, double x)
{
    char text[40];

    if (!isfinite(x))
        return isnan(x) ? "math.nan" : x < 0 ? "-math.inf" : "math.inf";
    if (x == floor(x) && fabs(x) < 1e15)
        return arena_printf(arena, "%.1f", x);
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    return arena_printf(arena, strpbrk(text, ".e") ? "%s" : "%s.0", text);
}

const char *form_size(Arena *arena, int64_t a, int64_t b)
{
    int64_t each = (b - a) / (ROWS_B - ROWS_A);

    if (a == b)
        return arena_printf(arena, "%lld", (long long)a);
    if (a != each * ROWS_A || b != each * ROWS_B)
        nnc_bug("a size of %lld is no multiple of the batch", (long long)a);
    return each == 1 ? "n" : arena_printf(arena, "n * %lld", (long long)each);
}

void form_list(Text *out, const double *x, int64_t n, int indent)
{
    text_add(out, "[");
    for (int64_t k = 0; k < n; k++) {
        text_add(out, k == 0 ? "" : k % 8 ? ", " : ",");
        if (k % 8 == 0)
            text_printf(out, "\n%*s", indent, "");
        text_add(out, form_number(out->arena, x[k]));
    }
    text_add(out, "]");
}

static void list(Text *out, const int64_t *size, int n)
{
    for (int i = 0; i < n; i++)
        text_printf(out, "%s%lld", i ? ", " : "", (long long)size[i]);
}

const char *form_tuple(Arena *arena, const int64_t *size, int n)
{
    Text out = {.arena = arena};

    text_add(&out, "(");
    list(&out, size, n);
    text_add(&out, n == 1 ? ",)" : ")");
    return text_str(&out);
}

const char *form_sizes(Arena *arena, const Shape *s)
{
    Text out = {.arena = arena};

    list(&out, s->dim, s->rank);
    return text_str(&out);
}

/* Sizes behind each other; an only one that moves with the batch is -1. */
static void sizes(Text *out, Pair n, bool guess)
{
    const Shape *a = &n.a->shape, *b = &n.b->shape;
    int moving = 0;

    for (int i = 0; i < a->rank; i++)
        moving += a->dim[i] != b->dim[i];
    for (int i = 0; i < a->rank; i++)
        text_printf(out, "%s%s", i ? ", " : "",
                    guess && moving == 1 && a->dim[i] != b->dim[i]
                        ? "-1"
                        : form_size(out->arena, a->dim[i], b->dim[i]));
}

static void word_view(Text *out, Pair n)
{
    sizes(out, n, true);
}

static void word_shape(Text *out, Pair n)
{
    sizes(out, n, false);
}

/* "(n, 3, 8)". */
static const char *shape_text(Arena *arena, Pair n)
{
    Text out = {.arena = arena};

    text_add(&out, "(");
    word_shape(&out, n);
    text_add(&out, n.a->shape.rank == 1 ? ",)" : ")");
    return text_str(&out);
}

static void word_tuple(Text *out, Pair n)
{
    text_add(out, shape_text(out->arena, n));
}

static void word_value(Text *out, Pair n)
{
    text_add(out, form_number(out->arena, n.a->attr.value));
}

static void word_rate(Text *out, Pair n)
{
    text_add(out, form_number(out->arena, n.a->attr.random.rate));
}

static void word_least(Text *out, Pair n)
{
    text_printf(out, "%d", n.a->attr.index);
}

static void word_axis(Text *out, Pair n)
{
    text_printf(out, "%d", n.a->attr.axis);
}

static void word_axes(Text *out, Pair n)
{
    unsigned axes = n.a->attr.axes;
    int64_t axis[MAX_RANK];
    int k = 0;

    for (int i = 0; i < n.a->shape.rank; i++)
        if (axes >> i & 1)
            axis[k++] = i;
    if (k == 1)
        text_printf(out, "%lld", (long long)axis[0]);
    else
        text_add(out, form_tuple(out->arena, axis, k));
}

static void word_perm(Text *out, Pair n)
{
    for (int i = 0; i < n.a->shape.rank; i++)
        text_printf(out, "%s%d", i ? ", " : "", n.a->attr.perm[i]);
}

/* SLICE: an index; a range that the axis ends or begins is left open. */
static void word_part(Text *out, Pair n)
{
    int axis = n.a->attr.part.axis;
    int64_t begin = n.a->attr.part.begin, end = begin + n.a->attr.part.size;
    int64_t whole = n.a->in[0]->shape.dim[axis];

    for (int i = 0; i < axis; i++)
        text_add(out, ":, ");
    if (begin > 0)
        text_printf(out, "%lld", (long long)begin);
    text_add(out, ":");
    if (end < whole)
        text_printf(out, "%lld", (long long)end);
}

/* PAD: PyTorch counts from the last axis on. */
static void word_around(Text *out, Pair n)
{
    int axis = n.a->attr.part.axis;
    int64_t begin = n.a->attr.part.begin;
    int64_t end = n.a->shape.dim[axis] - begin - n.a->in[0]->shape.dim[axis];

    text_add(out, "(");
    for (int i = n.a->shape.rank - 1; i > axis; i--)
        text_add(out, "0, 0, ");
    text_printf(out, "%lld, %lld)", (long long)begin, (long long)end);
}

static void word_slide(Text *out, Pair n)
{
    const Attr *a = &n.a->attr;

    text_printf(out, "%d, %lld, %lld", a->slide.axis,
                (long long)((a->slide.size - 1) * a->slide.apart + 1),
                (long long)a->slide.stride);
}

static void word_apart(Text *out, Pair n)
{
    if (n.a->attr.slide.apart > 1)
        text_printf(out, "[..., ::%lld]", (long long)n.a->attr.slide.apart);
}

static void word_ta(Text *out, Pair n)
{
    text_add(out, n.a->attr.mm.ta ? ".mT" : "");
}

static void word_tb(Text *out, Pair n)
{
    text_add(out, n.a->attr.mm.tb ? ".mT" : "");
}

/* Height and width, one number where they are equal. */
static void both(Text *out, int64_t height, int64_t width)
{
    text_printf(out, height == width ? "%lld" : "(%lld, %lld)",
                (long long)height, (long long)width);
}

static void word_kernel(Text *out, Pair n)
{
    both(out, n.a->attr.window.kernel[0], n.a->attr.window.kernel[1]);
}

/* Whether PyTorch's functions take the padding; else F.pad comes first. */
static bool pads(const Node *n)
{
    const Window *w = &n->attr.window;
    bool pool = op_table[n->op].kernel == KERNEL_POOL;

    for (int i = 0; i < 2; i++)
        if (w->pad[i] != w->pad[2 + i] ||
            (pool && 2 * w->pad[i] > w->kernel[i]))
            return false;
    return true;
}

static void padding(Text *out, const Node *n)
{
    const Window *w = &n->attr.window;

    if (!pads(n) || (w->pad[0] == 0 && w->pad[1] == 0))
        return;
    text_add(out, ", padding=");
    both(out, w->pad[0], w->pad[1]);
}

static void around(Text *out, const Node *n, const char *value)
{
    const int64_t *pad = n->attr.window.pad;

    if (pads(n))
        text_add(out, "$a");
    else
        text_printf(out, "F.pad($a, (%lld, %lld, %lld, %lld)%s)",
                    (long long)pad[1], (long long)pad[3], (long long)pad[0],
                    (long long)pad[2], value);
}

static void word_padded(Text *out, Pair n)
{
    around(out, n.a, "");
}

/* Padding that is never the largest. */
static void word_walled(Text *out, Pair n)
{
    around(out, n.a, ", value=-math.inf");
}

/* A convolution's arguments behind the weight. */
static void word_slid(Text *out, Pair n)
{
    const int64_t *stride = n.a->attr.window.stride;

    if (stride[0] != 1 || stride[1] != 1) {
        text_add(out, ", stride=");
        both(out, stride[0], stride[1]);
    }
    padding(out, n.a);
}

/* A pool's; without a stride it is the window's size. */
static void word_pooled(Text *out, Pair n)
{
    const Window *w = &n.a->attr.window;

    both(out, w->kernel[0], w->kernel[1]);
    if (w->stride[0] != w->kernel[0] || w->stride[1] != w->kernel[1]) {
        text_add(out, ", stride=");
        both(out, w->stride[0], w->stride[1]);
    }
    padding(out, n.a);
}

/* All inputs, behind each other. */
static void word_all(Text *out, Pair n)
{
    for (int i = 0; i < n.a->n_in; i++)
        text_printf(out, "%s$%d", i ? ", " : "", i);
    if (n.a->n_in == 1)
        text_add(out, ",");
}

static const FormWord own_words[] = {
    {"view", word_view},     {"shape", word_shape},
    {"tuple", word_tuple},   {"value", word_value},
    {"rate", word_rate},     {"least", word_least},
    {"axis", word_axis},     {"axes", word_axes},
    {"perm", word_perm},     {"part", word_part},
    {"around", word_around}, {"slide", word_slide},
    {"apart", word_apart},   {"ta", word_ta},
    {"tb", word_tb},         {"padded", word_padded},
    {"walled", word_walled}, {"slid", word_slid},
    {"pooled", word_pooled}, {"kernel", word_kernel},
    {"all", word_all},       {NULL, NULL},
};

/* Writes the word of n letters and returns true, or false for an input. */
static bool write_word(Text *out, const FormWord *words, const char *word,
                       size_t n, Pair pair)
{
    for (; words->name; words++)
        if (strlen(words->name) == n && !strncmp(words->name, word, n)) {
            words->write(out, pair);
            return true;
        }
    return false;
}

const char *form_fill(Arena *arena, const char *form, Pair pair)
{
    return form_with(arena, own_words, form, pair);
}

const char *form_with(Arena *arena, const FormWord *words, const char *form,
                      Pair pair)
{
    Text out = {.arena = arena};

    for (const char *c = form; *c;) {
        size_t n = 0;

        while (*c == '$' && islower((unsigned char)c[1 + n]))
            n++;
        if (n > 1 && write_word(&out, words, c + 1, n, pair)) {
            c += 1 + n;
            continue;
        }
        text_add_n(&out, c++, 1);
    }
    return text_str(&out);
}
