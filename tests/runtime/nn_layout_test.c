/* Every value goes to its own place and comes back, for layouts in which any
 * axis has neighbours side by side. */
#include "check.h"

#include "nn_layout.h"

static const nn_param params[] = {
    {.name = "plain", .rank = 2, .shape = {7, 300}, .size = 2100},
    {.name = "scalar", .rank = 0, .size = 1},
    {.name = "lanes", /* rows in lanes of 16, the last one padded */
     .rank = 2,
     .shape = {20, 700},
     .size = 32 * 700,
     .piece_count = 3,
     .pieces = {{0, 1, 16, 1}, {0, 16, 2, 16 * 700}, {1, 1, 700, 16}}},
    {.name = "kernels", /* [out, in, kh, kw] with `in` innermost */
     .rank = 4,
     .shape = {6, 10, 3, 2},
     .size = 6 * 3 * 2 * 16,
     .piece_count = 4,
     .pieces = {{1, 1, 10, 1}, {3, 1, 2, 16}, {2, 1, 3, 32}, {0, 1, 6, 96}}},
    {.name = "last", /* blocks of 8 columns */
     .rank = 2,
     .shape = {5, 600},
     .size = 3000,
     .piece_count = 3,
     .pieces = {{1, 1, 8, 1}, {0, 1, 5, 8}, {1, 8, 75, 40}}},
    {.name = "vector",
     .rank = 1,
     .shape = {1000},
     .size = 1000,
     .piece_count = 2,
     .pieces = {{0, 1, 10, 100}, {0, 10, 100, 1}}},
};

/* A table's row 0 is zero, in file order too. */
static void keeps_padding_zero(void **state)
{
    static nn_real file[14000], packed[32 * 700];
    (void)state;
    for (int k = 0; k < 3; k += 2) {
        nn_param p = params[k];
        int64_t count = nn_layout_count(&p), row = count / p.shape[0];
        nn_error e = {""};
        p.padding = 1;
        for (int64_t i = 0; i < count; i++)
            file[i] = (nn_real)(i + 1);
        assert_true(nn_layout_from_file(&p, file, packed, &e));
        for (int64_t i = 0; i < count; i++)
            assert_true(packed[nn_layout_place(&p, i)] ==
                        (i < row ? 0 : file[i]));
    }
}

enum { MOST = 32 * 700 };

static void puts_values_in_place(void **state)
{
    static nn_real file[MOST], packed[MOST], back[MOST];
    (void)state;
    for (size_t k = 0; k < sizeof params / sizeof *params; k++) {
        const nn_param *p = &params[k];
        int64_t count = nn_layout_count(p), placed = 0;
        nn_error e = {""};
        memset(packed, 0, sizeof packed);
        for (int64_t i = 0; i < count; i++)
            file[i] = (nn_real)(i + 1);
        assert_true(nn_layout_from_file(p, file, packed, &e));
        for (int64_t i = 0; i < count; i++)
            assert_true(packed[nn_layout_place(p, i)] == file[i]);
        for (int64_t i = 0; i < MOST; i++)
            placed += packed[i] != 0;
        assert_int_equal(placed, count); /* padding stays as it was */
        assert_true(nn_layout_to_file(p, packed, back, &e));
        assert_memory_equal(back, file, (size_t)count * sizeof *file);
        for (int64_t i = 0, rows = nn_layout_rows(p); i < rows; i++) {
            assert_true(nn_layout_rows_to_file(p, i, 1, packed, back, &e));
            assert_memory_equal(back, file + i * (count / rows),
                                (size_t)(count / rows) * sizeof *file);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_values_in_place),
        cmocka_unit_test(keeps_padding_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
