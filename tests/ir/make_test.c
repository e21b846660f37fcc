/* make_test.c: parts of networks are made without a text, and what does not
 * fit is refused with its reason. */
#include "ir/make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/fixture.h"

static Node *leaf(Graph *g, Shape shape)
{
    return graph_add_shaped(g, OP_INPUT, TYPE_REAL, shape, 0, NULL, (Attr){0},
                            NULL);
}

static Graph *new_graph(void)
{
    return graph_new(arena, 2);
}

static const Window three = {
    .kernel = {3, 3}, .stride = {2, 2}, .pad = {0, 0, 0, 0}};

static void windows(void **state)
{
    Graph *g = new_graph();
    Node *x =
        leaf(g, shape_of(4, (int64_t)2, (int64_t)1, (int64_t)8, (int64_t)7));
    Window w = three;
    const char *why;
    Node *y = make_window(g, OP_MAXPOOL, 1, &x, w, false, &why);

    (void)state;
    assert_true(y->shape.dim[2] == 3 && y->shape.dim[3] == 3);
    assert_null(make_window(g, OP_MAXPOOL, 1, &x, w, true, &why));
    assert_string_equal(why,
                        "the windows do not fill the height exactly\n8 with "
                        "padding, window 3, stride 2: 1 left over");
    w.pad[0] = w.pad[1] = w.pad[2] = w.pad[3] = 3;
    assert_null(make_window(g, OP_AVGPOOL, 1, &x, w, false, &why));
    assert_string_equal(why, "padding of 3 would leave windows of 3 empty");
    w.pad[0] = 1 << 28;
    assert_null(make_window(g, OP_AVGPOOL, 1, &x, w, false, &why));
    assert_string_equal(why, "this window is too large");
    w = (Window){.kernel = {9, 1}, .stride = {1, 1}};
    assert_null(make_window(g, OP_AVGPOOL, 1, &x, w, false, &why));
    assert_string_equal(why, "a window of height 9 does not fit 8");
}

static void same_padding(void **state)
{
    Window w = {.kernel = {3, 4}, .stride = {2, 1}};

    (void)state;
    assert_null(make_same_padding(arena, &w));
    assert_true(w.pad[0] == 1 && w.pad[2] == 1);
    assert_true(w.pad[1] == 1 && w.pad[3] == 2);
    w.stride[1] = 2;
    assert_string_equal(make_same_padding(arena, &w),
                        "`same` with an even size of 4 needs stride 1");
}

static void products(void **state)
{
    Graph *g = new_graph();
    Node *x = leaf(g, shape_of(3, (int64_t)2, (int64_t)5, (int64_t)4));
    Node *row = leaf(g, shape_of(2, (int64_t)2, (int64_t)4));
    Node *w = leaf(g, shape_of(2, (int64_t)4, (int64_t)3));
    Node *each = leaf(g, shape_of(3, (int64_t)2, (int64_t)3, (int64_t)4));
    const char *why;
    Node *y = make_product(g, x, w, false, &why);

    (void)state;
    assert_int_equal(y->shape.rank, 3);
    assert_true(y->shape.dim[1] == 5 && y->shape.dim[2] == 3);
    y = make_product(g, row, each, true, &why);
    assert_int_equal(y->shape.rank, 2);
    assert_true(y->shape.dim[0] == 2 && y->shape.dim[1] == 3);
    assert_null(make_product(g, x, w, true, &why));
    assert_string_equal(why, "4 and 3 must agree");
}

/* Two heads: rows of x cut, multiplied part by part, and joined again. */
static void parts(void **state)
{
    Graph *g = new_graph();
    Node *x = leaf(g, shape_of(3, (int64_t)7, (int64_t)5, (int64_t)4));
    const char *why;
    Node *s = make_split(g, x, 2, 1, 2, &why);
    Node *y = make_product(g, s, s, true, &why);
    Shape four = shape_of(4, (int64_t)7, (int64_t)2, (int64_t)5, (int64_t)5);

    (void)state;
    assert_true(y->shape.rank == 4 && shape_equal(&y->shape, &four));
    y = make_join(g, make_product(g, y, s, false, &why), 3, 1);
    assert_true(shape_equal(&y->shape, &x->shape));
    assert_null(make_split(g, x, 2, 1, 3, &why));
    assert_string_equal(why, "4 features cannot be cut into 3 equal parts");
    assert_null(
        make_product(g, s, make_split(g, x, 2, 1, 4, &why), true, &why));
}

/* h' = tanh(h + x * keep + b), dropped out within the loop. */
static void loops(void **state)
{
    Graph *g = new_graph();
    Shape row = shape_of(2, (int64_t)2, (int64_t)4);
    Node *x = leaf(g, shape_of(3, (int64_t)2, (int64_t)5, (int64_t)4));
    Node *b = leaf(g, row), *at, *h, *scan, *next, *y;
    Loop *l = loop_begin(g, NULL, 5);

    (void)state;
    at = loop_sequence(l, loop_swap(g, x));
    h = loop_state(l, graph_const_shaped(g, 0, row, NULL));
    at = make_dropout(l->body, l, at, &(Dropout){.rate = 0.5, .stream = 1});
    next = graph_binary(l->body, OP_ADD, h, at);
    next = graph_binary(l->body, OP_ADD, next, loop_value(l, b, g));
    assert_ptr_equal(loop_value(l, b, g), loop_value(l, b, g));
    assert_ptr_equal(loop_value(l, next, l->body), next);
    next = graph_unary(l->body, OP_TANH, next);
    scan = loop_end(l, &next, next);
    y = loop_swap(g, graph_pick(g, scan, PORT_STACK, 0));
    graph_check(g, "make");
    assert_true(y->shape.dim[0] == 2 && y->shape.dim[1] == 5);
    assert_int_equal(scan->n_in, 4);
    assert_int_equal(scan->in[1]->op, OP_DROP_MASK);
    assert_true(scan->in[1]->shape.dim[0] == 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(windows, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(same_padding, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(products, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(parts, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(loops, make_arena, drop_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
