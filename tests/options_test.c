/* options_test.c: command lines and what is made of them. */
#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"

static int run_nothing(const Options *options)
{
    return options->batch;
}

/* Splits a line at blanks and parses it; all commands exist. */
static bool parsed(Options *o, const char *line, int *status)
{
    Command *functions[COMMANDS];
    char *argv[32], *text = arena_printf(o->arena, "nnc %s", line);
    int argc = 0;

    for (int i = 0; i < COMMANDS; i++)
        functions[i] = run_nothing;
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    return options_parse(o, functions, argc, argv, status);
}

static void flags_are_read(void **state)
{
    Options o = {.arena = arena_new()};
    int status;
    (void)state;

    assert_true(parsed(&o,
                       "compile -o a.c --batch=7 m.nn --plain -D n=3 -Dm=a.b "
                       "--unroll 12 --target=avx2 --infer-only --dump fuse",
                       &status));
    assert_int_equal(o.command, COMMAND_COMPILE);
    assert_int_equal(o.files.n, 1);
    assert_string_equal(o.files.at[0], "m.nn");
    assert_string_equal(o.output, "a.c");
    assert_int_equal(o.batch, 7);
    assert_true(o.code.plain && o.infer_only && !o.report);
    assert_int_equal(o.code.unroll, 12);
    assert_string_equal(o.code.target, "avx2");
    assert_string_equal(o.dump, "fuse");
    assert_int_equal(o.defines.n, 2);
    assert_string_equal(o.defines.at[0], "n=3");
    assert_string_equal(o.defines.at[1], "m=a.b");
    arena_free(o.arena);
}

static void defaults_are_automatic(void **state)
{
    Options o = {.arena = arena_new()};
    int status;
    (void)state;

    assert_true(parsed(&o, "build m.nn", &status));
    assert_int_equal(o.code.unroll, UNROLL_AUTO);
    assert_string_equal(o.code.target, "native");
    assert_int_equal(o.batch, 0);
    assert_null(o.output);
    arena_free(o.arena);
}

static void unrolling_has_names(void **state)
{
    static const struct {
        const char *line;
        int unroll;
    } rows[] = {
        {"report m.nn --unroll=auto", UNROLL_AUTO},
        {"report m.nn --unroll=full", UNROLL_FULL},
        {"report m.nn --unroll=none", UNROLL_NONE},
        {"report m.nn --unroll=65536", 65536},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Options o = {.arena = arena_new()};
        int status;

        assert_true(parsed(&o, rows[i].line, &status));
        assert_int_equal(o.code.unroll, rows[i].unroll);
        arena_free(o.arena);
    }
}

static void program_flags_are_passed_on(void **state)
{
    Options o = {.arena = arena_new()};
    const char *const rest[] = {"--data", "d", "--quiet", "--rate", "1e-3"};
    int status;
    (void)state;

    assert_true(
        parsed(&o, "train --data=d m.nn --quiet -D n=1 --rate 1e-3", &status));
    assert_int_equal(o.files.n, 1);
    assert_int_equal(o.rest.n, 5);
    for (int i = 0; i < 5; i++)
        assert_string_equal(o.rest.at[i], rest[i]);
    assert_string_equal(o.data, "d");
    assert_int_equal(o.defines.n, 1);
    arena_free(o.arena);
}

static void inference_takes_inputs(void **state)
{
    Options o = {.arena = arena_new()};
    int status;
    (void)state;

    assert_true(parsed(&o, "infer m.nn a.csv --top 3 image=b -- --c", &status));
    assert_string_equal(o.files.at[0], "m.nn");
    assert_int_equal(o.rest.n, 5);
    assert_string_equal(o.rest.at[0], "a.csv");
    assert_string_equal(o.rest.at[2], "3");
    assert_string_equal(o.rest.at[4], "--c");
    arena_free(o.arena);
}

/* The lines are parsed with standard output and errors put aside. */
static int status_of(const char *line)
{
    Options o = {.arena = arena_new()};
    FILE *aside = tmpfile();
    int out = dup(1), err = dup(2), status = -1;

    assert_non_null(aside);
    fflush(NULL);
    dup2(fileno(aside), 1);
    dup2(fileno(aside), 2);
    if (parsed(&o, line, &status))
        status = -1;
    fflush(NULL);
    dup2(out, 1);
    dup2(err, 2);
    close(out);
    close(err);
    fseek(aside, 0, SEEK_END);
    assert_true(ftell(aside) > 0); /* something was said */
    fclose(aside);
    arena_free(o.arena);
    return status;
}

static void lines_that_run_nothing_have_a_status(void **state)
{
    static const struct {
        const char *line;
        int status;
    } rows[] = {
        {"--help", 0},
        {"help", 0},
        {"--version", 0},
        {"compile --help", 0},
        {"train --version", 0},
        {"", 2},
        {"compil m.nn", 2},
        {"compile", 2},
        {"compile a.nn b.nn", 2},
        {"compile a.nn --batch", 2},
        {"compile a.nn --batch 0", 2},
        {"compile a.nn --batch 1x", 2},
        {"compile a.nn --batch 99999999999", 2},
        {"compile a.nn --unroll most", 2},
        {"compile a.nn --target avx", 2},
        {"compile a.nn --plain=1", 2},
        {"compile a.nn -D n", 2},
        {"compile a.nn -D =3", 2},
        {"compile a.nn -D n=", 2},
        {"compile a.nn --epochs 3", 2}, /* a flag of another command */
        {"check a.nn --jsn", 2},
        {"train m.nn other", 2},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(status_of(rows[i].line), rows[i].status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_are_read),
        cmocka_unit_test(defaults_are_automatic),
        cmocka_unit_test(unrolling_has_names),
        cmocka_unit_test(program_flags_are_passed_on),
        cmocka_unit_test(inference_takes_inputs),
        cmocka_unit_test(lines_that_run_nothing_have_a_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
