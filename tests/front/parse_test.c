/* parse_test.c: what binds to what, what a mistake is told, and that every
 * sample has a tree that prints as text of an equal tree. Runs in the tree's
 * top folder. */
#include "../support/ast_file.h"
#include "front/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <glob.h>

#include <cmocka.h>

#include "support/fixture.h"

static Source *source_of(const char *text, size_t size)
{
    Source *source = NEW(arena, Source);

    *source = (Source){.path = "a.nn", .text = text, .size = size};
    return source;
}

/* What diag has to say. */
static const char *said(const Diag *diag)
{
    char *text = NULL, *copy;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    diag_print(diag, out, false);
    fclose(out);
    copy = arena_printf(arena, "%s", text);
    free(text);
    return copy;
}

/* The tree of a text without mistakes, printed. */
static const char *printed(const char *text)
{
    Diag *diag = diag_new(arena);
    Text out = {.arena = arena};
    File *file = parse_text(arena, diag, source_of(text, strlen(text)));

    assert_string_equal(said(diag), "");
    ast_file_print(&out, file);
    return text_str(&out);
}

static const char *printed_expression(const char *text)
{
    return printed(arena_printf(arena, "block b { x = %s; }", text));
}

static void operators_bind_as_documented(void **state)
{
    static const struct {
        const char *text, *same;
    } rows[] = {
        {"a + b * c", "a + (b * c)"},
        {"a - b - c", "(a - b) - c"},
        {"a / b * c", "(a / b) * c"},
        {"-a * b", "(-a) * b"},
        {"a * -b.c", "a * (-(b.c))"},
        {"1..n + 1", "1..(n + 1)"},
        {"a == 1..2", "a == (1..2)"},
        {"not a == b", "not (a == b)"},
        {"not a and b", "(not a) and b"},
        {"a or b and c", "a or (b and c)"},
        {"a or b or c", "(a or b) or c"},
        {"a + b -> f", "(a + b) -> f"},
        {"a -> f -> g as h", "a -> (f) -> (g) as h"},
        {"if a then b else c -> f", "if a then b else (c -> f)"},
        {"if a then b else c + 1", "if a then b else (c + 1)"},
        {"for i in a: b -> f", "for i in a: (b -> f)"},
        {"f(for i in a: b, c)", "f((for i in a: b), c)"},
        {"a.b.c", "(a.b).c"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(printed_expression(rows[i].text),
                            printed_expression(rows[i].same));
}

static void needed_parentheses_stay(void **state)
{
    static const char *const rows[] = {
        "(a + b) * c",
        "a - (b - c)",
        "-(a + b)",
        "(1..2).x",
        "(not a) == b",
        "a -> (b -> c as d) as e",
        "(a -> f) + 1",
        "(if a then b else c) + 1",
        "x -> (if a then b else c)",
        "(a == b) == c",
        "(1..2)..3",
        "(for i in a: b) -> f",
        "(3).x",
        "(a, b) -> f",
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *expected =
            arena_printf(arena, "block b {\n    x = %s;\n}\n", rows[i]);

        assert_string_equal(printed_expression(rows[i]), expected);
    }
}

static void places_count_characters(void **state)
{
    const char *text =
        "\xef\xbb\xbf# \xc3\xa4\nblock b {\n\tx = \"\xc3\xa4\" + yy;}";
    File *file =
        parse_text(arena, diag_new(arena), source_of(text, strlen(text)));
    const Expr *sum = file->defs.at[0]->items.at[0]->value;
    (void)state;

    assert_int_equal(sum->kind, EXPR_ADD);
    assert_int_equal(sum->span.line, 3);
    assert_int_equal(sum->span.column, 6);
    assert_int_equal(sum->at.column, 10);
    assert_memory_equal(text + sum->at.begin, "+", 1);
    assert_int_equal(sum->kids.at[1]->span.column, 12);
    assert_int_equal(sum->kids.at[1]->span.end - sum->kids.at[1]->span.begin,
                     2);
}

static void numbers_and_strings_have_values(void **state)
{
    const char *text =
        "block b { x = [80%, 1e-3, 2.5, \"a\\\"\\\\\\n\", true]; }";
    File *file =
        parse_text(arena, diag_new(arena), source_of(text, strlen(text)));
    Expr *const *kids = file->defs.at[0]->items.at[0]->value->kids.at;
    (void)state;

    assert_true(kids[0]->number == 80.0 / 100);
    assert_true(kids[1]->number == 1e-3);
    assert_true(kids[2]->number == 2.5);
    assert_string_equal(kids[3]->name, "a\"\\\n");
    assert_true(kids[4]->kind == EXPR_BOOL && kids[4]->number == 1);
}

/* Mistakes in the body of a block that begins in line 1, and what is told:
 * place and text of every message. */
static const struct {
    const char *text, *told;
} mistakes[] = {
    {"x = ;", "1:15: unexpected `;`: expected an expression"},
    {"data = 3;\nloss = 2;",
     "1:11: `data` is a word of the language and cannot be a name\n"
     "2:1: `loss` is a word of the language and cannot be a name"},
    {"x = data;",
     "1:15: `data` is a word of the language and cannot be a name"},
    {"x = 1\ny = 2;", "1:16: a `;` is missing at the end of this statement"},
    {"x = 1", "1:16: a `;` is missing at the end of this statement"},
    {"x = f(1;", "1:18: `;` stands inside a `(` that is open"},
    {"x = [1, 2;", "1:20: `;` stands inside a `[` that is open"},
    {"x = f(1\noutput x;", "2:1: `output` stands inside a `(` that is open"},
    {"x = f 1;", "1:17: unexpected `1`: expected an operator or `;`"},
    {"x = 1.;", "1:15: `1.` is neither a number nor a name"},
    {"x = 3x;", "1:15: `3x` is neither a number nor a name"},
    {"x = 1e999;", "1:15: this number is too large"},
    {"x = .5;", "1:15: unexpected `.`: expected an expression"},
    {"x = \"a\n;", "1:15: this string has no end"},
    {"x = \"a\\d\";", "1:15: `\\d` means nothing in a string"},
    {"x = a & b;", "1:17: stray `&`"},
    {"x = a \xe2\x86\x92 b;", "1:17: stray `\xe2\x86\x92`"},
    {"x = a \x01 b;", "1:17: a stray control character 0x01"},
    {"x = a < b < c;", "1:21: unexpected `<`: expected an operator or `;`"},
    {"x = 1..2..3;", "1:19: unexpected `..`: expected an operator or `;`"},
    {"x = a -> 3;", "1:20: `->` needs a layer on its right: a name, a call, or "
                    "something in parentheses"},
    {"x = a -> -> b;", "1:20: unexpected `->`: expected a layer"},
    {"x = if a then b;",
     "1:26: unexpected `;`: expected an operator or `else`"},
    {"imput x: f32[4];", "1:17: unexpected `x`: expected `,` or `=`"},
    {"input x f32[4];", "1:19: unexpected `f32`: expected `:`"},
    {"input x: f32[4] = 2;", "1:29: only a `state` has a first value"},
    {"param x: f32[4] = 2;", "1:29: only a `state` has a first value"},
    {"x = 1;;", "1:17: unexpected `;`: expected a statement or `}`"},
    {"train { clip norm -3; }",
     "1:29: unexpected `-`: expected a value or `;`"},
    {"data { test 20% by x; }",
     "1:27: unexpected `by`: expected `stratified` or `;`"},
    /* several: each is told, and what is right between them is not */
    {"x = ;\ny = 1 2;\nz = f(a b);\nw = f(3;\nv = 1;",
     "1:15: unexpected `;`: expected an expression\n"
     "2:7: unexpected `2`: expected an operator or `;`\n"
     "3:9: unexpected `b`: expected an operator, `)`, `,` or `:`\n"
     "4:8: `;` stands inside a `(` that is open"},
    {"dta { x = 1; y = 2; }\nz = ;",
     "1:15: unexpected `{`: expected `,` or `=`\n"
     "2:5: unexpected `;`: expected an expression"},
};

/* "line:column: text" of every error, from what diag printed. */
static const char *headlines(const char *text)
{
    Text out = {.arena = arena};

    while ((text = strstr(text, "a.nn:"))) {
        const char *kind = strstr(text, " error: ");
        const char *end = strchr(text, '\n');

        assert_true(kind && end && kind < end);
        text_printf(&out, "%s%.*s%.*s", out.n ? "\n" : "",
                    (int)(kind - text - 5), text + 5, (int)(end - kind - 7),
                    kind + 7);
        text = end;
    }
    return text_str(&out);
}

static void mistakes_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const char *text = arena_printf(arena, "block b { %s }\nblock c { }",
                                        mistakes[i].text);
        Diag *diag = diag_new(arena);
        File *file = parse_text(arena, diag, source_of(text, strlen(text)));

        assert_string_equal(headlines(said(diag)), mistakes[i].told);
        assert_int_equal(file->defs.n, 2); /* parsing went on */
    }
}

/* Whole texts: mistakes of the top level. */
static void mistakes_of_the_top_are_told(void **state)
{
    static const struct {
        const char *text, *told;
    } rows[] = {
        {"block b { x = 1;\n", "1:9: this `{` is never closed"},
        {"block b { x = f(1\n", "1:16: this `(` is never closed"},
        {"use \"a\"", "1:8: the file ends inside a statement"},
        {"block b { } }", "1:13: this `}` closes nothing"},
        {"modle b { x = ; }\nblock c { x = ; }",
         "1:1: unexpected `modle`: expected `use`, `model`, `block`, `cell`, "
         "`optimizer` or `clip`\n"
         "2:15: unexpected `;`: expected an expression"},
        {"block b(a b) { x = ; }",
         "1:11: unexpected `b`: expected `)`, `,`, `=` or `:`\n"
         "1:20: unexpected `;`: expected an expression"},
        {"block b { x = 1;\nmodel m { y = 1; }",
         "2:1: `model` cannot stand in here"},
        {"block data { }",
         "1:7: `data` is a word of the language and cannot be a name"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Diag *diag = diag_new(arena);

        parse_text(arena, diag, source_of(rows[i].text, strlen(rows[i].text)));
        assert_string_equal(headlines(said(diag)), rows[i].told);
    }
}

static void help_names_the_slip(void **state)
{
    static const struct {
        const char *text, *help;
    } rows[] = {
        {"block b { imput x: f32[4]; }", "help: did you mean `input`?"},
        {"modle b { }", "help: did you mean `model`?"},
        {"block b { x = 1; -> f; }", "help: the `;` before it ends"},
        {"block b { x = a == b == c; }", "help: comparisons do not chain"},
        {"block b { x = f(a = 1); }", "help: write `==` to compare"},
        {"block b { x = a -> f + 1; }", "help: `->` binds loosest"},
        {"block b { x = .5; }", "help: a number begins with a digit"},
        {"block b { x = f(1; }", "help: close it with `)`"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Diag *diag = diag_new(arena);

        parse_text(arena, diag, source_of(rows[i].text, strlen(rows[i].text)));
        assert_non_null(strstr(said(diag), rows[i].help));
    }
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    static const struct {
        const char *text;
        size_t size;
        const char *told;
    } rows[] = {
        {"block b { x\0 }", 14, "1:12: a zero byte: this is not a text"},
        {"# \xff\n", 4, "1:3: byte 0xff is not UTF-8"},
        {"# \xc3\xa4\n# \xc3\n", 9, "2:3: byte 0xc3 is not UTF-8"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Diag *diag = diag_new(arena);

        parse_text(arena, diag, source_of(rows[i].text, rows[i].size));
        assert_string_equal(headlines(said(diag)), rows[i].told);
    }
}

/* 300 levels of each kind of nesting: one message and no crash. */
static void deep_nesting_is_refused(void **state)
{
    static const struct {
        const char *open, *close;
    } rows[] = {
        {"(", ")"},        {"[", "]"},   {"f(", ")"},
        {"-", ""},         {"not ", ""}, {"if a then ", " else b"},
        {"", " + 1"},      {"", ".a"},   {"for i in a: ", ""},
        {"(b -> (", "))"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Diag *diag = diag_new(arena);
        Text text = {.arena = arena};

        text_add(&text, "block b { x = ");
        for (int k = 0; k < 300; k++)
            text_add(&text, rows[i].open);
        text_add(&text, "a");
        for (int k = 0; k < 300; k++)
            text_add(&text, rows[i].close);
        text_add(&text, "; }");
        parse_text(arena, diag, source_of(text_str(&text), text.n));
        assert_int_equal(diag_errors(diag), 1);
        assert_non_null(strstr(said(diag), "nested deeper than 200 levels"));
    }
}

static void pipes_and_lists_have_any_length(void **state)
{
    Text text = {.arena = arena};
    (void)state;

    text_add(&text, "block b { x = a");
    for (int k = 0; k < 5000; k++)
        text_add(&text, " -> relu");
    text_add(&text, " -> f([0");
    for (int k = 0; k < 5000; k++)
        text_add(&text, ", 1");
    text_add(&text, "]); }");
    printed(text_str(&text));
}

static void a_text_full_of_mistakes_is_given_up(void **state)
{
    Diag *diag = diag_new(arena);
    Text text = {.arena = arena};
    (void)state;

    text_add(&text, "block b { ");
    for (int k = 0; k < 100000; k++)
        text_add(&text, "1.;");
    parse_text(arena, diag, source_of(text_str(&text), text.n));
    assert_in_range(diag_errors(diag), 1000, 1010);
}

static void missing_files_are_told(void **state)
{
    Diag *diag = diag_new(arena);
    (void)state;

    assert_null(parse_file(arena, diag, "tests/lang/none.nn"));
    assert_string_equal(said(diag), "error: cannot read tests/lang/none.nn: No "
                                    "such file or directory\n");
}

static void samples_print_as_they_parse(void **state)
{
    glob_t found;
    (void)state;

    assert_int_equal(glob("tests/lang/*.nn", 0, NULL, &found), 0);
    assert_int_equal(glob("compiler/prelude.nn", GLOB_APPEND, NULL, &found), 0);
    assert_true(found.gl_pathc >= 14);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        size_t size;
        const char *text = str_read_file(arena, found.gl_pathv[i], &size);
        const char *once = printed(text);

        assert_true(strlen(once) > 20);
        assert_string_equal(printed(once), once);
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_bind_as_documented),
        cmocka_unit_test(needed_parentheses_stay),
        cmocka_unit_test(places_count_characters),
        cmocka_unit_test(numbers_and_strings_have_values),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(mistakes_of_the_top_are_told),
        cmocka_unit_test(help_names_the_slip),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(pipes_and_lists_have_any_length),
        cmocka_unit_test(a_text_full_of_mistakes_is_given_up),
        cmocka_unit_test(missing_files_are_told),
        cmocka_unit_test(samples_print_as_they_parse),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
