/* mutate_test.c: the samples with random bytes changed, removed, doubled and
 * moved: no crash, and what still parses has a stable tree and a stable
 * canonical form. The seed is fixed, so every run sees the same texts. */
#include "../support/ast_file.h"
#include "front/fmt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <glob.h>

#include <cmocka.h>

#include "front/parse.h"

enum { ROUNDS = 150, MOST_BYTES = 8192 };

static uint32_t seed = 1;

static size_t below(size_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (size_t)(((uint64_t)seed * n) >> 32);
}

/* A piece of the language, or any byte: what a mutation writes. */
static char *new_piece(Arena *arena)
{
    static const char *const pieces[] = {
        "{",     "}",      "(",   ")",    "[",      "]",      ";",
        ",",     ":",      "=",   "->",   "..",     "'",      "-",
        "+",     "*",      "%",   "#",    "\"",     "\\",     "\n",
        " ",     "in",     "if ", "for ", " then ", " else ", " as ",
        "data ", "model ", "1.",  "0.5",  "x'"};

    if (below(4) == 0)
        return arena_printf(arena, "%c", (int)(1 + below(255)));
    return arena_printf(arena, "%s",
                        pieces[below(sizeof pieces / sizeof *pieces)]);
}

/* Replaces n bytes at `at` by piece. */
static char *spliced(Arena *arena, const char *text, size_t at, size_t n,
                     const char *piece)
{
    return arena_printf(arena, "%.*s%s%s", (int)at, text, piece, text + at + n);
}

static char *mutated(Arena *arena, char *text)
{
    for (size_t k = below(4) + 1; k; k--) {
        size_t size = strlen(text), at = below(size + 1);
        size_t rest = size - at, n = below(rest < 40 ? rest + 1 : 40);

        switch (below(4)) {
        case 0:
            text = spliced(arena, text, at, 0, new_piece(arena));
            break;
        case 1:
            text = spliced(arena, text, at, n, "");
            break;
        case 2:
            text = spliced(arena, text, at, rest ? 1 : 0, new_piece(arena));
            break;
        default: /* a piece of the text itself, somewhere else */
            text = spliced(arena, text, below(size + 1), 0,
                           arena_printf(arena, "%.*s", (int)n, text + at));
        }
    }
    return text;
}

static Source *source_of(Arena *arena, const char *text)
{
    Source *source = NEW(arena, Source);

    *source = (Source){.path = "a.nn", .text = text, .size = strlen(text)};
    return source;
}

static const char *tree(Arena *arena, const char *text)
{
    Diag *diag = diag_new(arena);
    Text out = {.arena = arena};

    ast_file_print(&out, parse_text(arena, diag, source_of(arena, text)));
    assert_int_equal(diag_errors(diag), 0);
    return text_str(&out);
}

/* Whether the text parses; then its forms are checked. */
static bool tried(Arena *arena, const char *text)
{
    Diag *diag = diag_new(arena);
    Text once = {.arena = arena}, twice = {.arena = arena};
    char *said = NULL;
    size_t size;
    FILE *out;

    if (!fmt_text(arena, diag, source_of(arena, text), &once)) {
        assert_true(diag_errors(diag) > 0);
        out = open_memstream(&said, &size);
        diag_print(diag, out, below(2));
        fclose(out);
        assert_true(size > 0);
        free(said);
        return false;
    }
    assert_true(
        fmt_text(arena, diag, source_of(arena, text_str(&once)), &twice));
    assert_string_equal(text_str(&twice), text_str(&once));
    assert_string_equal(tree(arena, text_str(&once)), tree(arena, text));
    assert_string_equal(tree(arena, tree(arena, text)), tree(arena, text));
    return true;
}

static void mutations_never_crash(void **state)
{
    int valid = 0, invalid = 0;
    glob_t found;
    (void)state;

    assert_int_equal(glob("tests/lang/*.nn", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        for (int round = 0; round < ROUNDS; round++) {
            Arena *arena = arena_new();
            size_t size;
            char *text = str_read_file(arena, found.gl_pathv[i], &size);

            assert_true(text && size < MOST_BYTES);
            if (tried(arena, mutated(arena, text)))
                valid++;
            else
                invalid++;
            arena_free(arena);
        }
    }
    globfree(&found);
    assert_true(valid > 100 && invalid > 100); /* both sides are tried */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutations_never_crash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
