/* share.c: stages in which a value has several users, or meets others that
 * are nearly the same: slices that cover it, a weight and its transposed
 * twin, windows with mirrored padding, what loops give taken several times. */
#include <stdio.h>
#include <string.h>

#include "gen.h"

/* Blocks of the text's own, with parameters and what may be said of them. */
void gen_blocks(void)
{
    say("block twin(k) {\n"
        "  param w: f32[in.features, in.features]<||, l2: 0.5|, frozen: true|, "
        "init: he>;\n"
        "  p = matmul(in, w);\n"
        "  q = matmul(in, w, transposed: true);\n"
        "  out = <p + k * q|p - k * q * p|tanh(p) * q|q - k * p * p>;\n"
        "}\n");
    say("block biased(n) {\n"
        "  param w: f32[n, in.features]<|, l1: 0.25|, l2: 0.125, init: "
        "orthogonal>;\n"
        "  param b: f32[n], init: <zeros|uniform(1)><|, frozen: true>;\n"
        "  p = matmul(in, w, transposed: true);\n"
        "  s = p + b;\n"
        "  out = <tanh(s) * p|s + p * p|s|p * sigmoid(s) - s>;\n"
        "}\n");
    puts("block mirrored(n) {\n"
         "  param w: f32[n, in.channels, 2, 2];\n"
         "  out = conv2d(in, w, pad: [1, 0, 0, 1])\n"
         "      - 0.5 * conv2d(in, w, pad: [0, 1, 1, 0]);\n"
         "}");
    puts("block nearby(reach) {\n"
         "  k = in -> dense(in.features) -> tanh;\n"
         "  s = matmul(in, k, transposed: true) / in.features;\n"
         "  apart = abs(index(s) - index(s, axis: time));\n"
         "  out = matmul(softmax(where(apart <= reach, s, -1e30)), in);\n"
         "}");
    puts("block bypassed(channels, stride = 1) {\n"
         "  main = in -> conv(channels, 3, stride: stride, pad: same) -> relu\n"
         "            -> conv(channels, 3, pad: same);\n"
         "  skip = in -> conv(channels, 1, stride: stride);\n"
         "  out  = relu(main + skip);\n"
         "}");
}

/* Slices that cover v along an axis, and v itself. */
static void covered(shape *s, const char *v, int number)
{
    int axis = some(0, s->rank - 1), size = s->dim[axis], cut;
    const char *name = axis_name(s, axis);
    if (size < 2) {
        printf("  v%d = tanh(%s) - %s", number, v, v);
        return;
    }
    cut = some(1, size - 1);
    printf("  a%d = slice(%s, 1..%d, axis: %s);\n", number, v, cut, name);
    printf("  b%d = slice(%s, %d..%d, axis: %s);\n", number, v, cut + 1, size,
           name);
    if (one_in(3))
        say("  v%d = concat(<tanh|>(b%d), a%d, axis: %s) - 0.5 * %s", number,
            number, number, name, v);
    else
        say("  v%d = concat(<|-|2 * >a%d, <square|tanh|sigmoid|>(b%d), axis: "
            "%s) <|* 0.5>",
            number, number, number, name);
    if (one_in(2))
        say(" <+|-|*> %s", v);
}

/* Neighbours along an axis, or parts of what was joined along another. */
static void neighbours(shape *s, const char *v, int number)
{
    int axis = some(0, s->rank - 1), other = some(0, s->rank - 1);
    int size = s->dim[axis], last;
    const char *name = axis_name(s, axis);
    if (size > 2 && one_in(2)) {
        printf("  v%d = slice(%s, 1..%d, axis: %s) - 0.5 * "
               "slice(%s, 2..%d, axis: %s)",
               number, v, size - 1, name, v, size, name);
        s->dim[axis]--;
        return;
    }
    if (size > 2 && one_in(2)) {
        last = some(1, size - 1);
        printf("  a%d = slice(%s, 2..%d, axis: %s);\n", number, v, size, name);
        say("  v%d = slice(<a%d|-a%d>, %d..%d, axis: %s)", number, number,
            number, last, size - 1, name);
        s->dim[axis] = size - last;
        return;
    }
    last = some(1, axis == other ? 2 * size : size);
    printf("  v%d = slice(concat(%s, tanh(%s), axis: %s), 1..%d, axis: %s)",
           number, v, v, axis_name(s, other), last, name);
    s->dim[other] *= 2;
    s->dim[axis] = last;
}

/* What computes the same, or nearly so, more than once. */
static void again(shape *s, const char *v, int number)
{
    const char *a = axis_name(s, some(0, s->rank - 1));
    const char *b = axis_name(s, some(0, s->rank - 1));
    printf("  v%d = ", number);
    switch (some(0, 6)) {
    case 6:
        printf("%s * sigmoid(sum(mean(%s, axis: %s) + 0 * %s) / 20)", v, v, a,
               v);
        break;
    case 0:
        printf("tanh(%s) * tanh(%s) + tanh(-%s)", v, v, v);
        break;
    case 1:
        printf("(%s - mean(%s, axis: %s)) * sigmoid(mean(%s, axis: %s))", v, v,
               a, v, b);
        break;
    case 2:
        printf("0.5 * (4 * %s) - (%s + 0) * 1 - -tanh(%s)", v, v, v);
        break;
    case 3:
        printf("%s - sum(sum(%s, axis: %s), axis: %s) / 20", v, v, a, b);
        break;
    case 4:
        printf("relu(relu(%s)) + relu(-%s) * relu(%s - 0.25)", v, v, v);
        break;
    default:
        printf("exp(-square(%s)) / (1 + exp(-square(%s))) - square(%s) / 9", v,
               v, v);
    }
}

/* One layer for several values, and its weight elsewhere. */
static void tied(shape *s, const char *v, int number)
{
    int n = some(1, 9);
    printf("  layer l%d = dense(%d%s);\n", number, n, options(0));
    switch (some(0, 2)) {
    case 0:
        printf("  v%d = matmul(l%d(%s) -> tanh, l%d.weight) + %s", number,
               number, v, number, v);
        return;
    case 1:
        printf("  v%d = l%d(%s) * l%d(tanh(%s))", number, number, v, number, v);
        break;
    default:
        say("  v%d = l%d(%s) + (%s -> tanh -> dense(%d, weight: l%d.weight<|, "
            "bias: false>))",
            number, number, v, v, n, number);
    }
    *features(s) = n;
}

/* Windows of one size with different padding. */
static void mirrored(shape *s, const char *v, int number)
{
    const char *pool = WORD("maxpool", "avgpool");
    if (one_in(3)) {
        say("  a%d = %s -> <relu|tanh|sigmoid>;\n", number, v);
        printf("  v%d = concat(a%d -> maxpool(3, stride: 1, pad: same), "
               "2 * a%d)",
               number, number, number);
        s->dim[0] *= 2;
        return;
    }
    if (one_in(2)) {
        printf("  v%d = %s -> mirrored(%d)", number, v, s->dim[0] = some(1, 9));
        return;
    }
    printf("  v%d = (%s -> %s(2, stride: 2, pad: [1, 1, 0, 0])) + 2 * (%s -> "
           "%s(2, stride: 2, pad: [0, 0, 1, 1]))",
           number, v, pool, v, pool);
    s->dim[1] = (s->dim[1] + 1) / 2;
    s->dim[2] = (s->dim[2] + 1) / 2;
}

/* What a loop gives, taken several times. */
static void stacked(shape *s, const char *h, int number, int width)
{
    int steps = s->dim[0], some_steps = some(1, steps);
    shape row = {.rank = 1, .dim = {width}};
    printf("  v%d = ", number);
    s->dim[1] = width;
    switch (some(0, 6)) {
    case 0:
        printf("concat(%s, %s -> reverse)", h, h);
        s->dim[1] = 2 * width;
        break;
    case 1:
        printf("concat(%s -> reverse, %s, axis: time)", h, h);
        s->dim[0] = 2 * steps;
        break;
    case 2:
        printf("(%s -> last) * (%s -> reverse -> last)", h, h);
        *s = row;
        break;
    case 3:
        printf("(%s -> reverse -> last) - 0.5 * (mean(%s, axis: time) -> "
               "flatten)",
               h, h);
        *s = row;
        break;
    case 4:
        printf("slice(%s, 1..%d, axis: time) + mean(%s, axis: time)", h,
               some_steps, h);
        s->dim[0] = some_steps;
        break;
    case 5:
        printf("slice(%s, %d..%d, axis: time) -> softmax", h, some_steps,
               steps);
        s->dim[0] = steps - some_steps + 1;
        break;
    default:
        printf("%s - softmax(%s) * sum(%s, axis: time)", h, h, h);
    }
}

/* Loops, also backwards, and their states. */
static void looped(shape *s, const char *v, int number)
{
    const char *cell = cell_name(), *state = cell_state(cell);
    int n = some(1, 12), width = cell_out(cell, n);
    char h[16];
    snprintf(h, sizeof h, "h%d", number);
    if (one_in(3)) {
        printf("  %s = %s -> bidirectional(%s(%d%s));\n", h, v, cell, n,
               options(1));
        width *= 2;
    } else {
        say("  %s = %s<| -> reverse> -> %s(%d%s)<| -> reverse>;\n", h, v, cell,
            n, options(1));
    }
    if (one_in(4)) {
        printf("  v%d = concat(h%d -> last, h%d -> last -> tanh)", number,
               number, number);
        *s = (shape){.rank = 1, .dim = {2 * width}};
    } else if (one_in(4)) {
        printf("  g%d = %s -> %s(%d);\n", number, v, cell, n);
        printf("  v%d = concat(g%d.state.%s, h%d -> last)", number, number,
               state, number);
        *s = (shape){.rank = 1, .dim = {n + width}};
    } else {
        stacked(s, h, number, width);
    }
}

/* A stage whose values have several users. */
void gen_sharing_stage(shape *s, const char *v, int number)
{
    int kind = some(0, 9);
    if (s->rank == 2 && kind > 4)
        looped(s, v, number);
    else if (s->rank == 3 && kind > 6)
        mirrored(s, v, number);
    else if (kind == 0 && s->rank < 3)
        tied(s, v, number);
    else if (kind == 1 && s->rank < 3)
        say("  v%d = %s -> twin(<2|0.5|-1>)", number, v);
    else if (kind == 2 && s->rank < 3)
        say("  v%d = %s -> biased(%d<|, frozen: true>)", number, v,
            *features(s) = some(1, 12));
    else if (kind == 3)
        again(s, v, number);
    else if (kind == 4)
        neighbours(s, v, number);
    else
        covered(s, v, number);
}
