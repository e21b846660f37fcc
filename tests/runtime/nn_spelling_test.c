/* Text at inference: words of a weights file, rows as they are or by columns,
 * labels printed a word each, and what is refused. */
#include "check.h"

#include "nn_print.h"
#include "nn_rows.h"
#include "nn_token.h"

static const nn_transform words[] = {
    {.kind = NN_SPLIT, .splitter = &nn_words, .lower = 1}, {.kind = NN_IDS}};
static const nn_transform labels[] = {{.kind = NN_SPLIT, .splitter = &nn_words},
                                      {.kind = NN_CATEGORY}};
static const nn_columns second[] = {{.from = 2, .to = 2}};
static const nn_columns named[] = {{.name = "review"}};
static const nn_flow lines = {.reader = &nn_lines,
                              .path = "x",
                              .transforms = words,
                              .transform_count = 2};
static const nn_flow tagged = {.reader = &nn_lines,
                               .path = "y",
                               .transforms = labels,
                               .transform_count = 2};
static const nn_flow by_number = {.reader = &nn_tsv,
                                  .path = "t.tsv",
                                  .columns = second,
                                  .column_count = 1,
                                  .transforms = words,
                                  .transform_count = 2};
static const nn_flow by_name = {.reader = &nn_csv,
                                .path = "t.csv",
                                .columns = named,
                                .column_count = 1,
                                .transforms = words,
                                .transform_count = 2};

static const nn_tensor x = {.name = "x",
                            .type = NN_TOKEN,
                            .classes = 6,
                            .rank = 1,
                            .shape = {4},
                            .values = 4};
static const nn_tensor y = {.name = "y",
                            .type = NN_CLASS,
                            .classes = 3,
                            .rank = 1,
                            .shape = {4},
                            .values = 4};
static const nn_tensor scores = {
    .name = "p", .rank = 2, .shape = {4, 3}, .values = 12};

static char **list(const char *a, const char *b, const char *c)
{
    char **text = calloc(3, sizeof *text);
    text[0] = strdup(a);
    text[1] = strdup(b);
    text[2] = c != NULL ? strdup(c) : NULL;
    return text;
}

/* A prep that has the words `the` and `cat`. */
static void set_up(nn_prep *p, const nn_flow *flow, int64_t fields)
{
    nn_error e;
    assert_true(nn_prep_open(p, flow, &x, &e));
    assert_null(p->spelling->restore(p->speller, list("the", "cat", NULL), 2));
    p->fields = fields;
}

static bool read_rows(nn_prep *p, nn_rows *r, const char *text, nn_error *e)
{
    static nn_model model = {.inputs = &x, .input_count = 1};
    static const nn_program program = {.model = &model};
    write_text("rows", text);
    return nn_rows_read(r, &program, p, "rows", e);
}

static void reads_raw_rows_and_columns(void **state)
{
    static const struct {
        const nn_flow *flow;
        const char *text;
        int64_t rows;
        int32_t last[4];
    } rows[] = {
        {&lines, "A dog\nThe CAT", 2, {4, 5, 0, 0}},
        {&lines, "the cat the cat the\r\n", 1, {4, 5, 4, 5}},
        {&by_number, "good\tthe cat\nbad\tthe\n", 2, {4, 0, 0, 0}},
        {&by_number, "cat the\n", 1, {5, 4, 0, 0}},
        {&by_name,
         "label,review\n1,the cat\n2,\"cat, cat\"\n",
         2,
         {5, 3, 5, 0}},
        {&by_name, "the, cat\n", 1, {4, 3, 5, 0}},
        {&by_name, "\"the cat\n", 1, {3, 4, 5, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        nn_prep p;
        nn_rows r;
        nn_error e = {""};
        int32_t ids[4];
        void *buffers[] = {ids};
        set_up(&p, rows[i].flow, 2);
        if (!read_rows(&p, &r, rows[i].text, &e))
            fail_msg("row %zu: %s", i, e.text);
        assert_int_equal(r.rows, rows[i].rows);
        nn_rows_fetch(&r, &p, r.rows - 1, 0, buffers);
        for (int k = 0; k < 4; k++)
            if (ids[k] != rows[i].last[k])
                fail_msg("row %zu: id %d is %d", i, k, ids[k]);
        nn_rows_close(&r);
        nn_prep_close(&p);
    }
}

static void refuses_empty_rows_and_foreign_words(void **state)
{
    nn_prep p;
    nn_rows r;
    nn_error e = {""};
    (void)state;
    set_up(&p, &lines, 0);
    assert_false(read_rows(&p, &r, "the\n\ncat\n", &e));
    assert_string_equal(e.text, "rows:2: x has no word here");
    assert_false(read_rows(&p, &r, "the\ncaf\xe9\n", &e));
    assert_says(&e, (const char *[]){"rows:2:4: byte 0xe9 is not UTF-8", NULL});
    nn_prep_close(&p);
    assert_true(nn_prep_open(&p, &lines, &x, &e));
    assert_string_equal(p.spelling->restore(p.speller, list("a", "b", "c"), 3),
                        "more than it has classes for");
    nn_prep_close(&p);
    assert_true(nn_prep_open(&p, &lines, &x, &e));
    assert_string_equal(p.spelling->restore(p.speller, list("a", "a", NULL), 2),
                        "not one list of different words");
    nn_prep_close(&p);
}

/* Each trigram of letters has a place: # is 0, a is 1. */
static void counts_trigrams(void **state)
{
    enum { N = 27 * 27 * 27 };
    static const nn_transform hashed[] = {
        {.kind = NN_SPLIT, .splitter = &nn_hashed}};
    static const nn_flow flow = {.reader = &nn_lines,
                                 .path = "x",
                                 .transforms = hashed,
                                 .transform_count = 1};
    static const nn_tensor counts = {
        .name = "x", .type = NN_F32, .rank = 1, .shape = {N}, .values = N};
    static nn_model model = {.inputs = &counts, .input_count = 1};
    static const nn_program program = {.model = &model};
    nn_real *values = malloc(N * sizeof *values), sum = 0;
    void *buffers[] = {values};
    nn_prep p;
    nn_rows r;
    nn_error e = {""};
    (void)state;
    write_text("rows", "Cat, a cat\n");
    assert_true(nn_prep_open(&p, &flow, &counts, &e));
    assert_false(nn_prep_learns(&p));
    assert_true(nn_rows_read(&r, &program, &p, "rows", &e));
    nn_rows_fetch(&r, &p, 0, 0, buffers);
    for (int i = 0; i < N; i++)
        sum += values[i];
    assert_true(sum == 7);
    assert_true(values[3 * 27 + 1] == 2);                /* #ca */
    assert_true(values[3 * 27 * 27 + 1 * 27 + 20] == 2); /* cat */
    assert_true(values[1 * 27 * 27 + 20 * 27] == 2);     /* at# */
    assert_true(values[27] == 1);                        /* #a# */
    nn_rows_close(&r);
    nn_prep_close(&p);
    free(values);
}

/* One label a word, and none where a row has no word any more. */
static void prints_a_label_a_word(void **state)
{
    static const nn_real values[] = {0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0};
    static const int32_t ids[] = {4, 3, 0, 0};
    static const struct {
        nn_format format;
        const char *text;
    } rows[] = {
        {NN_PRINT_WORDS, "1: B-\"x\" O\n"},
        {NN_PRINT_JSON,
         "[\n  {\"row\": 1, \"top\": [[{\"class\": \"B-\\\"x\\\"\", \"value\": "
         "1}], [{\"class\": \"O\", \"value\": 1}]], \"values\": "
         "[0,1,0,0,0,1,1,0,0,1,0,0]}\n]\n"},
        {NN_PRINT_CSV, "0,1,0,0,0,1,1,0,0,1,0,0\n"},
    };
    const nn_pairing pairing = {.target = 1};
    const nn_real *row = values;
    nn_prep p;
    nn_error e = {""};
    (void)state;
    assert_true(nn_prep_open(&p, &tagged, &y, &e));
    assert_null(p.spelling->restore(p.speller, list("B-\"x\"", "O", NULL), 2));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[300] = "";
        FILE *stream = tmpfile();
        nn_print print;
        assert_true(nn_print_open(&print, stream, rows[i].format, &scores,
                                  &pairing, 1, &p, 1, &e));
        print.of[0].ids = ids;
        assert_true(nn_print_row(&print, &row, &e));
        nn_print_close(&print);
        rewind(stream);
        assert_true(fread(text, 1, sizeof text - 1, stream) > 0);
        assert_string_equal(text, rows[i].text);
        fclose(stream);
    }
    nn_prep_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_raw_rows_and_columns),
        cmocka_unit_test(refuses_empty_rows_and_foreign_words),
        cmocka_unit_test(prints_a_label_a_word),
        cmocka_unit_test(counts_trigrams),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
