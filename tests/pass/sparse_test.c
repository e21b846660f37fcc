/* sparse_test.c: plain gradient descent on a table changes the rows that ids
 * name, and nothing else does; both give the same numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/probe.h"
#include "../support/texts.h"
#include "pass/pass.h"

typedef struct Case {
    const char *train; /* behind `optimizer` */
    int tables;        /* uses of the table */
    bool product;      /* a product reads it as well */
    bool rows;         /* the update is of rows */
} Case;

static const Case cases[] = {
    {"sgd(rate: 0.3);", 1, false, true},
    {"sgd(rate: 0.3);", 3, false, true},
    {"sgd(rate: 0.3);", 1, true, false},
    {"sgd(rate: 0.3, momentum: 0.9);", 1, false, false},
    {"sgd(rate: 0.3); clip norm 0.1;", 1, false, false},
    {"sgd(rate: 0.3); clip value 0.1;", 2, false, false},
    {"adam(rate: 0.3);", 1, false, false},
};

/* The step graph of a loss of `uses` of a table, of different lengths. */
static void build(Probe *p, const Case *c)
{
    Graph *g = p->g;
    Node *w = probe_param(p, shape_of(2, (int64_t)5, (int64_t)3));

    for (int i = 0; i < c->tables; i++) {
        Shape s = shape_of(2, (int64_t)2, (int64_t)(2 + i));
        Node *in[] = {probe_classes(p, s, 5), w};
        Node *y = graph_add(g, OP_GATHER, 2, in, (Attr){.index = 1}, NULL);

        probe_loss(p, graph_unary(g, OP_TANH, y));
    }
    if (c->product)
        probe_loss(
            p,
            graph_matmul(g, probe_input(p, shape_of(2, (int64_t)2, (int64_t)3)),
                         w, false, true));
    p->g = optimizer(p->p, autodiff(p->p, g));
    p->g = dce(p->p, cse(p->p, fold(p->p, p->g)));
}

static bool has(const Graph *g, Op op)
{
    for (int i = 0; i < g->nodes.n; i++)
        if (g->nodes.at[i]->op == op)
            return true;
    return false;
}

static void rows_alone_are_updated(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Case *c = &cases[i];
        Probe p = probe_new(7 + i);
        Graph *g;
        double error;

        p.p->train = text_train(
            p.arena, arena_printf(p.arena, "optimizer %s", c->train));
        build(&p, c);
        for (int k = 1; k < p.p->tensors.n; k++)
            p.params[k] = NEWN(p.arena, double, 15);
        p.feed.rate = 0.3;
        p.feed.step = 1;
        g = sparse(p.p, p.g);
        graph_check(g, "sparse");
        error = probe_compare(&p, p.g, g);
        if (!(error < 1e-12))
            fail_msg("case %d: error %g", (int)i, error);
        assert_int_equal(has(g, OP_ADD_ROWS), c->rows);
        assert_int_equal(has(dce(p.p, g), OP_SCATTER), !c->rows);
        probe_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_alone_are_updated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
