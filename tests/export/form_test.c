/* form_test.c: numbers, sizes and attributes as Python and ONNX have them. */
#include "export/onnx_form.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/fixture.h"

static void numbers_are_short(void **state)
{
    (void)state;
    assert_string_equal(form_number(arena, 0.1), "0.1");
    assert_string_equal(form_number(arena, 60), "60.0");
    assert_string_equal(form_number(arena, -1e30), "-1e+30");
    assert_string_equal(form_number(arena, 1.0 / 3), "0.3333333333333333");
    assert_string_equal(form_number(arena, -INFINITY), "-math.inf");
}

static void sizes_move_with_the_batch(void **state)
{
    (void)state;
    assert_string_equal(form_size(arena, 7, 7), "7");
    assert_string_equal(form_size(arena, ROWS_A, ROWS_B), "n");
    assert_string_equal(form_size(arena, 5 * ROWS_A, 5 * ROWS_B), "n * 5");
}

/* A node that reads another one, at both numbers of rows. */
static Pair pair(Op op, Attr attr, Shape from, Shape to)
{
    Node *in = NEWN(arena, Node, 2), *n = NEWN(arena, Node, 2);

    for (int i = 0; i < 2; i++) {
        Node **of = NEWN(arena, Node *, 1);

        of[0] = &in[i];
        in[i].shape = from;
        n[i] = (Node){.op = op, .n_in = 1, .in = of, .shape = to, .attr = attr};
    }
    in[1].shape.dim[0] = ROWS_B;
    n[1].shape.dim[0] = to.dim[0] / ROWS_A * ROWS_B;
    return (Pair){&n[0], &n[1]};
}

static const char *form(Op op, Attr attr, Shape from, Shape to)
{
    return form_fill(arena, op_table[op].pytorch, pair(op, attr, from, to));
}

static const char *onnx(Op op, Attr attr, Shape from, Shape to)
{
    return onnx_form(arena, op_table[op].onnx, pair(op, attr, from, to));
}

static void words_are_filled_in(void **state)
{
    Shape image =
        shape_of(4, (int64_t)ROWS_A, (int64_t)3, (int64_t)8, (int64_t)8);
    Shape flat = shape_of(2, (int64_t)ROWS_A, (int64_t)192);
    Attr part = {.part = {.begin = 2, .size = 3, .axis = 3}};
    Attr pool = {.window = {.kernel = {2, 2}, .stride = {2, 2}}};
    Attr pads = {
        .window = {.kernel = {2, 3}, .stride = {1, 2}, .pad = {0, 0, 1, 0}}};
    (void)state;

    assert_string_equal(form(OP_RESHAPE, (Attr){0}, image, flat),
                        "$a.reshape(-1, 192)");
    assert_string_equal(form(OP_BROADCAST, (Attr){0}, flat, image),
                        "$a.expand(n, 3, 8, 8)");
    assert_string_equal(form(OP_SLICE, part, image, image), "$a[:, :, :, 2:5]");
    assert_string_equal(form(OP_SUM, (Attr){.axes = 12}, image, image),
                        "$a.sum((2, 3), keepdim=True)");
    assert_string_equal(form(OP_MAXPOOL, pool, image, image),
                        "F.max_pool2d($a, 2)");
    assert_string_equal(form(OP_AVGPOOL, pads, image, image),
                        "F.avg_pool2d(F.pad($a, (0, 0, 0, 1)), (2, 3), "
                        "stride=(1, 2))");
}

static void onnx_has_words_of_its_own(void **state)
{
    Shape image =
        shape_of(4, (int64_t)ROWS_A, (int64_t)3, (int64_t)8, (int64_t)8);
    Shape flat = shape_of(2, (int64_t)ROWS_A, (int64_t)192);
    Shape steps = shape_of(3, (int64_t)ROWS_A, (int64_t)5, (int64_t)6);
    Shape slid =
        shape_of(4, (int64_t)ROWS_A, (int64_t)2, (int64_t)6, (int64_t)3);
    Shape all = shape_of(2, (int64_t)(3 * ROWS_A), (int64_t)64);
    Attr part = {.part = {.begin = 2, .size = 3, .axis = 3}};
    Attr slide = {.slide = {.size = 3, .stride = 2, .apart = 1, .axis = 1}};
    Attr pads = {
        .window = {.kernel = {2, 3}, .stride = {1, 2}, .pad = {0, 0, 2, 0}}};
    (void)state;

    assert_string_equal(onnx(OP_RESHAPE, (Attr){0}, image, flat),
                        "Reshape($a, [-1, 192])");
    assert_string_equal(onnx(OP_BROADCAST, (Attr){0}, flat, image),
                        "Expand($a, Concat<axis=0>(rows, [3, 8, 8]))");
    assert_string_equal(onnx(OP_BROADCAST, (Attr){0}, flat, all),
                        "Expand($a, Concat<axis=0>(Mul(rows, [3]), [64]))");
    assert_string_equal(onnx(OP_SLICE, part, image, image),
                        "Slice($a, [2], [5], [3])");
    assert_string_equal(onnx(OP_WINDOWS, slide, steps, slid),
                        "Transpose<perm=[0, 1, 3, 2]>(Gather<axis=1>($a, "
                        "[[0, 1, 2], [2, 3, 4]]))");
    assert_string_equal(onnx(OP_AVGPOOL, pads, image, image),
                        "AveragePool<kernel_shape=[2, 3], pads=[0, 0, 0, 0], "
                        "strides=[1, 2], count_include_pad=1>(Pad($a, "
                        "[0, 0, 0, 0, 0, 0, 2, 0], 0.0))");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_are_short, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(sizes_move_with_the_batch, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(words_are_filled_in, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(onnx_has_words_of_its_own, make_arena,
                                        drop_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
