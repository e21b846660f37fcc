/* fmt_test.c: canonical form, and what it must keep: lexemes, comments, lines
 * and the tree. Runs in the tree's top folder. */
#include "../support/ast_file.h"
#include "front/fmt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <glob.h>

#include <cmocka.h>

#include "front/parse.h"
#include "support/fixture.h"

static Source *source_of(const char *text)
{
    Source *source = NEW(arena, Source);

    *source = (Source){.path = "a.nn", .text = text, .size = strlen(text)};
    return source;
}

static const char *formatted(const char *text)
{
    Diag *diag = diag_new(arena);
    Text out = {.arena = arena};

    assert_true(fmt_text(arena, diag, source_of(text), &out));
    assert_int_equal(diag_errors(diag), 0);
    return text_str(&out);
}

static void texts_become_canonical(void **state)
{
    static const struct {
        const char *text, *canonical;
    } rows[] = {
        {"", ""},
        {"\n\n# only this", "# only this\n"},
        {"block a(x=1,y = 2){out=in->dense( x ,bias :false);}",
         "block a(x = 1, y = 2) { out = in -> dense(x, bias: false); }\n"},
        {"block a {\nx = 1;\n\n\n\ny = -2 - -x;\n}",
         "block a {\n  x = 1;\n\n  y = -2 - -x;\n}\n"},
        {"block a {\r\n\tx = 1;   # one  \r\n\t\t# two\r\n}\r\n",
         "block a {\n  x = 1;   # one\n  # two\n}\n"},
        /* further lines of a statement move with its first one */
        {"block a {\n  x = in -> f\n         -> g;\n}",
         "block a {\n  x = in -> f\n         -> g;\n}\n"},
        {"block a {\n  x =\n  in\n-> g;\n}",
         "block a {\n  x =\n    in\n    -> g;\n}\n"},
        {"block a {\nx = f(\n1\n);\n}",
         "block a {\n  x = f(\n    1\n  );\n}\n"},
        /* columns stay aligned, products stay grouped */
        {"block a {\n x     = 1;\n  long = 1/2 +a /b+ 2*n;\n}",
         "block a {\n  x     = 1;\n  long = 1/2 + a / b + 2*n;\n}\n"},
        {"block a { x = f [ 1 ]; }", NULL},
        {"model a { input x : f32 [ 3 ] , y:class( 3 ) [2]; loss(a)+b; }",
         "model a { input x: f32[3], y: class(3)[2]; loss (a) + b; }\n"},
        {"block a { x = for w in-1 .. n:in-w; y = not(a)and(b); }",
         "block a { x = for w in -1..n: in - w; y = not (a) and (b); }\n"},
        {"block a { x = a*(b) + a *[b]; }",
         "block a { x = a*(b) + a * [b]; }\n"},
        {"block a { x = (3) . y; z = 3 .y; w = -[1][0]; }", NULL},
        {"block a { x = (3) . y; z = 3 .y; }",
         "block a { x = (3).y; z = 3 .y; }\n"},
        {"block a { x = ( 1 , - 2 ) -> ( f ) ; }",
         "block a { x = (1, -2) -> (f); }\n"},
        {"block a {\ndata = 1;\n}", NULL},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Diag *diag = diag_new(arena);
        Text out = {.arena = arena};
        bool done = fmt_text(arena, diag, source_of(rows[i].text), &out);

        if (rows[i].canonical)
            assert_string_equal(text_str(&out), rows[i].canonical);
        assert_int_equal(done, rows[i].canonical != NULL);
        assert_int_equal(diag_errors(diag) == 0, done);
        assert_true(done || out.n == 0);
    }
}

/* The lexemes of a text, one a line, comments without blanks behind; and where
 * `lines` is set, the breaks between lines. */
static const char *lexemes(const char *text, bool lines)
{
    Lexemes all = parse_lexemes(arena, diag_new(arena), source_of(text));
    Text out = {.arena = arena};
    int line = all.n ? all.at[0].span.line : 0;

    for (int i = 0; i < all.n; i++) {
        Span span = all.at[i].span;
        int n = span.end - span.begin;

        while (n > 1 && strchr(" \t\r", text[span.begin + n - 1]))
            n--;
        if (lines && span.line > line)
            text_add(&out, span.line > line + 1 ? "\n\n" : "\n");
        line = span.line;
        text_printf(&out, "%d %.*s|", (int)all.at[i].kind, n,
                    text + span.begin);
    }
    return text_str(&out);
}

static const char *tree(const char *text)
{
    Text out = {.arena = arena};

    ast_file_print(&out, parse_text(arena, diag_new(arena), source_of(text)));
    return text_str(&out);
}

static void samples_keep_all_but_blanks(void **state)
{
    glob_t found;
    (void)state;

    assert_int_equal(glob("tests/lang/*.nn", 0, NULL, &found), 0);
    assert_int_equal(glob("compiler/prelude.nn", GLOB_APPEND, NULL, &found), 0);
    assert_true(found.gl_pathc >= 14);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        size_t size;
        const char *text = str_read_file(arena, found.gl_pathv[i], &size);
        const char *once = formatted(text);

        assert_string_equal(formatted(once), once);
        assert_string_equal(lexemes(once, true), lexemes(text, true));
        assert_string_equal(tree(once), tree(text));
    }
    globfree(&found);
}

/* A text whose lexemes stand in random distances has the same lexemes and a
 * form that does not change again. */
static void any_layout_has_a_canonical_form(void **state)
{
    size_t size;
    const char *text = str_read_file(arena, "tests/lang/statements.nn", &size);
    Lexemes all = parse_lexemes(arena, diag_new(arena), source_of(text));
    uint32_t random = 1;
    (void)state;

    for (int round = 0; round < 100; round++) {
        static const char *const gaps[] = {" ",  "  ",   "\n",       "\n\n\n",
                                           "\t", " \t ", "\n      ", "\r\n"};
        Text out = {.arena = arena};
        const char *once;

        for (int i = 0; i < all.n; i++) {
            Span span = all.at[i].span;

            random = random * 1664525u + 1013904223u;
            text_add_n(&out, text + span.begin,
                       (size_t)(span.end - span.begin));
            text_add(&out, all.at[i].kind == LEXEME_COMMENT
                               ? "\n"
                               : gaps[random >> 29]);
        }
        once = formatted(text_str(&out));
        assert_string_equal(formatted(once), once);
        assert_string_equal(lexemes(once, false), lexemes(text, false));
        assert_string_equal(lexemes(once, true), lexemes(text_str(&out), true));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_canonical),
        cmocka_unit_test(samples_keep_all_but_blanks),
        cmocka_unit_test(any_layout_has_a_canonical_form),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
