/* What is told of a weights file that fits: the model, the version and the
 * preprocessing it was made with, where they are others. */
#include "check.h"

#include "nn_origin.h"

static const nn_model model = {
    .name = "ours", .version = "2", .network = "1234"};
static const nn_tensor x = {.name = "x", .rank = 1, .shape = {2}, .values = 2};
static const nn_tensor y = {.name = "y", .type = NN_CLASS, .classes = 2};

/* A file without tensors that holds these notes. */
static void write_notes(const char *notes)
{
    char bytes[1000] = {0};
    int n =
        snprintf(bytes + 8, sizeof bytes - 8, "{\"__metadata__\":{%s}}", notes);
    bytes[0] = (char)n;
    bytes[1] = (char)(n >> 8);
    write_bytes("w", bytes, 8 + (size_t)n);
}

/* What is told of the file, from a model that standardizes x and knows the
 * labels a and b of y, or does neither. */
static char *told(bool prepares)
{
    static char a[] = "a", b[] = "b";
    char *labels[] = {a, b};
    const nn_prep preps[] = {
        {.tensor = &x, .standardize = prepares},
        {.tensor = &y,
         .category = prepares,
         .labels = {labels, prepares ? 2 : 0, false}},
    };
    nn_tensors t;
    nn_error e = {""};
    size_t size;
    assert_true(nn_tensors_open(&t, "w", &e));
    int old = dup(STDERR_FILENO);
    assert_non_null(freopen("told", "w", stderr));
    nn_origin_tell(&model, &t, "w", preps, 2);
    fflush(stderr);
    dup2(old, STDERR_FILENO);
    close(old);
    nn_tensors_close(&t);
    return read_bytes("told", &size);
}

#define MODEL "\"nnc.model\":\"ours\""
#define MOMENTS                                                                \
    "\"nnc.data.x\":\"{\\\"mean\\\":[1,2],\\\"deviation\\\":[3,4]}\""
#define LABELS(list) "\"nnc.data.y\":\"{\\\"labels\\\":" list "}\""
#define GOOD MOMENTS "," LABELS("[\\\"a\\\",\\\"b\\\"]")

static void tells_what_differs(void **state)
{
    static const struct {
        bool prepares;
        const char *notes, *told;
    } rows[] = {
        {true, GOOD, ""}, /* another program's file */
        {false, "", ""},
        {true, MODEL "," GOOD, ""},
        {true, MODEL ",\"nnc.network\":\"1234\"," GOOD, ""},
        {true, MODEL ",\"nnc.network\":\"1235\"," GOOD,
         "note: w was made with another text of ours, or other values for -D: "
         "its weights fit, but what is computed from them may differ\n"},
        {true, "\"nnc.model\":\"theirs\",\"nnc.version\":\"1\"," GOOD,
         "note: w was made for the model theirs, this is ours\n"
         "note: w was made by nnc 1, this is 2\n"},
        {false, MODEL "," GOOD,
         "note: w was made with `standardize` of x, this is without it\n"
         "note: w was made with `category` of y, this is without it\n"},
        {true, MODEL,
         "note: w was made without `standardize` of x, this is with it\n"
         "note: w was made without `category` of y, this is with it\n"},
        {true, MODEL "," MOMENTS "," LABELS("[\\\"a\\\",\\\"c\\\"]"),
         "note: w was made with other labels of y: class 1 is 'c' there and "
         "'b' here\n"},
        {true, MODEL "," MOMENTS "," LABELS("[\\\"a\\\"]"),
         "note: w was made with other labels of y: class 1 is 'unused' there "
         "and 'b' here\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_notes(rows[i].notes);
        char *text = told(rows[i].prepares);
        assert_string_equal(text, rows[i].told);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_differs),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
