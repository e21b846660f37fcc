/* Names of classes in the answer: no two are alike, whatever labels say. */
#include "check.h"

#include "nn_print.h"

static const nn_tensor target = {.name = "y", .type = NN_CLASS, .classes = 4};
static const nn_tensor output = {
    .name = "p", .rank = 1, .shape = {4}, .values = 4};

/* The line of a row whose first class has the largest value. */
static void print_row(char **labels, int64_t count, char *line, int size)
{
    static const nn_real values[] = {4, 3, 2, 1};
    const nn_prep prep = {.tensor = &target, .labels = {labels, count, false}};
    const nn_pairing pairing = {.target = 1};
    FILE *stream = tmpfile();
    const nn_real *row = values;
    nn_print print;
    nn_error e = {""};
    assert_true(nn_print_open(&print, stream, NN_PRINT_WORDS, &output, &pairing,
                              1, &prep, 4, &e));
    assert_true(nn_print_row(&print, &row, &e));
    nn_print_close(&print);
    rewind(stream);
    assert_non_null(fgets(line, size, stream));
    fclose(stream);
}

static void names_differ(void **state)
{
    static char one[] = "1", two[] = "2", three[] = "3";
    static char odd[] = "unused class 3", odder[] = "unused class 3'";
    static const struct {
        char *labels[3];
        int64_t count;
        const char *line;
    } rows[] = {
        {{NULL}, 0, "1: 0 4,  1 3,  2 2,  3 1\n"},
        {{one, two, three}, 3, "1: 1 4,  2 3,  3 2,  unused class 3 1\n"},
        {{one, odd, odder},
         3,
         "1: 1 4,  unused class 3 3,  unused class 3' 2,  "
         "unused class 3'' 1\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *labels[3], line[200];
        memcpy(labels, rows[i].labels, sizeof labels);
        print_row(labels, rows[i].count, line, sizeof line);
        assert_string_equal(line, rows[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
