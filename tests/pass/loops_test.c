/* loops_test.c: the rewrites of loops over time do what they are for.
 *
 * That they keep values is tested by rewrites_test.c; here the shape of the
 * result counts: how many products a step computes, what the loop is handed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/cells.h"
#include "../support/planned.h"
#include "ir/scan_edit.h"
#include "pass/pass.h"

enum { BATCH = 3, STEPS = 5, UNITS = 8 };

static int count_op(const Graph *g, Op op)
{
    int n = 0;

    for (int i = 0; i < g->nodes.n; i++)
        n += g->nodes.at[i]->op == op;
    return n;
}

static const Node *find_op(const Graph *g, Op op)
{
    for (int i = 0; i < g->nodes.n; i++)
        if (g->nodes.at[i]->op == op)
            return g->nodes.at[i];
    return NULL;
}

static Node *swap(Graph *g, Node *x)
{
    return graph_add(g, OP_TRANSPOSE, 1, &x, (Attr){.perm = {1, 0, 2}}, NULL);
}

/* A cell over x [batch, time, features]; its output over time likewise. */
static Node *layer(Probe *p, Cell cell, Node *x)
{
    Node *out, *last;

    cell_scan(p, cell, swap(p->g, x), UNITS, false, &out, &last);
    return swap(p->g, out);
}

static Node *rows_of_series(Probe *p, int64_t batch, int64_t features)
{
    return probe_input(p, shape_of(3, batch, (int64_t)STEPS, features));
}

static Node *series(Probe *p, int64_t features)
{
    return rows_of_series(p, BATCH, features);
}

static void rewritten(Probe *p)
{
    Graph *(*const passes[])(Program *, Graph *) = {
        fold, cse,   dce,          transposes, fold,  reverse, fold, last,
        dce,  merge, split_concat, regroup,    hoist, fold,    cse,  dce};

    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        p->g = passes[i](p->p, p->g);
        graph_check(p->g, "rewritten");
    }
}

static const Scan *only_scan(const Probe *p)
{
    assert_int_equal(count_op(p->g, OP_SCAN), 1);
    return find_op(p->g, OP_SCAN)->attr.scan;
}

typedef struct Row {
    Cell cell;
    int64_t features;
    int products; /* in a step */
    int outside;  /* products outside of the loop */
    int sequences;
} Row;

static const Row rows[] = {
    {CELL_LSTM, 16, 1, 1, 1},  {CELL_LSTM, 15, 2, 0, 1},
    {CELL_BOOK, 16, 1, 1, 1},  {CELL_BOOK, 1, 1, 0, 1},
    {CELL_GRU, 40, 1, 1, 1},   {CELL_JORDAN, 16, 2, 1, 1},
    {CELL_THREE, 64, 2, 1, 1},
};

static void products_leave_the_loop(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Probe p = probe_new(1);
        const Scan *s;

        probe_loss(&p, layer(&p, rows[i].cell, series(&p, rows[i].features)));
        rewritten(&p);
        s = only_scan(&p);
        if (count_op(s->body, OP_MATMUL) != rows[i].products ||
            count_op(p.g, OP_MATMUL) != rows[i].outside ||
            s->n[PORT_SEQUENCE] != rows[i].sequences)
            fail_msg("%s with %d features: %d and %d products, %d sequences",
                     cell_names[rows[i].cell], (int)rows[i].features,
                     count_op(s->body, OP_MATMUL), count_op(p.g, OP_MATMUL),
                     s->n[PORT_SEQUENCE]);
        probe_free(&p);
    }
}

/* Bias sums are outside, the joined weights too. */
static void fixed_values_leave_the_loop(void **state)
{
    Probe p = probe_new(1);
    const Scan *s;

    (void)state;
    probe_loss(&p, layer(&p, CELL_LSTM, series(&p, 16)));
    rewritten(&p);
    s = only_scan(&p);
    assert_int_equal(s->n[PORT_FIXED], 1);
    assert_int_equal(count_op(s->body, OP_ADD), 2);
    probe_free(&p);
}

/* Of one row, whose TRANSPOSEs move nothing, as of many. */
static void last_step_is_a_state(void **state)
{
    static const Cell cells[] = {CELL_LSTM, CELL_THREE};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        Probe p = probe_new(1);
        Node *x = rows_of_series(&p, i < 2 ? BATCH : 1, 2);
        Node *y = layer(&p, cells[i % 2], x);
        const Scan *s;

        probe_loss(&p, graph_slice(p.g, y, 1, STEPS - 1, 1));
        rewritten(&p);
        s = only_scan(&p);
        assert_int_equal(s->n[PORT_STACK], 0);
        assert_int_equal(count_op(p.g, OP_SLICE), 0);
        p.g = dce(p.p, fold(p.p, autodiff(p.p, p.g)));
        assert_int_equal(count_op(p.g, OP_PAD), 0);
        probe_free(&p);
    }
}

/* Two layers stay time-major: one TRANSPOSE in, one out. */
static void transposes_meet(void **state)
{
    Probe p = probe_new(1);
    Node *y = layer(&p, CELL_LSTM, series(&p, 2));

    (void)state;
    y = layer(&p, CELL_GRU, graph_unary(p.g, OP_RELU, y));
    graph_root(p.g, y, ROOT_OUTPUT, 0);
    rewritten(&p);
    assert_int_equal(count_op(p.g, OP_TRANSPOSE), 2);
    probe_free(&p);
}

/* The same with a layer on each step between them, [batch * time, units]. */
static void transposes_meet_across_products(void **state)
{
    (void)state;
    for (int64_t units = 4; units <= 16; units += 12) {
        Probe p = probe_new(1);
        Node *y = layer(&p, CELL_LSTM, series(&p, 2)), *w;

        w = probe_param(&p, shape_of(2, units, (int64_t)UNITS));
        y = graph_reshape(
            p.g, y, shape_of(2, (int64_t)(BATCH * STEPS), (int64_t)UNITS));
        y = graph_matmul(p.g, y, w, false, true);
        y = graph_reshape(p.g, y,
                          shape_of(3, (int64_t)BATCH, (int64_t)STEPS, units));
        y = layer(&p, CELL_GRU, graph_unary(p.g, OP_TANH, y));
        graph_root(p.g, y, ROOT_OUTPUT, 0);
        rewritten(&p);
        assert_int_equal(count_op(p.g, OP_TRANSPOSE), 2);
        probe_free(&p);
    }
}

static Node *reversed(Graph *g, Node *x)
{
    return graph_add(g, OP_REVERSE, 1, &x, (Attr){.axis = 1}, NULL);
}

static void reversed_loop_runs_backwards(void **state)
{
    (void)state;
    for (int64_t batch = 1; batch <= BATCH; batch += BATCH - 1) {
        Probe p = probe_new(1);
        Node *x = rows_of_series(&p, batch, 2);
        Node *y = reversed(p.g, layer(&p, CELL_GRU, reversed(p.g, x)));

        graph_root(p.g, y, ROOT_OUTPUT, 0);
        rewritten(&p);
        assert_int_equal(count_op(p.g, OP_REVERSE), 0);
        assert_true(only_scan(&p)->backward);
        probe_free(&p);
    }
}

/* The gradient of a mean over time is one value for all steps. */
static void repeated_gradients_are_fixed(void **state)
{
    Probe p = probe_new(1);
    Node *y = layer(&p, CELL_GRU, series(&p, 2));
    const Node *scan = NULL;

    (void)state;
    probe_loss(&p, graph_sum(p.g, y, 2));
    rewritten(&p);
    p.g = autodiff(p.p, p.g);
    p.g = inputs(p.p, dce(p.p, fold(p.p, p.g)));
    graph_check(p.g, "inputs");
    for (int i = 0; i < p.g->nodes.n; i++)
        if (p.g->nodes.at[i]->op == OP_SCAN)
            scan = p.g->nodes.at[i];
    for (int i = 0; i < scan->attr.scan->n[PORT_SEQUENCE]; i++)
        assert_int_not_equal(scan->in[i]->op, OP_BROADCAST);
    probe_free(&p);
}

/* Each of many states is the tanh of the next one and of a sequence, scaled by
 * a value of its own; all of them are stacked. */
static Node *many_ports(Probe *p)
{
    enum { MANY = 75 };
    Node *x = probe_input(
        p, shape_of(3, (int64_t)STEPS, (int64_t)BATCH, (int64_t)MANY));
    Node *w = probe_param(p, shape_of(2, (int64_t)1, (int64_t)MANY));
    Node *zero = graph_const_shaped(
        p->g, 0, shape_of(2, (int64_t)BATCH, (int64_t)1), NULL);
    Node *in[MANY], *h[MANY], *by[MANY], *out[MANY], *scan;
    OpenScan *s = scan_begin(graph_new(p->arena, BATCH), STEPS, false);

    for (int i = 0; i < MANY; i++) {
        in[i] =
            scan_take(s, PORT_SEQUENCE, graph_slice(p->g, x, 2, i, 1), NULL);
        h[i] = scan_take(s, PORT_STATE, zero, NULL);
        by[i] = scan_take(s, PORT_FIXED, graph_slice(p->g, w, 1, i, 1), NULL);
    }
    for (int i = 0; i < MANY; i++) {
        Node *y = graph_binary(s->body, OP_ADD, in[i], h[(i + 1) % MANY]);

        y = graph_binary(s->body, OP_MUL, y, by[i]);
        y = graph_unary(s->body, OP_TANH, y);
        scan_next(s, h[i], y);
        scan_stack(s, graph_unary(s->body, OP_NEG, y));
    }
    scan = scan_close(p->g, s, NULL);
    for (int i = 0; i < MANY; i++)
        out[i] = graph_pick(p->g, scan, PORT_STACK, i);
    return graph_concat(p->g, MANY, out, 2);
}

/* No pass has a limit of its own. */
static void loops_have_many_ports(void **state)
{
    static const char *const targets[] = {NULL, "generic", "avx512"};
    Probe p = probe_new(1);
    Graph *before;

    (void)state;
    probe_loss(&p, many_ports(&p));
    before = p.g;
    rewritten(&p);
    assert_true(probe_compare(&p, before, p.g) < 1e-12);
    for (int i = 0; i < 3; i++)
        planned(&p, dce(p.p, p.g), MODE_EVAL, targets[i], UPTO_MEMPLAN);
    for (int i = 0; i < 3; i++)
        planned(&p, planned_step(&p), MODE_STEP, targets[i], UPTO_MEMPLAN);
    assert_true(probe_gradients(&p) < 1e-6);
    probe_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_leave_the_loop),
        cmocka_unit_test(fixed_values_leave_the_loop),
        cmocka_unit_test(last_step_is_a_state),
        cmocka_unit_test(transposes_meet),
        cmocka_unit_test(transposes_meet_across_products),
        cmocka_unit_test(reversed_loop_runs_backwards),
        cmocka_unit_test(repeated_gradients_are_fixed),
        cmocka_unit_test(loops_have_many_ports),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
