/* growth.c row|loop NUMBER: the passes on a network of so many residual layers,
 * x + tanh(dense(x)), in a row or in each step of a loop. Under callgrind,
 * which counts the instructions of each; see growth.sh. */
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "emit/tiles.h"
#include "ir/scan_edit.h"
#include "pass/backend.h"
#include "pass/pass.h"

enum { ROWS = 4, UNITS = 16, STEPS = 3 };

typedef struct Net {
    Program p;
    Graph *g, *body;
    OpenScan *scan; /* or NULL: body is g */
} Net;

static Node *param(Net *n, int64_t rows)
{
    Shape shape = shape_of(2, rows, (int64_t)UNITS);
    int at = program_tensor(&n->p, (Tensor){.name = "w", .shape = shape});
    Node *w = program_leaf(&n->p, n->g, at);

    return n->scan ? scan_take(n->scan, PORT_FIXED, w, NULL) : w;
}

static Node *layers(Net *n, Node *x, int number)
{
    for (int i = 0; i < number; i++) {
        Node *y = graph_matmul(n->body, x, param(n, UNITS), false, true);

        y = graph_binary(n->body, OP_ADD, y, param(n, 1));
        y = graph_unary(n->body, OP_TANH, y);
        x = graph_binary(n->body, OP_ADD, x, y);
    }
    return x;
}

static Node *input(Net *n, Shape shape)
{
    Input in = {.name = "x", .shape = shape};

    vec_push(n->p.arena, &n->p.inputs, in);
    return graph_add_shaped(n->g, OP_INPUT, TYPE_REAL, shape, 0, NULL,
                            (Attr){0}, NULL);
}

/* The layers in each step, behind the sum of its input and the state. */
static Node *looped(Net *n, Shape row, int number)
{
    Node *x = input(n, shape_prepend(STEPS, &row)), *h;
    Node *zero = graph_const_shaped(n->g, 0, row, NULL);

    n->body = graph_new(n->p.arena, ROWS);
    n->scan = scan_begin(n->body, STEPS, false);
    x = scan_take(n->scan, PORT_SEQUENCE, x, NULL);
    h = scan_take(n->scan, PORT_STATE, zero, NULL);
    x = layers(n, graph_binary(n->body, OP_ADD, x, h), number);
    scan_next(n->scan, h, x);
    return graph_pick(n->g, scan_close(n->g, n->scan, NULL), PORT_STATE, 0);
}

static Net net_new(int number, bool loop)
{
    Net n = {.p.arena = arena_new()};
    Shape row = shape_of(2, (int64_t)ROWS, (int64_t)UNITS);
    Node *y;

    n.g = n.body = graph_new(n.p.arena, ROWS);
    y = loop ? looped(&n, row, number) : layers(&n, input(&n, row), number);
    graph_root(n.g, y, ROOT_OUTPUT, 0);
    y = graph_reshape(n.g, graph_sum(n.g, y, 3), shape_ones(1));
    graph_root(n.g, y, ROOT_LOSS, 0);
    return n;
}

typedef Graph *Pass(Program *p, Graph *g);

/* In an order like that of the pipeline. */
static const struct {
    const char *name;
    Pass *run;
} passes[] = {
    {"fold", fold},
    {"cse", cse},
    {"dce", dce},
    {"transposes", transposes},
    {"reverse", reverse},
    {"last", last},
    {"merge", merge},
    {"reshapes", reshapes},
    {"split_concat", split_concat},
    {"regroup", regroup},
    {"hoist", hoist},
    {"autodiff", autodiff},
    {"cse of the gradients", cse},
    {"dce of the gradients", dce},
    {"inputs", inputs},
};

/* What an optimiser would leave: a new value of each weight. */
static void descend(Net *n)
{
    for (int i = 0; i < n->g->roots.n; i++) {
        Root *r = &n->g->roots.at[i];
        Node *w = program_leaf(&n->p, n->g, r->index);

        if (r->role == ROOT_GRAD)
            *r = (Root){graph_binary(n->g, OP_SUB, w, r->node), ROOT_TENSOR,
                        r->index};
    }
}

static Plan *settled(Plan *plan, const CodeOptions *options)
{
    Program p = *plan->program;

    settle_tensors(&p, &plan, 1);
    return schedule(plan, options);
}

static Plan *placed(Plan *plan, const CodeOptions *options)
{
    return untie(layout(plan, options));
}

static Plan *ordered(Plan *plan, const CodeOptions *options)
{
    (void)options;
    return order(plan);
}

static Plan *prepared(Plan *plan, const CodeOptions *options)
{
    Program p = *plan->program;

    (void)options;
    return prepare(&p, plan);
}

static Plan *fed(Plan *plan, const CodeOptions *options)
{
    (void)options;
    return feed(plan);
}

static Plan *checked(Plan *plan, const CodeOptions *options)
{
    plan_check(plan, options);
    return plan;
}

/* From nodes to kernels and their places, in the order of the pipeline. */
static const struct {
    const char *name;
    Plan *(*run)(Plan *plan, const CodeOptions *options);
} steps[] = {
    {"fuse", fuse},          {"wishes", wishes}, {"schedule", settled},
    {"layout", placed},      {"tiles", tiles},   {"order", ordered},
    {"prepare", prepared},   {"feed", fed},      {"memplan", memplan},
    {"plan_check", checked},
};

/* The entry is one of inference, so that prepare has something to do, and
 * learns. */
static void plan(Net *n)
{
    CodeOptions options = {.target = "avx2", .unroll = UNROLL_AUTO};
    Entry entry = {
        .name = "infer", .mode = MODE_INFER, .graph = n->g, .updates = true};
    Plan *plan = NEW(n->p.arena, Plan);

    *plan = (Plan){
        .arena = n->p.arena, .program = &n->p, .entry = &entry, .graph = n->g};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        CALLGRIND_ZERO_STATS;
        plan = steps[i].run(plan, &options);
        CALLGRIND_DUMP_STATS_AT(steps[i].name);
    }
}

int main(int argc, char **argv)
{
    Net n;

    if (argc != 3)
        return 2;
    n = net_new(atoi(argv[2]), strcmp(argv[1], "loop") == 0);
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        CALLGRIND_ZERO_STATS;
        n.g = passes[i].run(&n.p, n.g);
        CALLGRIND_DUMP_STATS_AT(passes[i].name);
    }
    CALLGRIND_ZERO_STATS;
    graph_check(n.g, "growth");
    CALLGRIND_DUMP_STATS_AT("check");
    descend(&n);
    plan(&n);
    arena_free(n.p.arena);
    return 0;
}
