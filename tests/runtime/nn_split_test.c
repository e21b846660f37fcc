/* Parts: how many rows, which ones, and that the draw is a function of the
 * seed. */
#include "check.h"

#include "nn_split.h"

enum { N = 150 };

static int count(const uint8_t *part_of, int from, int to, nn_part part)
{
    int found = 0;
    for (int i = from; i < to; i++)
        found += part_of[i] == (uint8_t)part;
    return found;
}

static void last_of_each_class(void **state)
{
    uint8_t part_of[N] = {0};
    int32_t ids[N];
    nn_error e;
    const nn_split split = {.kind = NN_SPLIT_SHARE, .amount = 0.2, .last = 1};
    (void)state;
    for (int i = 0; i < N; i++)
        ids[i] = i / 50;
    assert_true(nn_split_rows(part_of, N, NN_TEST, &split, 1, ids, 3, &e));
    for (int i = 0; i < N; i++)
        assert_int_equal(part_of[i], i % 50 >= 40 ? NN_TEST : NN_TRAIN);
}

static void counts(void **state)
{
    static const struct {
        nn_split split;
        int rows, of_class_0;
    } rows[] = {
        {{.kind = NN_SPLIT_SHARE, .amount = 0.29}, 43, -1},
        {{.kind = NN_SPLIT_SHARE, .amount = 0.2, .by = 1}, 30, 10},
        {{.kind = NN_SPLIT_ROWS, .amount = 20}, 20, -1},
        {{.kind = NN_SPLIT_ROWS, .amount = 20, .by = 1}, 20, 7},
        {{.kind = NN_SPLIT_FOLD, .fold = 3, .folds = 7}, 22, -1},
        {{.kind = NN_SPLIT_NONE}, 0, 0},
        {{.kind = NN_SPLIT_SOURCES}, 0, 0},
    };
    int32_t ids[N];
    (void)state;
    for (int i = 0; i < N; i++)
        ids[i] = i / 50;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t part_of[N] = {0};
        nn_error e = {""};
        const int32_t *by = rows[i].split.by > 0 ? ids : NULL;
        assert_true(nn_split_rows(part_of, N, NN_VALIDATION, &rows[i].split, 1,
                                  by, 3, &e));
        assert_int_equal(count(part_of, 0, N, NN_VALIDATION), rows[i].rows);
        if (rows[i].of_class_0 >= 0)
            assert_int_equal(count(part_of, 0, 50, NN_VALIDATION),
                             rows[i].of_class_0);
    }
}

static void share_is_rounded_down_but_exact(void **state)
{
    uint8_t part_of[100] = {0};
    nn_error e;
    const nn_split split = {.kind = NN_SPLIT_SHARE, .amount = 0.29, .last = 1};
    (void)state;
    assert_true(nn_split_rows(part_of, 100, NN_TEST, &split, 1, NULL, 1, &e));
    assert_int_equal(count(part_of, 0, 100, NN_TEST), 29);
    assert_int_equal(count(part_of, 71, 100, NN_TEST), 29);
}

/* Every row is in just one of the folds, which are as large as can be, also in
 * each of three classes where these are given. */
static void folds_cover(void **state)
{
    int32_t ids[N];
    (void)state;
    for (int i = 0; i < N; i++)
        ids[i] = i < 100 ? i % 2 : 2;
    for (int by = 0; by < 2; by++) {
        int times[N] = {0};
        for (int fold = 1; fold <= 7; fold++) {
            uint8_t part_of[N] = {0};
            nn_error e;
            nn_split split = {.kind = NN_SPLIT_FOLD, .fold = fold, .folds = 7};
            assert_true(nn_split_rows(part_of, N, NN_TEST, &split, 5,
                                      by ? ids : NULL, 3, &e));
            for (int i = 0; i < N; i++)
                times[i] += part_of[i] == NN_TEST;
            assert_in_range(count(part_of, 0, N, NN_TEST), 21, 22);
            if (by)
                assert_in_range(count(part_of, 100, N, NN_TEST), 7, 8);
        }
        for (int i = 0; i < N; i++)
            assert_int_equal(times[i], 1);
    }
}

static void parts_do_not_overlap(void **state)
{
    uint8_t a[N] = {0}, b[N] = {0}, c[N] = {0};
    const nn_split split = {.kind = NN_SPLIT_SHARE, .amount = 0.4};
    nn_error e;
    (void)state;
    assert_true(nn_split_rows(a, N, NN_TEST, &split, 1, NULL, 1, &e));
    memcpy(b, a, N);
    assert_true(nn_split_rows(a, N, NN_VALIDATION, &split, 1, NULL, 1, &e));
    assert_int_equal(count(a, 0, N, NN_TEST), 60);
    assert_int_equal(count(a, 0, N, NN_VALIDATION), 60);
    for (int i = 0; i < N; i++)
        assert_true(b[i] != NN_TEST || a[i] == NN_TEST);
    assert_true(nn_split_rows(c, N, NN_TEST, &split, 2, NULL, 1, &e));
    assert_memory_not_equal(b, c, N);
    assert_false(nn_split_rows(a, N, NN_TEST, &split, 1, NULL, 1, &e));
    assert_non_null(strstr(e.text, "only 30 left"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_of_each_class),
        cmocka_unit_test(counts),
        cmocka_unit_test(share_is_rounded_down_but_exact),
        cmocka_unit_test(folds_cover),
        cmocka_unit_test(parts_do_not_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
