/* optimizer_test.c: ten steps of each optimiser against PyTorch's numbers.
 *
 * The problem: w [2, 3], b [2], x [4, 3], t [4, 2], element i of each being
 * sin(1.7 i + seed) with the seeds 0.1, 0.7, 2.3 and 4.1; the loss is the mean
 * of (tanh(x w^T + b) - t)^2. The numbers are w and b after ten steps of
 * torch.optim in float64. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../support/probe.h"
#include "pass/pass.h"

typedef struct Case {
    Train train;
    int slots;
    double want[8];
} Case;

static const Case cases[] = {
    {{.optimizer = "sgd", .rate = 0.3},
     0,
     {-0.169766776838407, 1.0850739310663, -0.109844827004581,
      -0.556193753855846, 0.491362238217475, 0.42957511565775,
      0.295458386431125, 0.730495072719787}},
    {{.optimizer = "sgd", .rate = 0.1, .momentum = 0.9},
     1,
     {-0.352988844371227, 1.24435190014346, 0.0323330617719068,
      -0.405553461372726, 0.450479170746802, 0.289469939481647,
      0.0949109648459875, 0.805934481069184}},
    {{.optimizer = "sgd", .rate = 0.1, .momentum = 0.9, .nesterov = true},
     1,
     {-0.287137252138583, 1.19434604038157, -0.0206325710350686,
      -0.40892703029698, 0.448701008155212, 0.293301721325679,
      0.131981192868555, 0.714125075014939}},
    {{.optimizer = "adam",
      .rate = 0.05,
      .beta1 = 0.9,
      .beta2 = 0.999,
      .eps = 1e-8},
     2,
     {-0.271825270334933, 1.32891791940421, 0.0235415264152197,
      -0.491110914480465, 0.317381193094695, 0.334182674933722,
      0.234543492105722, 0.785748585070734}},
    {{.optimizer = "adam",
      .rate = 0.05,
      .beta1 = 0.8,
      .beta2 = 0.95,
      .eps = 1e-3},
     2,
     {-0.239347855004908, 1.28799232635375, -0.00799816693615892,
      -0.506960386640627, 0.34432230877135, 0.350114953270824,
      0.259185579362285, 0.737346987302622}},
    {{.optimizer = "sgd", .rate = 0.3, .clip_norm = 0.1},
     0,
     {-0.0380918271577727, 1.05438043213361, -0.23361039998893,
      -0.77124635928821, 0.548073643036439, 0.630013816540738,
      0.494858625678861, 0.736359370684608}},
    {{.optimizer = "adam",
      .rate = 0.05,
      .beta1 = 0.9,
      .beta2 = 0.999,
      .eps = 0.1,
      .clip_norm = 0.2},
     2,
     {-0.136784827414096, 1.14429248851029, -0.133652041918576,
      -0.66788115019548, 0.495569882768437, 0.527478510968047,
      0.394816800480221, 0.812569833985532}},
    {{.optimizer = "sgd", .rate = 0.1, .momentum = 0.9, .clip_norm = 50},
     1,
     {-0.352988844371227, 1.24435190014346, 0.0323330617719068,
      -0.405553461372726, 0.450479170746802, 0.289469939481647,
      0.0949109648459875, 0.805934481069184}},
};

static void fill(double *to, int n, double seed)
{
    for (int i = 0; i < n; i++)
        to[i] = sin(1.7 * i + seed);
}

/* The step graph of the problem. */
static void build(Probe *p)
{
    Graph *g = p->g;
    Node *w = probe_param(p, shape_of(2, (int64_t)2, (int64_t)3));
    Node *b = probe_param(p, shape_of(1, (int64_t)2));
    Node *x = probe_input(p, shape_of(2, (int64_t)4, (int64_t)3));
    Node *t = probe_input(p, shape_of(2, (int64_t)4, (int64_t)2)), *y;

    fill(p->params[0], 6, 0.1);
    fill(p->params[1], 2, 0.7);
    fill(p->inputs[0], 12, 2.3);
    fill(p->inputs[1], 8, 4.1);
    b = graph_reshape(g, b, shape_of(2, (int64_t)1, (int64_t)2));
    y = graph_binary(g, OP_ADD, graph_matmul(g, x, w, false, true), b);
    y = graph_binary(g, OP_SUB, graph_unary(g, OP_TANH, y), t);
    y = graph_sum(g, graph_unary(g, OP_SQUARE, y), 3);
    y = graph_binary(g, OP_DIV, y, graph_const_shaped(g, 8, y->shape, y));
    graph_root(g, y, ROOT_LOSS, 0, 0);
    p->g = optimizer(p->p, autodiff(p->p, g));
    graph_check(p->g, "optimizer");
}

/* Puts the new values where the leaves find them. */
static void step(Probe *p)
{
    Arena *scratch = arena_new();
    double **at = interp_run(scratch, p->g, &p->feed);

    for (int i = 0; i < p->g->roots.n; i++) {
        const Root *r = &p->g->roots.at[i];
        size_t size = (size_t)shape_count(&r->node->shape) * sizeof(double);
        double *const *slots = p->feed.slots + r->index * p->feed.n_slots;

        if (r->role == ROOT_PARAM)
            memcpy(p->params[r->index], at[r->node->id], size);
        if (r->role == ROOT_SLOT)
            memcpy(slots[r->slot - 1], at[r->node->id], size);
    }
    arena_free(scratch);
}

static void steps_match_pytorch(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Probe p = probe_new(1);
        double *slots[4], got[8];

        p.p->train = cases[i].train;
        build(&p);
        assert_int_equal(p.p->slots, cases[i].slots);
        for (int k = 0; k < 4; k++)
            slots[k] = NEWN(p.arena, double, 6);
        p.feed = (Feed){.params = p.params,
                        .inputs = p.inputs,
                        .rows = 4,
                        .slots = slots,
                        .n_slots = p.p->slots,
                        .rate = cases[i].train.rate};
        for (p.feed.step = 1; p.feed.step <= 10; p.feed.step++)
            step(&p);
        memcpy(got, p.params[0], 6 * sizeof *got);
        memcpy(got + 6, p.params[1], 2 * sizeof *got);
        if (!(interp_error(got, cases[i].want, 8) < 1e-12))
            fail_msg("case %zu: error %g", i,
                     interp_error(got, cases[i].want, 8));
        probe_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(steps_match_pytorch)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
