/* absorb_test.c: what scales a product's features goes into its weight.
 *
 * A row builds a value of rows; behind it stand how many products and how many
 * element-wise nodes an inference is left with, once what is made of tensors
 * alone is computed before. Values stay the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/probe.h"
#include "pass/pass.h"

typedef Node *Build(Probe *p);

static Node *vector(Probe *p, int rank, int axis, int64_t n)
{
    Shape s = shape_ones(rank);
    Node *v;

    p->positive = true;
    v = probe_param(p, shape_of(1, n));
    p->positive = false;
    s.dim[axis] = n;
    return graph_reshape(p->g, v, s);
}

/* ((y - m) / d) w + b along the axis. */
static Node *norm(Probe *p, Node *y, int axis)
{
    int rank = y->shape.rank;
    int64_t n = y->shape.dim[axis];

    y = graph_binary(p->g, OP_SUB, y, vector(p, rank, axis, n));
    y = graph_binary(p->g, OP_DIV, y,
                     graph_unary(p->g, OP_SQRT, vector(p, rank, axis, n)));
    y = graph_binary(p->g, OP_MUL, y, vector(p, rank, axis, n));
    return graph_binary(p->g, OP_ADD, y, vector(p, rank, axis, n));
}

static Node *conv(Probe *p, Node *x, int64_t filters)
{
    Node *in[] = {x, probe_param(p, shape_of(4, filters, x->shape.dim[1],
                                             (int64_t)3, (int64_t)3))};

    return graph_add(p->g, OP_CONV, 2, in,
                     (Attr){.window = {.kernel = {3, 3},
                                       .stride = {1, 1},
                                       .pad = {1, 1, 1, 1}}},
                     NULL);
}

static Node *image(Probe *p)
{
    return probe_input(
        p, shape_of(4, (int64_t)2, (int64_t)3, (int64_t)4, (int64_t)5));
}

static Node *behind_conv(Probe *p)
{
    return norm(p, conv(p, image(p), 3), 1);
}

static Node *dense(Probe *p, Node *x, int64_t n, bool turned)
{
    int64_t k = x->shape.dim[1];
    Shape s = turned ? shape_of(2, n, k) : shape_of(2, k, n);

    return graph_matmul(p->g, x, probe_param(p, s), false, turned);
}

static Node *rows(Probe *p)
{
    return probe_input(p, shape_of(2, (int64_t)6, (int64_t)4));
}

static Node *behind_dense(Probe *p)
{
    return norm(p, dense(p, rows(p), 5, true), 1);
}

static Node *behind_matmul(Probe *p)
{
    return norm(p, dense(p, rows(p), 5, false), 1);
}

static Node *over_time(Probe *p)
{
    Node *y = dense(p, rows(p), 5, true);

    y = graph_reshape(p->g, y, shape_of(3, (int64_t)2, (int64_t)3, (int64_t)5));
    return norm(p, y, 2);
}

/* A value that is added in between is multiplied alone. */
static Node *with_residual(Probe *p)
{
    Node *x = image(p);

    return norm(p, graph_binary(p->g, OP_ADD, conv(p, x, 3), x), 1);
}

/* What another node needs as it is cannot be scaled. */
static Node *used_twice(Probe *p)
{
    Node *y = conv(p, image(p), 3);

    return graph_binary(p->g, OP_ADD, norm(p, y, 1), y);
}

/* Factors along another axis than that of the features stay. */
static Node *along_height(Probe *p)
{
    return norm(p, conv(p, image(p), 3), 2);
}

/* Nor do they let others pass. */
static Node *over_height(Probe *p)
{
    Node *y = conv(p, image(p), 3);

    return norm(p, graph_binary(p->g, OP_MUL, y, vector(p, 4, 2, 4)), 1);
}

/* (t - y) + u: the value taken away stays so. */
static Node *taken_away(Probe *p)
{
    Node *t = vector(p, 2, 1, 5), *u = vector(p, 2, 1, 5);

    return graph_binary(
        p->g, OP_ADD, graph_binary(p->g, OP_SUB, t, dense(p, rows(p), 5, true)),
        u);
}

static int count(const Graph *g, bool products)
{
    bool *varies = NEWN(g->arena, bool, g->nodes.n + 1);
    int n = 0;

    for (int i = 0; i < g->nodes.n; i++) {
        const Node *node = g->nodes.at[i];

        varies[i] = node->op == OP_INPUT;
        for (int k = 0; k < node->n_in; k++)
            varies[i] |= varies[node->in[k]->id];
        n += products ? node->op == OP_CONV || node->op == OP_MATMUL
                      : varies[i] && op_is_map(node->op);
    }
    return n;
}

static void takes_in(void **state)
{
    static const struct {
        Build *build;
        int products, maps;
    } rows[] = {
        {behind_conv, 1, 1},  {behind_dense, 1, 1},  {behind_matmul, 1, 1},
        {over_time, 1, 1},    {with_residual, 1, 3}, {used_twice, 1, 5},
        {along_height, 1, 4}, {over_height, 1, 5},   {taken_away, 1, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Probe p = probe_new(i + 1);
        Graph *g = p.g, *after;

        graph_root(g, rows[i].build(&p), ROOT_OUTPUT, 0);
        after = dce(p.p, cse(p.p, fold(p.p, absorb(p.p, fold(p.p, g)))));
        graph_check(after, "absorb");
        if (count(after, true) != rows[i].products ||
            count(after, false) != rows[i].maps)
            fail_msg("row %zu: %d products and %d maps", i, count(after, true),
                     count(after, false));
        assert_true(probe_compare(&p, g, after) < 1e-12);
        probe_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(takes_in)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
