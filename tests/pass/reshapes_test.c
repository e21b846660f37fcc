/* reshapes_test.c: what a product's rows take along, and what stays behind.
 * That values stay the same is tested by rewrites_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/probe.h"
#include "pass/pass.h"

#define SHAPE2(a, b) shape_of(2, (int64_t)(a), (int64_t)(b))
#define SHAPE3(a, b, c) shape_of(3, (int64_t)(a), (int64_t)(b), (int64_t)(c))

/* [3, 4, 2] as [12, 2] times a weight, as [3, 4, 5] again. */
static Node *series(Probe *p)
{
    Node *x =
        graph_reshape(p->g, probe_input(p, SHAPE3(3, 4, 2)), SHAPE2(12, 2));
    Node *w = probe_param(p, SHAPE2(5, 2));

    return graph_reshape(p->g, graph_matmul(p->g, x, w, false, true),
                         SHAPE3(3, 4, 5));
}

static Node *plus(Probe *p, Shape shape)
{
    return graph_binary(p->g, OP_ADD, series(p), probe_param(p, shape));
}

static Node *bias(Probe *p)
{
    return graph_unary(p->g, OP_RELU, plus(p, SHAPE3(1, 1, 5)));
}

static Node *each_row(Probe *p)
{
    return plus(p, SHAPE3(3, 4, 1));
}

static Node *all(Probe *p)
{
    return plus(p, SHAPE3(3, 4, 5));
}

/* What differs with the time alone is no RESHAPE of one number a row. */
static Node *each_time(Probe *p)
{
    return plus(p, SHAPE3(3, 1, 5));
}

static Node *present_rows(Probe *p)
{
    Node *y = series(p);

    return graph_add(p->g, OP_ROWS_MASK, 1, &y, (Attr){.axis = 0}, NULL);
}

static Node *dropout(Probe *p)
{
    Attr attr = {.random = {.rate = 0.5}};
    Node *mask = graph_add_shaped(p->g, OP_DROP_MASK, TYPE_REAL,
                                  SHAPE3(3, 4, 5), 0, NULL, attr, NULL);

    return graph_binary(p->g, OP_MUL, series(p), mask);
}

/* A view of a plain map: nothing is won. */
static Node *no_product(Probe *p)
{
    Node *x = probe_input(p, SHAPE2(12, 5));

    return graph_unary(p->g, OP_TANH, graph_reshape(p->g, x, SHAPE3(3, 4, 5)));
}

static const struct {
    const char *what;
    Node *(*build)(Probe *p);
    bool moves;
} cases[] = {
    {"a bias and relu", bias, true},
    {"one number a row", each_row, true},
    {"a value of the same shape", all, true},
    {"what differs with time", each_time, false},
    {"present rows", present_rows, false},
    {"a random mask", dropout, false},
    {"no product", no_product, false},
};

static void moves_or_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Probe p = probe_new(3);
        Graph *g = p.g;
        const Node *n;

        graph_root(g, cases[i].build(&p), ROOT_OUTPUT, 0);
        g = fold(p.p, reshapes(p.p, g));
        graph_check(g, "reshapes");
        n = g->roots.at[0].node;
        if ((n->op == OP_RESHAPE) != cases[i].moves ||
            (cases[i].moves && !op_is_map(n->in[0]->op)))
            fail_msg("%s", cases[i].what);
        probe_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(moves_or_stays)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
