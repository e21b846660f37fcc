/* kinds.c: a model built node by node; the contract stands in kinds.h. */
#include "kinds.h"

#include "texts.h"

enum { ROWS = 4, VALUES = 3 };
enum { W, MEAN, COUNT, STATE, U, SHIFT, TENSORS };

static Shape row(void)
{
    return shape_of(2, (int64_t)1, (int64_t)VALUES);
}

static void add_tensors(Program *p)
{
    static const double shift[VALUES] = {0.5, 1, 2};
    static const double u[] = {0.5, -1, 0.25, 0.75, 0.5, 1, -0.5, 0.25, 0.75};
    Init zero = {.kind = INIT_CONSTANT};
    Tensor t[TENSORS] = {
        {.kind = TENSOR_WEIGHT, .name = "w", .init = {INIT_CONSTANT, 1, NULL}},
        {.kind = TENSOR_STATISTIC, .name = "mean", .init = zero},
        {.kind = TENSOR_CARRIED, .name = "count", .init = zero},
        {.kind = TENSOR_CARRIED, .name = "state", .init = zero},
        {.kind = TENSOR_WEIGHT, .name = "u", .init = {INIT_LITERAL, 0, u}},
        {.kind = TENSOR_CONSTANT,
         .name = "shift",
         .init = {INIT_LITERAL, 0, shift}},
    };
    for (int i = 0; i < TENSORS; i++) {
        int64_t rows = i == STATE ? ROWS : i == U ? VALUES : 1;

        t[i].shape = shape_of(2, rows, (int64_t)VALUES);
        program_tensor(p, t[i]);
    }
}

static Node *input(Graph *g)
{
    return graph_add_shaped(g, OP_INPUT, TYPE_REAL,
                            shape_of(2, g->batch, (int64_t)VALUES), 0, NULL,
                            (Attr){.index = 0}, NULL);
}

/* All numbers of n together, [1]. */
static Node *total(Graph *g, Node *n)
{
    return graph_reshape(g, graph_sum(g, n, 3), shape_ones(1));
}

static Node *halved(Graph *g, Node *a)
{
    return graph_binary(g, OP_MUL, a,
                        graph_const_shaped(g, 0.5, shape_ones(2), NULL));
}

static void step(const Program *p, Graph *g)
{
    Node *x = input(g), *w = program_leaf(p, g, W);
    Node *rows = graph_add_shaped(g, OP_ROWS, TYPE_REAL, shape_ones(1), 0, NULL,
                                  (Attr){0}, NULL);
    Node *count = graph_binary(g, OP_ADD, program_leaf(p, g, COUNT),
                               graph_const_shaped(g, 1, row(), NULL));
    Node *mean = graph_binary(g, OP_DIV, graph_sum(g, x, 1),
                              graph_reshape(g, rows, shape_ones(2)));

    w = graph_binary(g, OP_MUL, w, count);
    graph_root(
        g,
        graph_binary(g, OP_DIV, total(g, graph_binary(g, OP_MUL, x, w)), rows),
        ROOT_LOSS, 0);
    mean = graph_binary(g, OP_ADD, halved(g, program_leaf(p, g, MEAN)),
                        halved(g, mean));
    graph_root(g, mean, ROOT_TENSOR, MEAN);
    graph_root(g, count, ROOT_TENSOR, COUNT);
}

static void eval(const Program *p, Graph *g)
{
    Node *product = graph_binary(g, OP_MUL, program_leaf(p, g, MEAN),
                                 program_leaf(p, g, W));

    graph_root(g, total(g, product), ROOT_LOSS, 0);
}

static void infer(const Program *p, Graph *g)
{
    Node *from = graph_binary(g, OP_SUB, input(g), program_leaf(p, g, MEAN));

    graph_root(g, graph_binary(g, OP_ADD, from, program_leaf(p, g, SHIFT)),
               ROOT_OUTPUT, 0);
}

static void next(const Program *p, Graph *g)
{
    Node *from = graph_binary(g, OP_ADD, input(g), program_leaf(p, g, STATE));
    Node *state = graph_unary(
        g, OP_TANH, graph_matmul(g, from, program_leaf(p, g, U), false, true));

    graph_root(g, state, ROOT_TENSOR, STATE);
    graph_root(g, state, ROOT_OUTPUT, 0);
}

typedef void Maker(const Program *p, Graph *g);

static void add_entry(Program *p, const char *name, Mode mode, int64_t batch,
                      Maker *make)
{
    Entry e = {.name = name,
               .mode = mode,
               .updates = mode == MODE_STEP,
               .carries = make == step || make == next,
               .batch = batch,
               .graph = graph_new(p->arena, batch)};

    make(p, e.graph);
    vec_push(p->arena, &p->entries, e);
}

Program *kinds_program(Arena *arena)
{
    Program *p = NEW(arena, Program);
    Input x = {.name = "x", .type = TYPE_REAL};
    Output y = {.name = "output", .target = -1, .unit = UNIT_NONE};

    *p = (Program){
        .arena = arena, .name = "kinds", .path = "kinds.nn", .has_loss = true};
    x.shape = y.shape = shape_of(1, (int64_t)VALUES);
    vec_push(arena, &p->inputs, x);
    vec_push(arena, &p->outputs, y);
    p->n_inputs = 1;
    p->train = text_train(arena, "optimizer adam(rate: 0.1);");
    add_tensors(p);
    add_entry(p, "step", MODE_STEP, ROWS, step);
    add_entry(p, "eval", MODE_EVAL, ROWS, eval);
    add_entry(p, "infer", MODE_INFER, ROWS, infer);
    add_entry(p, "infer1", MODE_INFER, 1, infer);
    add_entry(p, "next", MODE_INFER, ROWS, next);
    return p;
}
