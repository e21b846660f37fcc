/* csv and tsv: what is read, what is taken for a header, what is refused. */
#include "check.h"

#include <math.h>

#include "nn_mem.h"
#include "nn_say.h"
#include "nn_table.h"

static const nn_columns first_two[] = {{.from = 1, .to = 2}};
static const nn_columns third[] = {{.from = 3, .to = 3}};
static const nn_columns named[] = {{.name = "b"}, {.name = "a"}};
static const nn_columns stranger[] = {{.name = "q"}};
static const nn_columns ninth[] = {{.from = 9, .to = 9}};
static const nn_columns misspelt[] = {{.name = "Sepal_length"}};
static const nn_columns span[] = {{.name = "b", .last = "d"}};
static const nn_columns back[] = {{.name = "d", .last = "b"}};
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
static const nn_flow semicolons = FLOW(first_two, .separator = ';');
static const nn_flow commas = FLOW(first_two, .separator = ';', .decimal = ',');
static const nn_flow blanks = FLOW(first_two, .separator = ' ');
static const nn_flow by_misspelt = FLOW(misspelt, .tensor = 0);
static const nn_flow by_span = FLOW(span, .tensor = 0);
static const nn_flow by_back = FLOW(back, .tensor = 0);
static const nn_flow tabs = {.reader = &nn_tsv,
                             .path = "t.csv",
                             .columns = first_two,
                             .column_count = 1};
static const nn_flow tabs_in_csv = FLOW(first_two, .separator = '\t');
static const nn_flow zero = FLOW(first_two, .missing = NN_MISSING_ZERO);
static const nn_flow mean = FLOW(first_two, .missing = NN_MISSING_MEAN);
static const nn_flow all_tabs = {.reader = &nn_tsv, .path = "t.csv"};
static const nn_flow all = {.reader = &nn_csv, .path = "t.csv"};
static const nn_flow all_or_zero = {
    .reader = &nn_csv, .path = "t.csv", .missing = NN_MISSING_ZERO};
static const nn_flow labels =
    FLOW(third, .tensor = 1, .transforms = category, .transform_count = 1);
static const nn_flow more_labels = FLOW(third, .tensor = 1, .part = NN_TEST);

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
        {"x , b,\ta\n1, 2 , 3 \n", &by_name, 1, 2, 3},
        {"\"a\" , \"b\"\n 1 , 2\n", &by_name, 1, 2, 1},
        {"1;2\n3;4\n", &semicolons, 2, 2, 4},
        {"a;b\n7,5;-3,25e1\n", &commas, 1, 2, -32.5},
        {"\"1\";\"2,5\"\n", &commas, 1, 2, 2.5},
        {"  18.0   8   307.0\n\t15.0\t8 350  \n", &blanks, 2, 2, 8},
        {"\"a b\" c\n1 2\n", &blanks, 1, 2, 2},
        {"\"1\"\t\"2\"\n", &tabs_in_csv, 1, 2, 2},
        {"a,b,c,d,e\n1,2,3,4,5\n", &by_span, 1, 3, 4},
        {"?,2\n3,\n", &zero, 2, 2, 0},
        {"\n1\n\n \n3\n\n \n", &all_or_zero, 4, 1, 3},
        {"3,NA\n3,4\n", &zero, 2, 2, 4},
        {"l\xc3\xa4nge,_b\n3,4\n", &numbers, 1, 2, 4},
        {"1,2,\xe2\x88\x92"
         "5\n3,4,b\n",
         &numbers, 2, 2, 4},
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
    static const char *const want[] = {"x, \"y\"", "two\nlines", "\xc3\xa9"};
    char where[100], room[NN_TABLE_TEXT];
    (void)state;
    write_text("t.csv", "1,2,\"x, \"\"y\"\"\"\n3,4,\"two\nlines\"\n5,6,\xc3"
                        "\xa9\n");
    assert_true(read_flow(&t, &labels, &e));
    assert_int_equal(t.cell, NN_CELL_LABEL);
    assert_int_equal(t.rows, 3);
    for (int i = 0; i < 6; i++) {
        int64_t row = (int64_t[]){0, 1, 2, 2, 0, 1}[i];
        nn_label l = nn_table_text(&t, row, 0, room);
        assert_int_equal(l.length, strlen(want[row]));
        assert_memory_equal(l.bytes, want[row], l.length);
    }
    nn_table_where(&t, 2, where, sizeof where);
    assert_string_equal(where, "t.csv:4");
    nn_table_close(&t);
}

static void reads_tabs(void **state)
{
    nn_table t;
    nn_error e = {""};
    (void)state;
    write_text("t.csv", "1\t2\n3\t4\n");
    assert_true(read_flow(&t, &all_tabs, &e));
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
    flows[1] = more_labels; /* labels too, without saying so again */
    r.flow_count = 2;
    assert_true(nn_csv.read(&t, &r, &e));
    assert_int_equal(t.rows, 2);
    nn_table_close(&t);
}

typedef struct {
    const char *text;
    const nn_flow *flow;
    const char *says[3];
} mistake;

static void refuse(const mistake *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        nn_table t;
        nn_error e = {""};
        write_text("t.csv", rows[i].text);
        if (read_flow(&t, rows[i].flow, &e))
            fail_msg("row %zu was read", i);
        assert_says(&e, rows[i].says);
    }
}

/* Files that are laid out in another way: the message says how. */
static void hints(void **state)
{
    static const mistake rows[] = {
        {"1,2\r3,4\r", &numbers, {"t.csv:1: a carriage return"}},
        {"1,2\n3,4\r5,6\n", &numbers, {"t.csv:2: a carriage return"}},
        {"# made, by\n1,2\n", &numbers, {"t.csv:1", "begins with '#'"}},
        {"# made by\n1,2\n", &numbers, {"1 column", "begins with '#'"}},
        {"1,2\n# half\n3,4\n", &numbers, {"t.csv:2", "begins with '#'"}},
        {"a;b\n1;2\n", &numbers, {"1 column", "write separator: \";\""}},
        {"\"a\";\"b\"\n1;2\n",
         &numbers,
         {"t.csv:1: text after a closing", "separator: \";\""}},
        {"7,4;3,5\n7,8;3,2\n",
         &numbers,
         {"'4;3'", "separator: \";\", decimal: \",\""}},
        {"7,4;3\n", &semicolons, {"'7,4'", "decimal: \",\""}},
        {"1.5;3\n", &commas, {"'1.5'", "no number has a point"}},
        {"1\t2\n", &numbers, {"apart by tabs: write tsv(...)"}},
        {"1 2\n", &numbers, {"write separator: \" \""}},
        {"1|2\n", &numbers, {"write separator: \"|\""}},
        {"1,2\n", &semicolons, {"without another separator"}},
        {"1,2\n1,2,3\n", &blanks, {"1 column"}},
        {"1 2\n", &tabs, {"1 column", "by tabs, not by ' '"}},
    };
    (void)state;
    refuse(rows, sizeof rows / sizeof *rows);
}

static void refuses(void **state)
{
    static const mistake rows[] = {
        {"1,2\n3\n", &numbers, {"t.csv:2", "1 column, the first has 2"}},
        {"1,2\n3,4,5\n", &numbers, {"t.csv:2", "3 columns"}},
        {"1,2\n3,x\n", &numbers, {"t.csv:2: column 2", "'x'"}},
        {"a,b\n3,\n", &numbers, {"t.csv:2: column 2 (b) is empty"}},
        {"1\n2\n\n3\n", &all, {"t.csv:3: column 1 is empty"}},
        {"1,2\n3,nan\n", &numbers, {"t.csv:2: column 2 is 'nan'", "missing:"}},
        {"1,2\n3,-inf\n", &numbers, {"t.csv:2", "not a finite number"}},
        {"1,2\n3,0x10\n", &numbers, {"t.csv:2", "not a number"}},
        {"1,2\n3,\f4\n", &numbers, {"t.csv:2: column 2", "not a number"}},
        {"1,2\n3,\"\n4\"\n", &numbers, {"t.csv:2: column 2", "not a number"}},
        {"x,2\n3,4\n", &no_header, {"t.csv:1: column 1", "'x'"}},
        {"a,b\n",
         &numbers,
         {"t.csv has a header but no rows: 'a' in line 1 is not a number"}},
        {"7,8\n", &yes_header, {"no rows", "line 1 is taken for one"}},
        {"a,a,b\n1,2,3\n", &by_name, {"\"a\" stands twice", "1 and 2"}},
        {"sepal_length,b\n1,2\n",
         &by_misspelt,
         {"no column \"Sepal_length\"; did you mean \"sepal_length\"?"}},
        {"a,b,c\n1,2,3\n", &by_span, {"no column \"d\""}},
        {"a,b,c,d\n1,2,3,4\n", &by_back, {"\"d\" stands behind \"b\""}},
        {"x,1\n2,?\n1,000\n", &zero, {"t.csv:1: column 1 is 'x'"}},
        {"1,?\n1,inf\n", &zero, {"t.csv:2", "not a finite number"}},
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
    refuse(rows, sizeof rows / sizeof *rows);
}

/* In line 1 is a mistake whatever is one in line 2. */
static void judges_line_1_as_line_2(void **state)
{
    static const char *const fields[] = {
        "",        "?",         "NA",
        "nan",     "-nan",      "N/A",
        "inf",     "-inf",      "0x10",
        "5%",      "1e",        "12:30",
        "1_000",   "1 000",     "$5",
        "none",    "true",      "#N/A",
        "<NA>",    "\"1,000\"", "\"1,5\"",
        "-",       ".",         "1st",
        "1x1",     "No",        "\xe2\x88\x92\x35",
        "\xc2\xbd"};
    static const nn_flow *const flows[] = {&numbers, &no_header};
    (void)state;
    for (size_t i = 0; i < sizeof fields / sizeof *fields * 2; i++) {
        char text[100];
        nn_table t;
        nn_error e = {""};
        const char *const says[] = {"t.csv:1: column ", NULL};
        snprintf(text, sizeof text, "%s,%s\n3,4\n", fields[i / 2],
                 i % 4 < 2 ? "b" : "2");
        write_text("t.csv", text);
        if (read_flow(&t, flows[i % 2], &e))
            fail_msg("line 1 is lost: %s", text);
        assert_says(&e, says);
    }
}

/* A name or a field of any length leaves the rest of a message readable, and
 * is cut between characters. */
static void cuts_what_is_long(void **state)
{
    static const char *const wrong[] = {"", "x"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        nn_text text = {0};
        nn_table t;
        nn_error e = {""};
        nn_text_print(&text, "b");
        for (int k = 0; k < 2000; k++)
            nn_text_print(&text, "\xc3\xa9");
        nn_text_print(&text, ",c\n%s", wrong[i]);
        for (int k = 0; k < 2000 && *wrong[i] != 0; k++)
            nn_text_print(&text, "\xc3\xa9");
        nn_text_print(&text, ",4\n");
        write_text("t.csv", text.bytes);
        free(text.bytes);
        assert_false(read_flow(&t, &numbers, &e));
        assert_true(strlen(e.text) < 300);
        assert_non_null(strstr(e.text, *wrong[i] ? "not a number" : "mend"));
        for (char *c = e.text; *c != 0; c += nn_utf8(c, strlen(c)))
            assert_true(nn_utf8(c, strlen(c)) > 0);
    }
}

static void lists_what_is_missing(void **state)
{
    nn_text text = {0};
    nn_table t;
    nn_error e = {""};
    (void)state;
    nn_text_print(&text, "a,b\n1,?\n,2\n\n");
    for (int i = 0; i < 20; i++)
        nn_text_print(&text, "%d,NaN\n", i);
    write_text("t.csv", text.bytes);
    free(text.bytes);
    assert_false(read_flow(&t, &numbers, &e));
    assert_string_equal(
        e.text,
        "t.csv:2: column 2 (b) is '?', which is not a number; 22 values are "
        "missing, at line:column 2:2, 3:1, 5:2, 6:2, 7:2, 8:2, 9:2, 10:2, "
        "11:2, 12:2 and so on: mend the file, or say what to do with "
        "missing: mean, drop or 0");
    assert_true(read_flow(&t, &mean, &e));
    assert_int_equal(t.rows, 22);
    assert_true(isnan(nn_table_number(&t, 0, 1)));
    assert_true(isnan(nn_table_number(&t, 1, 0)));
    nn_table_close(&t);
}

static void drops_rows(void **state)
{
    static const nn_flow numbers_drop =
        FLOW(first_two, .missing = NN_MISSING_DROP);
    static const nn_flow labels_drop =
        FLOW(third, .transforms = category, .transform_count = 1,
             .missing = NN_MISSING_DROP);
    static const struct {
        const nn_flow *flow;
        const char *dropped;
    } rows[] = {{&numbers_drop, "\0\1\0\0"}, {&labels_drop, "\0\0\1\1"}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        nn_table t;
        nn_error e = {""};
        char where[100];
        write_text("t.csv", "1,2,x\n?,2,y\n3,4,\n5,6,NA\n");
        assert_true(read_flow(&t, rows[i].flow, &e));
        assert_memory_equal(t.dropped, rows[i].dropped, 4);
        assert_true(nn_table_drop(&t, t.dropped, &e));
        assert_int_equal(t.rows, i == 0 ? 3 : 2);
        nn_table_where(&t, 1, where, sizeof where);
        assert_string_equal(where, i == 0 ? "t.csv:3" : "t.csv:2");
        nn_table_close(&t);
    }
}

static void refuses_utf_16(void **state)
{
    static const char *const says[] = {"little", "big"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        nn_table t;
        nn_error e = {""};
        const char *const pieces[] = {"UTF-16", says[i], "iconv", NULL};
        write_bytes("t.csv",
                    i == 0 ? "\xff\xfe"
                             "1\0,\0"
                           : "\xfe\xff\0"
                             "1\0,",
                    6);
        assert_false(read_flow(&t, &numbers, &e));
        assert_says(&e, pieces);
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
        cmocka_unit_test(hints),
        cmocka_unit_test(refuses),
        cmocka_unit_test(judges_line_1_as_line_2),
        cmocka_unit_test(cuts_what_is_long),
        cmocka_unit_test(lists_what_is_missing),
        cmocka_unit_test(drops_rows),
        cmocka_unit_test(refuses_utf_16),
        cmocka_unit_test(refuses_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
