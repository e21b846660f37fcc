/* onnx_form.c: see onnx_form.h. One small function for each word. */
#include "export/onnx_form.h"

#include <math.h>

#include "base/bug.h"

enum { FAR = INT32_MAX };

const char *onnx_number(Arena *arena, double x)
{
    if (!isfinite(x))
        return isnan(x) ? "nan" : x < 0 ? "-inf" : "inf";
    return form_number(arena, x);
}

const char *onnx_sizes(Arena *arena, const int64_t *size, int n)
{
    Text out = {.arena = arena};

    text_add(&out, "[");
    for (int i = 0; i < n; i++)
        text_printf(&out, "%s%lld", i ? ", " : "", (long long)size[i]);
    text_add(&out, "]");
    return text_str(&out);
}

/* Where the size moves with the batch: "rows" or "Mul(rows, [3])". */
static const char *moving(Arena *arena, int64_t a, int64_t b)
{
    int64_t each = (b - a) / (ROWS_B - ROWS_A);

    if (a != each * ROWS_A || b != each * ROWS_B)
        nnc_bug("a size of %lld is no multiple of the batch", (long long)a);
    return each == 1
               ? "rows"
               : arena_printf(arena, "Mul(rows, [%lld])", (long long)each);
}

const char *onnx_shape(Arena *arena, Pair n)
{
    const Shape *a = &n.a->shape, *b = &n.b->shape;
    Text out = {.arena = arena};
    int from = 0;

    if (shape_equal(a, b))
        return onnx_sizes(arena, a->dim, a->rank);
    if (a->rank == 1)
        return moving(arena, a->dim[0], b->dim[0]);
    text_add(&out, "Concat<axis=0>(");
    for (int i = 0; i < a->rank; i++) {
        bool ends = i + 1 == a->rank || a->dim[i + 1] != b->dim[i + 1];

        if (a->dim[i] != b->dim[i])
            text_printf(&out, "%s%s", i ? ", " : "",
                        moving(arena, a->dim[i], b->dim[i]));
        else if (ends)
            text_printf(&out, "%s%s", from ? ", " : "",
                        onnx_sizes(arena, a->dim + from, i + 1 - from));
        if (a->dim[i] != b->dim[i])
            from = i + 1;
    }
    text_add(&out, ")");
    return text_str(&out);
}

static void word_shape(Text *out, Pair n)
{
    text_add(out, onnx_shape(out->arena, n));
}

/* An only size that moves with the batch is -1. */
static void word_view(Text *out, Pair n)
{
    Shape s = n.a->shape;
    int count = 0;

    for (int i = 0; i < s.rank; i++)
        if (s.dim[i] != n.b->shape.dim[i]) {
            s.dim[i] = -1;
            count++;
        }
    if (count > 1)
        word_shape(out, n);
    else
        text_add(out, onnx_sizes(out->arena, s.dim, s.rank));
}

static void word_axis(Text *out, Pair n)
{
    text_printf(out, "%d", n.a->attr.axis);
}

static void word_axes(Text *out, Pair n)
{
    int64_t axis[MAX_RANK];
    int k = 0;

    for (int i = 0; i < n.a->shape.rank; i++)
        if (n.a->attr.axes >> i & 1)
            axis[k++] = i;
    text_add(out, onnx_sizes(out->arena, axis, k));
}

static void perm(Text *out, const int *of, int n)
{
    int64_t axis[MAX_RANK];

    for (int i = 0; i < n; i++)
        axis[i] = of[i];
    text_add(out, onnx_sizes(out->arena, axis, n));
}

static void word_perm(Text *out, Pair n)
{
    perm(out, n.a->attr.perm, n.a->shape.rank);
}

/* SLICE: first, end, axis; a range that the axis ends is left open. */
static void word_part(Text *out, Pair n)
{
    int axis = n.a->attr.part.axis;
    int64_t begin = n.a->attr.part.begin, end = begin + n.a->attr.part.size;

    if (end == n.a->in[0]->shape.dim[axis])
        end = FAR;
    text_printf(out, "[%lld], [%lld], [%d]", (long long)begin, (long long)end,
                axis);
}

/* PAD: before all axes, then behind them. */
static void word_around(Text *out, Pair n)
{
    int axis = n.a->attr.part.axis, rank = n.a->shape.rank;
    int64_t pad[2 * MAX_RANK] = {0};

    pad[axis] = n.a->attr.part.begin;
    pad[rank + axis] = n.a->shape.dim[axis] - n.a->in[0]->shape.dim[axis] -
                       n.a->attr.part.begin;
    text_add(out, onnx_sizes(out->arena, pad, 2 * rank));
}

/* WINDOWS: which elements each of them has; their axis is moved behind. */
static void word_slide(Text *out, Pair n)
{
    const Attr *a = &n.a->attr;
    int64_t count = n.a->shape.dim[a->slide.axis];

    text_add(out, "[");
    for (int64_t w = 0; w < count; w++) {
        text_add(out, w ? ", [" : "[");
        for (int64_t k = 0; k < a->slide.size; k++)
            text_printf(out, "%s%lld", k ? ", " : "",
                        (long long)(w * a->slide.stride + k * a->slide.apart));
        text_add(out, "]");
    }
    text_add(out, "]");
}

static void word_along(Text *out, Pair n)
{
    text_printf(out, "%d", n.a->attr.slide.axis);
}

static void word_apart(Text *out, Pair n)
{
    int axis = n.a->attr.slide.axis, rank = n.a->shape.rank, of[MAX_RANK];

    for (int i = 0; i < rank; i++)
        of[i] = i <= axis ? i : i + 1;
    of[rank - 1] = axis + 1;
    perm(out, of, rank);
}

/* An operand of a product, turned or not. */
static void operand(Text *out, const Node *n, char hole, bool turned)
{
    if (turned)
        text_printf(out, "Transpose<perm=%s>($%c)",
                    n->shape.rank == 2 ? "[1, 0]" : "[0, 2, 1]", hole);
    else
        text_printf(out, "$%c", hole);
}

static void word_ta(Text *out, Pair n)
{
    operand(out, n.a, 'a', n.a->attr.mm.ta);
}

static void word_tb(Text *out, Pair n)
{
    operand(out, n.a, 'b', n.a->attr.mm.tb);
}

/* Whether a pool's padding is so wide that windows may lie in it whole, which
 * runtimes refuse. */
static bool wide(const Node *n)
{
    const Window *w = &n->attr.window;

    for (int i = 0; i < 4; i++)
        if (w->pad[i] >= w->kernel[i % 2] &&
            op_table[n->op].kernel == KERNEL_POOL)
            return true;
    return false;
}

static void word_window(Text *out, Pair n)
{
    static const int64_t none[4];
    const Window *w = &n.a->attr.window;
    Arena *arena = out->arena;

    text_printf(out, "kernel_shape=%s, pads=%s, strides=%s",
                onnx_sizes(arena, w->kernel, 2),
                onnx_sizes(arena, wide(n.a) ? none : w->pad, 4),
                onnx_sizes(arena, w->stride, 2));
}

static void around(Text *out, const Node *n, const char *value)
{
    const int64_t *pad = n->attr.window.pad;

    if (wide(n))
        text_printf(out,
                    "Pad($a, [0, 0, %lld, %lld, 0, 0, %lld, %lld], "
                    "%s)",
                    (long long)pad[0], (long long)pad[1], (long long)pad[2],
                    (long long)pad[3], value);
    else
        text_add(out, "$a");
}

static void word_padded(Text *out, Pair n)
{
    around(out, n.a, "0.0");
}

/* Padding that is never the largest. */
static void word_walled(Text *out, Pair n)
{
    around(out, n.a, "-inf");
}

/* Values of classes, with an axis for what they name. */
static void classes(Text *out, const Node *of, int rank, char hole)
{
    text_printf(out, of->shape.rank == rank ? "$%c" : "Unsqueeze($%c, [-1])",
                hole);
}

static void word_class(Text *out, Pair n)
{
    int rank = n.a->op == OP_PUT ? n.a->shape.rank : n.a->in[0]->shape.rank;

    classes(out, n.a->in[1], rank, 'b');
}

static void word_put(Text *out, Pair n)
{
    classes(out, n.a->in[0], n.a->shape.rank, 'a');
}

/* GATHER: rows of ids below the first are zeros, whatever stands there. */
static void word_gather(Text *out, Pair n)
{
    int least = n.a->attr.index;

    if (least <= 0)
        text_add(out, "Gather($b, $a)");
    else
        text_printf(out,
                    "Where(Unsqueeze(Less($a, [%d]), [-1]), 0.0, "
                    "Gather($b, $a))",
                    least);
}

static void word_all(Text *out, Pair n)
{
    for (int i = 0; i < n.a->n_in; i++)
        text_printf(out, "%s$%d", i ? ", " : "", i);
}

static const FormWord words[] = {
    {"view", word_view},     {"shape", word_shape},
    {"axis", word_axis},     {"axes", word_axes},
    {"perm", word_perm},     {"part", word_part},
    {"around", word_around}, {"slide", word_slide},
    {"along", word_along},   {"apart", word_apart},
    {"ta", word_ta},         {"tb", word_tb},
    {"window", word_window}, {"padded", word_padded},
    {"walled", word_walled}, {"class", word_class},
    {"put", word_put},       {"gather", word_gather},
    {"all", word_all},       {NULL, NULL},
};

const char *onnx_form(Arena *arena, const char *form, Pair n)
{
    return form_with(arena, words, form, n);
}
