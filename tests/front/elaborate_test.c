/* elaborate_test.c: what models mean: values of expressions, names and shapes
 * of parameters, small graphs, entries, data and training settings. */
#include "front/elaborate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "front/parse.h"
#include "ir/scan.h"
#include "pass/pass.h"
#include "support/fixture.h"

/* The program of a text; where there is none, its messages in *said. */
static Program *try_program(const char *text, const ElabOptions *options,
                            const char **said)
{
    Source *source = NEW(arena, Source);
    Diag *diag = diag_new(arena);
    Program *p = NULL;
    char *out = NULL;
    size_t size = 0;
    FILE *f;
    File *file;

    *source = (Source){.path = "a.nn", .text = text, .size = strlen(text)};
    file = parse_text(arena, diag, source);
    if (diag_errors(diag) == 0)
        p = elaborate_program(arena, diag, file, options);
    f = open_memstream(&out, &size);
    assert_non_null(f);
    diag_print(diag, f, false);
    fclose(f);
    *said = arena_name(arena, out);
    free(out);
    return p;
}

static Program *program(const char *text)
{
    const char *said;
    Program *p = try_program(text, &(ElabOptions){0}, &said);

    if (!p)
        fail_msg("%s\n%s", text, said);
    return p;
}

static Graph *graph_of(const Program *p, const char *entry)
{
    for (int i = 0; i < p->entries.n; i++)
        if (strcmp(p->entries.at[i].name, entry) == 0) {
            graph_check(p->entries.at[i].graph, entry);
            return p->entries.at[i].graph;
        }
    return NULL;
}

static const char *shape_text(const Shape *s)
{
    Text text = {.arena = arena};

    for (int i = 0; i < s->rank; i++)
        text_printf(&text, "%s%lld", i ? "x" : "", (long long)s->dim[i]);
    return text_str(&text);
}

/* Expressions that are known while compiling, seen through a size. */
static const struct {
    const char *expression;
    int size;
} constant_rows[] = {
    {"3", 3},
    {"2 + 3 * 4", 14},
    {"(2 + 3) * 4", 20},
    {"7 - 2 - 1", 4},
    {"12 / 4 / 3", 1},
    {"- -5", 5},
    {"50% * 8", 4},
    {"1e2", 100},
    {"sqrt(16)", 4},
    {"square(5)", 25},
    {"relu(0 - 3) + 1", 1},
    {"exp(0)", 1},
    {"sign(0 - 2) + 4", 3},
    {"2 -> square", 4},
    {"if 3 > 2 then 5 else 6", 5},
    {"if 3 <= 2 then 5 else 6", 6},
    {"if 2 == 2 and not 3 != 3 then 1 else 2", 1},
    {"if false or true then 1 else 2", 1},
    {"if [1, 2] == [1, 2] then 1 else 2", 1},
    {"if [1, 2] == 1 then 1 else 2", 2},
    {"if \"a\" == \"a\" then 1 else 2", 1},
    {"if same == full then 1 else 2", 2},
    {"if 80% == 0.8 then 1 else 2", 1},
    {"[3, 5].height", 3},
    {"[3, 5].width", 5},
    {"(7).width", 7},
    {"(for i in 1..4: i).length", 4},
    {"n", 6},
    {"wide.width * n", 12},
};

static void constants(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof constant_rows / sizeof *constant_rows; i++) {
        const char *text =
            arena_printf(arena,
                         "model m(n = 6, wide = [1, 2]) { input x: f32[%s]; "
                         "output x -> relu; }",
                         constant_rows[i].expression);
        int64_t size = program(text)->inputs.at[0].shape.dim[0];

        if (size != constant_rows[i].size)
            fail_msg("%s is %lld", constant_rows[i].expression,
                     (long long)size);
    }
}

/* Shapes of a row, without the batch. */
static const struct {
    const char *expression, *shape;
} shape_rows[] = {
    {"v + 1", "4"},
    {"1 - v * 2", "4"},
    {"s + v", "5x4"},
    {"im + c3", "3x8x6"},
    {"s * slice(s, 2..2)", "5x4"},
    {"s + slice(s, 2..2, axis: time)", "5x4"},
    {"v -> dense(7)", "7"},
    {"s -> dense(7)", "5x7"},
    {"im -> conv(2, 3)", "2x6x4"},
    {"im -> conv(2, 3, pad: 1)", "2x8x6"},
    {"im -> conv(2, 3, pad: same)", "2x8x6"},
    {"im -> conv(2, 3, pad: same, stride: 2)", "2x4x3"},
    {"im -> conv(2, 4, pad: same)", "2x8x6"},
    {"im -> conv(2, 3, pad: full)", "2x10x8"},
    {"im -> conv(2, 3, pad: valid)", "2x6x4"},
    {"im -> conv(2, [5, 3], stride: [1, 2])", "2x4x2"},
    {"im -> conv(2, 3, pad: [2, 0])", "2x10x4"},
    {"im -> conv(2, 3, pad: [1, 2, 3, 4])", "2x10x10"},
    {"im -> maxpool(2)", "3x4x3"},
    {"im -> maxpool(3)", "3x2x2"},
    {"im -> maxpool(3, stride: 1)", "3x6x4"},
    {"im -> avgpool(3, stride: 2, pad: 1)", "3x4x3"},
    {"im -> maxpool([8, 2], exact: true)", "3x1x3"},
    {"im -> maxpool(5, stride: 4)", "3x1x1"}, /* with a rest */
    {"im -> flatten", "144"},
    {"reshape(im, [2, 72])", "2x72"},
    {"concat(v, v, v)", "12"},
    {"concat([v, v])", "8"},
    {"(v, v) -> concat", "8"},
    {"concat(s, s)", "5x8"},
    {"concat(s, s, axis: time)", "10x4"},
    {"concat(im, im)", "6x8x6"},
    {"slice(s, 2..4, axis: time)", "3x4"},
    {"slice(im, 1..2)", "2x8x6"},
    {"mean(v)", "1"},
    {"sum(s)", "1"},
    {"mean(s, axis: time)", "1x4"},
    {"mean(s, axis: features)", "5x1"},
    {"mean(im, axis: features)", "1x8x6"},
    {"sum(im, axis: height)", "3x1x6"},
    {"s -> reverse -> last", "4"},
    {"s -> lstm(3)", "5x3"},
    {"s -> scan(gru(3)) -> last", "3"},
    {"(s -> lstm(3)).state.c", "3"},
    {"s -> rnn(3, act: relu)", "5x3"},
    {"s -> jordan(6, 2)", "5x2"},
    {"im -> residual(5, stride: 2)", "5x4x3"},
    {"im -> layernorm", "3x8x6"},
    {"v -> softmax -> linear -> linear(k: 2, c: 1)", "4"},
    {"v -> chain([dense(3), relu, dense(2)])", "2"},
    {"v -> (dense(3) -> relu)", "3"},
    {"matmul(s, reshape(im, [4, 36]))", "5x36"},
    {"matmul(v, reshape(im, [36, 4]), transposed: true)", "36"},
    {"v -> relu -> dropout(0.5)", "4"},
};

static void shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shape_rows / sizeof *shape_rows; i++) {
        const char *text = arena_printf(
            arena,
            "model m { input v: f32[4], s: f32[5, 4], im: f32[3, 8, 6], "
            "c3: f32[3]; output %s; }",
            shape_rows[i].expression);
        const Program *p = program(text);
        const char *shape = shape_text(&p->outputs.at[0].shape);

        if (strcmp(shape, shape_rows[i].shape) != 0)
            fail_msg("%s is %s", shape_rows[i].expression, shape);
        graph_of(p, "infer1");
    }
}

/* Names of parameters, in the order of the text. */
static void names(void **state)
{
    static const struct {
        const char *output, *names;
    } rows[] = {
        {"x -> dense(3) -> dense(2)",
         "dense1.weight dense1.bias dense2.weight dense2.bias"},
        {"x -> dense(3) as h -> dense(2)",
         "h.weight h.bias dense1.weight dense1.bias"},
        {"dense(dense(x, 3, bias: false), 2, bias: false)",
         "dense2.weight dense1.weight"},
        {"x -> f(3) -> f(2)", "f1.dense1.weight f2.dense1.weight"},
        {"x -> f(3) as a", "a.dense1.weight"},
        {"(x, x) -> two(3)", "two1.left.weight two1.dense1.weight"},
        {"x -> chain(for i in 1..2: f(4))",
         "f1.dense1.weight f2.dense1.weight"},
        {"x -> chain(for i in 1..2: f(4)) as c",
         "c.f1.dense1.weight c.f2.dense1.weight"},
        {"concat(for n in [2, 3]: x -> dense(n, bias: false) as k)",
         "k.0.weight k.1.weight"},
        {"x -> keep -> keep", "keep.weight"},
        {"x -> g(false)", "g1.dense1.weight"},
        {"x -> g(true)", "g1.dense1.weight g1.dense2.weight"},
        {"s -> rnn(2, bias_ih_l0: false, bias_hh_l0: false) as r -> last",
         "r.weight_ih_l0 r.weight_hh_l0"},
        {"s -> walk(2) -> last", "walk1.dense1.weight"},
        {"x -> dense(4, bias: false) as a -> dense(4, weight: a.weight)",
         "a.weight dense1.bias"},
    };
    static const char head[] =
        "block f(n) { out = in -> dense(n, bias: false); }\n"
        "block g(deep) { y = in -> dense(4, bias: false);\n"
        "  out = if deep then y -> dense(4, bias: false) else y; }\n"
        "block two(n) { q, k = in; out = (q -> dense(n, bias: false) as left)\n"
        "  + (k -> dense(n, bias: false)); }\n"
        "cell walk(n) { state h: f32[n];\n"
        "  h' = (in -> dense(n, bias: false)) + h; out = h'; }\n"
        "model m { input x: f32[4], s: f32[3, 2];\n"
        "  layer keep = dense(4, bias: false); output %s; }";

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Program *p = program(arena_printf(arena, head, rows[i].output));
        Text text = {.arena = arena};

        for (int k = 0; k < p->tensors.n; k++)
            text_printf(&text, "%s%s", k ? " " : "", p->tensors.at[k].name);
        if (strcmp(text_str(&text), rows[i].names) != 0)
            fail_msg("%s has %s", rows[i].output, text_str(&text));
    }
}

/* How parameters start. */
static void initial_values(void **state)
{
    static const struct {
        const char *layer;
        InitKind kind;
        double a;
    } rows[] = {
        {"dense(3)", INIT_UNIFORM, 0.5},
        {"dense(3, init: he)", INIT_HE, 0},
        {"dense(3, weight: normal(0.25))", INIT_NORMAL, 0.25},
        {"dense(3, init: zeros)", INIT_CONSTANT, 0},
        {"dense(3, weight: 2)", INIT_CONSTANT, 2},
        {"dense(1, weight: [[1, 2, 3, 4]])", INIT_LITERAL, 0},
        {"layernorm", INIT_CONSTANT, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Program *p = program(
            arena_printf(arena, "model m { input x: f32[4]; output x -> %s; }",
                         rows[i].layer));
        const Tensor *w = &p->tensors.at[0];

        assert_int_equal(w->init.kind, rows[i].kind);
        assert_true(w->init.a == rows[i].a);
        if (w->init.kind == INIT_LITERAL)
            for (int k = 0; k < 4; k++)
                assert_true(w->init.literal[k] == k + 1);
    }
}

static void frozen_and_penalties(void **state)
{
    const Program *p = program(
        "model m { input x: f32[4]; target t: f32[3];\n"
        "  h = x -> dense(4, frozen: true) -> dense(3, l2: 0.5);\n"
        "  y = matmul(h, [[1, 2, 0], [0, 1, 2], [2, 0, 1]]);\n"
        "  output y; loss squared_error(y, t); train { l2 0.25; l1 2; } }");
    Text step = {.arena = arena}, eval = {.arena = arena};

    (void)state;
    assert_true(p->tensors.at[0].frozen && p->tensors.at[1].frozen);
    assert_false(p->tensors.at[2].frozen);
    assert_true(p->tensors.at[2].l2 == 0.5);
    graph_print(&step, graph_of(p, "step"));
    graph_print(&eval, graph_of(p, "eval"));
    assert_non_null(strstr(text_str(&step), "CONST real[1] 0.375"));
    assert_non_null(strstr(text_str(&step), "ABS real[3, 4]"));
    assert_null(strstr(text_str(&step), "ABS real[4, 4]"));
    assert_non_null(strstr(text_str(&step), "TENSOR real[3, 3]"));
    assert_null(strstr(text_str(&step), "ABS real[3, 3]"));
    assert_null(strstr(text_str(&eval), "ABS"));
}

static void golden(const char *text, const char *entry, const char *want)
{
    Text out = {.arena = arena};

    graph_print(&out, graph_of(program(text), entry));
    assert_string_equal(text_str(&out), want);
}

static void small_graphs(void **state)
{
    (void)state;
    golden("model m { input x: f32[2]; target t: class(3);\n"
           "  y = x -> dense(3) -> dropout(0.5); output softmax(y);\n"
           "  loss cross_entropy(y, t); train { batch 4; } }",
           "step",
           "%0 = INPUT real[4, 2] #0  # x\n"
           "%1 = INPUT int[4, 1] #1  # t\n"
           "%2 = TENSOR real[3, 2] #0  # dense1.weight\n"
           "%3 = TENSOR real[3] #1  # dense1.bias\n"
           "%4 = MATMUL real[4, 3] %0 %2 tb\n"
           "%5 = RESHAPE real[1, 3] %3\n"
           "%6 = ADD real[4, 3] %4 %5  # dense1\n"
           "%7 = DROP_MASK real[4, 3] rate=0.5 stream=1\n"
           "%8 = MUL real[4, 3] %6 %7  # y\n"
           "%9 = SOFTMAX real[4, 3] %8 axis=1\n"
           "%10 = XENT real[4, 1] %8 %1\n"
           "%11 = ROWS_MASK real[4, 1] %10 axis=0\n"
           "%12 = SUM real[1, 1] %11 axes=0,1\n"
           "%13 = RESHAPE real[1] %12\n"
           "%14 = ROWS real[1]\n"
           "%15 = DIV real[1] %13 %14  # loss\n"
           "loss 0 = %15\n");
    golden("cell sum(n) { state h: f32[n] = 1; h' = h + in; out = h'; }\n"
           "model m { input x: f32[5, 2]; output x -> sum(2) as s -> last; }",
           "infer1",
           "%0 = INPUT real[1, 5, 2] #0  # x\n"
           "%1 = TRANSPOSE real[5, 1, 2] %0 perm=1,0,2\n"
           "%2 = CONST real[1, 2] 1\n"
           "%3 = SCAN none %1 %2 steps=5 sequence=1 state=1 fixed=0 "
           "stack=1  # s\n"
           "    %0 = ARG real[1, 2] sequence #0  # in\n"
           "    %1 = ARG real[1, 2] state #0  # h\n"
           "    %2 = ADD real[1, 2] %1 %0  # s.h_next\n"
           "    state 0 = %2\n"
           "    stack 0 = %2\n"
           "%4 = PICK real[5, 1, 2] %3 stack #0\n"
           "%5 = TRANSPOSE real[1, 5, 2] %4 perm=1,0,2  # s\n"
           "%6 = PICK real[1, 2] %3 state #0\n"
           "%7 = SLICE real[1, 1, 2] %5 axis=1 begin=4 size=1\n"
           "%8 = RESHAPE real[1, 2] %7  # last1\n"
           "output 0 = %8\n");
}

/* log_loss of a softmax becomes the stable form; of anything else it is
 * clamped.
 */
static void log_loss_forms(void **state)
{
    static const char text[] =
        "model m { input x: f32[3]; target t: class(3);\n"
        "  output x -> relu; loss log_loss(%s, t); }";
    Text kept = {.arena = arena}, clamped = {.arena = arena};
    Program *p;

    (void)state;
    p = program(arena_printf(arena, text, "softmax(x)"));
    graph_print(&kept, stable(p, graph_of(p, "eval")));
    p = program(arena_printf(arena, text, "relu(x)"));
    graph_print(&clamped, stable(p, graph_of(p, "eval")));
    assert_non_null(strstr(text_str(&kept), "XENT"));
    assert_null(strstr(text_str(&kept), "LOG"));
    assert_non_null(strstr(text_str(&clamped), "TAKE"));
    assert_non_null(strstr(text_str(&clamped), "MAX"));
}

static void entries(void **state)
{
    const char *said,
        *text =
            "model m { input x: f32[4]; target t: f32[2]; y = x -> dense(2);\n"
            "  output y; loss squared_error(y, t); train { batch 7; } }";
    const Program *p = program(text);
    static const struct {
        const char *name;
        int batch, losses, outputs;
    } rows[] = {{"step", 7, 1, 0},
                {"eval", 7, 1, 1},
                {"infer", 64, 0, 1},
                {"infer1", 1, 0, 1}};

    (void)state;
    assert_int_equal(p->entries.n, 4);
    for (int i = 0; i < 4; i++) {
        const Graph *g = p->entries.at[i].graph;

        assert_string_equal(p->entries.at[i].name, rows[i].name);
        assert_int_equal(p->entries.at[i].batch, rows[i].batch);
        assert_int_equal(g->batch, rows[i].batch);
        assert_int_equal(graph_find_root(g, ROOT_LOSS, 0) != NULL,
                         rows[i].losses);
        assert_int_equal(graph_find_root(g, ROOT_OUTPUT, 0) != NULL,
                         rows[i].outputs);
    }
    p = try_program(text, &(ElabOptions){.infer_only = true, .batch = 3},
                    &said);
    assert_int_equal(p->entries.n, 2);
    assert_int_equal(p->entries.at[0].batch, 3);
    p = program("model m { input x: f32[4]; output x -> dense(2); }");
    assert_int_equal(p->entries.n, 2);
    assert_false(p->has_loss);
}

/* A cell and a renamed copy of it give the same graphs but for names. */
static void one_mechanism(void **state)
{
    static const char cell[] =
        "cell own(n) {\n"
        "  param weight_ih_l0: f32[3 * n, in.features], init: "
        "uniform(1 / sqrt(n));\n"
        "  param weight_hh_l0: f32[3 * n, n], init: uniform(1 / sqrt(n));\n"
        "  param bias_ih_l0: f32[3 * n], init: uniform(1 / sqrt(n));\n"
        "  param bias_hh_l0: f32[3 * n], init: uniform(1 / sqrt(n));\n"
        "  state h: f32[n];\n"
        "  a = matmul(in, weight_ih_l0, transposed: true) + bias_ih_l0;\n"
        "  b = matmul(h, weight_hh_l0, transposed: true) + bias_hh_l0;\n"
        "  r = sigmoid(slice(a, 1..n) + slice(b, 1..n));\n"
        "  z = sigmoid(slice(a, n + 1..2 * n) + slice(b, n + 1..2 * n));\n"
        "  m = tanh(slice(a, 2 * n + 1..3 * n)\n"
        "    + r * slice(b, 2 * n + 1..3 * n));\n"
        "  h' = (1 - z) * m + z * h; out = h'; }\n";
    const char *text[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        Text out = {.arena = arena};
        Graph *g = graph_of(
            program(arena_printf(arena,
                                 "%smodel m { input x: f32[6, 2]; output x -> "
                                 "%s(4) -> last; }",
                                 cell, i ? "own" : "gru")),
            "infer");
        Scan *scan;

        for (int k = 0; k < g->nodes.n; k++) {
            g->nodes.at[k]->name = NULL;
            if (g->nodes.at[k]->op != OP_SCAN)
                continue;
            scan = g->nodes.at[k]->attr.scan;
            for (int n = 0; n < scan->body->nodes.n; n++)
                scan->body->nodes.at[n]->name = NULL;
        }
        graph_print(&out, g);
        text[i] = text_str(&out);
    }
    assert_string_equal(text[0], text[1]);
}

/* Another name for a value does not rename it: `skip` is what comes in. */
static void names_of_values(void **state)
{
    Text out = {.arena = arena};
    const Graph *g = graph_of(
        program("block way(n) { skip = in; main = in -> dense(n) as deep; "
                "out = main + skip; }\n"
                "model m { input x: f32[4]; first = x -> dense(4); same = "
                "first; output same -> way(4) as a -> way(4); }"),
        "infer");

    (void)state;
    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        if (n->name && op_table[n->op].class != CLASS_LEAF)
            text_printf(&out, "%s ", n->name);
    }
    assert_string_equal(text_str(&out), "first a.main a way1.main way1 ");
}

static void defines(void **state)
{
    static const struct {
        const char *define;
        int size; /* of the input; 0: refused */
    } rows[] = {
        {"n=7", 7},        {"n=50%", 0},    {"n=2.5", 0},
        {"n=seven", 0},    {"m=7", 0},      {"n", 0},
        {"deep=true", 12}, {"deep=1", 0},   {"sizes=[4, 5, 6]", 4},
        {"sizes=[4", 0},   {"act=tanh", 6}, {"act=nothing", 0},
        {"n=0x10", 0},     {"n= 7", 7},     {"sizes=[4,x,6]", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ElabOptions o = {.n_defines = 1, .defines = &rows[i].define};
        const char *said;
        const Program *p = try_program(
            "model m(n = 3, deep = false, sizes = [1, 2, 3], act = relu) {\n"
            "  input x: f32[if deep then 2 * n * 2 else\n"
            "    if n == 3 then if sizes.length == 3 and sizes == [4, 5, 6]\n"
            "    then 4 else 6 else n];\n"
            "  output x -> act; }",
            &o, &said);

        if (p ? p->inputs.at[0].shape.dim[0] != rows[i].size : rows[i].size)
            fail_msg("-D %s: %s", rows[i].define, said);
        if (!p && !strstr(said, "error"))
            fail_msg("-D %s: nothing is said", rows[i].define);
    }
}

static void chosen_model(void **state)
{
    static const char text[] =
        "model a { input x: f32[1]; output x -> relu; }\n"
        "model b { input x: f32[2]; output x -> relu; }";
    const char *said;

    (void)state;
    assert_string_equal(program(text)->name, "b");
    assert_string_equal(
        try_program(text, &(ElabOptions){.model = "a"}, &said)->name, "a");
    assert_null(try_program(text, &(ElabOptions){.model = "c"}, &said));
    assert_non_null(strstr(said, "there is no model `c`"));
}

/* Equal numbers are one constant, behind all weights; entries share them. */
static void constants_are_one(void **state)
{
    const Program *p = program(
        "model m { input x: f32[2], s: f32[2, 2]; target t: class(2);\n"
        "  y = (x * [0, 1] + index(x)) * [[0], [1]] + s * [1, 0] -> dense(2);\n"
        "  z = last(y); output z; loss cross_entropy(z * [0, 1], t); }");
    static const char *const names[] = {"dense1.weight", "dense1.bias",
                                        "constant1", "constant2", "constant3"};
    static const double numbers[][2] = {{0, 1}, {0, 1}, {1, 0}};

    (void)state;
    assert_int_equal(p->tensors.n, 5);
    for (int i = 0; i < 5; i++) {
        const Tensor *t = &p->tensors.at[i];

        assert_string_equal(t->name, names[i]);
        assert_int_equal(t->kind, i < 2 ? TENSOR_WEIGHT : TENSOR_CONSTANT);
        for (int k = 0; i >= 2 && k < 2; k++)
            assert_true(t->init.literal[k] == numbers[i - 2][k]);
    }
    for (int i = 0; i < p->entries.n; i++)
        graph_of(p, p->entries.at[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(constants, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(shapes, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(names, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(initial_values, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(frozen_and_penalties, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(small_graphs, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(log_loss_forms, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(entries, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(one_mechanism, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(names_of_values, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(defines, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(chosen_model, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(constants_are_one, make_arena,
                                        drop_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
