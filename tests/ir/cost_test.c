/* cost_test.c: how many multiply-adds nodes take. */
#include "ir/cost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/fixture.h"

static Node *input(Graph *g, Shape s)
{
    return graph_add_shaped(g, OP_INPUT, TYPE_REAL, s, 0, NULL, (Attr){0},
                            NULL);
}

static Shape matrix(int64_t rows, int64_t columns)
{
    return (Shape){.rank = 2, .dim = {rows, columns}};
}

/* [3, 4] by [4, 5], however they stand. */
static void products(void **state)
{
    Graph *g = graph_new(arena, 3);

    (void)state;
    for (int i = 0; i < 4; i++) {
        bool ta = i & 1, tb = i & 2;
        Node *a = input(g, ta ? matrix(4, 3) : matrix(3, 4));
        Node *b = input(g, tb ? matrix(5, 4) : matrix(4, 5));

        assert_int_equal(cost_products(graph_matmul(g, a, b, ta, tb)), 60);
        assert_int_equal(cost_products(a), 0);
    }
}

/* A kernel of 2 x 3 over 4 channels, 5 filters, images of 6 x 7: the same for
 * both gradients. */
static void convolutions(void **state)
{
    Graph *g = graph_new(arena, 2);
    Shape sx = {4, {2, 4, 6, 7}}, sw = {4, {5, 4, 2, 3}};
    Node *x = input(g, sx), *w = input(g, sw), *y;
    Attr attr = {.window = {{2, 3}, {1, 1}, {0}}};
    const int64_t all = 2 * 5 * (5 * 5) * (4 * 2 * 3);

    (void)state;
    y = graph_add(g, OP_CONV, 2, (Node *[]){x, w}, attr, NULL);
    assert_int_equal(cost_products(y), all);
    assert_int_equal(
        cost_products(graph_add_shaped(g, OP_CONV_DX, TYPE_REAL, sx, 2,
                                       (Node *[]){y, w}, attr, NULL)),
        all);
    assert_int_equal(
        cost_products(graph_add_shaped(g, OP_CONV_DW, TYPE_REAL, sw, 2,
                                       (Node *[]){x, y}, attr, NULL)),
        all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(products, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(convolutions, make_arena, drop_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
