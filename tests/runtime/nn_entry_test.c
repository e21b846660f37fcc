/* Which entry serves: by kind, and by how many rows there are. */
#include "check.h"

#include "nn_entry.h"

static const nn_entry entries[] = {
    {.name = "one", .kind = NN_INFER, .batch = 1, .workspace = 64},
    {.name = "next", .kind = NN_NEXT, .updates = 1, .batch = 1},
    {.name = "many", .kind = NN_INFER, .batch = 64, .workspace = 640},
    {.name = "some", .kind = NN_INFER, .batch = 8, .workspace = 6400},
    {.name = "eval", .kind = NN_EVAL, .batch = 100, .workspace = 128},
};

static const nn_model model = {.entries = entries, .entry_count = 5};

static void fewest_rows_to_spare(void **state)
{
    static const struct {
        int rows;
        const char *name;
    } wants[] = {
        {0, "one"},  {1, "one"},   {2, "some"},  {8, "some"},
        {9, "many"}, {64, "many"}, {65, "many"}, {NN_MOST_ROWS, "many"}};
    (void)state;
    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++)
        assert_string_equal(
            nn_entry_find(&model, NN_INFER, wants[i].rows)->name,
            wants[i].name);
    assert_string_equal(nn_entry_find(&model, NN_NEXT, 64)->name, "next");
    assert_string_equal(nn_entry_find(&model, NN_EVAL, 1)->name, "eval");
    assert_null(nn_entry_find(&model, NN_STEP, 1));
}

static void room_for_every_entry(void **state)
{
    static const nn_model none = {0};
    (void)state;
    assert_int_equal(nn_entry_rows(&model), 100);
    assert_int_equal(nn_entry_workspace(&model), 6400);
    assert_int_equal(nn_entry_rows(&none), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fewest_rows_to_spare),
        cmocka_unit_test(room_for_every_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
