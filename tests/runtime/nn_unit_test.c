/* Numbers go back to the units of the files; worked by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nn_metric.h"
#include "nn_print.h"
#include "nn_unit.h"

/* t: columns of mean 1000 and deviation 500, of mean 3 and deviation 0.25,
 * standardized and scaled by 0.5; u: scaled by 0.001; raw: as it stands. */
static const nn_tensor tensors[] = {
    {.name = "t", .rank = 1, .shape = {2}, .values = 2},
    {.name = "u", .rank = 1, .shape = {3}, .values = 3},
    {.name = "raw", .rank = 1, .shape = {1}, .values = 1},
};
static const nn_transform both[] = {{.kind = NN_STANDARDIZE},
                                    {.kind = NN_SCALE, .factor = 0.5}};
static const nn_transform thousandth[] = {{.kind = NN_SCALE, .factor = 0.001}};
static const nn_flow flows[] = {
    {.tensor = 0, .transforms = both, .transform_count = 2},
    {.tensor = 1, .transforms = thousandth, .transform_count = 1},
    {.tensor = 2},
};

static nn_prep preps[3];

static int open_preps(void **state)
{
    static const double mean[] = {1000, 3}, deviation[] = {500, 0.25};
    nn_error e;
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(nn_prep_open(&preps[i], &flows[i], &tensors[i], &e));
    preps[0].mean = malloc(sizeof mean);
    preps[0].deviation = malloc(sizeof deviation);
    memcpy(preps[0].mean, mean, sizeof mean);
    memcpy(preps[0].deviation, deviation, sizeof deviation);
    for (int i = 0; i < 3; i++)
        assert_true(nn_prep_finish(&preps[i], i == 0 ? 2 : 1, &e));
    return 0;
}

static int close_preps(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        nn_prep_close(&preps[i]);
    return 0;
}

/* t's second value, then u's third and first, then one of no unit and one
 * whose numbers nothing changed. */
static const nn_unit runs[] = {
    {.count = 1, .tensor = 1, .first = 1},
    {.count = 2, .tensor = 2, .first = 2, .step = -2},
    {.count = 1, .tensor = 0},
    {.count = 1, .tensor = 3},
};

static void ways(void **state)
{
    static const double computed[] = {0.5, 0.002, -4, 7, 8, 9};
    static const double own[] = {3.25, 2, -4000, 7, 8, 9};
    nn_way w[6];
    (void)state;
    nn_unit_ways(w, 6, runs, 4, preps);
    for (int i = 0; i < 6; i++)
        assert_true(fabs(nn_unit_undo(w[i], computed[i]) - own[i]) <=
                    1e-12 * fabs(own[i]));
}

/* 1000 + 500 x comes back exactly, in double, whatever a float rounds. */
static void exact(void **state)
{
    nn_unit first = {.count = 1, .tensor = 1};
    nn_way w = nn_unit_way(&first, 0, preps);
    (void)state;
    for (int x = -3; x <= 3; x++)
        assert_true(nn_unit_undo(w, 0.5 * x) == 1000 + 500 * x);
    assert_int_equal(nn_unit_digits((nn_way){1, 0}, 1e9), 9);
    assert_int_equal(nn_unit_digits((nn_way){0.001, 0}, 1e9), 9);
    if (sizeof(nn_real) == sizeof(double))
        return;
    assert_int_equal(nn_unit_digits(w, 1000), 9);
    assert_int_equal(nn_unit_digits((nn_way){1, -1e9}, 1e9 + 0.5), 17);
    assert_int_equal(nn_unit_digits((nn_way){1e-6, 0.1}, 1234), 6);
}

/* Squares of 2 and 4 rows: each sum is taken in its own unit, (0.5 / 500)^-2
 * and (0.5 / 0.25)^-2. */
static void metrics(void **state)
{
    static const nn_unit t = {.count = 2, .tensor = 1, .step = 1};
    static const nn_unit u = {.count = 1, .tensor = 2};
    static const nn_metric m[] = {
        {.name = "rmse",
         .finish = NN_ROOT,
         .degree = 2,
         .sums = 2,
         .units = &t,
         .unit_count = 1},
        {.name = "rmse2",
         .finish = NN_ROOT,
         .degree = 2,
         .sums = 1,
         .units = &u,
         .unit_count = 1},
        {.name = "accuracy", .sums = 1, .percent = 1},
        {.name = "mae", .degree = 1, .sums = 1, .units = &u, .unit_count = 1},
    };
    static const nn_model model = {
        .metrics = m, .metric_count = 4, .sum_count = 10};
    static const double one[] = {0.5, 1e-6, 64, 4, 3e-6, 6, 2, 2, 1, 6};
    static const double two[] = {0.25, 3e-6, 0, 8, 15e-6, 12, 1, 4, 5, 12};
    static const nn_program program = {.model = &model};
    nn_figures f;
    nn_error e;
    char words[60];
    (void)state;
    assert_true(nn_figures_open(&f, &program, preps, &e));
    assert_true(nn_metric_add(&f, NULL, one, 2, &e));
    assert_true(nn_metric_add(&f, NULL, two, 4, &e));
    assert_true(fabs(nn_metric_figure(&f, &model, 0) - 2.0 / 6) < 1e-15);
    /* (4e-6 * 1e6 + 64 / 4) / 12, 18e-6 * 1e6 / 18 */
    assert_true(fabs(nn_metric_figure(&f, &model, 1) - sqrt(20.0 / 12)) <
                1e-12);
    assert_true(fabs(nn_metric_figure(&f, &model, 2) - 1) < 1e-12);
    /* 6 / 1e-3 / 18: once in its unit */
    assert_true(fabs(nn_metric_figure(&f, &model, 4) - 6000.0 / 18) < 1e-9);
    nn_metric_words(words, sizeof words, &f, &model, 2);
    assert_string_equal(words, "rmse2 1");
    nn_metric_words(words, sizeof words, &f, &model, 3);
    assert_string_equal(words, "accuracy 50.00 %");
    nn_figures_close(&f);
}

static void print(nn_format format, const char *want)
{
    static const nn_tensor output = {
        .name = "y", .rank = 1, .shape = {5}, .values = 5};
    static const nn_pairing pairing = {.units = runs, .unit_count = 4};
    static const nn_real row[] = {-0.25, 2, 0, 7, (nn_real)0.1};
    const nn_real *values = row;
    char *text = NULL;
    size_t size = 0;
    nn_print p;
    nn_error e;
    FILE *out = open_memstream(&text, &size);
    assert_true(
        nn_print_open(&p, out, format, &output, &pairing, 1, preps, 0, &e));
    assert_true(nn_print_row(&p, &values, &e));
    nn_print_close(&p);
    fclose(out);
    assert_string_equal(text, want);
    free(text);
}

static void prints(void **state)
{
    (void)state;
    if (sizeof(nn_real) == sizeof(double))
        return;
    print(NN_PRINT_CSV, "2.875,2000,0,7,0.100000001\n");
    print(NN_PRINT_WORDS, "1: 2.875 2000 0 7 0.1\n");
    print(NN_PRINT_JSON,
          "[\n  {\"row\": 1, \"values\": [2.875,2000,0,7,0.100000001]}\n]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways),
        cmocka_unit_test(exact),
        cmocka_unit_test(metrics),
        cmocka_unit_test(prints),
    };
    return cmocka_run_group_tests(tests, open_preps, close_preps);
}
