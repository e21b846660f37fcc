/* CIFAR-10's records: images and labels of each, and files that hold none. */
#include "check.h"

#include "nn_table.h"

enum { IMAGE = 3072, RECORD = 3073, ROWS = 3 };

/* Record r has the label of labels[r] and the bytes r + i, cut to a byte. */
static void write_records(const char *labels, size_t size)
{
    unsigned char bytes[2 * 3074 * ROWS] = {0};
    for (int r = 0; r < ROWS; r++) {
        bytes[r * RECORD] = (unsigned char)labels[r];
        for (int i = 0; i < IMAGE; i++)
            bytes[r * RECORD + 1 + i] = (unsigned char)(r + i);
    }
    write_bytes("f", bytes, size);
}

static bool read_file(nn_table *t, nn_type type, nn_error *e)
{
    static const nn_flow flow = {.path = "f"};
    const nn_tensor tensor = {.name = "x", .type = type};
    nn_request r = {.path = "f",
                    .flow = &flow,
                    .flows = &flow,
                    .flow_count = 1,
                    .tensor = &tensor};
    return nn_cifar.read(t, &r, e);
}

static void reads_images(void **state)
{
    nn_table t;
    nn_error e = {""};
    (void)state;
    write_records("\6\0\11", ROWS * RECORD);
    assert_true(read_file(&t, NN_F32, &e));
    assert_int_equal(t.rows, ROWS);
    assert_int_equal(t.width, IMAGE);
    for (int r = 0; r < ROWS; r++)
        for (int i = 0; i < IMAGE; i++)
            assert_true(nn_table_number(&t, r, i) == (r + i) % 256);
    nn_table_close(&t);
}

static void reads_labels(void **state)
{
    nn_table t;
    nn_error e = {""};
    (void)state;
    write_records("\6\0\11", ROWS * RECORD);
    assert_true(read_file(&t, NN_CLASS, &e));
    assert_int_equal(t.rows, ROWS);
    assert_int_equal(t.width, 1);
    assert_true(nn_table_number(&t, 0, 0) == 6);
    assert_true(nn_table_number(&t, 1, 0) == 0);
    assert_true(nn_table_number(&t, 2, 0) == 9);
    nn_table_close(&t);
}

static void refuses_others(void **state)
{
    static const struct {
        const char *labels;
        size_t size;
        const char *says;
    } rows[] = {
        {"\6\0\11", 0, "f is empty"},
        {"\6\0\11", 3072, "3072 are left"},
        {"\6\0\11", 2 * RECORD + 100, "100 are left"},
        {"\6\0\11", 2 * 3074, "as CIFAR-100's; those of CIFAR-10 have 3073"},
        {"\6\12\11", ROWS * RECORD, "record 2 has the label 10"},
        {"\6\0\377", ROWS * RECORD, "record 3 has the label 255"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_table t;
        nn_error e = {""};
        write_records(rows[i].labels, rows[i].size);
        assert_false(read_file(&t, NN_CLASS, &e));
        assert_says(&e, (const char *[2]){rows[i].says});
    }
}

static void refuses_other_axes(void **state)
{
    static const struct {
        int64_t shape[3];
        bool good;
    } rows[] = {{{3, 32, 32}, true},
                {{32, 32, 3}, false},
                {{32, 3, 32}, false},
                {{1, 96, 32}, true}};
    (void)state;
    write_records("\6\0\11", ROWS * RECORD);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_tensor x = {.name = "x", .rank = 3, .values = IMAGE};
        nn_request r = {.path = "f", .tensor = &x};
        nn_table t;
        nn_error e = {""};
        memcpy(x.shape, rows[i].shape, sizeof rows[i].shape);
        assert_int_equal(nn_cifar.read(&t, &r, &e), rows[i].good);
        if (rows[i].good)
            nn_table_close(&t);
        else
            assert_says(&e, (const char *[]){"a plane a colour",
                                             "write f32[3, 32, 32]", NULL});
    }
}

/* Told from text and IDX by its first bytes and its size, also where it is cut
 * or of CIFAR-100, about which the reader has a message. */
static void knows_its_own(void **state)
{
    static const struct {
        const char *begins;
        size_t size;
        bool own;
    } rows[] = {
        {"\0\0\0\0", 2 * RECORD, true},
        {"\0\0\0\0", 2 * RECORD - 1, true},
        {"\0\0\10\3", 2 * RECORD, true},
        {"\0\0\10\3", RECORD - 1, false},
        {"\6\1\2\3", 4, true},
        {"\23\0\1\2", 2 * 3074, true},
        {"\24\0\1\2", 2 * 3074, false},
        {"\t1\t2", 4, false},
        {"1,2\n", 4, false},
        {"1\0,\0", 4, false},
        {"\xff\xfe"
         "1\0",
         4, false},
        {"\0\0\0\0", 0, false},
    };
    static unsigned char bytes[2 * 3074];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_file f = {.bytes = bytes, .size = rows[i].size};
        memcpy(bytes, rows[i].begins, 4);
        if (nn_cifar.is_own(&f) != rows[i].own)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_images),   cmocka_unit_test(reads_labels),
        cmocka_unit_test(refuses_others), cmocka_unit_test(refuses_other_axes),
        cmocka_unit_test(knows_its_own),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
