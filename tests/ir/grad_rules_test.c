/* grad_rules_test.c: every gradient rule against central differences.
 *
 * The test walks op_table: a row that has a gradient and no case here, or a
 * case that does not use its operator, fails. Points are 2e-3 away from every
 * kink; see probe.h. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/probe.h"
#include "ir/rules.h"
#include "ir/scan_edit.h"
#include "pass/pass.h"

typedef Node *Build(Probe *p);

#define S(...)                                                                 \
    ((Shape){.rank = sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t),       \
             .dim = {__VA_ARGS__}})

static Node *with_attr(Probe *p, Op op, Attr attr, Shape shape)
{
    Node *x = probe_param(p, shape);

    return graph_add(p->g, op, 1, &x, attr, NULL);
}

static Node *map1(Probe *p, Op op)
{
    return graph_unary(p->g, op, probe_param(p, S(3, 4)));
}

static Node *map2(Probe *p, Op op)
{
    Node *a = probe_param(p, S(3, 1, 4)), *b = probe_param(p, S(3, 2, 1));

    return graph_binary(p->g, op, a, b);
}

static Node *build_select(Probe *p)
{
    Node *a = probe_param(p, S(3, 4)), *b = probe_param(p, S(1, 4));
    Node *cond = graph_binary(p->g, OP_GT, probe_input(p, S(3, 4)),
                              graph_const_shaped(p->g, 0, S(1, 1), NULL));

    return graph_add(p->g, OP_SELECT, 3, (Node *[]){cond, a, b}, (Attr){0},
                     NULL);
}

static Node *build_rows_mask(Probe *p)
{
    p->feed.rows = 2;
    return with_attr(p, OP_ROWS_MASK, (Attr){.axis = 0}, S(3, 4));
}

static Node *build_sum(Probe *p)
{
    return with_attr(p, OP_SUM, (Attr){.axes = 5}, S(3, 4, 2));
}

static Node *build_reshape(Probe *p)
{
    return graph_reshape(p->g, probe_param(p, S(3, 4)), S(2, 6));
}

static Node *build_broadcast(Probe *p)
{
    return graph_broadcast(p->g, probe_param(p, S(1, 4, 1)), S(3, 4, 2));
}

static Node *build_transpose(Probe *p)
{
    return with_attr(p, OP_TRANSPOSE, (Attr){.perm = {2, 0, 1}}, S(3, 4, 2));
}

static Node *build_slice(Probe *p)
{
    return graph_slice(p->g, probe_param(p, S(3, 4, 2)), 1, 1, 2);
}

static Node *build_pad(Probe *p)
{
    return with_attr(
        p, OP_PAD, (Attr){.part = {.axis = 1, .begin = 2, .size = 7}}, S(3, 4));
}

static Node *build_concat(Probe *p)
{
    Node *in[] = {probe_param(p, S(3, 4)), probe_param(p, S(3, 1)),
                  probe_param(p, S(3, 2))};

    return graph_concat(p->g, 3, in, 1);
}

static Node *build_reverse(Probe *p)
{
    return with_attr(p, OP_REVERSE, (Attr){.axis = 1}, S(2, 4, 2));
}

static const Attr slide = {
    .slide = {.size = 3, .stride = 2, .apart = 2, .axis = 1}};

static Node *build_windows(Probe *p)
{
    return with_attr(p, OP_WINDOWS, slide, S(2, 8, 3));
}

static Node *build_overlap(Probe *p)
{
    Node *d = probe_param(p, S(2, 2, 3, 3));

    return graph_add_shaped(p->g, OP_OVERLAP, TYPE_REAL, S(2, 8, 3), 1, &d,
                            slide, NULL);
}

static Node *build_rmax(Probe *p)
{
    Node *x = probe_param(p, S(3, 4, 2));

    probe_loss(p, graph_add(p->g, OP_RMAX, 1, &x, (Attr){.axes = 4}, NULL));
    return graph_add(p->g, OP_RMAX, 1, &x, (Attr){.axes = 2}, NULL);
}

/* All four ways to turn the operands, at rank 2 and 3. */
static Node *build_matmul(Probe *p)
{
    for (int i = 0; i < 8; i++) {
        bool ta = i & 1, tb = i & 2;
        Shape a = ta ? S(4, 3) : S(3, 4), b = tb ? S(5, 4) : S(4, 5);

        if (i & 4) {
            a = shape_prepend(2, &a);
            b = shape_prepend(2, &b);
        }
        probe_loss(p, graph_matmul(p->g, probe_param(p, a), probe_param(p, b),
                                   ta, tb));
    }
    return graph_matmul(p->g, probe_param(p, S(1, 2)), probe_param(p, S(2, 1)),
                        false, false);
}

static const Window window = {{2, 3}, {2, 1}, {1, 0, 0, 2}};

static Node *build_conv(Probe *p)
{
    Node *in[] = {probe_param(p, S(2, 3, 5, 4)), probe_param(p, S(2, 3, 2, 3))};

    return graph_add(p->g, OP_CONV, 2, in, (Attr){.window = window}, NULL);
}

static Node *build_conv_dx(Probe *p)
{
    Node *in[] = {probe_param(p, S(2, 2, 3, 4)), probe_param(p, S(2, 3, 2, 3))};

    return graph_add_shaped(p->g, OP_CONV_DX, TYPE_REAL, S(2, 3, 5, 4), 2, in,
                            (Attr){.window = window}, NULL);
}

static Node *build_conv_dw(Probe *p)
{
    Node *in[] = {probe_param(p, S(2, 3, 5, 4)), probe_param(p, S(2, 2, 3, 4))};

    return graph_add_shaped(p->g, OP_CONV_DW, TYPE_REAL, S(2, 3, 2, 3), 2, in,
                            (Attr){.window = window}, NULL);
}

static Node *build_maxpool(Probe *p)
{
    return with_attr(p, OP_MAXPOOL, (Attr){.window = window}, S(2, 2, 5, 4));
}

static Node *build_avgpool(Probe *p)
{
    return with_attr(p, OP_AVGPOOL, (Attr){.window = window}, S(2, 2, 5, 4));
}

static Node *build_avgpool_dx(Probe *p)
{
    Node *dy = probe_param(p, S(2, 2, 3, 4));

    return graph_add_shaped(p->g, OP_AVGPOOL_DX, TYPE_REAL, S(2, 2, 5, 4), 1,
                            &dy, (Attr){.window = window}, NULL);
}

static Node *build_softmax(Probe *p)
{
    return with_attr(p, OP_SOFTMAX, (Attr){.axis = 1}, S(2, 4, 3));
}

static Node *classed(Probe *p, Op op, Shape shape)
{
    Node *in[] = {probe_param(p, shape), probe_classes(p, S(3, 2), 5)};

    return graph_add(p->g, op, 2, in, (Attr){0}, NULL);
}

static Node *build_xent(Probe *p)
{
    return classed(p, OP_XENT, S(3, 2, 5));
}

static Node *build_take(Probe *p)
{
    return classed(p, OP_TAKE, S(3, 2, 5));
}

static Node *build_put(Probe *p)
{
    Node *in[] = {probe_param(p, S(3, 1)), probe_classes(p, S(3, 1), 5)};

    return graph_add_shaped(p->g, OP_PUT, TYPE_REAL, S(3, 5), 2, in, (Attr){0},
                            NULL);
}

static Node *build_gather(Probe *p)
{
    Node *in[] = {probe_classes(p, S(3, 5), 4), probe_param(p, S(4, 2))};

    return graph_add(p->g, OP_GATHER, 2, in, (Attr){.index = 1}, NULL);
}

static Node *build_scatter(Probe *p)
{
    Node *in[] = {probe_classes(p, S(3, 5), 4), probe_param(p, S(3, 5, 2))};

    return graph_add_shaped(p->g, OP_SCATTER, TYPE_REAL, S(4, 2), 2, in,
                            (Attr){.index = 1}, NULL);
}

/* h' = tanh(x w + h), its stack and last value. */
static Node *build_scan(Probe *p)
{
    Graph *b = graph_new(p->arena, 3);
    OpenScan *s = scan_begin(b, 4, false);
    Node *x = scan_take(s, PORT_SEQUENCE, probe_param(p, S(4, 3, 2)), NULL);
    Node *h = scan_take(s, PORT_STATE, probe_param(p, S(3, 5)), NULL);
    Node *w = scan_take(s, PORT_FIXED, probe_param(p, S(2, 5)), NULL);
    Node *next = graph_matmul(b, x, w, false, false), *scan;

    next = graph_unary(b, OP_TANH, graph_binary(b, OP_ADD, next, h));
    scan_next(s, h, next);
    scan_stack(s, next);
    scan = scan_close(p->g, s, NULL);
    probe_loss(p, graph_pick(p->g, scan, PORT_STACK, 0));
    return graph_pick(p->g, scan, PORT_STATE, 0);
}

typedef struct Case {
    Build *build; /* NULL: a map of one or two inputs */
    bool positive;
} Case;

static const Case cases[OP_COUNT] = {
    [OP_LOG] = {.positive = true},
    [OP_SQRT] = {.positive = true},
    [OP_DIV] = {.positive = true},
    [OP_SELECT] = {.build = build_select},
    [OP_ROWS_MASK] = {.build = build_rows_mask},
    [OP_SUM] = {.build = build_sum},
    [OP_RMAX] = {.build = build_rmax},
    [OP_RESHAPE] = {.build = build_reshape},
    [OP_BROADCAST] = {.build = build_broadcast},
    [OP_TRANSPOSE] = {.build = build_transpose},
    [OP_SLICE] = {.build = build_slice},
    [OP_PAD] = {.build = build_pad},
    [OP_CONCAT] = {.build = build_concat},
    [OP_REVERSE] = {.build = build_reverse},
    [OP_WINDOWS] = {.build = build_windows},
    [OP_OVERLAP] = {.build = build_overlap},
    [OP_MATMUL] = {.build = build_matmul},
    [OP_CONV] = {.build = build_conv},
    [OP_CONV_DX] = {.build = build_conv_dx},
    [OP_CONV_DW] = {.build = build_conv_dw},
    [OP_MAXPOOL] = {.build = build_maxpool},
    [OP_AVGPOOL] = {.build = build_avgpool},
    [OP_AVGPOOL_DX] = {.build = build_avgpool_dx},
    [OP_SOFTMAX] = {.build = build_softmax},
    [OP_XENT] = {.build = build_xent},
    [OP_TAKE] = {.build = build_take},
    [OP_PUT] = {.build = build_put},
    [OP_GATHER] = {.build = build_gather},
    [OP_SCATTER] = {.build = build_scatter},
    [OP_SCAN] = {.build = build_scan},
    [OP_PICK] = {.build = build_scan},
};

static bool uses(const Graph *g, Op op)
{
    for (int i = 0; i < g->nodes.n; i++)
        if (g->nodes.at[i]->op == op)
            return true;
    return false;
}

static void check_row(Op op)
{
    const Case *c = &cases[op];
    Probe p = probe_new(100U + op);
    int n = op_is_map(op) ? op_table[op].n_in : 0;
    double error;

    if (!c->build && n != 1 && n != 2)
        fail_msg("%s has no case in this test", op_table[op].id);
    p.positive = c->positive;
    probe_loss(&p, c->build ? c->build(&p)
                   : n == 1 ? map1(&p, op)
                            : map2(&p, op));
    if (!uses(p.g, op))
        fail_msg("the case of %s does not use it", op_table[op].id);
    error = probe_gradients(&p);
    if (!(error < 1e-6))
        fail_msg("%s: error %g", op_table[op].id, error);
    probe_free(&p);
}

static void every_row_is_right(void **state)
{
    (void)state;
    for (int op = 0; op < OP_COUNT; op++) {
        const OpInfo *row = &op_table[op];

        if (row->check == CHECK_SURROGATE)
            continue;
        if (row->check == CHECK_NONE)
            assert_null(grad_rules[op]);
        else
            check_row((Op)op);
    }
}

/* sign's gradient is 1 where |x| <= 1, else 0. */
static void sign_passes_near_zero(void **state)
{
    Probe p = probe_new(5);
    Node *x = probe_param(&p, S(4, 8)), *sign = graph_unary(p.g, OP_SIGN, x);
    const Node *grad;
    double **at;

    (void)state;
    assert_int_equal(op_table[OP_SIGN].check, CHECK_SURROGATE);
    probe_loss(&p, sign);
    p.params[0][0] = 1;
    p.params[0][1] = -1;
    p.g = autodiff(p.p, p.g);
    p.feed.tensors = p.params;
    p.feed.inputs = p.inputs;
    at = interp_run(p.arena, p.g, &p.feed);
    grad = graph_find_root(p.g, ROOT_GRAD, 0);
    for (int i = 0; i < 32; i++)
        assert_true(at[grad->id][i] ==
                    (fabs(p.params[0][i]) <= 1 ? p.inputs[0][i] : 0));
    probe_free(&p);
}

/* Runs forward and backward with 0 for all parameters. */
static double **run_at_zero(Probe *p)
{
    for (int i = 0; i < p->p->tensors.n; i++)
        for (int k = 0; k < 32; k++)
            p->params[i][k] = 0;
    p->g = autodiff(p->p, p->g);
    p->feed.tensors = p->params;
    p->feed.inputs = p->inputs;
    return interp_run(p->arena, p->g, &p->feed);
}

/* Where two values are equal the first one has the gradient; where relu bends
 * there is none. */
static void ties_go_to_the_first(void **state)
{
    static const Op ops[] = {OP_MAX, OP_MIN, OP_RELU};

    (void)state;
    for (int k = 0; k < 3; k++) {
        Probe p = probe_new(5);
        Node *a = probe_param(&p, S(4, 8));
        const Node *first, *second;
        double **at;

        probe_loss(
            &p, ops[k] == OP_RELU
                    ? graph_unary(p.g, OP_RELU, a)
                    : graph_binary(p.g, ops[k], a, probe_param(&p, S(4, 8))));
        at = run_at_zero(&p);
        first = graph_find_root(p.g, ROOT_GRAD, 0);
        second = graph_find_root(p.g, ROOT_GRAD, 1);
        for (int i = 0; i < 32; i++) {
            assert_true(at[first->id][i] ==
                        (ops[k] == OP_RELU ? 0 : p.inputs[0][i]));
            assert_true(ops[k] == OP_RELU || at[second->id][i] == 0);
        }
        probe_free(&p);
    }
}

static void the_first_largest_has_the_gradient(void **state)
{
    Probe p = probe_new(5);
    Node *x = probe_param(&p, S(4, 8));
    const Node *grad;
    double **at;

    (void)state;
    probe_loss(&p, graph_add(p.g, OP_RMAX, 1, &x, (Attr){.axes = 2}, NULL));
    at = run_at_zero(&p);
    grad = graph_find_root(p.g, ROOT_GRAD, 0);
    for (int i = 0; i < 32; i++)
        assert_true(at[grad->id][i] == (i % 8 ? 0 : p.inputs[0][i / 8]));
    probe_free(&p);
}

/* The weight's gradient through a maximum over groups of rows: of one row of
 * each group, and the same as of all. */
static void a_maximum_leaves_few_rows(void **state)
{
    Probe p = probe_new(7);
    Node *x = probe_param(&p, S(6, 5)), *w = probe_param(&p, S(2, 5));
    Node *y =
        graph_reshape(p.g, graph_matmul(p.g, x, w, false, true), S(2, 3, 2));
    const Node *all, *few;
    double **at, **folded;
    Graph *g;

    (void)state;
    probe_loss(&p, graph_add(p.g, OP_RMAX, 1, &y, (Attr){.axes = 2}, NULL));
    p.g = autodiff(p.p, p.g);
    p.feed.tensors = p.params;
    p.feed.inputs = p.inputs;
    at = interp_run(p.arena, p.g, &p.feed);
    all = graph_find_root(p.g, ROOT_GRAD, 1);
    assert_false(uses(p.g, OP_MATMUL_AT));
    g = dce(p.p, fold(p.p, p.g));
    assert_true(uses(g, OP_MATMUL_AT));
    folded = interp_run(p.arena, g, &p.feed);
    few = graph_find_root(g, ROOT_GRAD, 1);
    assert_true(interp_error(folded[few->id], at[all->id], 10) < 1e-12);
    probe_free(&p);
}

/* The rows with surrogate gradients are those tested above by name. */
static void surrogates_are_known(void **state)
{
    (void)state;
    for (int op = 0; op < OP_COUNT; op++)
        if (op_table[op].check == CHECK_SURROGATE)
            assert_int_equal(op, OP_SIGN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_right),
        cmocka_unit_test(sign_passes_near_zero),
        cmocka_unit_test(ties_go_to_the_first),
        cmocka_unit_test(the_first_largest_has_the_gradient),
        cmocka_unit_test(a_maximum_leaves_few_rows),
        cmocka_unit_test(surrogates_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
