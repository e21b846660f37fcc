/* driver_test.c: what a checkpoint depends on changes where, and only where, a
 * model's text changes what training computes. */
#define _XOPEN_SOURCE 700 /* for mkdtemp */
#include "driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "emit/data.h"

static const char text[] =
    "model net(n = 3) {\n"
    "  input x: f32[4]; target t: class(3);\n"
    "  h = x -> dense(n) as a -> dropout(0.1) -> tanh;\n"
    "  y = h -> dense(3) as b;\n"
    "  output softmax(y); loss cross_entropy(y, t); metric accuracy(y, t);\n"
    "  data { x = csv(\"f\", columns: 1..4) -> scale(2);\n"
    "         t = csv(\"f\", column: 5) -> category; test last 20%; }\n"
    "  train { optimizer adam(rate: 0.1); batch 4; epochs 9; warmup 2; }\n"
    "}\n";

/* A piece of the text, what it becomes, and the row that differs then; NULL
 * where the run stays the same. */
static const struct {
    const char *from, *to, *row;
} edits[] = {
    {"batch 4", "batch 5", "batch"},
    {"batch 4", "batch all", "batch"},
    {"adam(rate: 0.1)", "sgd(rate: 0.1)", "optimizer"},
    {"adam(rate: 0.1)", "adam(rate: 0.1, beta1: 0.8)", "optimizer"},
    {"adam(rate: 0.1)", "adam(rate: 0.2)", "rate"},
    {"warmup 2", "warmup 3", "warmup"},
    {"warmup 2", "schedule cosine", "schedule"},
    {"warmup 2", "warmup 2; schedule step(every: 2, factor: 0.5)", "schedule"},
    {"warmup 2", "warmup 2; clip norm 1", "clip"},
    {"warmup 2", "warmup 2; l2 0.1", "l2"},
    {"warmup 2", "warmup 2; l1 0.1", "l1"},
    {"warmup 2", "warmup 2; early_stop(patience: 3)", "patience"},
    {"warmup 2", "warmup 2; seed 7", "seed"},
    {"loss cross_entropy(y, t)", "loss 2 * cross_entropy(y, t)", "loss"},
    {"scale(2)", "scale(3)", "preparation of x"},
    {"-> scale(2)", "", "preparation of x"},
    {"test last 20%", "test 20%", "test"},
    {"test last 20%", "test last 20%; validation 5%", "validation"},
    {"tanh", "sigmoid", "model"},
    {"dropout(0.1)", "dropout(0.2)", "model"},
    {"n = 3", "n = 4", "model"},
    {"as b", "as c", "model"},
    {"metric accuracy(y, t);", "", "model"},
    {"model net",
     "optimizer adam(rate, beta1 = 0.9, beta2 = 0.999, eps = 1e-8) {\n"
     "  out = weight - rate * gradient;\n"
     "}\n"
     "model net",
     "model"},
    {"epochs 9", "epochs 20", NULL},
    {"\"f\"", "\"other/f\"", NULL},
    {"h = x", "# why\n  h = x", NULL},
    {"h = x", "h  =x", NULL},
};

/* The table of settings of the text with one piece replaced. */
static const char *settings(Arena *arena, const char *from, const char *to)
{
    const char *whole = str_replace(arena, text, from, to);
    Options o = {.arena = arena};
    Diag *diag = diag_new(arena);
    Text out = {.arena = arena};
    Driver d;
    Program *p;

    if (from != to && strcmp(whole, text) == 0)
        fail_msg("`%s` is not in the text", from);
    assert_true(str_write_file("a.nn", whole, strlen(whole)));
    if (!driver_open(&d, &o, diag, "a.nn") || !(p = driver_program(&d))) {
        driver_status(&d);
        fail_msg("with `%s` it is no model", to);
        return "";
    }
    emit_settings(&out, p);
    return text_str(&out);
}

/* The first line in which the two differ. */
static const char *first_difference(Arena *arena, const char *a, const char *b)
{
    size_t at = 0;

    while (a[at] && a[at] == b[at])
        at++;
    while (at > 0 && a[at - 1] != '\n')
        at--;
    return arena_printf(arena, "%.*s", (int)strcspn(a + at, "\n"), a + at);
}

static void settings_follow_the_text(void **state)
{
    char folder[] = "/tmp/nnc-driver-XXXXXX", *back = getcwd(NULL, 0);
    Arena *arena = arena_new();
    const char *before;
    (void)state;

    assert_true(back && mkdtemp(folder) && chdir(folder) == 0);
    before = settings(arena, text, text);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        const char *after = settings(arena, edits[i].from, edits[i].to);
        const char *line = first_difference(arena, before, after);
        const char *row =
            arena_printf(arena, "{\"%s", edits[i].row ? edits[i].row : "");

        if (!edits[i].row)
            assert_string_equal(after, before);
        else if (!strstr(line, row))
            fail_msg("`%s` changes this row: %s", edits[i].to, line);
    }
    assert_int_equal(unlink("a.nn"), 0);
    assert_int_equal(chdir(back) | rmdir(folder), 0);
    free(back);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_follow_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
