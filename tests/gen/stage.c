/* stage.c: the stages of a random model: layers, functions, windows, loops
 * over time, branches that meet again, the second input. */
#include <stdio.h>

#include "gen.h"

/* One function of any shape that keeps it. */
static void function(const char *v)
{
    if (!gen_steady && one_in(2)) {
        gen_other_function(v);
        return;
    }
    switch (some(0, 8)) {
    case 0:
        printf("tanh(%s)", v);
        break;
    case 1:
        printf("sigmoid(%s)", v);
        break;
    case 2:
        printf("relu(%s)", v);
        break;
    case 3:
        printf("exp(-square(%s))", v);
        break;
    case 4:
        printf("%s / (1.5 + square(%s))", v, v);
        break;
    case 5:
        printf("sqrt(0.5 + square(%s))", v);
        break;
    case 6:
        printf("log(1 + square(%s)) - 0.25 * %s", v, v);
        break;
    case 7:
        say("%s -> %s(<0.25|0.5|0.125>)", v, gen_steady ? "linear" : "dropout");
        break;
    default:
        printf("linear(%s, k: -0.5, c: 0.1)", v);
    }
}

static void activation(void)
{
    say("<| -> tanh| -> sigmoid| -> relu>");
}

const char *options(int of_cell)
{
    if (one_in(2))
        return "";
    if (of_cell)
        return WORD(", l2: 0.5", ", l1: 0.125", ", frozen: true");
    return WORD(", l2: 0.5", ", l1: 0.125", ", frozen: true", ", bias: false",
                ", init: glorot", ", bias: 0.25");
}

const char *axis_name(const shape *s, int axis)
{
    static const char *const image[] = {"channels", "height", "width"};
    static const char *const series[] = {"time", "features"};
    return s->rank == 3   ? image[axis]
           : s->rank == 2 ? series[axis]
                          : "features";
}

static int at_most(int n, int most)
{
    return n < most ? n : most;
}

/* A window along one axis; before and after are its padding. */
typedef struct {
    int kernel, stride, before, after;
} window;

/* A window that fits the size. The padding stays below the kernel. */
static window draw_window(int size, int most_kernel)
{
    window w = {.stride = some(1, 3)};
    w.kernel = some(1, at_most(size, most_kernel));
    w.before = some(0, w.kernel - 1);
    w.after = some(0, w.kernel - 1);
    return w;
}

static int slid(int size, const window *w)
{
    return (size + w->before + w->after - w->kernel) / w->stride + 1;
}

/* Prints `, stride: ..., pad: ...` in the short form where there is one. */
static void stride_and_pad(const window *h, const window *w)
{
    if (h->stride != w->stride)
        printf(", stride: [%d, %d]", h->stride, w->stride);
    else
        printf(", stride: %d", h->stride);
    if (h->before == w->before && h->before == h->after &&
        w->before == w->after)
        printf(", pad: %d", h->before);
    else
        printf(", pad: [%d, %d, %d, %d]", h->before, w->before, h->after,
               w->after);
}

static void kernel(const window *h, const window *w)
{
    if (h->kernel == w->kernel)
        printf("%d", h->kernel);
    else
        printf("[%d, %d]", h->kernel, w->kernel);
}

static int fills(int size, const window *w)
{
    return (size + w->before + w->after - w->kernel) % w->stride == 0;
}

static void exactly(const shape *s, const window *h, const window *w)
{
    if (one_in(2) && fills(s->dim[1], h) && fills(s->dim[2], w))
        printf(", exact: true");
}

static void slide(shape *s, const window *h, const window *w)
{
    s->dim[1] = slid(s->dim[1], h);
    s->dim[2] = slid(s->dim[2], w);
}

/* `pad: same` wants stride 1 for even kernels; `full` is K - 1. */
static void named_convolution(shape *s)
{
    int n = some(1, 20), k = some(1, 4);
    int same = some(0, 1) || s->dim[1] + s->dim[2] > 20;
    printf("conv(%d, %d, pad: %s)", n, k, same ? "same" : "full");
    s->dim[0] = n;
    s->dim[1] += same ? 0 : k - 1;
    s->dim[2] += same ? 0 : k - 1;
}

static void convolution(shape *s)
{
    window h = draw_window(s->dim[1], 5), w = draw_window(s->dim[2], 5);
    if (one_in(3)) {
        named_convolution(s);
    } else {
        int n = one_in(8) ? some(21, 40) : some(1, 20);
        printf("conv(%d, ", n);
        kernel(&h, &w);
        stride_and_pad(&h, &w);
        s->dim[0] = n;
        exactly(s, &h, &w);
        printf("%s)", options(0));
        slide(s, &h, &w);
    }
    activation();
}

static void pooling(shape *s)
{
    window h = draw_window(s->dim[1], 3), w = draw_window(s->dim[2], 3);
    say("<maxpool|avgpool>(");
    if (one_in(2)) {
        h = (window){.kernel = h.kernel, .stride = h.kernel};
        w = (window){.kernel = w.kernel, .stride = w.kernel};
        kernel(&h, &w);
    } else {
        kernel(&h, &w);
        stride_and_pad(&h, &w);
        exactly(s, &h, &w);
    }
    printf(")");
    slide(s, &h, &w);
}

static void part(shape *s, const char *v)
{
    int axis = some(0, s->rank - 1), size = s->dim[axis];
    int from = some(1, size), to = some(from, size);
    printf("slice(%s, %d..%d, axis: %s)", v, from, to, axis_name(s, axis));
    s->dim[axis] = to - from + 1;
}

/* What goes beside itself along any axis. */
static void doubled(shape *s, const char *v)
{
    int axis = some(0, s->rank - 1);
    printf("concat(%s, tanh(%s), axis: %s)", v, v, axis_name(s, axis));
    s->dim[axis] *= 2;
}

static void spread(const shape *s, const char *v)
{
    const char *axis = axis_name(s, some(0, s->rank - 1));
    switch (some(0, 3)) {
    case 0:
        printf("%s - mean(%s, axis: %s)", v, v, axis);
        break;
    case 1:
        printf("%s * sigmoid(sum(%s, axis: %s))", v, v, axis);
        break;
    case 2:
        printf("%s / (1 + mean(square(%s), axis: %s))", v, v, axis);
        break;
    default:
        printf("mean(tanh(%s), axis: %s) * %s + %s", v, axis, v, v);
    }
}

/* Two branches of the same width that meet again. */
static void branches(shape *s, const char *v)
{
    int n = some(1, 9), m = some(1, 24);
    if (s->rank == 3)
        printf("(%s -> conv(%d, 3, pad: same), %s -> conv(%d, 1) -> tanh) "
               "-> concat",
               v, n, v, m);
    else
        printf("(%s -> dense(%d) -> sigmoid, %s -> dense(%d)) -> concat", v, n,
               v, m);
    *features(s) = n + m;
}

/* A way around a layer, or two of them. */
static void around(shape *s, const char *v)
{
    int n = *features(s);
    const char *args = s->rank == 3 ? ", 3, pad: same" : "";
    const char *kind = s->rank == 3 ? "conv" : "dense";
    if (one_in(3))
        printf("%s -> chain(for i in 1..2: %s(%d%s))", v, kind, n, args);
    else
        say("%s <+|*> (%s -> %s(%d%s) -> tanh)", v, v, kind, n, args);
}

/* The same elements as an image, a series or a row. */
static void reshaped(shape *s, const char *v)
{
    int count = 1, a = some(1, 6), b = some(1, 6);
    for (int i = 0; i < s->rank; i++)
        count *= s->dim[i];
    while (count % a)
        a--;
    while (count / a % b)
        b--;
    if (count > 400 || one_in(4)) {
        printf("%s -> flatten -> dense(%d)", v, a * b);
        *s = (shape){.rank = 1, .dim = {a * b}};
    } else if (one_in(2)) {
        printf("%s -> reshape([%d, %d])", v, a, count / a);
        *s = (shape){.rank = 2, .dim = {a, count / a}};
    } else {
        printf("%s -> reshape([%d, %d, %d])", v, a, b, count / a / b);
        *s = (shape){.rank = 3, .dim = {a, b, count / a / b}};
    }
}

static void loop(shape *s, const char *v)
{
    const char *cell = cell_name();
    int n = some(1, 18), m = some(2, 7);
    if (one_in(8)) {
        printf("%s -> jordan(%d, %d)", v, n, m);
        s->dim[1] = m;
        return;
    }
    if (one_in(4)) {
        printf("%s -> bidirectional(%s(%d%s))", v, cell, n, options(1));
        s->dim[1] = 2 * cell_out(cell, n);
        return;
    }
    printf("%s -> %s(%d%s)", v, cell, n, options(1));
    s->dim[1] = cell_out(cell, n);
}

/* Products of two values: scores of all pairs of steps, and what they pick. */
static void product(shape *s, const char *v)
{
    switch (some(0, 2)) {
    case 0:
        printf("softmax(matmul(%s, %s, transposed: true) / %d)", v, v,
               s->dim[1]);
        s->dim[1] = s->dim[0];
        break;
    case 1:
        printf("matmul(tanh(matmul(%s, %s, transposed: true) / %d), %s)", v, v,
               s->dim[1], v);
        break;
    default:
        printf("matmul(softmax(%s -> dense(%d)), %s -> dense(3))", v, s->dim[0],
               v);
        s->dim[1] = 3;
    }
}

/* Heads, and as many features for each; enough in all for a norm. */
static int draw_heads(int *n)
{
    int heads = some(1, 4);
    *n = heads * some(heads < 3 ? 3 : 1, 6);
    return heads;
}

/* What attention is made of, and what is made of it. */
static void attends(shape *s, const char *v)
{
    int n, heads = draw_heads(&n), inner = some(1, 20);
    switch (some(0, 5)) {
    case 0:
    case 1:
        printf("%s -> nearby(%d)", v, some(0, 3));
        return;
    case 2:
        printf("join(matmul(split(%s -> dense(%d), %d), "
               "split(%s -> dense(%d) -> tanh, %d), transposed: true))",
               v, n, heads, v, n, heads);
        s->dim[1] = heads * s->dim[0];
        return;
    case 3:
        say("%s<| -> positions> -> dense(%d) -> transformer(%d, %d<|, act: "
            "tanh|, act: gelu><|, causal: true>%s)",
            v, n, heads, inner, options(1));
        break;
    default:
        say("%s<| -> positions> -> dense(%d) -> attention(%d<|, causal: "
            "true>%s)",
            v, n, heads, options(1));
    }
    s->dim[1] = n;
}

static void image_stage(shape *s, const char *v)
{
    int n = some(1, 9), stride = some(1, 2);
    switch (some(0, 5)) {
    case 0:
        printf("%s -> ", v);
        pooling(s);
        break;
    case 1:
        printf("%s -> %s(%d, stride: %d)", v,
               gen_steady ? "bypassed" : "residual", n, stride);
        s->dim[0] = n;
        s->dim[1] = (s->dim[1] - 1) / stride + 1;
        s->dim[2] = (s->dim[2] - 1) / stride + 1;
        break;
    default:
        printf("%s -> ", v);
        convolution(s);
    }
}

/* Prints `, stride: ..., pad: ...` of a window along time. */
static void stride_and_ends(const window *t)
{
    printf(", stride: %d", t->stride);
    if (t->before == t->after)
        printf(", pad: %d", t->before);
    else
        printf(", pad: [%d, %d]", t->before, t->after);
}

/* A convolution along time; a dilated window reaches over more steps. */
static void convolution1d(shape *s)
{
    window t = draw_window(s->dim[0], 5);
    int n = one_in(8) ? some(21, 40) : some(1, 20), apart = 1;
    printf("conv1d(%d, %d", n, t.kernel);
    if (one_in(3)) {
        int same = some(0, 1);
        apart = same ? 1 : some(1, 3);
        printf(", pad: %s, dilation: %d", same ? "same" : "causal", apart);
    } else {
        while ((t.kernel - 1) * apart < s->dim[0] && one_in(2))
            apart++;
        while ((t.kernel - 1) * apart >= s->dim[0])
            apart--;
        stride_and_ends(&t);
        printf(", dilation: %d%s", apart, options(0));
        t.kernel = (t.kernel - 1) * apart + 1;
        s->dim[0] = slid(s->dim[0], &t);
    }
    printf(")");
    s->dim[1] = n;
    activation();
}

static void pooling1d(shape *s)
{
    window t = draw_window(s->dim[0], 3);
    say("<maxpool|avgpool>1d(%d", t.kernel);
    if (one_in(2))
        t = (window){.kernel = t.kernel, .stride = t.kernel};
    else
        stride_and_ends(&t);
    printf(")");
    s->dim[0] = slid(s->dim[0], &t);
}

/* What becomes of a series along its time. */
static void along_time(shape *s)
{
    int n = some(1, 18), width = some(1, s->dim[0]);
    switch (some(0, 5)) {
    case 0:
        pooling1d(s);
        return;
    case 1:
        say("<max|mean>_over_time");
        *s = (shape){.rank = 1, .dim = {s->dim[1]}};
        return;
    case 2:
        say("textcnn([1, %d], %d<|, act: tanh>)", width, n);
        *s = (shape){.rank = 1, .dim = {2 * n}};
        return;
    default:
        convolution1d(s);
    }
}

static void series_stage(shape *s, const char *v)
{
    if (!gen_steady && one_in(6)) {
        gen_largest(s, v);
        return;
    }
    switch (some(0, 15)) {
    case 0:
        s->dim[1] = some(1, 20);
        printf("%s -> dense(%d%s)", v, s->dim[1], options(0));
        activation();
        break;
    case 1:
        printf("%s -> reverse", v);
        break;
    case 2:
        product(s, v);
        break;
    case 3:
        printf("%s -> last", v);
        *s = (shape){.rank = 1, .dim = {s->dim[1]}};
        break;
    case 4:
    case 5:
    case 6:
    case 7:
        printf("%s -> ", v);
        along_time(s);
        break;
    case 8:
    case 9:
    case 10:
    case 11:
    case 12:
        attends(s, v);
        break;
    default:
        loop(s, v);
    }
}

static void row_stage(shape *s, const char *v)
{
    switch (some(0, 4)) {
    case 0:
        printf("%s -> dense(%d) -> softmax", v, s->dim[0] = some(2, 17));
        break;
    case 1:
        printf("%s -> dense(%d) -> sign", v, s->dim[0] = some(1, 9));
        break;
    case 2:
        say("%s -> slice(1..1) -> dense(2, weight: [[0.5], [-1.25]], bias: "
            "[0.25, 0], frozen: <true|false>)",
            v);
        s->dim[0] = 2;
        break;
    default:
        s->dim[0] = one_in(6) ? some(41, 130) : some(1, 40);
        printf("%s -> dense(%d%s)", v, s->dim[0], options(0));
        activation();
    }
}

/* A learned vector along the features, or one number. */
static void scaled(shape *s, const char *v, int number)
{
    int n = one_in(3) ? 1 : *features(s);
    say("  param p%d: f32[%d], init: <ones|uniform(0.5)|zeros>;\n", number, n);
    printf("  v%d = %s * p%d + %s", number, v, number, v);
}

/* One layer that is applied twice. */
static void shared(shape *s, const char *v, int number)
{
    printf("  layer l%d = %s(%d%s);\n", number, s->rank == 3 ? "conv" : "dense",
           *features(s), s->rank == 3 ? ", 3, pad: same" : "");
    printf("  v%d = %s -> l%d -> tanh -> l%d", number, v, number, number);
}

/* The second input takes part: as what a series attends to, as the state a loop
 * starts from, beside a row, or spread over an image or a series. */
static void joined(shape *s, const char *v, int number, const shape *other)
{
    int n = some(1, 12), f = *features(s);
    const char *cell = cell_name();
    if (s->rank == 2 && other->rank == 2 && one_in(2)) {
        int heads = draw_heads(&n);
        printf("  v%d = (%s -> dense(%d), other -> dense(%d), "
               "other -> dense(%d)) -> attention(%d)",
               number, v, n, n, n, heads);
        s->dim[1] = n;
    } else if (s->rank == 2 && other->rank == 2) {
        printf("  h%d = other -> %s(%d);\n", number, cell, n);
        printf("  v%d = %s -> %s(%d, start: h%d.state)", number, v, cell, n,
               number);
        s->dim[1] = cell_out(cell, n);
    } else if (s->rank == 1) {
        printf("  v%d = concat(%s, other -> flatten -> tanh)", number, v);
        s->dim[0] += other->dim[0] * (other->rank == 2 ? other->dim[1] : 1);
    } else {
        say("  v%d = %s <+|*> (other -> flatten -> dense(%d) -> "
            "reshape([%s%d%s]))",
            number, v, f, s->rank == 2 ? "1, " : "", f,
            s->rank == 3 ? ", 1, 1" : "");
    }
}

/* A stage that has something to declare; false where it is none of these. */
static int declaring_stage(shape *s, const char *v, int number,
                           const shape *other)
{
    switch (some(0, 11)) {
    case 0:
        scaled(s, v, number);
        return 1;
    case 1:
        shared(s, v, number);
        return 1;
    case 2:
        joined(s, v, number, other);
        return 1;
    default:
        return 0;
    }
}

/* A stage that fits any shape; false where it is none of these. */
static int any_stage(shape *s, const char *v)
{
    switch (some(0, 16)) {
    case 0:
    case 1:
        function(v);
        return 1;
    case 2:
        spread(s, v);
        return 1;
    case 3:
        /* of two features it is a sign: all digits of its gradient cancel */
        printf(*features(s) > 2 ? "%s -> layernorm" : "%s -> tanh", v);
        return 1;
    case 4:
        branches(s, v);
        return 1;
    case 5:
        around(s, v);
        return 1;
    case 6:
        part(s, v);
        return 1;
    case 7:
        doubled(s, v);
        return 1;
    case 8:
        reshaped(s, v);
        return 1;
    default:
        return 0;
    }
}

static void (*const own_stage[])(shape *, const char *) = {
    row_stage, series_stage, image_stage};

void gen_stage(shape *s, int number, const shape *other)
{
    char v[16];
    snprintf(v, sizeof v, "v%d", number - 1);
    if (some(1, 5) < 3) {
        gen_sharing_stage(s, v, number);
    } else if (!declaring_stage(s, v, number, other)) {
        printf("  v%d = ", number);
        if (!any_stage(s, v))
            own_stage[s->rank - 1](s, v);
    }
    printf(";\n");
}
