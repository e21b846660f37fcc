/* npy files: every plain type in both orders of bytes, both orders of axes,
 * headers as Python may write them, and every kind of broken one. */
#include "check.h"

#include "nn_table.h"

static bool read_file(nn_table *t, nn_error *e)
{
    nn_request r = {.path = "f"};
    return nn_npy.read(t, &r, e);
}

static void write_npy(int version, const char *dictionary, const void *data,
                      size_t size)
{
    static unsigned char bytes[8192] = "\x93NUMPY";
    size_t length = strlen(dictionary), start = version == 1 ? 10 : 12;
    bytes[6] = (unsigned char)version;
    memset(bytes + 8, 0, 4);
    bytes[8] = (unsigned char)length;
    bytes[9] = (unsigned char)(length >> 8);
    memcpy(bytes + start, dictionary, length);
    memcpy(bytes + start + length, data, size);
    write_bytes("f", bytes, start + length + size);
}

static void must_read(nn_table *t, const char *what)
{
    nn_error e = {""};
    if (!read_file(t, &e))
        fail_msg("%s: %s", what, e.text);
}

/* Writes the bytes from the last to the first. */
static void turn(const unsigned char *from, size_t size, unsigned char *to)
{
    for (size_t i = 0; i < size; i++)
        to[i] = from[size - 1 - i];
}

static void reads_every_type(void **state)
{
    static const struct {
        const char *type;
        const char *bytes; /* of one value, little-endian */
        size_t size;
        const char *text;
    } rows[] = {
        {"b1", "\2", 1, "1"},
        {"?", "\0", 1, "0"},
        {"i1", "\xfe", 1, "-2"},
        {"u1", "\xfe", 1, "254"},
        {"i2", "\xfe\xff", 2, "-2"},
        {"u2", "\xfe\xff", 2, "65534"},
        {"i4", "\0\0\0\x80", 4, "-2147483648"},
        {"u4", "\0\0\0\x80", 4, "2147483648"},
        {"i8", "\1\0\0\0\0\0\0\x80", 8, "-9223372036854775807"},
        {"u8", "\1\0\0\0\0\0\0\x80", 8, "9223372036854775809"},
        {"f2", "\1\xc2", 2, "-3.0019531"},
        {"f2", "\1\0", 2, "5.9604645e-08"},
        {"f4", "\0\0\xa0\xbf", 4, "-1.25"},
        {"f8", "\x9a\x99\x99\x99\x99\x99\xb9\x3f", 8, "0.1"},
    };
    (void)state;
    for (size_t i = 0; i < 3 * (sizeof rows / sizeof *rows); i++) {
        size_t n = i / 3;
        unsigned char turned[8];
        char header[100], room[NN_TABLE_TEXT];
        char order = "<>|"[i % 3];
        nn_table t;
        snprintf(header, sizeof header,
                 "{'descr': '%c%s', 'fortran_order': False, 'shape': (1,)}",
                 order, rows[n].type);
        turn((const unsigned char *)rows[n].bytes, rows[n].size, turned);
        write_npy(1, header, order == '>' ? (void *)turned : rows[n].bytes,
                  rows[n].size);
        must_read(&t, header);
        nn_label text = nn_table_text(&t, 0, 0, room);
        assert_int_equal(text.length, strlen(rows[n].text));
        assert_memory_equal(text.bytes, rows[n].text, text.length);
        nn_table_close(&t);
    }
}

/* Two rows of 2 x 3 numbers that count up; `fortran` lays them out so. */
static void transposes(void **state)
{
    static const char *const headers[] = {
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2, 3)}",
        "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 2, 3)}",
    };
    static const char *const data[] = {
        "\0\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\10\0\11\0\12\0\13\0",
        "\0\0\6\0\3\0\11\0\1\0\7\0\4\0\12\0\2\0\10\0\5\0\13\0",
    };
    (void)state;
    for (int i = 0; i < 2; i++) {
        nn_table t;
        write_npy(1, headers[i], data[i], 24);
        must_read(&t, headers[i]);
        for (int k = 0; k < 12; k++)
            assert_true(nn_table_number(&t, k / 6, k % 6) == k);
        nn_table_close(&t);
    }
}

/* Rows fill their type in order, so axes in another order are a mistake: what
 * is said of one row of 12 numbers with these axes, for [3, 2, 2]. */
static void refuses_turned_axes(void **state)
{
    static const struct {
        const char *shape, *says; /* NULL: it is read */
    } rows[] = {
        {"(1, 3, 2, 2)", NULL},
        {"(1, 12)", NULL},
        {"(1, 3, 4)", NULL},
        {"(1, 6, 2, 1)", NULL},
        {"(1, 1, 3, 2, 2)", NULL},
        {"(1, 2, 2, 3)", "its rows are [2, 2, 3], and image is [3, 2, 2]: "
                         "save it with .transpose(0, 3, 1, 2), or"},
        {"(1, 2, 3, 2)", ".transpose(0, 2, 1, 3)"},
    };
    static const nn_tensor image = {
        .name = "image", .rank = 3, .shape = {3, 2, 2}, .values = 12};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char header[100];
        nn_request r = {.path = "f", .tensor = &image};
        nn_error e = {""};
        nn_table t;
        snprintf(header, sizeof header,
                 "{'descr': 'u1', 'fortran_order': False, 'shape': %s}",
                 rows[i].shape);
        write_npy(1, header, "abcdefghijkl", 12);
        bool good = nn_npy.read(&t, &r, &e);
        assert_int_equal(good, rows[i].says == NULL);
        if (good)
            nn_table_close(&t);
        else
            assert_non_null(strstr(e.text, rows[i].says));
    }
}

static void takes_grey_channels_anywhere(void **state)
{
    static const nn_tensor image = {
        .name = "image", .rank = 3, .shape = {1, 2, 3}, .values = 6};
    nn_request r = {.path = "f", .tensor = &image};
    nn_error e = {""};
    nn_table t;
    (void)state;
    write_npy(1, "{'descr':'u1','fortran_order':False,'shape':(1,2,3,1)}",
              "abcdef", 6);
    assert_true(nn_npy.read(&t, &r, &e));
    nn_table_close(&t);
}

/* A block of rows is 64. */
static void transposes_many_rows(void **state)
{
    enum { ROWS = 150, WIDTH = 3 };
    unsigned char data[ROWS * WIDTH];
    nn_table t;
    (void)state;
    for (int row = 0; row < ROWS; row++)
        for (int j = 0; j < WIDTH; j++)
            data[row + j * ROWS] = (unsigned char)(row * 7 + j * 80);
    write_npy(2, "{'descr':'|u1','fortran_order':True,'shape':(150,3)}", data,
              sizeof data);
    must_read(&t, "150 x 3");
    for (int row = 0; row < ROWS; row++)
        for (int j = 0; j < WIDTH; j++)
            assert_true(nn_table_number(&t, row, j) ==
                        (unsigned char)(row * 7 + j * 80));
    nn_table_close(&t);
}

static void reads_headers(void **state)
{
    static const char *const rows[] = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }    \n",
        "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2, 2)}",
        "{'shape': (2L, 2L), 'fortran_order': False, 'descr': '<f4'}",
        " { 'shape' :\t( 2 ,2 , ) ,'descr':u'<f4',\n'fortran_order':False}",
        "{'''shape''':(0x2,+2),b'descr':\"\"\"=f4\"\"\",'fortran_order':0}",
        "{'shape':[2, 2],'descr':'f4','fortran_order':False,}",
        "{'shape':(1,), 'descr':'f8', 'shape':(2,0b1_0), 'descr':'<f4',"
        "'fortran_order': False}",
    };
    static const float data[] = {1, 2, 3, 4};
    (void)state;
    for (size_t i = 0; i < 3 * (sizeof rows / sizeof *rows); i++) {
        nn_table t;
        write_npy(1 + (int)i % 3, rows[i / 3], data, sizeof data);
        must_read(&t, rows[i / 3]);
        assert_int_equal(t.rows, 2);
        assert_int_equal(t.width, 2);
        assert_true(nn_table_number(&t, 1, 1) == 4);
        nn_table_close(&t);
    }
}

static void reads_long_padding(void **state)
{
    static const float data[] = {1, 2};
    char header[5000];
    nn_table t;
    (void)state;
    snprintf(header, sizeof header, "%-4085s\n",
             "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}");
    write_npy(1, header, data, sizeof data);
    must_read(&t, "padding");
    assert_true(nn_table_number(&t, 1, 0) == 2);
    nn_table_close(&t);
}

#define ARRAY(descr, shape)                                                    \
    "{'descr': " descr ", 'fortran_order': False, 'shape': " shape "}"

static void refuses(void **state)
{
    static const uint32_t nan[] = {0x7fc00000, 0x7f800000};
    static const struct {
        const char *header, *says;
    } rows[] = {
        {ARRAY("'<c8'", "(2,)"), "type '<c8'"},
        {ARRAY("''", "(2,)"), "type ''"},
        {ARRAY("'|O'", "(2,)"), "type '|O'"},
        {ARRAY("'<f16'", "(2,)"), "type '<f16'"},
        {ARRAY("[('a', '<f4')]", "(2,)"), "an array with fields"},
        {ARRAY("'<f4'", "(3,)"), "3 rows of 1 value, and 8 bytes behind it"},
        {ARRAY("'<f4'", "()"), "a single number"},
        {ARRAY("'<f4'", "(2)"), "needs a tuple as its shape"},
        {ARRAY("'<f4'", "(2 2)"), "commas in its shape"},
        {ARRAY("'<f4'", "(-2,)"), "whole numbers in its shape"},
        {ARRAY("'<f4'", "(2.5,)"), "commas in its shape"},
        {ARRAY("'<f4'", "(99999999999999999999,)"), "smaller sizes"},
        {ARRAY("'<f4'", "(9, 4611686018427387904, 4611686018427387904)"),
         "its rows are too large"},
        {ARRAY("'<f4'", "(4611686018427387904, 64)"), "cut short"},
        {ARRAY("'<f4'", "(2,"), "needs whole numbers in its shape"},
        {ARRAY("'<f4'", "(2,)"), "row 1: value 1 is NaN"},
        {ARRAY("'<f4'", "(0, 4)"), "has no rows"},
        {ARRAY("'\\x3cf4'", "(2,)"), "no escapes"},
        {ARRAY("'<f4", "(2,)"), "needs"},
        {ARRAY("'<f4'", "(2,)") "x", "nothing behind its dictionary"},
        {"{'descr': '<f4', 'shape': (2,)}", "fortran_order and shape"},
        {"{'descr': '<f4', 'more': 1}", "fortran_order and shape alone"},
        {"{'descr' '<f4'}", "a colon"},
        {"{'descr': '<f4' 'shape': (2,)}", "a comma or a closing brace"},
        {"{'fortran_order': Maybe}", "True or False"},
        {"", "a dictionary"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_table t;
        nn_error e = {""};
        write_npy(1, rows[i].header, nan, sizeof nan);
        if (read_file(&t, &e))
            fail_msg("%s was read", rows[i].header);
        if (strstr(e.text, rows[i].says) == NULL)
            fail_msg("'%s' is not in '%s'", rows[i].says, e.text);
    }
}

static void refuses_versions(void **state)
{
    static const unsigned char versions[][2] = {{0, 0}, {4, 0}, {1, 1}};
    unsigned char bytes[80] = "\x93NUMPY";
    (void)state;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        nn_table t;
        nn_error e = {""};
        memcpy(bytes + 6, versions[i], 2);
        write_bytes("f", bytes, sizeof bytes);
        assert_false(read_file(&t, &e));
        assert_non_null(strstr(e.text, "of npy is not known"));
    }
}

/* Damage of any one byte and every cut ends in an answer: under sanitizers
 * this reads nothing outside the file. */
static void survives_damage(void **state)
{
    static const char header[] =
        "{'descr':'>i2','fortran_order':True,'shape':(2,1L,),}\n";
    static const unsigned char put[] = {0, '\'', '"', '(', '9', '\\', 255};
    size_t size;
    nn_table t;
    nn_error e;
    (void)state;
    write_npy(1, header, "abcd", 4);
    char *bytes = read_bytes("f", &size);
    for (size_t cut = 1; cut < size; cut++) {
        write_bytes("f", bytes, cut);
        assert_false(read_file(&t, &e));
    }
    for (size_t i = 0; i < size * sizeof put; i++) {
        char old = bytes[i / sizeof put];
        bytes[i / sizeof put] = (char)put[i % sizeof put];
        write_bytes("f", bytes, size);
        if (read_file(&t, &e))
            nn_table_close(&t);
        bytes[i / sizeof put] = old;
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_type),
        cmocka_unit_test(transposes),
        cmocka_unit_test(transposes_many_rows),
        cmocka_unit_test(refuses_turned_axes),
        cmocka_unit_test(takes_grey_channels_anywhere),
        cmocka_unit_test(reads_headers),
        cmocka_unit_test(reads_long_padding),
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_versions),
        cmocka_unit_test(survives_damage),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
