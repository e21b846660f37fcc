/* autodiff_test.c: gradients of whole graphs and of loops over time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/cells.h"
#include "ir/scan.h"
#include "pass/pass.h"

static int count_op(const Graph *g, Op op)
{
    int n = 0;

    for (int i = 0; i < g->nodes.n; i++)
        n += g->nodes.at[i]->op == op;
    return n;
}

/* Loss on the stack, on the last state, on both; x learned or given. */
static void loops_match_differences(void **state)
{
    (void)state;
    for (int cell = 0; cell < CELLS; cell++)
        for (int i = 0; i < 8; i++) {
            Probe p = probe_new(40U + (unsigned)(8 * cell + i));
            Shape shape = shape_of(3, (int64_t)4, (int64_t)3, (int64_t)2);
            Node *x = i & 1 ? probe_param(&p, shape) : probe_input(&p, shape);
            Node *out, *last;
            double error;

            cell_scan(&p, (Cell)cell, x, 2, i & 2, &out, &last);
            probe_loss(&p, last);
            if (i & 4)
                probe_loss(&p, out);
            error = probe_gradients(&p);
            if (!(error < 1e-6))
                fail_msg("%s, case %d: error %g", cell_names[cell], i, error);
            probe_free(&p);
        }
}

/* One scan's output is the next one's sequence, the other way. */
static void loops_can_be_stacked(void **state)
{
    Probe p = probe_new(3);
    Node *x = probe_input(&p, shape_of(3, (int64_t)4, (int64_t)3, (int64_t)2));
    Node *out, *last;

    (void)state;
    cell_scan(&p, CELL_GRU, x, 3, false, &out, &last);
    cell_scan(&p, CELL_LSTM, out, 2, true, &out, &last);
    probe_loss(&p, out);
    assert_true(probe_gradients(&p) < 1e-6);
    probe_free(&p);
}

static const Node *second_scan(const Graph *g)
{
    for (int i = g->nodes.n - 1; i >= 0; i--)
        if (g->nodes.at[i]->op == OP_SCAN)
            return g->nodes.at[i];
    return NULL;
}

/* The backward loop of an LSTM holds one product, dz w; gradients of weights
 * and biases are outside, and no state adds them up. */
static void weights_are_summed_behind_the_loop(void **state)
{
    Probe p = probe_new(9);
    Node *x = probe_input(&p, shape_of(3, (int64_t)5, (int64_t)3, (int64_t)2));
    Node *out, *last;
    const Node *scan;
    int before;

    (void)state;
    cell_scan(&p, CELL_LSTM, x, 4, false, &out, &last);
    probe_loss(&p, last);
    before = count_op(p.g, OP_MATMUL);
    p.g = autodiff(p.p, p.g);
    graph_check(p.g, "autodiff");
    scan = second_scan(p.g);
    assert_true(scan->attr.scan->backward);
    assert_int_equal(count_op(scan->attr.scan->body, OP_MATMUL), 1);
    assert_int_equal(count_op(scan->attr.scan->body, OP_SUM), 0);
    assert_int_equal(scan->attr.scan->n[PORT_STATE], 2);
    assert_int_equal(count_op(p.g, OP_MATMUL) - before, 2);
    probe_free(&p);
}

/* Two layers: two products for the weights, one for the hidden layer, none
 * for the input; a frozen or unused parameter has no gradient. */
static void only_what_parameters_need(void **state)
{
    Probe p = probe_new(11);
    Node *x = probe_input(&p, shape_of(2, (int64_t)3, (int64_t)4));
    Node *w = probe_param(&p, shape_of(2, (int64_t)5, (int64_t)4));
    Node *v = probe_param(&p, shape_of(2, (int64_t)2, (int64_t)5)), *h;

    (void)state;
    probe_param(&p, shape_of(1, (int64_t)7));
    probe_param(&p, shape_of(2, (int64_t)3, (int64_t)2));
    p.p->tensors.at[3].frozen = true;
    h = graph_unary(p.g, OP_TANH, graph_matmul(p.g, x, w, false, true));
    h = graph_matmul(p.g, h, v, false, true);
    probe_loss(&p, graph_binary(p.g, OP_ADD, h, p.g->nodes.at[4]));
    p.g = autodiff(p.p, p.g);
    graph_check(p.g, "autodiff");
    assert_int_equal(count_op(p.g, OP_MATMUL), 2 + 3);
    assert_non_null(graph_find_root(p.g, ROOT_GRAD, 0));
    assert_non_null(graph_find_root(p.g, ROOT_GRAD, 1));
    assert_null(graph_find_root(p.g, ROOT_GRAD, 2));
    assert_null(graph_find_root(p.g, ROOT_GRAD, 3));
    probe_free(&p);
}

/* A parameter read by several leaves gets the sum. */
static void shared_parameters_add_up(void **state)
{
    Probe p = probe_new(13);
    Node *w = probe_param(&p, shape_of(2, (int64_t)3, (int64_t)3));
    Node *again = graph_add_shaped(p.g, OP_TENSOR, TYPE_REAL, w->shape, 0, NULL,
                                   (Attr){.index = 0}, NULL);
    Node *y = graph_matmul(p.g, w, graph_unary(p.g, OP_EXP, again), true, true);

    (void)state;
    probe_loss(&p, graph_binary(p.g, OP_MUL, y, y));
    assert_true(probe_gradients(&p) < 1e-6);
    probe_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loops_match_differences),
        cmocka_unit_test(loops_can_be_stacked),
        cmocka_unit_test(weights_are_summed_behind_the_loop),
        cmocka_unit_test(only_what_parameters_need),
        cmocka_unit_test(shared_parameters_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
