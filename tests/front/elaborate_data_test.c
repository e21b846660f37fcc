/* elaborate_data_test.c: data and training settings as a Program holds them;
 * mistakes in them are in tests/errors. */
#include "front/elaborate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "front/parse.h"
#include "support/fixture.h"

static const Program *elaborated(const char *text)
{
    Source *source = NEW(arena, Source);
    Diag *diag = diag_new(arena);
    Program *p;

    *source = (Source){.path = "a.nn", .text = text, .size = strlen(text)};
    p = elaborate_program(arena, diag, parse_text(arena, diag, source),
                          &(ElabOptions){0});
    if (!p) {
        diag_print(diag, stderr, false);
        fail_msg("%s", text);
    }
    return p;
}

/* A model with these two blocks; its inputs serve all rows below. */
static const Program *program(const char *data, const char *train)
{
    return elaborated(arena_printf(
        arena,
        "model m(window = 20, share = 15%%) {\n"
        "  input x: f32[4], past: f32[window, 1];\n"
        "  target c: class(3), next: f32[1];\n"
        "  y = x -> dense(3); z = past -> last -> dense(1);\n"
        "  output y; loss cross_entropy(y, c), squared_error(z, next);\n"
        "  %s %s }",
        data, train));
}

static const char sources[] =
    "data { x = csv(\"a.csv\", columns: 1..4, header: true) -> standardize;\n"
    "  c = tsv(\"c.tsv.gz\", column: \"kind\") -> category;\n"
    "  past, next = csv(\"s.csv\", column: 2) -> scale(1/4) ->\n"
    "    windows(window); %s }";

static const Setting *setting(const Stage *stage, const char *key)
{
    for (int i = 0; i < stage->n; i++)
        if (strcmp(stage->set[i].key, key) == 0)
            return &stage->set[i];
    return NULL;
}

static void flows(void **state)
{
    const Program *p = program(arena_printf(arena, sources, ""), "");
    const Flow *f = p->flows.at;
    const Stage *windows;

    (void)state;
    assert_true(p->has_data);
    assert_int_equal(p->flows.n, 3);
    assert_string_equal(f[0].stages[0].name, "csv");
    assert_string_equal(setting(&f[0].stages[0], "path")->text, "a.csv");
    assert_int_equal(setting(&f[0].stages[0], "columns")->n, 4);
    assert_true(setting(&f[0].stages[0], "columns")->list[3] == 4);
    assert_true(setting(&f[0].stages[0], "header")->number == 1);
    assert_null(setting(&f[0].stages[0], "column"));
    assert_string_equal(f[0].stages[1].name, "standardize");
    assert_int_equal(f[1].feeds[0], 2);
    assert_string_equal(setting(&f[1].stages[0], "column")->text, "kind");
    assert_int_equal(f[2].n_feeds, 2);
    assert_int_equal(f[2].feeds[0], 1);
    assert_int_equal(f[2].feeds[1], 3);
    assert_true(setting(&f[2].stages[1], "factor")->number == 0.25);
    windows = &f[2].stages[2];
    assert_true(setting(windows, "length")->number == 20);
    assert_true(setting(windows, "ahead")->number == 1);
    assert_true(setting(windows, "stride")->number == 1);
}

/* Windows move on by one where a value follows them, by their length where the
 * target is a sequence as they are. */
static void strides(void **state)
{
    static const struct {
        const char *input, *target, *windows;
        int stride;
    } rows[] = {
        {"f32[20, 1]", "f32[1]", "windows(20)", 1},
        {"f32[20, 2]", "f32[2]", "windows(20)", 1},
        {"f32[20, 1]", "f32[20, 1]", "windows(20)", 20},
        {"f32[20, 1]", "f32[20, 1]", "windows(20, stride: 3)", 3},
        {"f32[20, 1]", "f32[1]", "windows(20, stride: 3)", 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Program *p = elaborated(arena_printf(
            arena,
            "model m { input a: %s; target b: %s; y = a -> last -> dense(1);\n"
            "output y; loss sum(square(y)) + sum(square(b));\n"
            "data { a, b = csv(\"s.csv\") -> %s; } }",
            rows[i].input, rows[i].target, rows[i].windows));

        assert_int_equal(setting(&p->flows.at[0].stages[1], "stride")->number,
                         rows[i].stride);
    }
}

static void splits(void **state)
{
    static const struct {
        const char *text;
        int kind;
        double amount;
        int folds;
        bool last;
        int stratified;
    } rows[] = {
        {"", SPLIT_NONE, 0, 0, false, -1},
        {"test 20%;", SPLIT_SHARE, 0.2, 0, false, -1},
        {"test share;", SPLIT_SHARE, 0.15, 0, false, -1},
        {"test 30;", SPLIT_ROWS, 30, 0, false, -1},
        {"test last 30 stratified by c;", SPLIT_ROWS, 30, 0, true, 2},
        {"test fold 3 of 10;", SPLIT_FOLD, 3, 10, false, -1},
        {"test fold 3 of 10 stratified by c;", SPLIT_FOLD, 3, 10, false, 2},
        {"test { x = npy(\"x.npy\"); c = idx(\"c\"); past = npy(\"p.npy\");\n"
         "  next = random(rows: 5, seed: 2, draw: uniform); }",
         SPLIT_OWN, 0, 0, false, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Program *p =
            program(arena_printf(arena, sources, rows[i].text), "");

        assert_int_equal(p->test.kind, rows[i].kind);
        assert_true(p->test.amount == rows[i].amount);
        assert_int_equal(p->test.folds, rows[i].folds);
        assert_int_equal(p->test.last, rows[i].last);
        assert_int_equal(p->test.stratified, rows[i].stratified);
        assert_int_equal(p->validation.kind, SPLIT_NONE);
        assert_int_equal(p->flows.n, rows[i].kind == SPLIT_OWN ? 7 : 3);
    }
}

static void defaults(void **state)
{
    const Program *p = program("", "");
    const Train *t = &p->train;

    (void)state;
    assert_false(p->has_data);
    assert_string_equal(t->optimizer->name, "adam");
    assert_true(t->rate == 1e-3);
    assert_string_equal(t->optimizer->arguments,
                        "beta1: 0.9, beta2: 0.999, eps: 1e-08");
    assert_int_equal(t->batch, 32);
    assert_int_equal(t->epochs, 10);
    assert_int_equal(t->seed, 1);
    assert_int_equal(t->schedule.kind, RATE_CONSTANT);
}

static void train_settings(void **state)
{
    const Program *p = program(
        "", "train { optimizer sgd(0.1, momentum: 90%, nesterov: true);\n"
            "  schedule step(every: 10, factor: 0.5); warmup 500; batch all;\n"
            "  epochs 7; seed 3; split_seed 4; clip norm 2.5; l2 1e-4; l1 2;\n"
            "  early_stop(patience: 5); }");
    const Train *t = &p->train;

    (void)state;
    assert_string_equal(t->optimizer->name, "sgd");
    assert_string_equal(t->optimizer->arguments,
                        "momentum: 0.9, nesterov: true");
    assert_true(t->rate == 0.1);
    assert_int_equal(t->schedule.kind, RATE_STEP);
    assert_true(t->schedule.every == 10 && t->schedule.factor == 0.5);
    assert_true(t->schedule.warmup == 500);
    assert_int_equal(t->batch, 0);
    assert_int_equal(p->entries.at[0].batch, 1024);
    assert_int_equal(t->epochs, 7);
    assert_int_equal(t->seed, 3);
    assert_int_equal(t->split_seed, 4);
    assert_int_equal(t->clips.n, 1);
    assert_string_equal(t->clips.at[0]->name, "norm");
    assert_string_equal(t->clips.at[0]->arguments, "limit: 2.5");
    assert_true(t->l2 == 1e-4 && t->l1 == 2);
    assert_int_equal(t->patience, 5);
    p = program("", "train { optimizer sgd(1); schedule cosine(to: 1e-5); }");
    assert_int_equal(p->train.schedule.kind, RATE_COSINE);
    assert_true(p->train.schedule.to == 1e-5);
}

/* Outputs know the class that a loss or metric compares them with. */
static void pairs(void **state)
{
    static const struct {
        const char *output;
        int target;
        bool classes;
    } rows[] = {{"softmax(y)", 2, true}, {"y", 2, false},
                {"y + 0", 2, false},     {"softmax(y) * 1", 2, true},
                {"z", -1, false},        {"relu(y)", -1, false}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Program *p =
            program(arena_printf(arena, "output o = %s;", rows[i].output), "");
        const Output *o = &p->outputs.at[1];

        assert_int_equal(o->target, rows[i].target);
        assert_int_equal(o->classes, rows[i].classes);
    }
}

/* Of an optimiser: what the result needs, also through other states. */
static void states_that_are_needed(void **state)
{
    const Program *p = elaborated(
        "optimizer chain(rate) { state a: f32, idle: f32, b: f32, c: f32;\n"
        "  a' = a + b; idle' = a + idle; b' = c / 2; c' = gradient;\n"
        "  out = weight - rate * a; }\n"
        "model m { input x: f32[2]; y = x -> dense(2); output y;\n"
        "  loss squared_error(y, x); train { optimizer chain(rate: 1); } }");
    const Rule *rule = p->train.optimizer;

    (void)state;
    assert_int_equal(rule->states.n, 3);
    assert_string_equal(rule->states.at[1], "b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(flows, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(strides, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(splits, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(defaults, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(train_settings, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(pairs, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(states_that_are_needed, make_arena,
                                        drop_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
