/* Rows to infer: in order, by the columns of training, as windows of a
 * series, one file for each input, and what is refused. */
#include "check.h"

#include "nn_rows.h"

static const nn_transform scale[] = {{.kind = NN_SCALE, .factor = 10}};
static const nn_transform windows[] = {
    {.kind = NN_WINDOWS, .length = 2, .ahead = 1}};
static const nn_transform category[] = {{.kind = NN_CATEGORY}};
static const nn_columns named[] = {{.name = "b"}};
static const nn_columns numbered[] = {{.from = 1, .to = 2}};
static const nn_columns fourth[] = {{.from = 4, .to = 4}};

static const nn_tensor two = {
    .name = "x", .type = NN_F32, .rank = 1, .shape = {2}, .values = 2};
static const nn_tensor one = {
    .name = "z", .type = NN_F32, .rank = 1, .shape = {1}, .values = 1};
static const nn_tensor id = {.name = "k",
                             .type = NN_TOKEN,
                             .classes = 4,
                             .rank = 1,
                             .shape = {1},
                             .values = 1};

/* A program of up to two inputs, each with a flow or without. */
typedef struct {
    nn_tensor inputs[2];
    nn_flow flows[2];
    nn_model model;
    nn_program program;
    nn_prep preps[2];
} setup;

static void set_up(setup *s, int inputs, const nn_tensor *a, nn_flow fa,
                   const nn_tensor *b, nn_flow fb)
{
    nn_error e;
    *s = (setup){.inputs = {*a, b != NULL ? *b : *a}, .flows = {fa, fb}};
    s->model = (nn_model){.inputs = s->inputs, .input_count = inputs};
    s->program = (nn_program){.model = &s->model};
    for (int i = 0; i < inputs; i++) {
        const nn_flow *f = s->flows[i].reader != NULL ? &s->flows[i] : NULL;
        assert_true(nn_prep_open(&s->preps[i], f, &s->inputs[i], &e));
        assert_true(nn_prep_finish(&s->preps[i], 1, &e));
    }
}

static void tear_down(setup *s)
{
    for (int i = 0; i < s->model.input_count; i++)
        nn_prep_close(&s->preps[i]);
}

static const nn_flow none;
static const nn_flow by_number = {.reader = &nn_csv,
                                  .path = "t.csv",
                                  .columns = numbered,
                                  .column_count = 1,
                                  .transforms = scale,
                                  .transform_count = 1};
static const nn_flow by_name = {
    .reader = &nn_csv, .path = "t.csv", .columns = named, .column_count = 1};
static const nn_flow last_column = {
    .reader = &nn_csv, .path = "t.csv", .columns = fourth, .column_count = 1};
static const nn_flow series = {.reader = &nn_csv,
                               .path = "t.csv",
                               .columns = named,
                               .column_count = 1,
                               .transforms = windows,
                               .transform_count = 1};

/* Reads the text as one file and compares the last row of input 0. */
static void reads_one_input(void **state)
{
    static const struct {
        const nn_tensor *tensor;
        const nn_flow *flow;
        const char *text;
        int64_t rows;
        nn_real last[2];
    } rows[] = {
        {&two, &none, "1,2\n3,4\n", 2, {3, 4}},
        {&two, &none, "p,q\n3,4\n", 1, {3, 4}},
        {&two, &none, "1\t2\n3\t4\n", 2, {3, 4}},
        {&two, &by_number, "1,2\n3,4\n", 2, {30, 40}},
        {&two, &by_number, "p,q,r\n3,4,name\n", 1, {30, 40}},
        {&one, &by_name, "a,b,c\n1,2,x\n3,4,y\n", 2, {4}},
        {&one, &by_name, "7\n8\n", 2, {8}},
        {&two, &series, "a,b\n0,5\n0,6\n0,7\n", 2, {6, 7}},
        {&two, &series, "5,6\n8,9\n", 2, {8, 9}},
        {&two, &series, "5\n6\n7\n", 2, {6, 7}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setup s;
        nn_rows r;
        nn_real x[2];
        void *buffers[] = {x};
        nn_error e = {""};
        write_text("rows", rows[i].text);
        set_up(&s, 1, rows[i].tensor, *rows[i].flow, NULL, none);
        if (!nn_rows_read(&r, &s.program, s.preps, "rows", &e))
            fail_msg("row %zu: %s", i, e.text);
        assert_int_equal(r.rows, rows[i].rows);
        nn_rows_fetch(&r, s.preps, r.rows - 1, 0, buffers);
        for (int k = 0; k < rows[i].tensor->values; k++)
            if (x[k] != rows[i].last[k])
                fail_msg("row %zu gives %g", i, (double)x[k]);
        nn_rows_close(&r);
        tear_down(&s);
    }
}

static void reads_two_inputs(void **state)
{
    static const char *const files[] = {"a", "b"};
    setup s;
    nn_rows r;
    nn_real x[2], z[1];
    void *buffers[] = {x, z};
    nn_error e = {""};
    (void)state;
    set_up(&s, 2, &two, by_number, &one, last_column);
    write_text("rows", "1,2,5\n3,4,6\n"); /* raw values in order */
    assert_true(nn_rows_read(&r, &s.program, s.preps, "rows", &e));
    nn_rows_fetch(&r, s.preps, 1, 0, buffers);
    assert_true(x[0] == 30 && x[1] == 40 && z[0] == 6);
    nn_rows_close(&r);
    write_text("rows", "1,2,c,5\n3,4,c,6\n"); /* the columns of training */
    assert_true(nn_rows_read(&r, &s.program, s.preps, "rows", &e));
    nn_rows_fetch(&r, s.preps, 1, 0, buffers);
    assert_true(x[0] == 30 && x[1] == 40 && z[0] == 6);
    nn_rows_close(&r);
    write_text("a", "1,2\n3,4\n");
    write_text("b", "5\n6\n");
    assert_true(nn_rows_read_each(&r, &s.program, s.preps, files, &e));
    nn_rows_fetch(&r, s.preps, 1, 0, buffers);
    assert_true(x[0] == 30 && x[1] == 40 && z[0] == 6);
    nn_rows_close(&r);
    write_text("b", "5\n");
    assert_false(nn_rows_read_each(&r, &s.program, s.preps, files, &e));
    assert_string_equal(e.text, "a gives 2 rows for x, b gives 1 for z");
    tear_down(&s);
}

static void reads_ids(void **state)
{
    static const nn_flow flow = {.reader = &nn_csv,
                                 .path = "t.csv",
                                 .columns = named,
                                 .column_count = 1,
                                 .transforms = category,
                                 .transform_count = 1};
    char **labels = malloc(2 * sizeof *labels);
    setup s;
    nn_rows r;
    int32_t k[1];
    void *buffers[] = {k};
    nn_error e = {""};
    (void)state;
    set_up(&s, 1, &id, flow, NULL, none);
    labels[0] = strdup("cat");
    labels[1] = strdup("ant");
    assert_true(nn_labels_take(&s.preps[0].labels, labels, 2, &e));
    write_text("rows", "ant\ncat\n");
    assert_true(nn_rows_read(&r, &s.program, s.preps, "rows", &e));
    nn_rows_fetch(&r, s.preps, 1, 0, buffers);
    assert_int_equal(k[0], 1);
    nn_rows_close(&r);
    write_text("rows", "ant\nelk\n");
    assert_false(nn_rows_read(&r, &s.program, s.preps, "rows", &e));
    assert_non_null(strstr(e.text, "rows:2: the label 'elk' of k"));
    tear_down(&s);
}

/* A row without a value that is needed keeps its place; a mean is put in. */
static void reads_rows_with_gaps(void **state)
{
    static const nn_flow drop = {.reader = &nn_csv,
                                 .path = "t.csv",
                                 .columns = numbered,
                                 .column_count = 1,
                                 .missing = NN_MISSING_DROP};
    nn_flow mean = drop;
    setup s;
    nn_rows r;
    nn_real x[2];
    void *buffers[] = {x};
    nn_error e = {""};
    (void)state;
    write_text("rows", "1,2\n?,4\n5,\n7,8\n");
    set_up(&s, 1, &two, drop, NULL, none);
    assert_true(nn_rows_read(&r, &s.program, s.preps, "rows", &e));
    assert_int_equal(r.rows, 4);
    assert_null(nn_rows_dropped_by(&r, 0));
    assert_ptr_equal(nn_rows_dropped_by(&r, 1), &r.tables[0]);
    assert_non_null(nn_rows_dropped_by(&r, 2));
    assert_null(nn_rows_dropped_by(&r, 3));
    nn_rows_close(&r);
    tear_down(&s);
    mean.missing = NN_MISSING_MEAN;
    set_up(&s, 1, &two, mean, NULL, none);
    s.preps[0].fill = calloc(2, sizeof(double));
    s.preps[0].fill[0] = 40;
    s.preps[0].fill_count = 2;
    assert_true(nn_rows_read(&r, &s.program, s.preps, "rows", &e));
    nn_rows_fetch(&r, s.preps, 1, 0, buffers);
    assert_true(x[0] == 40 && x[1] == 4);
    assert_null(nn_rows_dropped_by(&r, 1));
    nn_rows_close(&r);
    tear_down(&s);
}

/* What no line says by itself is as the text says. */
static void follows_the_notation(void **state)
{
    static const nn_flow flows[] = {
        {.reader = &nn_csv, .path = "t.csv", .separator = ';', .decimal = ','},
        {.reader = &nn_csv, .path = "t.csv", .separator = '\t'},
        {.reader = &nn_tsv, .path = "t.tsv", .decimal = ','},
        {.reader = &nn_tsv, .path = "t.tsv"},
        {.reader = &nn_tsv,
         .path = "t.tsv",
         .columns = numbered,
         .column_count = 1}};
    static const char *const texts[] = {"1,5;-2,25\n", "\"1.5\"\t-2.25\n",
                                        "1,5\t-2,25\n", "1.5,-2.25\n",
                                        "1.5\t-2.25\tsalt, pepper\n"};
    nn_error e = {""};
    nn_real x[2];
    void *buffers[] = {x};
    setup s;
    nn_rows r;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_text("rows", texts[i]);
        set_up(&s, 1, &two, flows[i], NULL, none);
        if (!nn_rows_read(&r, &s.program, s.preps, "rows", &e))
            fail_msg("%zu: %s", i, e.text);
        nn_rows_fetch(&r, s.preps, 0, 0, buffers);
        assert_true(x[0] == (nn_real)1.5 && x[1] == (nn_real)-2.25);
        nn_rows_close(&r);
        tear_down(&s);
    }
    write_text("rows", "1.5,2\n");
    set_up(&s, 1, &two, flows[0], NULL, none);
    assert_false(nn_rows_read(&r, &s.program, s.preps, "rows", &e));
    tear_down(&s);
}

/* A shell's `{ read -r header; program; } <rows` has passed the header. */
static void goes_on_in_standard_input(void **state)
{
    nn_error e = {""};
    setup s;
    nn_rows r;
    (void)state;
    write_text("rows", "1,2\n3,4\n5,6\n");
    assert_non_null(freopen("rows", "r", stdin));
    assert_int_equal(lseek(STDIN_FILENO, 4, SEEK_SET), 4);
    set_up(&s, 1, &two, none, NULL, none);
    assert_true(nn_rows_read(&r, &s.program, s.preps, "-", &e));
    assert_int_equal(r.rows, 2);
    assert_true(nn_table_number(&r.tables[0], 0, 0) == 3);
    nn_rows_close(&r);
    tear_down(&s);
}

static void refuses(void **state)
{
    static const struct {
        int inputs;
        const nn_flow *flow;
        const char *text, *says;
    } rows[] = {
        {1, &none, "1,2,3\n", "rows has 3 columns; a row takes 2 values"},
        {1, &none, "1,2\n3\n", "rows:2"},
        {1, &by_number, "1\n", "rows has 1 column;"},
        {1, &series, "a,b\n0,5\n", "rows has 1 row; a window takes 2"},
        {1, &none, "\x93NUMPY\1", "rows is cut short inside its header"},
        {2, &none, "\x93NUMPY\1", "say which, as in x=rows"},
        {1, &none, "\x89PNG\r\n\x1a\n", "rows is an image, and x is none"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setup s;
        nn_rows r;
        nn_error e = {""};
        write_text("rows", rows[i].text);
        set_up(&s, rows[i].inputs, &two, *rows[i].flow, &one, none);
        if (nn_rows_read(&r, &s.program, s.preps, "rows", &e))
            fail_msg("row %zu was read", i);
        if (strstr(e.text, rows[i].says) == NULL)
            fail_msg("'%s' is not in '%s'", rows[i].says, e.text);
        tear_down(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_one_input),
        cmocka_unit_test(reads_two_inputs),
        cmocka_unit_test(reads_ids),
        cmocka_unit_test(reads_rows_with_gaps),
        cmocka_unit_test(follows_the_notation),
        cmocka_unit_test(goes_on_in_standard_input),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
