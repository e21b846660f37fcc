/* command_fmt_test.c: which files `nnc fmt` writes, and its status. */
#define _XOPEN_SOURCE 700 /* for mkdtemp */
#include "commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"

#define NEAT "block a { x = 1; }\n"

static const struct {
    const char *text, *check_says, *after;
    int status, check_status;
} rows[] = {
    {NEAT, "", NEAT, 0, 0},
    {"block a{x=1;}", "a.nn\n", NEAT, 0, 1},
    {"block a{x=;}", "", "block a{x=;}", 1, 1},
    {"", "", "", 0, 0},
};

/* Runs the command on a.nn of the current folder; *says gets its output. */
static int run(Arena *arena, bool check, const char **says)
{
    Options o = {.arena = arena, .command = COMMAND_FMT, .check = check};
    FILE *out = tmpfile(), *err = tmpfile();
    int old_out = dup(1), old_err = dup(2), status;
    size_t n;
    char *text = arena_alloc(arena, 1000);

    assert_true(out && err);
    vec_push(arena, &o.files, "a.nn");
    fflush(NULL);
    dup2(fileno(out), 1);
    dup2(fileno(err), 2);
    status = command_fmt(&o);
    fflush(NULL);
    dup2(old_out, 1);
    dup2(old_err, 2);
    close(old_out);
    close(old_err);
    rewind(out);
    n = fread(text, 1, 999, out);
    text[n] = '\0';
    *says = text;
    fclose(out);
    fclose(err);
    return status;
}

static void files_are_laid_out_in_place(void **state)
{
    char folder[] = "/tmp/nnc-fmt-XXXXXX", *back = getcwd(NULL, 0);
    Arena *arena = arena_new();
    const char *says;
    size_t size;
    (void)state;

    assert_true(back && mkdtemp(folder) && chdir(folder) == 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *text = rows[i].text;

        assert_true(str_write_file("a.nn", text, strlen(text)));
        assert_int_equal(run(arena, true, &says), rows[i].check_status);
        assert_string_equal(says, rows[i].check_says);
        assert_string_equal(str_read_file(arena, "a.nn", &size), text);
        assert_int_equal(run(arena, false, &says), rows[i].status);
        assert_string_equal(says, "");
        assert_string_equal(str_read_file(arena, "a.nn", &size), rows[i].after);
    }
    assert_int_equal(unlink("a.nn"), 0);
    assert_int_equal(run(arena, false, &says), 1); /* there is no file */
    assert_int_equal(chdir(back) | rmdir(folder), 0);
    free(back);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_laid_out_in_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
