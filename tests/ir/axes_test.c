/* axes_test.c: what axes mean where a shape is written, and which a word
 * names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ir/axes.h"

static const char *const words[] = {"time", "features", "channels", "height",
                                    "width"};

enum { N_WORDS = sizeof words / sizeof *words };

/* The place that each word names, -1: none. */
static void expect(Axes axes, const int *want)
{
    for (int i = 0; i < N_WORDS; i++)
        if (axes_find(&axes, words[i]) != want[i])
            fail_msg("`%s` is axis %d", words[i], axes_find(&axes, words[i]));
}

static void shapes_give_meanings(void **state)
{
    Shape shapes[] = {shape_ones(1), shape_ones(2), shape_ones(3),
                      shape_ones(4), shape_of(1, (int64_t)5)};

    (void)state;
    expect(axes_of_row(&shapes[0]), (int[]){-1, 0, -1, -1, -1});
    expect(axes_of_row(&shapes[1]), (int[]){0, 1, -1, -1, -1});
    expect(axes_of_row(&shapes[2]), (int[]){-1, 0, 0, 1, 2});
    expect(axes_of_row(&shapes[3]), (int[]){-1, -1, -1, -1, -1});
    expect(axes_of_weight(&shapes[0]), (int[]){-1, 0, -1, -1, -1});
    expect(axes_of_weight(&shapes[1]), (int[]){-1, 1, -1, -1, -1});
    expect(axes_of_weight(&shapes[2]), (int[]){-1, 0, 0, 1, 2});
    expect(axes_of_ids(false), (int[]){-1, -1, -1, -1, -1});
    expect(axes_of_ids(true), (int[]){0, -1, -1, -1, -1});
}

static void forms_are_told_apart(void **state)
{
    Shape one = shape_ones(1), two = shape_ones(2), three = shape_ones(3);
    const Axes vector = axes_of_row(&one), series = axes_of_row(&two);
    const Axes image = axes_of_row(&three), matrix = axes_of_weight(&two);

    (void)state;
    assert_true(axes_vector(&vector) && !axes_vector(&series));
    assert_true(!axes_vector(&image) && !axes_vector(&matrix));
    assert_true(axes_over_time(&series) && !axes_over_time(&matrix));
    assert_true(axes_image(&image) && !axes_image(&series));
    assert_int_equal(axes_features(&matrix), 1);
    assert_int_equal(axes_features(&image), 0);
}

static void plain_axes_take_the_others_meaning(void **state)
{
    Shape two = shape_ones(2);
    const Axes matrix = axes_of_weight(&two), series = axes_of_row(&two);
    const Axes sum = axes_combine(&matrix, &series);
    const Axes mus = axes_combine(&series, &matrix);

    (void)state;
    assert_true(axes_over_time(&sum) && axes_over_time(&mus));
    assert_true(axes_agree(&matrix, &series));
    assert_true(axes_agree(&series, &series));
}

static void time_is_not_features(void **state)
{
    Shape five = shape_of(1, (int64_t)5);
    const Axes classes = axes_of_ids(true), vector = axes_of_row(&five);

    (void)state;
    assert_false(axes_agree(&classes, &vector));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_give_meanings),
        cmocka_unit_test(forms_are_told_apart),
        cmocka_unit_test(plain_axes_take_the_others_meaning),
        cmocka_unit_test(time_is_not_features),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
