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
#include "../support/texts.h"
#include "pass/pass.h"

typedef struct Case {
    const char *train; /* behind `optimizer` */
    int slots;
    double want[8];
} Case;

static const Case cases[] = {
    {"sgd(rate: 0.3);",
     0,
     {-0.169766776838407, 1.0850739310663, -0.109844827004581,
      -0.556193753855846, 0.491362238217475, 0.42957511565775,
      0.295458386431125, 0.730495072719787}},
    {"sgd(rate: 0.1, momentum: 0.9);",
     1,
     {-0.352988844371227, 1.24435190014346, 0.0323330617719068,
      -0.405553461372726, 0.450479170746802, 0.289469939481647,
      0.0949109648459875, 0.805934481069184}},
    {"sgd(0.1, 0.9, nesterov: true);",
     1,
     {-0.287137252138583, 1.19434604038157, -0.0206325710350686,
      -0.40892703029698, 0.448701008155212, 0.293301721325679,
      0.131981192868555, 0.714125075014939}},
    {"adam(rate: 0.05);",
     2,
     {-0.271825270334933, 1.32891791940421, 0.0235415264152197,
      -0.491110914480465, 0.317381193094695, 0.334182674933722,
      0.234543492105722, 0.785748585070734}},
    {"adam(rate: 0.05, beta1: 0.8, beta2: 0.95, eps: 1e-3);",
     2,
     {-0.239347855004908, 1.28799232635375, -0.00799816693615892,
      -0.506960386640627, 0.34432230877135, 0.350114953270824,
      0.259185579362285, 0.737346987302622}},
    {"sgd(rate: 0.3); clip norm(limit: 0.1);",
     0,
     {-0.0380918271577727, 1.05438043213361, -0.23361039998893,
      -0.77124635928821, 0.548073643036439, 0.630013816540738,
      0.494858625678861, 0.736359370684608}},
    {"adam(rate: 0.05, eps: 0.1); clip norm(0.2);",
     2,
     {-0.136784827414096, 1.14429248851029, -0.133652041918576,
      -0.66788115019548, 0.495569882768437, 0.527478510968047,
      0.394816800480221, 0.812569833985532}},
    {"sgd(rate: 0.1, momentum: 0.9); clip norm 50;",
     1,
     {-0.352988844371227, 1.24435190014346, 0.0323330617719068,
      -0.405553461372726, 0.450479170746802, 0.289469939481647,
      0.0949109648459875, 0.805934481069184}},
    {"adagrad(rate: 0.3);",
     1,
     {-0.116606136546934, 0.786862525518341, -0.0478664792696145,
      -0.00453888441511999, 0.271920350680083, -0.19703246817739,
      0.124352272449193, -0.17613922288622}},
    {"adagrad(0.5, eps: 0.1);",
     1,
     {-0.11668829093104, 0.703023193055101, -0.0420796344959785,
      0.0447887497648242, 0.350114542005294, -0.221544074571461,
      0.0915623898146666, -0.258806590587527}},
    {"rmsprop(rate: 0.02);",
     1,
     {-0.132502763839968, 0.966355564988745, -0.0707563368283786,
      -0.0363850303796817, 0.184460008421365, -0.139342357980996,
      0.197327090315722, -0.0901272526231809}},
    {"rmsprop(rate: 0.01, alpha: 0.9, eps: 1e-3, momentum: 0.8);",
     2,
     {-0.246973721771909, 1.29472169936372, -0.000301952473175548,
      -0.50043054827617, 0.350515642222896, 0.341265282278884, 0.240765146104,
      0.742944189770328}},
    {"adamw(rate: 0.05);",
     2,
     {-0.270982997724845, 1.32239137126938, 0.0240019737644769,
      -0.487486110938322, 0.313306669511291, 0.331431466486048,
      0.232415996029111, 0.78006373986019}},
    {"adamw(0.05, 0.8, 0.95, 1e-3, decay: 0.3);",
     2,
     {-0.214368843027092, 1.096808199296, 0.00474292948637824,
      -0.398106203838552, 0.20452900623964, 0.266640032148433,
      0.197950075994548, 0.579940230611998}},
    {"sgd(rate: 0.3); clip value 0.05;",
     0,
     {-0.0501665833531718, 1.12384763087819, -0.20078322768962,
      -0.733454655720153, 0.472927429269985, 0.584397097874113,
      0.494217687237691, 0.81910643717128}},
    {"sgd(rate: 0.3); clip value 0.1; clip norm 0.15;",
     0,
     {-0.0785416106305814, 1.1255913933711, -0.174289787900407,
      -0.705079628442744, 0.516297749179911, 0.556022070596704,
      0.465842659960281, 0.798326069687107}},
    {"sgd(rate: 0.3); clip norm 0.2; clip value 0.1;",
     0,
     {-0.14483532912782, 1.09257871927763, -0.136710175998935,
      -0.63049458563836, 0.514126969505551, 0.496546202130743,
      0.354243386868633, 0.775039246551033}},
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
    graph_root(g, y, ROOT_LOSS, 0);
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

        if (r->role == ROOT_TENSOR)
            memcpy(p->params[r->index], at[r->node->id], size);
    }
    arena_free(scratch);
}

static void steps_match_pytorch(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Probe p = probe_new(1);
        double got[8];

        p.p->train = text_train(
            p.arena, arena_printf(p.arena, "optimizer %s", cases[i].train));
        build(&p);
        assert_int_equal(program_kept(p.p), 2);
        assert_int_equal(p.p->tensors.n, 2 + 2 * cases[i].slots);
        for (int k = 2; k < p.p->tensors.n; k++)
            p.params[k] = NEWN(p.arena, double, 6);
        p.feed = (Feed){.tensors = p.params,
                        .inputs = p.inputs,
                        .rows = 4,
                        .rate = p.p->train.rate};
        for (p.feed.step = 1; p.feed.step <= 10; p.feed.step++)
            step(&p);
        memcpy(got, p.params[0], 6 * sizeof *got);
        memcpy(got + 6, p.params[1], 2 * sizeof *got);
        if (!(interp_error(got, cases[i].want, 8) < 1e-12))
            fail_msg("%s: error %g", cases[i].train,
                     interp_error(got, cases[i].want, 8));
        probe_free(&p);
    }
}

/* A weight may be called as a slot of another one is. */
static void no_slot_is_found_by_its_name(void **state)
{
    Probe p = probe_new(1);
    Tensor weight = {.kind = TENSOR_WEIGHT, .name = "w.m"};

    (void)state;
    weight.shape = shape_of(1, (int64_t)2);
    p.p->train = text_train(p.arena, "optimizer adam(0.1);");
    build(&p);
    assert_int_equal(program_find(p.p, "w.m"), -1);
    program_tensor(p.p, weight);
    weight.kind = TENSOR_SLOT;
    program_tensor(p.p, weight);
    assert_int_equal(program_find(p.p, "w.m"), p.p->tensors.n - 2);
    probe_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_match_pytorch),
        cmocka_unit_test(no_slot_is_found_by_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
