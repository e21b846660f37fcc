/* Texts as rows: lines and windows in any order, of files plain, packed,
 * recoded or piped; ids by vocabularies of training rows; what is refused. */
#include "check.h"

#include <zlib.h>

#include "nn_dataset.h"

#define SPLIT                                                                  \
    {                                                                          \
        .kind = NN_SPLIT, .splitter = &nn_words                                \
    }
#define KEEP                                                                   \
    {                                                                          \
        .kind = NN_SPLIT, .splitter = &nn_words,                               \
        .punctuation = NN_PUNCTUATION_KEEP                                     \
    }
#define CHARACTERS                                                             \
    {                                                                          \
        .kind = NN_SPLIT, .splitter = &nn_characters                           \
    }
#define BY(list)                                                               \
    .transforms = list, .transform_count = sizeof list / sizeof *list

static const nn_transform words[] = {SPLIT, {.kind = NN_IDS}};
static const nn_transform framed[] = {SPLIT,
                                      {.kind = NN_IDS, .start = 1, .stop = 1}};
static const nn_transform left[] = {SPLIT, {.kind = NN_IDS, .left = 1}};
static const nn_transform common[] = {SPLIT, {.kind = NN_IDS, .least = 2}};
static const nn_transform moved[] = {
    SPLIT, {.kind = NN_IDS}, {.kind = NN_SHIFT, .start = 1}};
static const nn_transform labels[] = {KEEP, {.kind = NN_CATEGORY}};
static const nn_transform all_labels[] = {KEEP,
                                          {.kind = NN_CATEGORY, .other = 1}};
static const nn_transform windows[] = {
    CHARACTERS,
    {.kind = NN_IDS},
    {.kind = NN_WINDOWS, .length = 4, .ahead = 1, .stride = 4}};
static const nn_transform word_windows[] = {
    SPLIT,
    {.kind = NN_IDS},
    {.kind = NN_WINDOWS, .length = 4, .ahead = 1, .stride = 1}};
static const nn_transform category[] = {{.kind = NN_CATEGORY}};
static const nn_transform whole[] = {{.kind = NN_SPLIT, .splitter = &nn_whole},
                                     {.kind = NN_IDS}};
static const nn_columns first[] = {{.from = 1, .to = 1}};
static const nn_columns second[] = {{.from = 2, .to = 2}};

/* x: token(12)[4], y: class(12)[4] or another. */
typedef struct {
    nn_tensor tensors[2];
    nn_flow flows[2];
    nn_model model;
    nn_program program;
    nn_dataset data;
} setup;

static bool try(setup *s, nn_flow x, nn_flow y, nn_split test, nn_error *e)
{
    *s = (setup){.tensors = {{.name = "x",
                              .type = NN_TOKEN,
                              .classes = 12,
                              .rank = 1,
                              .shape = {4},
                              .values = 4},
                             {.name = "y",
                              .type = NN_CLASS,
                              .classes = 12,
                              .rank = 1,
                              .shape = {4},
                              .values = 4}},
                 .flows = {x, y}};
    s->flows[1].tensor = 1;
    if (y.reader == &nn_csv) {
        s->tensors[1].rank = 0;
        s->tensors[1].values = 1;
    }
    s->model = (nn_model){
        .name = "m", .inputs = s->tensors, .input_count = 1, .target_count = 1};
    s->program = (nn_program){.model = &s->model,
                              .flows = s->flows,
                              .flow_count = 2,
                              .unpacker = &nn_gzip,
                              .test = test,
                              .train = {.split_seed = 1}};
    return nn_dataset_open(&s->data, &s->program, NULL, e);
}

static void open_data(setup *s, nn_flow x, nn_flow y, nn_split test)
{
    nn_error e = {""};
    if (!try(s, x, y, test, &e))
        fail_msg("%s", e.text);
}

/* The ids of row `item` of a part, as "4 5 0 0 / 1 2 3 0". */
static const char *ids_of(setup *s, nn_part part, int64_t item)
{
    static char out[200];
    int32_t x[4], y[4];
    void *buffers[] = {x, y};
    size_t used = 0;
    nn_order *order = &s->data.parts[part].order;
    uint32_t row;
    nn_order_sort(order);
    nn_order_skip(order, item);
    nn_order_next(order, &row, 1);
    nn_dataset_fetch(&s->data, part, &row, 1, buffers);
    for (int i = 0; i < 4 + s->tensors[1].values; i++)
        used += (size_t)snprintf(out + used, sizeof out - used, "%s%d",
                                 i == 4  ? " / "
                                 : i > 0 ? " "
                                         : "",
                                 i < 4 ? x[i] : y[i - 4]);
    return out;
}

static const nn_split last_one = {
    .kind = NN_SPLIT_ROWS, .amount = 1, .last = 1};
static const nn_split none;

/* the 3, cat 2, a, sat; 'dog' is in the test row alone. */
static const char texts[] = "the cat sat\nthe cat\na the\nthe dog sat\n";
static const char tags[] = "D N V\nD N\nD D\nD N V\n";

static void learns_words_and_labels_of_training_rows(void **state)
{
    setup s;
    nn_flow x = {.reader = &nn_lines, .path = "x", BY(words)};
    nn_flow y = {.reader = &nn_lines, .path = "y", BY(labels)};
    (void)state;
    write_text("x", texts);
    write_text("y", tags);
    open_data(&s, x, y, last_one);
    assert_string_equal(ids_of(&s, NN_TRAIN, 0), "4 5 7 0 / 1 2 3 0");
    assert_string_equal(ids_of(&s, NN_TRAIN, 2), "6 4 0 0 / 1 1 0 0");
    assert_string_equal(ids_of(&s, NN_TEST, 0), "4 3 7 0 / 1 2 3 0");
    const nn_prep *p = s.data.preps;
    assert_string_equal(nn_prep_name(&p[0], 4), "the");
    assert_string_equal(nn_prep_name(&p[0], 3), "<other>");
    assert_null(nn_prep_name(&p[0], 8));
    assert_string_equal(nn_prep_name(&p[1], 1), "D");
    assert_string_equal(nn_prep_name(&p[1], 0), "<pad>");
    nn_dataset_close(&s.data);
}

static void frames_pads_and_moves(void **state)
{
    static const struct {
        const nn_transform *list;
        int count;
        const char *ids[3];
    } rows[] = {
        {framed, 2, {"1 4 5 7", "1 4 5 2", "1 6 4 2"}},
        {left, 2, {"0 4 5 7", "0 0 4 5", "0 0 6 4"}},
        {common, 2, {"4 5 3 0", "4 5 0 0", "3 4 0 0"}},
        {moved, 3, {"1 4 5 0", "1 4 0 0", "1 6 0 0"}},
    };
    (void)state;
    write_text("x", texts);
    write_text("y", tags);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setup s;
        nn_flow x = {.reader = &nn_lines,
                     .path = "x",
                     .transforms = rows[i].list,
                     .transform_count = rows[i].count};
        nn_flow y = {.reader = &nn_lines, .path = "x", BY(words)};
        open_data(&s, x, y, last_one);
        for (int row = 2; row >= 0; row--) /* in any order */
            if (strncmp(ids_of(&s, NN_TRAIN, row), rows[i].ids[row], 7) != 0)
                fail_msg("list %zu, row %d: %s", i, row,
                         ids_of(&s, NN_TRAIN, row));
        nn_dataset_close(&s.data);
    }
}

static void cuts_windows(void **state)
{
    setup s;
    nn_flow x = {.reader = &nn_series, .path = "x", BY(windows)};
    nn_flow y = {
        .reader = &nn_series, .path = "x", BY(windows), .ahead = 1, .like = 1};
    (void)state;
    write_text("x", "abbcabbcabbz\xc3\xa9"); /* b 6, a 3, c 2 */
    open_data(&s, x, y, last_one);
    assert_int_equal(s.data.parts[NN_TRAIN].count, 2);
    assert_string_equal(ids_of(&s, NN_TRAIN, 1), "5 4 4 6 / 4 4 6 5");
    assert_string_equal(ids_of(&s, NN_TRAIN, 0), "5 4 4 6 / 4 4 6 5");
    assert_string_equal(ids_of(&s, NN_TEST, 0), "5 4 4 3 / 4 4 3 3");
    nn_dataset_close(&s.data);
    x.transforms = y.transforms = word_windows;
    write_text("x", "a b c d\ne f");
    open_data(&s, x, y, none);
    assert_int_equal(s.data.parts[NN_TRAIN].count, 2);
    assert_string_equal(ids_of(&s, NN_TRAIN, 1), "4 5 6 8 / 5 6 8 3");
    nn_dataset_close(&s.data);
}

/* One column as words, or as one word. */
static void takes_columns(void **state)
{
    setup s;
    nn_flow x = {.reader = &nn_csv,
                 .path = "t.csv",
                 .columns = second,
                 .column_count = 1,
                 BY(words)};
    nn_flow y = {.reader = &nn_csv,
                 .path = "t.csv",
                 .columns = first,
                 .column_count = 1,
                 BY(category)};
    (void)state;
    write_text("t.csv", "good,\"b \"\"q\"\" a\"\nbad,\"a, b\nc\"\n");
    open_data(&s, x, y, none);
    assert_string_equal(ids_of(&s, NN_TRAIN, 0), "6 4 9 4 / 1");
    assert_string_equal(ids_of(&s, NN_TRAIN, 1), "5 7 6 8 / 0");
    nn_dataset_close(&s.data);
    y.transforms = whole;
    y.transform_count = 2;
    open_data(&s, x, y, last_one);
    assert_string_equal(ids_of(&s, NN_TEST, 0), "5 3 6 3 / 3");
    nn_dataset_close(&s.data);
    x.charset = y.charset = NN_WINDOWS_1252;
    write_text("t.csv", "caf\xe9,a\nb,caf\xe9\n");
    open_data(&s, x, y, none);
    assert_string_equal(nn_prep_name(&s.data.preps[1], 5), "caf\xc3\xa9");
    nn_dataset_close(&s.data);
}

/* Many lines, of which the one asked for is far from a mark. */
static void finds_lines_anywhere(void **state)
{
    setup s;
    nn_flow x = {.reader = &nn_lines, .path = "x.gz", BY(words)};
    nn_flow y = {.reader = &nn_lines, .path = "y", BY(words)};
    nn_error e = {""};
    (void)state;
    gzFile packed = gzopen("x.gz", "wb");
    FILE *plain = fopen("y", "wb");
    for (int i = 0; i < 3000; i++) {
        int n = i % 7 == 0 ? 300 : i % 5;
        gzprintf(packed, "%c\r\n", 'a' + i % 8);
        fprintf(plain, "%c%*s\n", 'a' + i % 8, n, "");
    }
    gzclose(packed);
    fclose(plain);
    open_data(&s, x, y, none);
    assert_int_equal(s.data.parts[NN_TRAIN].count, 3000);
    for (int64_t i = 2999; i > 0; i = i * 5 / 7) {
        char want[40];
        snprintf(want, sizeof want, "%d 0 0 0 / %d 0 0 0", (int)(4 + i % 8),
                 (int)(4 + i % 8));
        assert_string_equal(ids_of(&s, NN_TRAIN, i), want);
    }
    uint64_t sum = nn_dataset_checksum(&s.data);
    nn_dataset_close(&s.data);
    x.path = "y"; /* the same rows, and other bytes */
    assert_true(try(&s, x, y, none, &e));
    assert_true(sum != nn_dataset_checksum(&s.data));
    nn_dataset_close(&s.data);
}

/* A line of 300,000 words loses its end; one word of that size is refused. */
static void takes_huge_lines(void **state)
{
    setup s;
    nn_flow x = {.reader = &nn_lines, .path = "x", BY(words)};
    nn_error e = {""};
    char *text = malloc(600001);
    (void)state;
    for (int i = 0; i < 600000; i += 2)
        memcpy(text + i, i % 4 == 0 ? "a " : "b ", 3);
    text[600000] = 0;
    write_text("x", text);
    open_data(&s, x, x, none);
    assert_string_equal(ids_of(&s, NN_TRAIN, 0), "4 5 4 5 / 4 5 4 5");
    nn_dataset_close(&s.data);
    memset(text, 'a', 600000);
    write_text("x", text);
    assert_false(try(&s, x, x, none, &e));
    assert_says(&e,
                (const char *[]){"x:1: a word of more than 65536 bytes", NULL});
    free(text);
}

static void refuses_bad_texts(void **state)
{
    static const nn_flow lines = {.reader = &nn_lines, .path = "x", BY(words)};
    static const nn_flow often = {.reader = &nn_lines, .path = "x", BY(common)};
    static const nn_flow tagged = {
        .reader = &nn_lines, .path = "y", BY(labels)};
    static const nn_flow series = {
        .reader = &nn_series, .path = "x", BY(windows)};
    static const struct {
        const nn_flow *flow;
        const char *x, *y;
        size_t size; /* of x; 0: all */
        const char *says;
    } rows[] = {
        {&lines, "a\nb\n", "A\n", 0,
         "x has 2 rows for x, y has 1 for y: row i of every source belongs"},
        {&lines, "a\n\nb\n", "A\nB\nC\n", 0, "x:2: x has no word here"},
        {&often, "a\nb\na\n", "A\nB\nC\n", 0,
         "no word of the training rows in x occurs 2 times, so all of x would "
         "be <other>: give `ids` a smaller min_count"},
        {&lines, "a\nb\n", "A\n \n", 0, "y:2: y has no word here"},
        {&lines, "a b\nb\n", "A A\nA A\n", 0,
         "y:2 has 2 labels, x:2 has 1 word: each word has one label; "
         "words(punctuation: keep)"},
        {&lines, "a\nb\nc\n", "A\nB\nC\n", 0,
         "y:3: the label 'C' of y does not occur in the training rows"},
        {&lines, "", "A\n", 0, "x is empty"},
        {&lines, "a\0b\n", "A\n", 4, "x:1:2: a zero byte"},
        {&lines, "caf\xe9\n", "A\n", 0, "x:1:4: byte 0xe9 is not UTF-8"},
        {&lines, "\x1f\x8b no gzip, but long enough", "A\n", 0,
         "x: its gzip data are damaged"},
        {&series, "abcd", "A\n", 0,
         "x has 4 tokens; a window takes 4, and what lies ahead of it 1 more"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setup s;
        nn_error e = {""};
        write_bytes("x", rows[i].x,
                    rows[i].size > 0 ? rows[i].size : strlen(rows[i].x));
        write_text("y", rows[i].y);
        if (try(&s, *rows[i].flow, tagged, last_one, &e))
            fail_msg("case %zu is taken", i);
        if (strncmp(e.text, rows[i].says, strlen(rows[i].says)) != 0)
            fail_msg("case %zu: %s", i, e.text);
    }
}

/* A label that training did not have may be a class of its own. */
static void takes_other_labels(void **state)
{
    setup s;
    nn_flow x = {.reader = &nn_lines, .path = "x", BY(words)};
    nn_flow y = {.reader = &nn_lines, .path = "y", BY(all_labels)};
    (void)state;
    write_text("x", "a\nb\nc\n");
    write_text("y", "A\nB\nC\n");
    open_data(&s, x, y, last_one);
    assert_string_equal(ids_of(&s, NN_TEST, 0), "3 0 0 0 / 3 0 0 0");
    assert_string_equal(nn_prep_name(&s.data.preps[1], 3), "<other>");
    nn_dataset_close(&s.data);
}

/* Random bytes are read or refused, and never break anything. */
static void survives_random_bytes(void **state)
{
    static const nn_flow flows[] = {
        {.reader = &nn_lines, .path = "x", BY(words)},
        {.reader = &nn_series, .path = "x", BY(windows)},
        {.reader = &nn_series, .path = "x", BY(word_windows)},
        {.reader = &nn_lines,
         .path = "x",
         .charset = NN_WINDOWS_1252,
         BY(words)}};
    static const char alphabet[] = "ab \n\r.'\t\xc3\xa9\xe2\x82\xac\xff\0x-";
    uint32_t seed = 1;
    (void)state;
    for (int round = 0; round < 400; round++) {
        char text[200];
        setup s;
        nn_error e = {""};
        size_t n = 0, size = (size_t)round / 2;
        for (; n < size; n++) {
            seed = seed * 1664525 + 1013904223;
            text[n] = round % 3 == 0 ? (char)(seed >> 24)
                                     : alphabet[(seed >> 24) % 18];
        }
        write_bytes("x", text, n);
        if (!try(&s, flows[round % 4], flows[round % 4], none, &e)) {
            assert_true(e.text[0] != 0);
            continue;
        }
        for (int64_t i = 0; i < s.data.parts[NN_TRAIN].count; i++)
            ids_of(&s, NN_TRAIN, i);
        nn_dataset_close(&s.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learns_words_and_labels_of_training_rows),
        cmocka_unit_test(frames_pads_and_moves),
        cmocka_unit_test(cuts_windows),
        cmocka_unit_test(takes_columns),
        cmocka_unit_test(finds_lines_anywhere),
        cmocka_unit_test(takes_huge_lines),
        cmocka_unit_test(refuses_bad_texts),
        cmocka_unit_test(takes_other_labels),
        cmocka_unit_test(survives_random_bytes),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
