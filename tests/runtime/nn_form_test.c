/* In which form a file holds rows: what the text names or numbers, what the
 * training file's width was, what line 1 is. */
#include "check.h"

#include "nn_form.h"
#include "nn_header.h"
#include "nn_mem.h"

static const nn_columns first_two[] = {{.from = 1, .to = 2}};
static const nn_columns second_two[] = {{.from = 2, .to = 3}};
static const nn_columns second[] = {{.from = 2, .to = 2}};
static const nn_columns names[] = {{.name = "age"}, {.name = "sex"}};
static const nn_columns span[] = {{.name = "age", .last = "bmi"}};
static const nn_columns fourth[] = {{.from = 4, .to = 4}};
static const nn_transform category[] = {{.kind = NN_CATEGORY}};
static const nn_transform windows[] = {
    {.kind = NN_WINDOWS, .length = 3, .ahead = 1}};

#define FLOW(list, ...)                                                        \
    {                                                                          \
        .reader = &nn_csv, .path = "t.csv", .columns = list,                   \
        .column_count = sizeof list / sizeof *list, __VA_ARGS__                \
    }

static const nn_flow none;
static const nn_flow npy = {.reader = &nn_npy, .path = "t.npy"};
static const nn_flow all = {.reader = &nn_csv, .path = "t.csv"};
static const nn_flow a = FLOW(first_two, .tensor = 0);
static const nn_flow b = FLOW(second_two, .tensor = 1);
static const nn_flow elsewhere = {.reader = &nn_csv,
                                  .path = "u.csv",
                                  .columns = first_two,
                                  .column_count = 1};
static const nn_flow by_name = FLOW(names, .tensor = 0);
static const nn_flow by_span = FLOW(span, .tensor = 0);
static const nn_flow with_header = FLOW(first_two, .header = NN_HEADER_YES);
static const nn_flow no_header = FLOW(first_two, .header = NN_HEADER_NO);
static const nn_flow series =
    FLOW(second, .transforms = windows, .transform_count = 1);
static const nn_flow words =
    FLOW(first_two, .transforms = category, .transform_count = 1);
static const nn_flow number = FLOW(fourth, .tensor = 1);

static const nn_tensor two = {
    .name = "x", .type = NN_F32, .rank = 1, .shape = {2}, .values = 2};
static const nn_tensor three = {
    .name = "past", .type = NN_F32, .rank = 2, .shape = {3, 1}, .values = 3};

/* What the plan of one input's flow says: "1-2", "age sex", "age..bmi", and
 * "header" or "row" for line 1. */
static void describe(const nn_flow *f, const nn_records *r, nn_text *out)
{
    for (int i = 0; i < f->column_count; i++) {
        const nn_columns *c = &f->columns[i];
        if (c->name == NULL)
            nn_text_print(out, "%d-%d ", c->from, c->to);
        else
            nn_text_print(out, "%s%s%s ", c->name, c->last ? ".." : "",
                          c->last ? c->last : "");
    }
    if (f->column_count == 0)
        nn_text_print(out, "all ");
    bool header = nn_header_judge(r, f, 1, f->path) == NN_LINE_HEADER;
    nn_text_print(out, "%s ", header ? "header" : "row");
}

typedef struct {
    const nn_flow *first, *second; /* second: NULL where there is one input */
    const nn_flow *target;         /* of the same file, or NULL */
    const nn_tensor *tensor;
    int fields; /* of the training file; 0: not known */
    const char *line, *plan;
} form_case;

static void plan(const form_case *c, nn_text *out, nn_error *e)
{
    int count = c->second != NULL ? 2 : 1;
    nn_flow data[] = {*c->first, c->second ? *c->second : none,
                      c->target ? *c->target : none};
    nn_program program = {.flows = data, .flow_count = 3};
    nn_prep preps[2] = {{.fields = c->fields}, {.fields = c->fields}};
    nn_form form = {&program, preps, "f", 0, count};
    nn_flow flows[2];
    nn_columns columns[2];
    nn_records r;
    bool more;
    nn_file file = {.bytes = (const unsigned char *)c->line,
                    .size = strlen(c->line)};
    for (int i = 0; i < count; i++)
        assert_true(nn_prep_open(&preps[i], data[i].reader ? &data[i] : NULL,
                                 c->tensor, e));
    preps[0].fields = preps[1].fields = c->fields;
    assert_true(nn_records_open(&r, &file, "f", ',', true, e));
    assert_true(nn_records_next(&r, &more, e));
    if (nn_form_plan(&form, &r, flows, columns, e))
        for (int i = 0; i < count; i++)
            describe(&flows[i], &r, out);
    nn_records_close(&r);
}

static void check(const form_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        nn_text out = {0};
        nn_error e = {""};
        plan(&cases[i], &out, &e);
        const char *got = out.bytes != NULL ? out.bytes : e.text;
        if (strstr(got, cases[i].plan) == NULL)
            fail_msg("case %zu, line '%s': %s", i, cases[i].line, got);
        free(out.bytes);
    }
}

static void numbers_decide_at_the_training_width(void **state)
{
    static const form_case cases[] = {
        {&a, NULL, NULL, &two, 3, "1,2,3", "1-2 row "},
        {&a, NULL, NULL, &two, 3, "a,b,c", "1-2 header "},
        {&a, NULL, NULL, &two, 3, "a,b,?", "1-2 header "},
        {&a, &b, NULL, &two, 4, "1,2,3,4", "1-2 row 2-3 row "},
        {&a, &b, NULL, &two, 5, "1,2,3,4", "1-2 row 3-4 row "},
        {&b, NULL, NULL, &two, 4, "1,2", "1-2 row "},
        {&b, NULL, NULL, &two, 2, "1,2", "2-3 row "},
        {&b, NULL, NULL, &two, 4, "1,2,3",
         "f has 3 columns; the training "
         "file had 4, and a row takes 2"},
        {&a, NULL, NULL, &two, 3, "1", "f has 1 column; the training"},
        {&all, NULL, NULL, &two, 2, "1,2", "all row "},
        {&series, NULL, NULL, &three, 3, "1,2,3", "2-2 row "},
        {&series, NULL, NULL, &three, 4, "1,2,3", "1-3 row "},
        {&series, NULL, NULL, &three, 3, "1", "1-1 row "},
        {&a, &elsewhere, NULL, &two, 4, "1,2,3,4", "1-2 row 3-4 row "},
        {&a, &elsewhere, NULL, &two, 3, "1,2,3", "f has 3 columns; a row"},
        {&none, NULL, NULL, &two, 0, "1,2", "1-2 row "},
        {&npy, NULL, NULL, &two, 0, "a,b", "1-2 header "},
    };
    (void)state;
    check(cases, sizeof cases / sizeof *cases);
}

static void unknown_widths_are_not_guessed(void **state)
{
    static const form_case cases[] = {
        {&a, NULL, NULL, &two, 0, "1,2", "1-2 row "},
        {&a, NULL, NULL, &two, 0, "1,2,3", "1-2 row "},
        {&b, NULL, NULL, &two, 0, "1,2", "1-2 row "},
        {&b, NULL, NULL, &two, 0, "1,2,3", "2-3 row "},
        {&a, &b, NULL, &two, 0, "1,2,3", "1-2 row 2-3 row "},
        {&a, &b, NULL, &two, 0, "1,2,3,4", "may be just the values in order"},
        {&series, NULL, NULL, &three, 0, "1,2,3", "may be just the values"},
        {&series, NULL, NULL, &three, 0, "1,2", "2-2 row "},
    };
    (void)state;
    check(cases, sizeof cases / sizeof *cases);
}

static void names_win(void **state)
{
    static const form_case cases[] = {
        {&by_name, NULL, NULL, &two, 3, "sex,age,y", "age sex header "},
        {&by_name, NULL, NULL, &two, 3, "sex,age", "age sex header "},
        {&by_name, NULL, NULL, &two, 3, "0,q,age,1", "age sex header "},
        {&by_name, NULL, NULL, &two, 3, "Age,y", "age sex header "},
        {&by_name, NULL, NULL, &two, 3, "Age,Sex,y", "age sex header "},
        {&by_name, NULL, NULL, &two, 3, "1,2", "1-2 row "},
        {&by_name, NULL, NULL, &two, 3, "?,2", "1-2 row "},
        {&by_name, NULL, NULL, &two, 3, "1,2,3", "it has no header, as"},
        {&by_name, NULL, NULL, &two, 2, "1,2", "it has no header, as"},
        {&by_name, NULL, NULL, &two, 3, "1,2,3,4", "f has 4 columns"},
        {&by_name, &b, NULL, &two, 4, "age,q,r,sex", "age sex header 2-3 "},
        {&by_name, &b, NULL, &two, 4, "age,q,sex", "f has 3 columns"},
        {&by_span, NULL, NULL, &two, 9, "q,age,bmi", "age..bmi header "},
        {&by_span, NULL, NULL, &two, 9, "q,age,BMI", "age..bmi header "},
    };
    (void)state;
    check(cases, sizeof cases / sizeof *cases);
}

/* A range of names means what it meant in training. */
static void ranges_stay(void **state)
{
    char *known[] = {"age", "sex", "bmi"};
    int64_t places[] = {1, 2, 3};
    nn_flow flow = by_span, made;
    nn_prep prep = {.tensor = &three,
                    .flow = &flow,
                    .fields = 5,
                    .column_count = 3,
                    .columns = places,
                    .names = known};
    nn_program program = {.flows = &flow, .flow_count = 1};
    nn_form form = {&program, &prep, "f", 0, 1};
    nn_columns columns[4];
    nn_records r;
    bool more;
    nn_error e;
    static const char text[] = "sex,zip,age,bmi\n";
    nn_file file = {.bytes = (const unsigned char *)text,
                    .size = sizeof text - 1};
    (void)state;
    assert_int_equal(nn_form_room(&form), 4);
    assert_true(nn_records_open(&r, &file, "f", ',', true, &e));
    assert_true(nn_records_next(&r, &more, &e));
    assert_true(nn_form_plan(&form, &r, &made, columns, &e));
    assert_int_equal(made.column_count, 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(made.columns[i].name, known[i]);
    nn_records_close(&r);
}

static void header_of_the_text_holds(void **state)
{
    static const form_case cases[] = {
        {&with_header, NULL, NULL, &two, 3, "0,1,2", "1-2 header "},
        {&with_header, NULL, NULL, &two, 3, "0,1", "1-2 header "},
        {&no_header, NULL, NULL, &two, 3, "a,b,c", "1-2 row "},
        {&no_header, NULL, NULL, &two, 3, "a,b", "1-2 row "},
        {&words, NULL, NULL, &two, 4, "red,blue,x,1", "1-2 row "},
        {&words, NULL, &number, &two, 4, "red,blue,x,1", "1-2 row "},
        {&words, NULL, &number, &two, 4, "a,b,c,d", "1-2 header "},
        {&words, NULL, &number, &two, 4, "red,blue", "1-2 row "},
    };
    (void)state;
    check(cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_decide_at_the_training_width),
        cmocka_unit_test(unknown_widths_are_not_guessed),
        cmocka_unit_test(names_win),
        cmocka_unit_test(ranges_stay),
        cmocka_unit_test(header_of_the_text_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
