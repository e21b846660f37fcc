/* csv and tsv: what is read, what is taken for a header, what is refused. */
#include "check.h"

#include "nn_table.h"

static const nn_columns first_two[] = {{1, 2, NULL}};
static const nn_columns third[] = {{3, 3, NULL}};
static const nn_columns named[] = {{0, 0, "b"}, {0, 0, "a"}};
static const nn_columns stranger[] = {{0, 0, "q"}};
static const nn_columns ninth[] = {{9, 9, NULL}};
static const nn_transform category[] = {{.kind = NN_CATEGORY}};

#define FLOW(list, ...)                                                        \
    {                                                                          \
        .reader = &nn_csv, .path = "t.csv", .columns = list,                   \
        .column_count = sizeof list / sizeof *list, __VA_ARGS__                \
    }

static const nn_flow numbers = FLOW(first_two, .tensor = 0);
static const nn_flow by_name = FLOW(named, .tensor = 0);
static const nn_flow by_stranger = FLOW(stranger, .tensor = 0);
static const nn_flow beyond = FLOW(ninth, .tensor = 0);
static const nn_flow no_header = FLOW(first_two, .header = NN_HEADER_NO);
static const nn_flow yes_header = FLOW(first_two, .header = NN_HEADER_YES);
static const nn_flow all = {.reader = &nn_csv, .path = "t.csv"};
static const nn_flow labels =
    FLOW(third, .transforms = category, .transform_count = 1);

static bool read_flow(nn_table *t, const nn_flow *flow, nn_error *e)
{
    nn_request r = {.path = "t.csv",
                    .flow = flow,
                    .flows = flow,
                    .flow_count = 1,
                    .labels = flow->transform_count > 0};
    return flow->reader->read(t, &r, e);
}

static void reads_numbers(void **state)
{
    static const struct {
        const char *text;
        const nn_flow *flow;
        int64_t rows, width;
        double last; /* cell */
    } rows[] = {
        {"1,2\n3,4\n", &numbers, 2, 2, 4},
        {"1,2\r\n3,4", &numbers, 2, 2, 4},
        {"\n1,2\n\n\n3,4\n\n", &numbers, 2, 2, 4},
        {"\xef\xbb\xbf"
         "1,2\n",
         &numbers, 1, 2, 2},
        {"a,b\n1,2\n", &numbers, 1, 2, 2},
        {"\"1\",\" -2.5e1 \"\n", &numbers, 1, 2, -25},
        {"a,b\n1,2\n", &by_name, 1, 2, 1},
        {"b,x,a\n1,2,3\n5,6,7\n", &by_name, 2, 2, 7},
        {"\"b\"\"\",\"b\",a\n1,2,3\n", &by_name, 1, 2, 3},
        {"7,8\n1,2\n", &yes_header, 1, 2, 2},
        {"1,2,3\n", &all, 1, 3, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_table t;
        nn_error e = {""};
        write_text("t.csv", rows[i].text);
        if (!read_flow(&t, rows[i].flow, &e))
            fail_msg("row %zu: %s", i, e.text);
        assert_int_equal(t.rows, rows[i].rows);
        assert_int_equal(t.width, rows[i].width);
        double last = nn_table_number(&t, t.rows - 1, t.width - 1);
        assert_true(last == rows[i].last);
        nn_table_close(&t);
    }
}

static void reads_labels(void **state)
{
    nn_table t;
    nn_error e = {""};
    nn_label l[3];
    char where[100];
    (void)state;
    write_text("t.csv", "1,2,\"x, \"\"y\"\"\"\n3,4,\"two\nlines\"\n5,6,\xc3"
                        "\xa9\n");
    assert_true(read_flow(&t, &labels, &e));
    assert_int_equal(t.cell, NN_CELL_LABEL);
    assert_int_equal(t.rows, 3);
    memcpy(l, t.cells, sizeof l);
    assert_int_equal(l[0].length, 6);
    assert_memory_equal(l[0].bytes, "x, \"y\"", 6);
    assert_memory_equal(l[1].bytes, "two\nlines", 9);
    assert_int_equal(l[2].length, 2);
    nn_table_where(&t, 2, where, sizeof where);
    assert_string_equal(where, "t.csv:4");
    nn_table_close(&t);
}

static void reads_tabs(void **state)
{
    static const nn_flow tabs = {.reader = &nn_tsv, .path = "t.csv"};
    nn_table t;
    nn_error e = {""};
    (void)state;
    write_text("t.csv", "1\t2\n3\t4\n");
    assert_true(read_flow(&t, &tabs, &e));
    assert_int_equal(t.rows, 2);
    assert_true(nn_table_number(&t, 1, 1) == 4);
    nn_table_close(&t);
}

/* A header is judged from all flows on the file, not from one alone. */
static void one_header_for_all(void **state)
{
    nn_flow flows[] = {labels, numbers};
    nn_request r = {.path = "t.csv",
                    .flow = &flows[0],
                    .flows = flows,
                    .flow_count = 2,
                    .labels = true};
    nn_table t;
    nn_error e = {""};
    (void)state;
    write_text("t.csv", "a,b,c\n1,2,x\n");
    assert_true(nn_csv.read(&t, &r, &e));
    assert_int_equal(t.rows, 1);
    nn_table_close(&t);
    r.flow_count = 1;
    assert_true(nn_csv.read(&t, &r, &e));
    assert_int_equal(t.rows, 2);
    nn_table_close(&t);
}

static void refuses(void **state)
{
    static const struct {
        const char *text;
        const nn_flow *flow;
        const char *says[3];
    } rows[] = {
        {"1,2\n3\n", &numbers, {"t.csv:2", "1 column, the first has 2"}},
        {"1,2\n3,4,5\n", &numbers, {"t.csv:2", "3 columns"}},
        {"1,2\n3,x\n", &numbers, {"t.csv:2: column 2", "'x'"}},
        {"a,b\n3,\n", &numbers, {"t.csv:2: column 2 (b) is empty"}},
        {"1,2\n3,nan\n", &numbers, {"t.csv:2", "not a finite number"}},
        {"1,2\n3,-inf\n", &numbers, {"t.csv:2", "not a finite number"}},
        {"1,2\n3,0x10\n", &numbers, {"t.csv:2", "not a number"}},
        {"x,2\n3,4\n", &no_header, {"t.csv:1: column 1", "'x'"}},
        {"a,b\n",
         &numbers,
         {"t.csv has a header but no rows: 'a' in line 1 is not a number"}},
        {"", &numbers, {"t.csv is empty"}},
        {"\n\n", &numbers, {"t.csv has no rows"}},
        {"a,b\n1,2\n", &by_stranger, {"no column \"q\"", "a, b"}},
        {"1,2\n", &beyond, {"2 columns", "no column 9"}},
        {"1,2\n3,\"4\n", &numbers, {"t.csv:2", "never closed"}},
        {"1,2\n\"3\"x,4\n", &numbers, {"t.csv:2", "closing quote"}},
        {"1,2\n3,\xe9\n", &numbers, {"t.csv:2", "0xe9 is not UTF-8"}},
        {"1,2\n3,\xed\xa0\x80\n", &numbers, {"t.csv:2", "is not UTF-8"}},
        {"1,2,x\n1,2,\n", &labels, {"t.csv:2: column 3 is empty"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_table t;
        nn_error e = {""};
        write_text("t.csv", rows[i].text);
        if (read_flow(&t, rows[i].flow, &e))
            fail_msg("row %zu was read", i);
        assert_says(&e, rows[i].says);
    }
}

static void refuses_what_is_not_there(void **state)
{
    static const nn_flow missing = {.reader = &nn_csv, .path = "no.csv"};
    nn_request r = {
        .path = "no.csv", .flow = &missing, .flows = &missing, .flow_count = 1};
    nn_table t;
    nn_error e = {""};
    (void)state;
    assert_false(nn_csv.read(&t, &r, &e));
    assert_string_equal(e.text,
                        "cannot open no.csv: No such file or directory");
    r.path = ".";
    assert_false(nn_csv.read(&t, &r, &e));
    assert_string_equal(e.text, "cannot read .: it is a folder");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(reads_labels),
        cmocka_unit_test(reads_tabs),
        cmocka_unit_test(one_header_for_all),
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
