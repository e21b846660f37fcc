/* shape_rules_test.c: shapes that operators give, and reasons they refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ir/graph.h"

#define S(...)                                                                 \
    {                                                                          \
        .rank = sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), .dim = {   \
            __VA_ARGS__                                                        \
        }                                                                      \
    }

#define WIN                                                                    \
    {                                                                          \
        {3, 3}, {2, 2},                                                        \
        {                                                                      \
            1, 1, 1, 1                                                         \
        }                                                                      \
    }

typedef struct Row {
    Op op;
    int n_in;
    Shape in[3];
    Attr attr;
    Shape want;      /* or: */
    const char *why; /* the reason */
    bool class, ids; /* operand 2, or 1, holds classes */
} Row;

static const Row rows[] = {
    {.op = OP_ADD,
     .n_in = 2,
     .in = {S(3, 1, 4), S(1, 2, 4)},
     .want = S(3, 2, 4)},
    {.op = OP_ADD,
     .n_in = 2,
     .in = {S(3, 4), S(3, 5)},
     .why = "4 and 5 must agree"},
    {.op = OP_ADD,
     .n_in = 2,
     .in = {S(3, 4), S(4)},
     .why = "ranks 2 and 1 must agree"},
    {.op = OP_RELU, .n_in = 1, .in = {S(3, 4)}, .want = S(3, 4)},
    {.op = OP_SUM,
     .n_in = 1,
     .in = {S(3, 4, 5)},
     .attr = {.axes = 5},
     .want = S(1, 4, 1)},
    {.op = OP_SUM,
     .n_in = 1,
     .in = {S(3, 4)},
     .attr = {.axes = 4},
     .why = "axes 0x4 do not fit a rank of 2"},
    {.op = OP_TRANSPOSE,
     .n_in = 1,
     .in = {S(3, 4, 5)},
     .attr = {.perm = {2, 0, 1}},
     .want = S(5, 3, 4)},
    {.op = OP_TRANSPOSE,
     .n_in = 1,
     .in = {S(3, 4)},
     .attr = {.perm = {1, 1}},
     .why = "the order of axes is not a permutation"},
    {.op = OP_SLICE,
     .n_in = 1,
     .in = {S(3, 8)},
     .attr = {.part = {.axis = 1, .begin = 2, .size = 4}},
     .want = S(3, 4)},
    {.op = OP_SLICE,
     .n_in = 1,
     .in = {S(3, 8)},
     .attr = {.part = {.axis = 1, .begin = 5, .size = 4}},
     .why = "6..9 is not within 1..8"},
    {.op = OP_PAD,
     .n_in = 1,
     .in = {S(3, 4)},
     .attr = {.part = {.axis = 1, .begin = 2, .size = 9}},
     .want = S(3, 9)},
    {.op = OP_WINDOWS,
     .n_in = 1,
     .in = {S(3, 8, 2)},
     .attr = {.slide = {.size = 3, .stride = 2, .apart = 2, .axis = 1}},
     .want = S(3, 2, 2, 3)},
    {.op = OP_WINDOWS,
     .n_in = 1,
     .in = {S(3, 4)},
     .attr = {.slide = {.size = 3, .stride = 1, .apart = 2, .axis = 1}},
     .why = "a window over 5 does not fit 4"},
    {.op = OP_RMAX,
     .n_in = 1,
     .in = {S(3, 4, 2)},
     .attr = {.axes = 3},
     .why = "a maximum is along one axis"},
    {.op = OP_RMAX_AT,
     .n_in = 1,
     .in = {S(3, 4, 2)},
     .attr = {.axis = 1},
     .want = S(3, 1, 2)},
    {.op = OP_CONCAT,
     .n_in = 3,
     .in = {S(3, 4), S(3, 1), S(3, 2)},
     .attr = {.axis = 1},
     .want = S(3, 7)},
    {.op = OP_CONCAT,
     .n_in = 2,
     .in = {S(3, 4), S(2, 4)},
     .attr = {.axis = 1},
     .why = "3 and 2 must agree"},
    {.op = OP_MATMUL,
     .n_in = 2,
     .in = {S(64, 784), S(128, 784)},
     .attr = {.mm = {.tb = true}},
     .want = S(64, 128)},
    {.op = OP_MATMUL,
     .n_in = 2,
     .in = {S(64, 784), S(512, 128)},
     .why = "784 and 512 must agree"},
    {.op = OP_MATMUL,
     .n_in = 2,
     .in = {S(2, 4, 3), S(2, 4, 5)},
     .attr = {.mm = {.ta = true}},
     .want = S(2, 3, 5)},
    {.op = OP_MATMUL,
     .n_in = 2,
     .in = {S(2, 4, 3), S(3, 5)},
     .why = "a product takes two values of rank 2 or of rank 3, not of ranks "
            "3 and 2"},
    {.op = OP_CONV,
     .n_in = 2,
     .in = {S(8, 3, 32, 31), S(16, 3, 3, 3)},
     .attr = {.window = WIN},
     .want = S(8, 16, 16, 16)},
    {.op = OP_CONV,
     .n_in = 2,
     .in = {S(8, 3, 32, 32), S(16, 4, 3, 3)},
     .attr = {.window = WIN},
     .why = "3 channels and 4 must agree"},
    {.op = OP_CONV,
     .n_in = 2,
     .in = {S(8, 3, 2, 2), S(16, 3, 5, 5)},
     .attr = {.window = {{5, 5}, {1, 1}, {0}}},
     .why = "a window of height 5 does not fit 2"},
    {.op = OP_MAXPOOL,
     .n_in = 1,
     .in = {S(8, 6, 28, 28)},
     .attr = {.window = {{2, 2}, {2, 2}, {0}}},
     .want = S(8, 6, 14, 14)},
    {.op = OP_MAXPOOL,
     .n_in = 1,
     .in = {S(8, 6, 28, 28)},
     .attr = {.window = {{2, 2}, {2, 2}, {2, 0, 0, 0}}},
     .why = "padding of 2 would leave windows of 2 empty"},
    {.op = OP_MAXPOOL,
     .n_in = 1,
     .in = {S(8, 28)},
     .attr = {.window = {{2, 2}, {2, 2}, {0}}},
     .why = "an image has axes channels, height, width: not rank 1"},
    {.op = OP_XENT,
     .n_in = 2,
     .in = {S(8, 10), S(8)},
     .want = S(8),
     .class = true},
    {.op = OP_XENT,
     .n_in = 2,
     .in = {S(8, 5, 10), S(8, 5, 1)},
     .want = S(8, 5, 1),
     .class = true},
    {.op = OP_XENT,
     .n_in = 2,
     .in = {S(8, 10), S(7)},
     .why = "8 and 7 must agree",
     .class = true},
    {.op = OP_XENT,
     .n_in = 2,
     .in = {S(8, 10), S(8)},
     .why = "the second operand must be a class"},
    {.op = OP_GATHER,
     .n_in = 2,
     .in = {S(8, 5), S(20, 3)},
     .want = S(8, 5, 3),
     .ids = true},
    {.op = OP_GATHER,
     .n_in = 2,
     .in = {S(8, 5), S(20)},
     .why = "a table has two axes, not 1",
     .ids = true},
    {.op = OP_GATHER,
     .n_in = 2,
     .in = {S(8, 5), S(20, 3)},
     .why = "the ids must be whole numbers"},
    {.op = OP_NUMBER, .n_in = 1, .in = {S(8, 5)}, .want = S(8, 5), .ids = true},
    {.op = OP_ADD_ROWS,
     .n_in = 3,
     .in = {S(20, 3), S(8), S(8, 3)},
     .want = S(20, 3),
     .class = true},
    {.op = OP_ADD_ROWS,
     .n_in = 3,
     .in = {S(20, 3), S(8), S(8, 4)},
     .why = "rows of 4 and 3 must agree",
     .class = true},
    {.op = OP_ADD_ROWS,
     .n_in = 3,
     .in = {S(20, 3), S(8), S(7, 3)},
     .why = "7 and 8 must agree",
     .class = true},
};

static void rules_give_shapes_or_reasons(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Row *r = &rows[i];
        Arena *arena = arena_new();
        Graph *g = graph_new(arena, 3);
        Node *in[3], *n;
        const char *why = NULL;

        for (int k = 0; k < r->n_in; k++)
            in[k] = graph_add_shaped(
                g, OP_INPUT,
                (r->class && k == 1) || (r->ids && k == 0) ? TYPE_INT
                                                           : TYPE_REAL,
                r->in[k], 0, NULL, (Attr){.index = k}, NULL);
        n = graph_try(g, r->op, r->n_in, in, r->attr, (Span){0}, &why);
        if (r->why) {
            assert_null(n);
            assert_string_equal(why, r->why);
        } else if (!n || !shape_equal(&n->shape, &r->want)) {
            fail_msg("row %zu, %s: %s", i, op_table[r->op].id,
                     n ? "another shape" : why);
        }
        arena_free(arena);
    }
}

static void places_are_bytes_where_they_fit(void **state)
{
    Arena *arena = arena_new();
    Graph *g = graph_new(arena, 1);
    Node *x = graph_const_shaped(
        g, 0, shape_of(4, (int64_t)1, (int64_t)1, (int64_t)32, (int64_t)32),
        NULL);
    Attr small = {.window = {{16, 16}, {1, 1}, {0}}};
    Attr large = {.window = {{16, 17}, {1, 1}, {0}}};

    (void)state;
    assert_int_equal(graph_add(g, OP_MAXPOOL_AT, 1, &x, small, NULL)->type,
                     TYPE_BYTE);
    assert_int_equal(graph_add(g, OP_MAXPOOL_AT, 1, &x, large, NULL)->type,
                     TYPE_INT);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_give_shapes_or_reasons),
        cmocka_unit_test(places_are_bytes_where_they_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
