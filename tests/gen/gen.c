/* gen.c: writes a random model in the language: `gen SEED` prints the model
 * `random_SEED`; the same seed gives the same text everywhere.
 *
 * The grammar: an image, a series or a row goes through a few stages that fit
 * its shape (layers, functions, loops over time, branches that meet again by
 * concat, sum or product), until it ends in a loss. What a stage does to the
 * shape is followed here, so that every text is correct; sizes stay small and
 * odd ones are as likely as even ones. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    int rank; /* 1: [f], 2: [t, f], 3: [c, h, w] */
    int dim[3];
} shape;

static uint64_t state;

/* Splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t draw(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* A number from..to. */
static int some(int from, int to)
{
    return from + (int)(draw() % (uint64_t)(to - from + 1));
}

static void row(shape *s, int features)
{
    *s = (shape){.rank = 1, .dim = {features}};
}

static int *features(shape *s)
{
    return s->rank == 3 ? &s->dim[0] : &s->dim[s->rank - 1];
}

/* One function of any shape that keeps it; applied to `v` or in a pipe. */
static void function(const char *v)
{
    switch (some(0, 7)) {
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
    default:
        printf("linear(%s, k: -0.5, c: 0.1)", v);
    }
}

static void activation(void)
{
    static const char *const name[] = {"tanh", "sigmoid", "relu"};
    if (some(0, 3))
        printf(" -> %s", name[some(0, 2)]);
}

/* A window of 1..k along both axes that fits, its stride and padding. */
static int windowed(int size, int kernel, int stride, int pad)
{
    return (size + 2 * pad - kernel) / stride + 1;
}

static void convolution(shape *s)
{
    int n = some(1, 20), stride = some(1, 2);
    int kh = some(1, s->dim[1] < 5 ? s->dim[1] : 5);
    int kw = some(0, 2) ? kh : some(1, s->dim[2] < 4 ? s->dim[2] : 4);
    int pad = some(0, (kh < kw ? kh : kw) - 1);
    if (kw > s->dim[2])
        kw = s->dim[2];
    if (pad >= kw)
        pad = kw - 1;
    printf("conv(%d, [%d, %d], stride: %d, pad: %d%s)", n, kh, kw, stride, pad,
           some(0, 3) ? "" : ", bias: false");
    s->dim[0] = n;
    s->dim[1] = windowed(s->dim[1], kh, stride, pad);
    s->dim[2] = windowed(s->dim[2], kw, stride, pad);
    activation();
}

static void pooling(shape *s)
{
    int k = some(1, 3), stride = some(1, 3);
    if (k > s->dim[1] || k > s->dim[2])
        k = 1;
    printf("%s(%d, stride: %d)", some(0, 1) ? "maxpool" : "avgpool", k, stride);
    s->dim[1] = windowed(s->dim[1], k, stride, 0);
    s->dim[2] = windowed(s->dim[2], k, stride, 0);
}

static const char *axis_name(const shape *s, int axis)
{
    static const char *const image[] = {"channels", "height", "width"};
    static const char *const series[] = {"time", "features"};
    return s->rank == 3   ? image[axis]
           : s->rank == 2 ? series[axis]
                          : "features";
}

static void part(shape *s, const char *v)
{
    int axis = some(0, s->rank - 1), size = s->dim[axis];
    int from = some(1, size), to = some(from, size);
    printf("slice(%s, %d..%d, axis: %s)", v, from, to, axis_name(s, axis));
    s->dim[axis] = to - from + 1;
}

static void spread(const shape *s, const char *v)
{
    const char *axis = axis_name(s, some(0, s->rank - 1));
    if (some(0, 1))
        printf("%s - mean(%s, axis: %s)", v, v, axis);
    else
        printf("%s * sigmoid(sum(%s, axis: %s))", v, v, axis);
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

static void around(const shape *s, const char *v)
{
    int n = s->rank == 3 ? s->dim[0] : s->dim[s->rank - 1];
    const char *op = some(0, 1) ? "+" : "*";
    if (s->rank == 3)
        printf("%s %s (%s -> conv(%d, 3, pad: same) -> tanh)", v, op, v, n);
    else
        printf("%s %s (%s -> dense(%d) -> tanh)", v, op, v, n);
}

static void image_stage(shape *s, const char *v)
{
    switch (some(0, 8)) {
    case 0:
    case 1:
    case 2:
        printf("%s -> ", v);
        convolution(s);
        break;
    case 3:
        printf("%s -> ", v);
        pooling(s);
        break;
    case 4:
        branches(s, v);
        break;
    case 5:
        around(s, v);
        break;
    case 6:
        part(s, v);
        break;
    case 7:
        printf("%s -> residual(%d)", v, s->dim[0] = some(1, 6));
        break;
    default:
        printf("%s -> reshape([%d, %d])", v, s->dim[0], s->dim[1] * s->dim[2]);
        *s = (shape){.rank = 2, .dim = {s->dim[0], s->dim[1] * s->dim[2]}};
    }
}

static void loop(shape *s, const char *v)
{
    static const char *const cell[] = {"rnn", "lstm", "gru", "book_lstm",
                                       "leaky"};
    int n = some(1, 18);
    printf("%s -> %s(%d)", v, cell[some(0, 4)], n);
    s->dim[1] = n;
}

static void series_stage(shape *s, const char *v)
{
    switch (some(0, 8)) {
    case 0:
    case 1:
    case 2:
        loop(s, v);
        break;
    case 3:
        printf("%s -> dense(%d)", v, s->dim[1] = some(1, 20));
        activation();
        break;
    case 4:
        printf("%s -> reverse", v);
        break;
    case 5:
        branches(s, v);
        break;
    case 6:
        printf("softmax(matmul(%s, %s, transposed: true) / %d)", v, v,
               s->dim[1]);
        s->dim[1] = s->dim[0];
        break;
    case 7:
        around(s, v);
        break;
    default:
        printf("%s -> last", v);
        row(s, s->dim[1]);
    }
}

static void row_stage(shape *s, const char *v)
{
    switch (some(0, 5)) {
    case 0:
    case 1:
        printf("%s -> dense(%d)", v, s->dim[0] = some(1, 40));
        activation();
        break;
    case 2:
        branches(s, v);
        break;
    case 3:
        around(s, v);
        break;
    case 4:
        printf("%s -> dense(%d) -> softmax", v, s->dim[0] = some(2, 17));
        break;
    default:
        part(s, v);
    }
}

static void stage(shape *s, int number)
{
    char v[16];
    snprintf(v, sizeof v, "v%d", number - 1);
    printf("  v%d = ", number);
    int kind = some(0, 9);
    if (kind == 0)
        function(v);
    else if (kind == 1)
        spread(s, v);
    else if (kind == 2 && *features(s) > 1)
        printf("%s -> layernorm", v);
    else if (s->rank == 3)
        image_stage(s, v);
    else if (s->rank == 2)
        series_stage(s, v);
    else
        row_stage(s, v);
    printf(";\n");
}

static void type(const char *word, const char *name, const shape *s)
{
    printf("  %s %s: f32[", word, name);
    for (int a = 0; a < s->rank; a++)
        printf("%s%d", a ? ", " : "", s->dim[a]);
    printf("];\n");
}

static void begin(shape *s)
{
    s->rank = some(1, 3);
    for (int a = 0; a < s->rank; a++)
        s->dim[a] = some(1, s->rank == 1 ? 30 : s->rank == 2 ? 9 : 10);
    if (s->rank == 3)
        s->dim[0] = some(1, 4);
}

static void cells(void)
{
    puts("cell book_lstm(n) {\n"
         "  state h: f32[n], c: f32[n];\n"
         "  xh = concat(in, h);\n"
         "  g = xh -> dense(n) -> tanh;\n"
         "  i = xh -> dense(n) -> sigmoid;\n"
         "  f = xh -> dense(n) -> sigmoid;\n"
         "  o = xh -> dense(n) -> sigmoid;\n"
         "  c' = g * i + c * f;\n"
         "  h' = c' * o;\n"
         "  out = h';\n"
         "}\n"
         "cell leaky(n) {\n"
         "  state s: f32[n] = 0.25;\n"
         "  k = in -> dense(n) -> sigmoid;\n"
         "  s' = k * s + (1 - k) * tanh(in -> dense(n));\n"
         "  out = s' - 0.5 * s;\n"
         "}");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: gen SEED\n");
        return 2;
    }
    state = strtoull(argv[1], NULL, 10) * 0x2545f4914f6cdd1du;
    shape s = {0};
    int stages = some(2, 6), classes = some(2, 9), entropy = some(0, 1);
    int width = some(1, 7), batches[] = {1, 3, 4, 7, 16, 19};
    cells();
    begin(&s);
    printf("model random_%s {\n", argv[1]);
    type("input", "v0", &s);
    if (entropy)
        printf("  target t: class(%d);\n", classes);
    else
        printf("  target t: f32[%d];\n", width);
    for (int i = 1; i <= stages; i++)
        stage(&s, i);
    printf("  y = v%d -> flatten -> dense(%d) as end;\n  output y;\n", stages,
           entropy ? classes : width);
    if (entropy)
        printf("  loss cross_entropy(y, t);\n  metric accuracy(y, t);\n");
    else
        printf("  loss squared_error(y, t);\n  metric rmse(y, t);\n");
    printf("  train { optimizer sgd(rate: 1); batch %d; epochs 1; }\n}\n",
           batches[some(0, 5)]);
    return 0;
}
