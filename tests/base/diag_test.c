/* diag_test.c: messages as people and as editors see them. */
#include "base/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "support/fixture.h"

static Source *source_of(const char *text)
{
    Source *source = NEW(arena, Source);

    *source = (Source){.path = "a.nn", .text = text, .size = strlen(text)};
    return source;
}

/* The span of the first `part` in the source. */
static Span span_of(const Source *source, const char *part)
{
    const char *at = strstr(source->text, part);
    int begin = (int)(at - source->text);
    Span span = {source, begin, begin + (int)strlen(part), 1, 1};

    for (int i = 0; i < begin; i++) {
        span.column = source->text[i] == '\n' ? 1 : span.column + 1;
        span.line += source->text[i] == '\n';
    }
    return span;
}

static char *printed(const Diag *diag, bool json)
{
    char *text = NULL, *copy;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    diag_print(diag, out, json);
    fclose(out);
    copy = arena_printf(arena, "%s", text);
    free(text);
    return copy;
}

static void spans_notes_and_help_are_shown(void **state)
{
    Source *source = source_of("x;\n        h = main + skip;\n");
    Diag *diag = diag_new(arena);
    Message *m = diag_error(diag, span_of(source, "+"), "cannot %s", "add");
    (void)state;

    diag_mark(m, span_of(source, "main"));
    diag_mark(m, span_of(source, "skip"));
    diag_mark(m, span_of(source, "x"));
    diag_note(m, "main is [%d]", 32);
    diag_note(m, "skip is [%d]", 16);
    diag_help(m, "drop it");
    assert_int_equal(diag_errors(diag), 1);
    assert_string_equal(printed(diag, false), "a.nn:2:18: error: cannot add\n"
                                              "    h = main + skip;\n"
                                              "        ~~~~ ^ ~~~~\n"
                                              "    main is [32]\n"
                                              "    skip is [16]\n"
                                              "    help: drop it\n");
}

/* One span of one line: what is printed below it. */
static void underline_follows_the_columns(void **state)
{
    static const struct {
        const char *text, *part, *shown;
    } rows[] = {
        {"\ta\tb = c;", "c", "    a   b = c;\n            ^\n"},
        {"a = b;\r\n", "b;", "    a = b;\n        ^~\n"},
        {"\xc3\xa4\xc3\xb6 = b", "b", "    \xc3\xa4\xc3\xb6 = b\n         ^\n"},
        {"a \xff\x01 b", "b", "    a ?? b\n         ^\n"},
        {"a = b\nc", "b\nc", "    a = b\n        ^\n"},
        {"a = b\nc", "\nc", "    a = b\n         ^\n"},
        {"", "", "    \n    ^\n"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Source *source = source_of(rows[i].text);
        Diag *diag = diag_new(arena);

        diag_error(diag, span_of(source, rows[i].part), "no");
        assert_string_equal(strchr(printed(diag, false), '\n') + 1,
                            rows[i].shown);
    }
}

static void long_lines_are_cut(void **state)
{
    Source *source = source_of(arena_printf(arena, "%0500d here %0500d", 0, 0));
    Diag *diag = diag_new(arena);
    char *line, *under;
    (void)state;

    diag_error(diag, span_of(source, "here"), "no");
    line = strchr(printed(diag, false), '\n') + 1;
    under = strchr(line, '\n') + 1;
    assert_true(under - line < 140);
    assert_ptr_equal(strstr(line, "here") - line + under, strchr(under, '^'));
}

/* Texts of two bytes a character, of each length around the most that is
 * kept: what is left of them is their begin and their end. */
static void long_texts_are_cut(void **state)
{
    enum { MOST = 600 };
    (void)state;

    for (int n = MOST - 10; n < MOST + 10; n++) {
        Text text = {.arena = arena};
        Diag *diag = diag_new(arena);
        char *shown, *dots, *end;

        text_add(&text, n % 2 ? "x" : "");
        for (int i = 0; i < n / 2; i++)
            text_add(&text, "\xc3\xa4");
        diag_error(diag, (Span){0}, "%s", text_str(&text));
        shown = printed(diag, false) + strlen("error: ");
        shown[strcspn(shown, "\n")] = '\0';
        dots = strstr(shown, "...");
        assert_int_equal(dots != NULL, n > MOST);
        if (!dots)
            continue;
        end = dots + 3;
        assert_in_range(strlen(shown), MOST - 2, MOST);
        assert_memory_equal(shown, text.at, (size_t)(dots - shown));
        assert_memory_equal(end, text.at + n - strlen(end), strlen(end));
        assert_true(dots[-1] != '\xc3' && *end == '\xc3');
    }
}

static void messages_are_sorted_and_kept_once(void **state)
{
    Source *source = source_of("a = b;\nc = d;\n");
    Diag *diag = diag_new(arena);
    char *text;
    (void)state;

    diag_error(diag, span_of(source, "d"), "unknown d");
    diag_warning(diag, span_of(source, "b"), "strange b");
    diag_error(diag, span_of(source, "d"), "d follows");
    diag_warning(diag, span_of(source, "b"), "rare b");
    diag_error(diag, (Span){0}, "no place");
    assert_int_equal(diag_errors(diag), 2);
    text = printed(diag, false);
    assert_memory_equal(text, "error: no place\n", 16);
    assert_non_null(strstr(text, "a.nn:1:5: warning: strange b\n"));
    assert_true(strstr(text, "strange b") < strstr(text, "unknown d"));
    assert_null(strstr(text, "d follows"));
    assert_non_null(strstr(text, "rare b"));
}

static void errors_after_the_20th_are_counted(void **state)
{
    Diag *diag = diag_new(arena);
    const char *text;
    int lines = 0;
    (void)state;

    for (int i = 0; i < 3000; i++)
        diag_error(diag, (Span){0}, "wrong %d", i);
    assert_int_equal(diag_errors(diag), 3000);
    text = printed(diag, false);
    assert_non_null(strstr(text, "wrong 19\n2980 more errors are not shown\n"));
    for (; *text; text++)
        lines += *text == '\n';
    assert_int_equal(lines, 21);
}

static void json_is_escaped(void **state)
{
    Source *source = source_of("a = \"b\nc\";\n");
    Diag *diag = diag_new(arena);
    Message *m =
        diag_error(diag, span_of(source, "b\nc"), "\"\\\n\xff\xc3\xa4");
    (void)state;

    diag_note(m, "one");
    diag_note(m, "two");
    diag_warning(diag, (Span){0}, "none");
    assert_string_equal(
        printed(diag, true),
        "[{\"file\": \"\", \"line\": 0, \"column\": 0, \"endLine\": 0, "
        "\"endColumn\": 0, \"severity\": \"warning\", \"message\": \"none\", "
        "\"notes\": [], \"help\": []},\n"
        " {\"file\": \"a.nn\", \"line\": 1, \"column\": 6, \"endLine\": 2, "
        "\"endColumn\": 2, \"severity\": \"error\", \"message\": "
        "\"\\\"\\\\\\u000a\\ufffd\xc3\xa4\", \"notes\": [\"one\", \"two\"], "
        "\"help\": []}]\n");
}

static void joined_spans_cover_both(void **state)
{
    Source *source = source_of("one two three");
    Span a = span_of(source, "one"), c = span_of(source, "three");
    (void)state;

    assert_int_equal(span_join(c, a).begin, 0);
    assert_int_equal(span_join(c, a).end, 13);
    assert_int_equal(span_join(c, a).column, 1);
    assert_int_equal(span_join((Span){0}, c).begin, 8);
    assert_int_equal(span_join(c, (Span){0}).begin, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_notes_and_help_are_shown),
        cmocka_unit_test(underline_follows_the_columns),
        cmocka_unit_test(long_lines_are_cut),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(messages_are_sorted_and_kept_once),
        cmocka_unit_test(errors_after_the_20th_are_counted),
        cmocka_unit_test(json_is_escaped),
        cmocka_unit_test(joined_spans_cover_both),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
