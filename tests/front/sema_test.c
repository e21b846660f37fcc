/* sema_test.c: names in definitions that no model uses, warnings, and files
 * that use others. Mistakes in models are in tests/errors. */
#define _XOPEN_SOURCE 700 /* for mkdtemp */
#include "front/sema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "front/parse.h"
#include "support/fixture.h"

/* What is said about a file, "" for nothing. */
static const char *said_of(const File *file, Diag *diag)
{
    char *out = NULL;
    size_t size = 0;
    const char *said;
    FILE *f = open_memstream(&out, &size);

    assert_non_null(f);
    if (diag_errors(diag) == 0)
        sema_check(arena, diag, unit_load(arena, diag, file));
    diag_print(diag, f, false);
    fclose(f);
    said = arena_name(arena, out);
    free(out);
    return said;
}

static const char *said_of_text(const char *text)
{
    Source *source = NEW(arena, Source);
    Diag *diag = diag_new(arena);

    *source = (Source){.path = "a.nn", .text = text, .size = strlen(text)};
    return said_of(parse_text(arena, diag, source), diag);
}

/* One definition each, and the beginning of what is said. */
static const struct {
    const char *text, *said;
} rows[] = {
    {"block b(n) { out = in -> dense(n); }", ""},
    {"block b(n) { out = in -> dens(n); }",
     "a.nn:1:26: error: there is no layer or function `dens`"},
    {"block b(n) { out = in + m; }", "a.nn:1:25: error: there is no value `m`"},
    {"block b(n, n) { out = in * n; }",
     "a.nn:1:12: error: `n` has a value already"},
    {"block b(n = k, k = 2) { out = in * n * k; }",
     "a.nn:1:13: error: there is no value `k`"},
    {"block b(n = 2, k = n) { out = in * n * k; }", ""},
    {"block b { x = in; out = in; }", "a.nn:1:11: warning: `x` is not used"},
    {"block b { out = for i in 1..2: in * i; y = i; }",
     "a.nn:1:40: warning: `y` is not used"},
    {"block b { out = concat(for i in 1..2: in -> dense(i) as d)\n"
     " + concat(d); }",
     ""},
    {"block b(c) { out = if c then in -> dense(1) as d else in -> dense(2) as "
     "d; }",
     ""},
    {"block b { out = in -> dense(1) as d; e = d.weight; y = e; d = y; }",
     "a.nn:1:59: error: `d` has a value already"},
    {"block dense(n) { out = in * n; }",
     "a.nn:1:7: warning: this `dense` hides the prelude's"},
    {"block relu { out = in; }",
     "a.nn:1:7: warning: this `relu` hides the core's"},
    {"block b { out = in -> b; }", "a.nn:1:7: error: `b` contains itself"},
    {"block a { out = in -> b -> d; } block b { out = in -> c -> d; }\n"
     "block c { out = in -> b; } block d { out = in -> relu; }",
     "a.nn:1:39: error: `b` contains itself"},
    {"cell c { state h: f32[2]; out = h; }",
     "a.nn:1:16: error: the state `h` has no next value"},
    {"cell c { state h: f32[2]; h' = h + in; out = h'; state = h; }",
     "a.nn:1:50: error: only a block sets `state`"},
    {"block b { r = in -> lstm(2); state = r.state; out = r; }", ""},
    {"block b { param w: f32[2], init: zeros, size: 3; out = in * w; }",
     "a.nn:1:41: error: `param` has no option `size`"},
    {"block b { out = in -> inception(3); }",
     "a.nn:1:23: error: `inception` is not a layer that this version knows"},
    {"block b { out = in -> dense(3, weigth: 1); }",
     "a.nn:1:32: error: `dense` has no argument `weigth`"},
};

static void definitions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *said = said_of_text(rows[i].text);
        size_t n = strlen(rows[i].said);

        if (strncmp(said, rows[i].said, n) != 0 || (n == 0 && *said))
            fail_msg("%s\n%s", rows[i].text, said);
    }
}

/* Where a name is out of its loop, it is unknown again. */
static void loop_names_end(void **state)
{
    (void)state;
    assert_non_null(strstr(
        said_of_text("block b { out = for i in 1..2: in * i; y = i; z = y; }"),
        "error: there is no value `i`"));
}

/* Long files take neither the square of their length nor C's stack. */
static void many_blocks(void **state)
{
    Text text = {.arena = arena};

    (void)state;
    for (int i = 0; i < 5000; i++)
        text_printf(&text, "block b%d { out = in -> b%d; }\n", i, i + 1);
    text_add(&text, "block b5000 { out = in -> b4999; }\n");
    assert_null(strstr(said_of_text(text_str(&text)), "`b4998`"));
    assert_non_null(strstr(said_of_text(text_str(&text)),
                           "a.nn:5001:7: error: `b5000` contains itself"));
}

/* The prelude must stand up to what users must. */
static void prelude(void **state)
{
    Diag *diag = diag_new(arena);
    Source *source = NEW(arena, Source);
    const char *said;

    (void)state;
    *source = (Source){.path = "compiler/prelude.nn"};
    source->text = str_read_file(arena, source->path, &source->size);
    assert_non_null(source->text);
    said = said_of(parse_text(arena, diag, source), diag);
    for (const char *s = said; (s = strstr(s, ": error: ")); s++)
        fail_msg("%s", said);
    assert_null(strstr(said, "is not used"));
}

static void write_text(const char *path, const char *text)
{
    assert_true(str_write_file(path, text, strlen(text)));
}

static const char *said_of_file(const char *path)
{
    Diag *diag = diag_new(arena);
    File *file = parse_file(arena, diag, path);

    assert_non_null(file);
    return said_of(file, diag);
}

/* Relative to its file; twice is once; a cycle is a mistake. */
static void used_files(void **state)
{
    char dir[] = "/tmp/nnc_sema_XXXXXX";
    const char *a, *b, *c, *said;

    (void)state;
    assert_non_null(mkdtemp(dir));
    a = arena_printf(arena, "%s/a.nn", dir);
    b = arena_printf(arena, "%s/b.nn", dir);
    c = arena_printf(arena, "%s/c.nn", dir);
    write_text(a, "use \"b.nn\"; use \"c.nn\"; use \"./b.nn\";\n"
                  "block a { out = in -> b -> c; }");
    write_text(b, "use \"c.nn\"; block b { out = in -> c; }");
    write_text(c, "block c { out = in + 1; }");
    assert_string_equal(said_of_file(a), "");
    write_text(c, "use \"a.nn\"; block c { out = in + 1; }");
    said = said_of_file(a);
    assert_non_null(strstr(said, "c.nn:1:5: error: `a.nn` is used by itself"));
    write_text(c, "block b { out = in; }");
    assert_non_null(strstr(said_of_file(a), "`b` is defined already"));
    assert_int_equal(unlink(c), 0);
    assert_non_null(strstr(said_of_file(a), "cannot read `c.nn`"));
    unlink(a);
    unlink(b);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(definitions, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(loop_names_end, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(many_blocks, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(prelude, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(used_files, make_arena, drop_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
