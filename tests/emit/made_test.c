/* made_test.c: a network that is made part by part, without a text, is the one
 * that its text gives: the same graphs and the same C. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../support/fixture.h"
#include "../support/planned.h"
#include "emit/emit.h"
#include "front/elaborate.h"
#include "front/parse.h"
#include "ir/make.h"
#include "pipeline.h"

#define I(n) ((int64_t)(n))

static const char text[] =
    "model made {\n"
    "  input x: f32[1, 8, 8];\n"
    "  target t: class(3);\n"
    "  y = x -> conv(2, 3) -> relu -> maxpool(2) -> reshape([3, 6])\n"
    "    -> lstm(4) -> last -> dropout(0.5) -> dense(3);\n"
    "  loss cross_entropy(y, t);\n"
    "  train { batch 4; }\n"
    "}\n";

static Program *written(void)
{
    Source *source = NEW(arena, Source);
    Diag *diag = diag_new(arena);

    *source = (Source){.path = "net.nn", .text = text, .size = strlen(text)};
    return elaborate_program(arena, diag, parse_text(arena, diag, source),
                             &(ElabOptions){0});
}

/* The leaf of a weight, which the first entry enters into the table. */
static Node *weight(Program *p, Graph *g, const char *name, Shape shape,
                    double within)
{
    Tensor t = {.kind = TENSOR_WEIGHT,
                .name = name,
                .shape = shape,
                .init = {.kind = INIT_UNIFORM, .a = within}};
    int index = program_find(p, name);

    return program_leaf(p, g, index < 0 ? program_tensor(p, t) : index);
}

static Node *named(Node *n, const char *name)
{
    n->name = name;
    return n;
}

/* x W^T. */
static Node *product(Graph *g, Node *x, Node *w)
{
    const char *why;
    Node *y = make_product(g, x, w, true, &why);

    assert_non_null(y);
    return y;
}

/* x + b, with b along the last axis. */
static Node *biased(Graph *g, Node *x, Node *b)
{
    Shape along = shape_of(2, I(1), b->shape.dim[0]);

    return graph_binary(g, OP_ADD, x, graph_reshape(g, b, along));
}

static Node *gate(Graph *g, Node *gates, int i, Op op, const char *name)
{
    return named(graph_unary(g, op, graph_slice(g, gates, 1, I(4) * i, 4)),
                 name);
}

/* A state of zeros, before the step. */
static Node *state_of(Loop *l, const char *name)
{
    Shape shape = shape_of(2, l->outer->batch, I(4));

    return named(loop_state(l, graph_const_shaped(l->outer, 0, shape, NULL)),
                 name);
}

/* The four gates of a step from its input and the state h. */
static Node *gates_of(Loop *l, Node *const *w, Node *x, Node *h)
{
    Graph *b = l->body;
    Node *y = product(b, x, loop_value(l, w[0], l->outer));

    y = biased(b, y, loop_value(l, w[2], l->outer));
    y = graph_binary(b, OP_ADD, y,
                     product(b, h, loop_value(l, w[1], l->outer)));
    return named(biased(b, y, loop_value(l, w[3], l->outer)), "lstm1.gates");
}

/* The states h and c after a step. */
static void cell(Graph *b, Node *gates, Node *c, Node **next)
{
    Node *i = gate(b, gates, 0, OP_SIGMOID, "lstm1.i");
    Node *f = gate(b, gates, 1, OP_SIGMOID, "lstm1.f");
    Node *new = gate(b, gates, 2, OP_TANH, "lstm1.g");
    Node *o = gate(b, gates, 3, OP_SIGMOID, "lstm1.o");

    f = graph_binary(b, OP_MUL, f, c);
    i = graph_binary(b, OP_MUL, i, new);
    next[1] = named(graph_binary(b, OP_ADD, f, i), "lstm1.c_next");
    next[0] = graph_unary(b, OP_TANH, next[1]);
    next[0] = named(graph_binary(b, OP_MUL, o, next[0]), "lstm1.h_next");
}

/* PyTorch's LSTM with 4 units over x [batch, time, features]. */
static Node *lstm(Program *p, Graph *g, Node *x)
{
    int64_t in = x->shape.dim[2];
    Loop *l = loop_begin(g, NULL, x->shape.dim[1]);
    Node *at = named(loop_sequence(l, loop_swap(g, x)), "in");
    Node *w[4] = {
        weight(p, g, "lstm1.weight_ih_l0", shape_of(2, I(16), in), 0.5),
        weight(p, g, "lstm1.weight_hh_l0", shape_of(2, I(16), I(4)), 0.5),
        weight(p, g, "lstm1.bias_ih_l0", shape_of(1, I(16)), 0.5),
        weight(p, g, "lstm1.bias_hh_l0", shape_of(1, I(16)), 0.5)};
    Node *h = state_of(l, "h"), *c = state_of(l, "c"), *next[2], *scan, *y;

    cell(l->body, gates_of(l, w, at, h), c, next);
    scan = named(loop_end(l, next, next[0]), "lstm1");
    y = named(loop_swap(g, graph_pick(g, scan, PORT_STACK, 0)), "lstm1");
    for (int k = 0; k < 2; k++)
        graph_pick(g, scan, PORT_STATE,
                   k); /* its last states, which nobody asks for */
    return y;
}

static Node *convolved(Program *p, Graph *g, Node *x)
{
    static const Window conv = {.kernel = {3, 3}, .stride = {1, 1}},
                        pool = {.kernel = {2, 2}, .stride = {2, 2}};
    Node *w = weight(p, g, "conv1.weight", shape_of(4, I(2), I(1), I(3), I(3)),
                     1 / 3.0);
    Node *b = weight(p, g, "conv1.bias", shape_of(1, I(2)), 1 / 3.0);
    const char *why;

    x = make_window(g, OP_CONV, 2, (Node *[]){x, w}, conv, false, &why);
    b = graph_reshape(g, b, shape_of(4, I(1), I(2), I(1), I(1)));
    x = graph_unary(g, OP_RELU, named(graph_binary(g, OP_ADD, x, b), "conv1"));
    return make_window(g, OP_MAXPOOL, 1, &x, pool, false, &why);
}

static Node *input(Graph *g, int index, Type type, Shape shape,
                   const char *name)
{
    return named(graph_add_shaped(g, OP_INPUT, type, shape, 0, NULL,
                                  (Attr){.index = index}, NULL),
                 name);
}

/* The mean of the cross-entropy over present rows. */
static Node *mean_loss(Graph *g, Node *y, Node *t)
{
    Node *v = graph_add(g, OP_XENT, 2, (Node *[]){y, t}, (Attr){0}, NULL);
    Node *rows;

    v = graph_add(g, OP_ROWS_MASK, 1, &v, (Attr){.axis = 0}, NULL);
    v = graph_reshape(g, graph_sum(g, v, 3), shape_ones(1));
    rows = graph_add_shaped(g, OP_ROWS, TYPE_REAL, shape_ones(1), 0, NULL,
                            (Attr){0}, NULL);
    return graph_binary(g, OP_DIV, v, rows);
}

static Graph *network(Program *p, Mode mode)
{
    Graph *g = graph_new(arena, 4);
    Node *x = input(g, 0, TYPE_REAL, shape_of(4, I(4), I(1), I(8), I(8)), "x");
    Node *t = input(g, 1, TYPE_INT, shape_of(2, I(4), I(1)), "t"), *w, *b;

    x = convolved(p, g, x);
    x = lstm(p, g, graph_reshape(g, x, shape_of(3, I(4), I(3), I(6))));
    x = named(
        graph_reshape(g, graph_slice(g, x, 1, 2, 1), shape_of(2, I(4), I(4))),
        "last1");
    if (mode == MODE_STEP)
        x = make_dropout(g, NULL, x, &(Dropout){.rate = 0.5, .stream = 1});
    w = weight(p, g, "dense1.weight", shape_of(2, I(3), I(4)), 0.5);
    b = weight(p, g, "dense1.bias", shape_of(1, I(3)), 0.5);
    x = named(biased(g, product(g, x, w), b), "y");
    graph_root(g, named(mean_loss(g, x, t), "loss"), ROOT_LOSS, 0);
    return g;
}

/* The same program with parameters and graphs of its own. */
static Program *made(const Program *like)
{
    Program *p = NEW(arena, Program);

    *p = *like;
    memset(&p->tensors, 0, sizeof p->tensors);
    memset(&p->places, 0, sizeof p->places);
    memset(&p->entries, 0, sizeof p->entries);
    for (int i = 0; i < like->entries.n; i++) {
        const Entry *e = &like->entries.at[i];
        Entry entry = {.name = e->name,
                       .mode = e->mode,
                       .updates = e->updates,
                       .batch = e->batch};

        entry.graph = network(p, e->mode);
        vec_push(arena, &p->entries, entry);
    }
    return p;
}

static const char *graph_text(const Program *p, int entry)
{
    Text out = {.arena = arena};

    graph_print(&out, p->entries.at[entry].graph);
    return text_str(&out);
}

static void same_graphs(void **state)
{
    const Program *a = written(), *b = made(a);

    (void)state;
    assert_int_equal(a->entries.n, 2);
    for (int i = 0; i < a->entries.n; i++)
        assert_string_equal(graph_text(b, i), graph_text(a, i));
}

/* Lines of a text that comments would cite. */
static void forget_spans(Graph *g)
{
    for (int i = 0; i < g->nodes.n; i++) {
        Node *n = g->nodes.at[i];

        n->span = (Span){0};
        if (n->op == OP_SCAN)
            forget_spans(n->attr.scan->body);
    }
}

static const char *c_of(Program *p, const char *target)
{
    CodeOptions options = planned_options(target);
    Plans plans = pipeline_run(p, WANT_TRAIN, &options, NULL, NULL);

    return emit_model_c(arena, p, plans.at, plans.n, &options, "net.h");
}

static void same_code(void **state)
{
    static const char *const targets[] = {NULL, "avx2"};

    (void)state;
    for (int t = 0; t < 2; t++) {
        Program *a = written(), *b = made(a);
        for (int i = 0; i < a->entries.n; i++)
            forget_spans(a->entries.at[i].graph);
        assert_string_equal(c_of(b, targets[t]), c_of(a, targets[t]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(same_graphs, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(same_code, make_arena, drop_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
