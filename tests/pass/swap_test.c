/* swap_test.c: rewrites that change the order of operators, or replace an
 * unstable form: monotone, stable. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/probe.h"
#include "pass/pass.h"

static const Window two = {{2, 2}, {2, 2}, {0}};

static int place(const Graph *g, Op op)
{
    for (int i = 0; i < g->nodes.n; i++)
        if (g->nodes.at[i]->op == op)
            return i;
    return -1;
}

/* maxpool(act(x + b)) as a convolution's result is followed by them. */
static Graph *pooled(Probe *p, Op act, bool twice)
{
    Node *x = probe_param(
        p, shape_of(4, (int64_t)3, (int64_t)2, (int64_t)4, (int64_t)6));
    Node *b = probe_param(
             p, shape_of(4, (int64_t)1, (int64_t)2, (int64_t)1, (int64_t)1)),
         *y;

    x = graph_unary(p->g, act, graph_binary(p->g, OP_ADD, x, b));
    y = graph_add(p->g, OP_MAXPOOL, 1, &x, (Attr){.window = two}, NULL);
    probe_loss(p, y);
    if (twice)
        probe_loss(p, x);
    return dce(p->p, monotone(p->p, p->g));
}

static void pooling_goes_first(void **state)
{
    static const Op acts[] = {OP_RELU, OP_SIGMOID, OP_TANH, OP_EXP};

    (void)state;
    for (int i = 0; i < 4; i++) {
        Probe p = probe_new(3);
        Graph *g = pooled(&p, acts[i], false);

        graph_check(g, "monotone");
        assert_true(place(g, OP_MAXPOOL) < place(g, OP_ADD));
        assert_true(place(g, OP_ADD) < place(g, acts[i]));
        assert_true(probe_compare(&p, p.g, g) == 0);
        probe_free(&p);
    }
}

/* square does not keep order, and a value with another user is computed
 * anyway. */
static void others_stay(void **state)
{
    Probe p = probe_new(3), q = probe_new(4);
    Graph *g = pooled(&p, OP_SQUARE, false), *h = pooled(&q, OP_RELU, true);

    (void)state;
    assert_true(place(g, OP_MAXPOOL) > place(g, OP_SQUARE));
    assert_true(place(h, OP_MAXPOOL) > place(h, OP_RELU));
    probe_free(&p);
    probe_free(&q);
}

/* -log max(softmax(x)[class], 1e-12) where the class has no chance. */
static void log_of_softmax_is_stable(void **state)
{
    Probe p = probe_new(5);
    Node *x = probe_param(&p, shape_of(2, (int64_t)3, (int64_t)5)), *y;
    Node *class = probe_classes(&p, shape_of(1, (int64_t)3), 5);
    Node *small = graph_const_shaped(p.g, 1e-12, shape_ones(1), NULL);
    Graph *g;

    (void)state;
    y = graph_add(p.g, OP_SOFTMAX, 1, &x, (Attr){.axis = 1}, NULL);
    y = graph_add(p.g, OP_TAKE, 2, (Node *[]){y, class}, (Attr){0}, NULL);
    y = graph_unary(p.g, OP_LOG, graph_binary(p.g, OP_MAX, small, y));
    graph_root(p.g, graph_sum(p.g, y, 1), ROOT_LOSS, 0);
    g = dce(p.p, stable(p.p, p.g));
    graph_check(g, "stable");
    assert_int_equal(place(g, OP_SOFTMAX), -1);
    assert_true(probe_compare(&p, p.g, g) < 1e-12);
    p.params[0][(int)p.inputs[0][0]] = -1000;
    assert_true(probe_value(&p, g) < -900);
    probe_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pooling_goes_first),
        cmocka_unit_test(others_stay),
        cmocka_unit_test(log_of_softmax_is_stable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
