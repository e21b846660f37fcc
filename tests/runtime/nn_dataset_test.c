/* Whole data blocks: transforms learned from training rows, windows, own test
 * sources, and what is refused. */
#include "check.h"

#include <math.h>

#include "nn_dataset.h"

static const nn_columns one[] = {{.from = 1, .to = 1}};
static const nn_columns two[] = {{.from = 2, .to = 2}};
static const nn_transform standardize[] = {{.kind = NN_STANDARDIZE}};
static const nn_transform category[] = {{.kind = NN_CATEGORY}};
static const nn_transform scale[] = {{.kind = NN_SCALE, .factor = 0.5}};
static const nn_transform windows[] = {
    {.kind = NN_STANDARDIZE}, {.kind = NN_WINDOWS, .length = 3, .ahead = 1}};

#define CSV(list, ...)                                                         \
    {                                                                          \
        .reader = &nn_csv, .columns = list, .column_count = 1, __VA_ARGS__     \
    }
#define BY(list) .transforms = list, .transform_count = 1

/* x: f32[1], y: class(3), and a program of these flows. */
static const nn_tensor plain[] = {
    {.name = "x", .type = NN_F32, .rank = 1, .shape = {1}, .values = 1},
    {.name = "y", .type = NN_CLASS, .classes = 3, .values = 1}};

/* A program and what becomes of its data: rows of the input, and of a target
 * that is a class or a number. */
typedef struct {
    nn_model model;
    nn_program program;
    nn_dataset d;
    nn_error e;
    nn_real x[50], t[50];
    int32_t y[50];
} setup;

static void set_up(setup *s, const nn_tensor *tensors, const nn_flow *flows,
                   int flow_count)
{
    *s = (setup){.model = {.name = "m",
                           .inputs = tensors,
                           .input_count = 1,
                           .target_count = 1}};
    s->program = (nn_program){.model = &s->model,
                              .flows = flows,
                              .flow_count = flow_count,
                              .train = {.split_seed = 1}};
}

static void open_data(setup *s)
{
    if (!nn_dataset_open(&s->d, &s->program, NULL, &s->e))
        fail_msg("%s", s->e.text);
}

/* What is said where the data are refused. */
static const char *refusal(setup *s)
{
    assert_false(nn_dataset_open(&s->d, &s->program, NULL, &s->e));
    return s->e.text;
}

/* The first rows of a part. */
static void fetch(setup *s, nn_part part, int rows)
{
    bool real = s->model.target_count > 0 && s->model.inputs[1].type == NN_F32;
    void *buffers[] = {s->x, real ? (void *)s->t : s->y};
    uint32_t items[64];
    nn_order_sort(&s->d.parts[part].order);
    nn_order_next(&s->d.parts[part].order, items, rows);
    nn_dataset_fetch(&s->d, part, items, rows, buffers);
}

static void learns_from_training_rows(void **state)
{
    static const nn_flow flows[] = {
        CSV(one, .path = "d.csv", .tensor = 0, BY(standardize)),
        CSV(two, .path = "d.csv", .tensor = 1, BY(category))};
    setup s;
    (void)state;
    write_text("d.csv", "1,10\n3,9\n1,10\n3,2\n99,9\n");
    set_up(&s, plain, flows, 2);
    s.program.test = (nn_split){.kind = NN_SPLIT_ROWS, .amount = 1, .last = 1};
    open_data(&s);
    assert_int_equal(s.d.parts[NN_TRAIN].count, 4);
    assert_int_equal(s.d.parts[NN_TEST].count, 1);
    assert_true(s.d.preps[0].mean[0] == 2 && s.d.preps[0].deviation[0] == 1);
    fetch(&s, NN_TRAIN, 4);
    assert_true(s.x[0] == -1 && s.x[1] == 1);
    assert_true(s.y[0] == 2 && s.y[1] == 1 && s.y[3] == 0); /* 2 < 9 < 10 */
    fetch(&s, NN_TEST, 1);
    assert_true(s.x[0] == 97 && s.y[0] == 1);
    uint64_t sum = nn_dataset_checksum(&s.d);
    nn_dataset_close(&s.d);
    write_text("d.csv", "1,10\n3,9\n1,10\n3,2\n98,9\n");
    open_data(&s);
    assert_true(sum != nn_dataset_checksum(&s.d));
    nn_dataset_close(&s.d);
}

/* Transforms follow each other: what standardize sees is scaled. */
static void scales_around_standardize(void **state)
{
    static const nn_transform chain[] = {{.kind = NN_SCALE, .factor = 0.5},
                                         {.kind = NN_STANDARDIZE},
                                         {.kind = NN_SCALE, .factor = -2}};
    static const nn_flow flows[] = {CSV(one, .path = "d.csv", .tensor = 0,
                                        .transforms = chain,
                                        .transform_count = 3),
                                    CSV(two, .path = "d.csv", .tensor = 1)};
    setup s;
    (void)state;
    write_text("d.csv", "4,0\n8,1\n4,0\n8,2\n");
    set_up(&s, plain, flows, 2);
    open_data(&s);
    fetch(&s, NN_TRAIN, 4);
    assert_true(s.x[0] == 2 && s.x[1] == -2 && s.x[2] == 2 && s.x[3] == -2);
    nn_dataset_close(&s.d);
}

/* Neither test rows nor validation rows teach anything: moments, means of what
 * is missing, whether a column is constant, labels. */
static void validation_teaches_nothing(void **state)
{
    static const nn_flow flows[] = {
        CSV(one, .path = "d.csv", .tensor = 0, BY(standardize),
            .missing = NN_MISSING_MEAN),
        CSV(two, .path = "d.csv", .tensor = 1, BY(category))};
    static const struct {
        const char *text;
        double mean, deviation, test;
    } rows[] = {
        {"1,a\n?,b\n3,a\n2,a\n70,b\n99,b\n", 2, 0.70710678, 137.1787},
        {"7,a\n7,b\n7,a\n7,a\n70,b\n9,b\n", 7, 1, 2},
    };
    setup s;
    (void)state;
    set_up(&s, plain, flows, 2);
    s.program.test = (nn_split){.kind = NN_SPLIT_ROWS, .amount = 1, .last = 1};
    s.program.validation = s.program.test;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_text("d.csv", rows[i].text);
        open_data(&s);
        assert_int_equal(s.d.parts[NN_TRAIN].count, 4);
        assert_int_equal(s.d.parts[NN_VALIDATION].count, 1);
        assert_true(s.d.preps[0].mean[0] == rows[i].mean);
        assert_true(fabs(s.d.preps[0].deviation[0] - rows[i].deviation) < 1e-6);
        fetch(&s, NN_TEST, 1);
        assert_true(fabs((double)s.x[0] - rows[i].test) < 1e-3 && s.y[0] == 1);
        nn_dataset_close(&s.d);
    }
    write_text("d.csv", "7,a\n7,b\n7,a\n7,a\n70,c\n9,b\n");
    assert_non_null(strstr(refusal(&s),
                           "the label 'c' of y does not occur in the "
                           "training rows"));
}

static void own_test_sources(void **state)
{
    static const nn_flow flows[] = {
        CSV(one, .path = "d.csv", .tensor = 0, BY(standardize)),
        CSV(two, .path = "d.csv", .tensor = 1),
        CSV(two, .path = "t.csv", .tensor = 0, .part = NN_TEST,
            BY(standardize)),
        CSV(one, .path = "t.csv", .tensor = 1, .part = NN_TEST)};
    setup s;
    (void)state;
    write_text("d.csv", "1,0\n3,1\n");
    write_text("t.csv", "2,12\n0,2\n1,3\n");
    set_up(&s, plain, flows, 4);
    s.program.test.kind = NN_SPLIT_SOURCES;
    open_data(&s);
    assert_int_equal(s.d.parts[NN_TRAIN].count, 2);
    assert_int_equal(s.d.parts[NN_TEST].count, 3);
    fetch(&s, NN_TEST, 2);
    assert_true(s.x[0] == 10 && s.x[1] == 0 && s.y[0] == 2 && s.y[1] == 0);
    nn_dataset_close(&s.d);
}

/* The mean of the training rows fills every part; standardize sees it. */
static void fills_with_means(void **state)
{
    static const nn_flow flows[] = {
        CSV(one, .path = "d.csv", .tensor = 0, BY(standardize),
            .missing = NN_MISSING_MEAN),
        CSV(two, .path = "d.csv", .tensor = 1, .missing = NN_MISSING_ZERO),
        CSV(one, .path = "t.csv", .tensor = 0, .part = NN_TEST, BY(standardize),
            .missing = NN_MISSING_MEAN),
        CSV(two, .path = "t.csv", .tensor = 1, .part = NN_TEST)};
    setup s;
    (void)state;
    write_text("d.csv", "1,1\n?,NA\n5,1\n");
    write_text("t.csv", "NaN,1\n9,2\n");
    set_up(&s, plain, flows, 4);
    s.program.test.kind = NN_SPLIT_SOURCES;
    open_data(&s);
    assert_true(s.d.preps[0].fill[0] == 3 && s.d.preps[0].mean[0] == 3);
    assert_true(s.d.preps[0].fields == 2 && s.d.preps[0].columns[0] == 0);
    fetch(&s, NN_TRAIN, 3);
    assert_true(fabs((double)s.x[0] + (double)s.x[2]) < 1e-6 && s.y[1] == 0);
    fetch(&s, NN_TEST, 2);
    assert_true(fabs((double)s.x[0]) < 1e-6 && s.x[1] > 3 && s.x[1] < 4);
    nn_dataset_close(&s.d);
    write_text("d.csv", "?,1\n,2\nnan,1\n");
    assert_non_null(strstr(refusal(&s), "d.csv: column 1 has no value"));
}

/* A row that one source drops is dropped from the other; what is left keeps
 * its line, also in messages about the source that is not text. */
static void drops_rows_together(void **state)
{
    static const nn_flow flows[] = {
        CSV(one, .path = "x.csv", .tensor = 0, .missing = NN_MISSING_DROP),
        CSV(one, .path = "y.csv", .tensor = 1, .missing = NN_MISSING_DROP)};
    setup s;
    (void)state;
    write_text("x.csv", "10\n?\n12\n13\n14\n");
    write_text("y.csv", "0\n1\n2\nNA\n1\n");
    set_up(&s, plain, flows, 2);
    open_data(&s);
    assert_int_equal(s.d.rows, 3);
    assert_int_equal(s.d.parts[NN_TRAIN].dropped, 2);
    fetch(&s, NN_TRAIN, 3);
    assert_true(s.x[0] == 10 && s.x[1] == 12 && s.x[2] == 14);
    assert_true(s.y[0] == 0 && s.y[1] == 2 && s.y[2] == 1);
    nn_dataset_close(&s.d);
    write_text("y.csv", "0\n1\n2\nNA\n7\n");
    assert_non_null(strstr(refusal(&s), "y.csv:5: y is 7"));
    write_text("y.csv", "?\n1\n?\n?\n?\n");
    assert_string_equal(refusal(&s),
                        "every row of the training data has a missing value");
    write_text("y.csv", "?\n1\n2\n1\n");
    assert_non_null(strstr(refusal(&s), "x.csv has 5 rows for x, y.csv has 4"));
}

static void ranges_of_names_are_the_same(void **state)
{
    static const nn_tensor tensors[] = {
        {.name = "x", .type = NN_F32, .rank = 1, .shape = {3}, .values = 3},
        {.name = "y", .type = NN_F32, .rank = 1, .shape = {1}, .values = 1}};
    static const nn_columns range[] = {{.name = "a", .last = "c"}};
    static const nn_columns last[] = {{.name = "y"}};
    static const nn_flow flows[] = {
        CSV(range, .path = "d.csv", .tensor = 0),
        CSV(last, .path = "d.csv", .tensor = 1),
        CSV(range, .path = "t.csv", .tensor = 0, .part = NN_TEST),
        CSV(last, .path = "t.csv", .tensor = 1, .part = NN_TEST)};
    setup s;
    (void)state;
    write_text("d.csv", "q,a,b,c,y\n0,1,2,3,4\n");
    write_text("t.csv", "a,b,c,y\n1,2,3,4\n");
    set_up(&s, tensors, flows, 4);
    s.program.test.kind = NN_SPLIT_SOURCES;
    open_data(&s);
    assert_string_equal(s.d.preps[0].names[1], "b");
    assert_true(s.d.preps[1].names == NULL);
    nn_dataset_close(&s.d);
    write_text("t.csv", "a,q,c,y\n1,2,3,4\n");
    assert_string_equal(refusal(&s),
                        "the range of names for x takes column \"b\" "
                        "of d.csv, and \"q\" of t.csv");
}

/* Bytes of a binary file go with the rows of text. */
static void drops_rows_of_binary_files(void **state)
{
    static const nn_flow flows[] = {
        {.reader = &nn_idx, .path = "x.idx", .tensor = 0},
        CSV(one, .path = "y.csv", .tensor = 1, .missing = NN_MISSING_DROP)};
    setup s;
    char where[60];
    (void)state;
    write_bytes("x.idx", "\0\0\10\1\0\0\0\3\5\6\7", 11);
    write_text("y.csv", "?\n1\n2\n");
    set_up(&s, plain, flows, 2);
    open_data(&s);
    fetch(&s, NN_TRAIN, 2);
    assert_true(s.x[0] == 6 && s.x[1] == 7 && s.y[0] == 1 && s.y[1] == 2);
    nn_table_where(&s.d.parts[NN_TRAIN].sources[0].table, 1, where,
                   sizeof where);
    assert_string_equal(where, "x.idx: row 3");
    nn_dataset_close(&s.d);
}

/* Series 0 .. 9, windows of 3, one ahead: window w holds w, w+1, w+2 and its
 * target is w+3. The last two rows are test: targets 8 and 9. */
static void cuts_windows(void **state)
{
    static const nn_tensor tensors[] = {
        {.name = "past",
         .type = NN_F32,
         .rank = 2,
         .shape = {3, 1},
         .values = 3},
        {.name = "next", .type = NN_F32, .rank = 1, .shape = {1}, .values = 1}};
    static const nn_flow flows[] = {
        CSV(one, .path = "w.csv", .tensor = 0, .transforms = windows,
            .transform_count = 2),
        CSV(one, .path = "w.csv", .tensor = 1, .transforms = windows,
            .transform_count = 2, .ahead = 1)};
    setup s;
    (void)state;
    write_text("w.csv", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    set_up(&s, tensors, flows, 2);
    s.program.test =
        (nn_split){.kind = NN_SPLIT_SHARE, .amount = 0.2, .last = 1};
    open_data(&s);
    assert_int_equal(s.d.parts[NN_TRAIN].count, 5);
    assert_int_equal(s.d.parts[NN_TEST].count, 2);
    static const uint32_t lanes[] = {0, 3, 1, 4, 2}; /* 0 1 2 and 3 4 */
    uint32_t items[5];
    nn_order_lanes(&s.d.parts[NN_TRAIN].order, 2);
    nn_order_next(&s.d.parts[NN_TRAIN].order, items, 5);
    assert_memory_equal(items, lanes, sizeof lanes);
    double mean = s.d.preps[0].mean[0], deviation = s.d.preps[0].deviation[0];
    assert_true(mean == 3.5);
    fetch(&s, NN_TEST, 2);
    for (int i = 0; i < 6; i++) {
        double want = (i % 3 + i / 3 + 5 - mean) / deviation;
        assert_true(fabs((double)s.x[i] - want) < 1e-6);
    }
    assert_true(fabs((double)s.t[1] - (9 - mean) / deviation) < 1e-6);
    nn_dataset_close(&s.d);
}

/* Windows of 3 whose value is that of the second row behind them. */
static void looks_further_ahead(void **state)
{
    static const nn_transform far[] = {
        {.kind = NN_WINDOWS, .length = 3, .ahead = 2}};
    static const nn_tensor tensors[] = {
        {.name = "past",
         .type = NN_F32,
         .rank = 2,
         .shape = {3, 1},
         .values = 3},
        {.name = "next", .type = NN_F32, .rank = 1, .shape = {1}, .values = 1}};
    static const nn_flow flows[] = {
        CSV(one, .path = "w.csv", .tensor = 0, BY(far)),
        CSV(one, .path = "w.csv", .tensor = 1, BY(far), .ahead = 1)};
    setup s;
    (void)state;
    write_text("w.csv", "0\n1\n2\n3\n4\n5\n6\n");
    set_up(&s, tensors, flows, 2);
    open_data(&s);
    assert_int_equal(s.d.parts[NN_TRAIN].count, 3);
    fetch(&s, NN_TRAIN, 3);
    for (int i = 0; i < 3; i++)
        assert_true(s.x[3 * i] == i && s.x[3 * i + 2] == i + 2 &&
                    s.t[i] == i + 4);
    nn_dataset_close(&s.d);
}

/* A target that is a window itself moves on by whole windows. */
static void windows_of_sequences(void **state)
{
    static const nn_tensor tensors[] = {{.name = "past",
                                         .type = NN_F32,
                                         .rank = 2,
                                         .shape = {3, 1},
                                         .values = 3},
                                        {.name = "next",
                                         .type = NN_F32,
                                         .rank = 2,
                                         .shape = {3, 1},
                                         .values = 3}};
    static const nn_flow flows[] = {
        CSV(one, .path = "w.csv", .tensor = 0, .transforms = windows + 1,
            .transform_count = 1),
        CSV(one, .path = "w.csv", .tensor = 1, .transforms = windows + 1,
            .transform_count = 1, .ahead = 1)};
    setup s;
    (void)state;
    write_text("w.csv", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    set_up(&s, tensors, flows, 2);
    open_data(&s);
    assert_int_equal(s.d.parts[NN_TRAIN].count, 3);
    fetch(&s, NN_TRAIN, 3);
    for (int i = 0; i < 9; i++)
        assert_true(s.x[i] == i && s.t[i] == i + 1);
    nn_dataset_close(&s.d);

    /* The row set aside for early stopping, 8, ends none of them. */
    s.program.train.patience = 3;
    s.program.test = (nn_split){.kind = NN_SPLIT_ROWS, .amount = 1, .last = 1};
    assert_non_null(
        strstr(refusal(&s), "the validation part makes no window of them"));
}

/* Without anything ahead, the last window ends with the series. */
static void windows_alone(void **state)
{
    static const nn_tensor past = {.name = "past",
                                   .type = NN_F32,
                                   .rank = 2,
                                   .shape = {3, 1},
                                   .values = 3};
    static const nn_flow flow =
        CSV(one, .path = "w.csv", .tensor = 0, .transforms = windows + 1,
            .transform_count = 1);
    setup s;
    (void)state;
    write_text("w.csv", "0\n1\n2\n3\n");
    set_up(&s, &past, &flow, 1);
    s.model.target_count = 0;
    open_data(&s);
    assert_int_equal(s.d.parts[NN_TRAIN].count, 2);
    fetch(&s, NN_TRAIN, 2);
    assert_true(s.x[0] == 0 && s.x[3] == 1 && s.x[5] == 3);
    nn_dataset_close(&s.d);
}

static void early_stopping_sets_rows_aside(void **state)
{
    static const nn_flow flows[] = {
        CSV(one, .path = "d.csv", .tensor = 0, BY(scale)),
        CSV(one, .path = "l.csv", .tensor = 1)};
    setup s;
    (void)state;
    char text[200] = "", labels[200] = "";
    for (int i = 0; i < 40; i++)
        strcat(text, "7\n"), strcat(labels, "1\n");
    write_text("d.csv", text);
    write_text("l.csv", labels);
    set_up(&s, plain, flows, 2);
    s.program.train.patience = 3;
    s.program.test = (nn_split){.kind = NN_SPLIT_ROWS, .amount = 10, .last = 1};
    open_data(&s);
    assert_int_equal(s.d.reserved, 3);
    assert_int_equal(s.d.parts[NN_TRAIN].count, 27);
    assert_int_equal(s.d.parts[NN_VALIDATION].count, 3);
    uint32_t items[2];
    nn_order_next(&s.d.parts[NN_VALIDATION].order, &items[0], 1);
    nn_order_next(&s.d.parts[NN_TEST].order, &items[1], 1);
    assert_int_equal(items[0], 27);
    assert_int_equal(items[1], 30);
    nn_dataset_close(&s.d);
}

static const struct {
    const char *d, *l;
    const nn_transform *label;
    nn_split test;
    const char *says[4];
} refused[] = {
    {"1\n2\n3\n",
     "0\n1\n",
     NULL,
     {0},
     {"d.csv has 3 rows for x", "l.csv has 2 for y"}},
    {"1\n2\n", "0\n3\n", NULL, {0}, {"l.csv:2: y is 3", "from 0 to 2"}},
    {"1\n2\n", "0\n1.5\n", NULL, {0}, {"l.csv:2: y is 1.5"}},
    {"1\n2\n", "0\n-1\n", NULL, {0}, {"l.csv:2: y is -1"}},
    {"1\n2\n3\n4\n",
     "a\nb\nc\nd\n",
     category,
     {0},
     {"y has 3 classes", "4 different labels"}},
    {"1\n2\n3\n",
     "a\nb\nc\n",
     category,
     {.kind = NN_SPLIT_ROWS, .amount = 1, .last = 1},
     {"l.csv:3: the label 'c' of y does not occur"}},
    {"1\n2\n3\n",
     "0\n1\n2\n",
     NULL,
     {.kind = NN_SPLIT_SHARE, .amount = 0.2, .last = 1},
     {"the test part has no rows", "3 in all"}},
    {"1\n2\n3\n",
     "0\n1\n2\n",
     NULL,
     {.kind = NN_SPLIT_ROWS, .amount = 5},
     {"test: cannot set 5 rows aside: there are only 3"}},
    {"1\n2\n3\n",
     "0\n1\n2\n",
     NULL,
     {.kind = NN_SPLIT_ROWS, .amount = 3},
     {"the training part has no rows"}},
};

static void refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        nn_flow flows[] = {CSV(one, .path = "d.csv", .tensor = 0),
                           CSV(one, .path = "l.csv", .tensor = 1,
                               .transforms = refused[i].label,
                               .transform_count = refused[i].label != NULL)};
        setup s;
        write_text("d.csv", refused[i].d);
        write_text("l.csv", refused[i].l);
        set_up(&s, plain, flows, 2);
        s.program.test = refused[i].test;
        if (nn_dataset_open(&s.d, &s.program, NULL, &s.e))
            fail_msg("row %zu was accepted", i);
        assert_says(&s.e, refused[i].says);
    }
}

static void refuses_other_widths(void **state)
{
    static const nn_flow flows[] = {
        {.reader = &nn_csv, .path = "d.csv", .tensor = 0},
        CSV(one, .path = "d.csv", .tensor = 1)};
    static const char *const says[] = {
        "x takes 1 value a row ([1]), ./d.csv gives 2", NULL};
    setup s;
    (void)state;
    write_text("d.csv", "1,2\n");
    set_up(&s, plain, flows, 2);
    assert_false(nn_dataset_open(&s.d, &s.program, ".", &s.e));
    assert_says(&s.e, says);
}

static void draws_random_rows(void **state)
{
    static const nn_flow flows[] = {
        {.reader = &nn_random, .tensor = 0, .draws = {.rows = 50, .seed = 2}},
        {.reader = &nn_random, .tensor = 1, .draws = {.rows = 50, .seed = 2}}};
    setup s;
    int seen[3] = {0};
    (void)state;
    set_up(&s, plain, flows, 2);
    open_data(&s);
    fetch(&s, NN_TRAIN, 50);
    for (int i = 0; i < 50; i++) {
        assert_true(fabs((double)s.x[i]) < 6);
        seen[s.y[i]]++;
    }
    assert_true(seen[0] > 0 && seen[1] > 0 && seen[2] > 0);
    nn_dataset_close(&s.d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learns_from_training_rows),
        cmocka_unit_test(scales_around_standardize),
        cmocka_unit_test(validation_teaches_nothing),
        cmocka_unit_test(own_test_sources),
        cmocka_unit_test(fills_with_means),
        cmocka_unit_test(drops_rows_together),
        cmocka_unit_test(ranges_of_names_are_the_same),
        cmocka_unit_test(drops_rows_of_binary_files),
        cmocka_unit_test(cuts_windows),
        cmocka_unit_test(looks_further_ahead),
        cmocka_unit_test(windows_of_sequences),
        cmocka_unit_test(windows_alone),
        cmocka_unit_test(early_stopping_sets_rows_aside),
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_other_widths),
        cmocka_unit_test(draws_random_rows),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
