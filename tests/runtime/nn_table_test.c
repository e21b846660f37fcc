/* Tables of numbers in memory: texts that tell all values apart, what fits 32
 * bits, labels in order, and means and deviations of any size. */
#include "check.h"

#include <float.h>
#include <math.h>

#include "nn_labels.h"
#include "nn_moments.h"
#include "nn_prep.h"
#include "nn_table.h"

#define TABLE(type, values)                                                    \
    {                                                                          \
        .rows = (int64_t)(sizeof(values) / sizeof *(values)), .width = 1,      \
        .cell = (type), .cells = (const unsigned char *)(values)               \
    }

static const int64_t i64[] = {
    INT64_MIN, INT64_MIN + 1, -9999999999999999, -2, 0,
    1,         INT64_MAX - 1, INT64_MAX};
static const uint64_t u64[] = {0, UINT64_MAX / 2, 9999999999999999999u,
                               UINT64_MAX - 1, UINT64_MAX};
static const float f32[] = {-0.1f, 0.1f, 0.1f + FLT_EPSILON, 1e10f, FLT_MAX};
static const double f64[] = {-1e300,      -0x1p-1074, 0, 0.1, 0.1 + DBL_EPSILON,
                             12345678901, 1e300};

static const nn_table ordered[] = {
    TABLE(NN_CELL_I64, i64),
    TABLE(NN_CELL_U64, u64),
    TABLE(NN_CELL_F32, f32),
    TABLE(NN_CELL_F64, f64),
};

/* Every value becomes a label of its own, the n-th the n-th. */
static void labels_stay_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ordered / sizeof *ordered; i++) {
        const nn_table *t = &ordered[i];
        nn_labels l;
        nn_error e = {""};
        assert_true(nn_labels_learn(&l, t, NULL, 0, &e));
        assert_int_equal(l.count, t->rows);
        for (int64_t row = 0; row < t->rows; row++)
            assert_int_equal(nn_labels_of_cell(&l, t, row, 0), row);
        nn_labels_close(&l);
    }
}

/* A table of labels over an array of texts. */
static nn_label array_label(void *texts, int64_t record, int64_t column,
                            uint32_t *line)
{
    const char *text = ((const char **)texts)[record];
    (void)column;
    *line = (uint32_t)record + 1;
    return (nn_label){text, strlen(text)};
}

/* Texts that look like numbers, or do not, are found again, each once. */
static void texts_are_found(void **state)
{
    static const char *const rows[][4] = {
        {"10", "2", "-3", "1e1"},      {"nan", "2", "1", "NaN"},
        {"2", "nan", "1", "inf"},      {"-nan", "nan", "nan(1)", "-inf"},
        {"5", "05", "5.0", "+5"},      {"-10", "-010", "0", "-0"},
        {"1e400", "inf", "3", "2e400"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_labels l;
        nn_error e = {""};
        bool met[4] = {false};
        nn_table t = {.rows = 4,
                      .width = 1,
                      .cell = NN_CELL_LABEL,
                      .columns = (int64_t[]){0},
                      .text = (void *)rows[i],
                      .label = array_label};
        assert_true(nn_labels_learn(&l, &t, NULL, 0, &e));
        assert_int_equal(l.count, 4);
        for (int64_t row = 0; row < 4; row++) {
            int64_t id = nn_labels_of_cell(&l, &t, row, 0);
            if (id < 0 || met[id])
                fail_msg("'%s' is label %d", rows[i][row], (int)id);
            met[id] = true;
        }
        nn_labels_close(&l);
    }
}

static void writes_short_texts(void **state)
{
    static const double one[] = {-0.0, 0.1, 12345678901, 0x1p53, 1e300};
    static const char *const text[] = {"0", "0.1", "12345678901",
                                       "9007199254740992", "1e+300"};
    nn_table t = TABLE(NN_CELL_F64, one);
    char room[NN_TABLE_TEXT];
    (void)state;
    for (int64_t row = 0; row < t.rows; row++)
        assert_string_equal(nn_table_text(&t, row, 0, room).bytes, text[row]);
    assert_string_equal(nn_table_text(&ordered[0], 0, 0, room).bytes,
                        "-9223372036854775808");
    assert_string_equal(nn_table_text(&ordered[2], 1, 0, room).bytes, "0.1");
}

static void refuses_what_does_not_fit(void **state)
{
    static const double fits[] = {FLT_MAX, -FLT_MAX, 1e-300};
    static const double large[] = {1, -1e39}, half = 0.5, none = 0, more = 1e30;
    static const float wide[] = {1, 1e10f};
    static const int64_t columns[] = {6};
    nn_table good = TABLE(NN_CELL_F64, fits), bad = TABLE(NN_CELL_F64, large);
    nn_table scaled = TABLE(NN_CELL_F32, wide);
    nn_error e = {""};
    (void)state;
    assert_true(nn_table_check_range(&good, NULL, NULL, 0, &e));
    assert_false(nn_table_check_range(&bad, NULL, NULL, 0, &e));
    assert_non_null(strstr(e.text, "row 2: value 1 is -1e+39, which does not"));
    bad.columns = columns;
    assert_false(nn_table_check_range(&bad, &half, &none, 1, &e));
    assert_non_null(strstr(e.text, "column 7 is -1e+39 and becomes -5e+38"));
    assert_true(nn_table_check_range(&scaled, &half, &none, 1, &e));
    assert_false(nn_table_check_range(&scaled, &more, &none, 1, &e));
}

static void learns_moments_of_any_size(void **state)
{
    static const double units[] = {1, 0x1p-1000, 0x1p-40, 0x1p1000, 0x1p-1060};
    static const uint8_t part_of[5] = {NN_TRAIN, NN_TRAIN, NN_TRAIN, NN_TRAIN,
                                       NN_TEST};
    (void)state;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        double cells[10], mean[2], deviation[2], unit = units[i];
        nn_table t = {.rows = 5,
                      .width = 2,
                      .cell = NN_CELL_F64,
                      .cells = (const unsigned char *)cells};
        nn_error e = {""};
        for (int row = 0; row < 5; row++) {
            cells[2 * row] = (row + 1) * unit;
            cells[2 * row + 1] = 0.1 * unit;
        }
        assert_true(nn_moments(&t, part_of, mean, deviation, &e));
        assert_true(mean[0] == 2.5 * unit);
        assert_true(fabs(deviation[0] / unit - sqrt(1.25)) < 1e-3);
        assert_true(mean[1] == 0.1 * unit && deviation[1] == 0);
    }
}

static void takes_rounding_for_none(void **state)
{
    static const double nearly[] = {0.3, 0.1 + 0.2, 0.3};
    static const uint8_t part_of[3] = {NN_TRAIN, NN_TRAIN, NN_TRAIN};
    nn_table t = TABLE(NN_CELL_F64, nearly);
    double mean, deviation;
    nn_error e = {""};
    (void)state;
    assert_true(nn_moments(&t, part_of, &mean, &deviation, &e));
    assert_true(deviation == 0);
}

/* Bytes that are standardized keep what double can tell. */
static void prepares_bytes_exactly(void **state)
{
    static const unsigned char bytes[] = {200, 201};
    static const double scale = 1e5, shift = -200e5;
    nn_table t = TABLE(NN_CELL_U8, bytes);
    nn_real out;
    (void)state;
    nn_table_row(&t, 1, &scale, &shift, 1, &out);
    assert_true(out == (nn_real)1e5);
}

/* Learns from four numbers scaled by a factor, and prepares them. */
static bool standardizes(const double x[4], double factor, double made[2])
{
    static const nn_tensor tensor = {.name = "x", .values = 1};
    static const uint8_t part_of[4] = {NN_TRAIN};
    const nn_transform chain[] = {{.kind = NN_SCALE, .factor = factor},
                                  {.kind = NN_STANDARDIZE}};
    const nn_flow flow = {.transforms = chain, .transform_count = 2};
    nn_table t = {.rows = 4,
                  .width = 1,
                  .cell = NN_CELL_F64,
                  .cells = (const unsigned char *)x};
    nn_prep p;
    nn_error e = {""};
    assert_true(nn_prep_open(&p, &flow, &tensor, &e));
    assert_true(nn_prep_learn(&p, &t, part_of, &e));
    bool good = nn_prep_finish(&p, 1, &e);
    for (int i = 0; good && i < 2; i++)
        made[i] = x[i] * p.scale[0] + p.shift[0];
    if (!good)
        assert_non_null(strstr(e.text, "x: its column 1 has mean "));
    nn_prep_close(&p);
    return good;
}

/* What leaves the range of double on the way is refused, not made 0. */
static void standardizes_or_refuses(void **state)
{
    static const double tiny[4] = {-1e-200, 1e-200, -1e-200, 1e-200};
    static const double huge[4] = {-1e200, 1e200, -1e200, 1e200};
    static const double least[4] = {-0x1p-1074, 0x1p-1074, -0x1p-1074,
                                    0x1p-1074};
    static const double same[4] = {0, 0, 0, 0};
    double made[2];
    (void)state;
    assert_true(standardizes(tiny, 1e-100, made));
    assert_true(made[0] == -1 && made[1] == 1);
    assert_true(standardizes(huge, -1e100, made));
    assert_true(made[0] == 1 && made[1] == -1);
    assert_true(standardizes(same, 1e300, made));
    assert_true(made[0] == 0 && made[1] == 0);
    assert_false(standardizes(tiny, 1e-200, made));
    assert_false(standardizes(huge, 1e200, made));
    assert_false(standardizes(least, 1, made));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_stay_apart),
        cmocka_unit_test(texts_are_found),
        cmocka_unit_test(writes_short_texts),
        cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(learns_moments_of_any_size),
        cmocka_unit_test(takes_rounding_for_none),
        cmocka_unit_test(prepares_bytes_exactly),
        cmocka_unit_test(standardizes_or_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
