/* wrap_test.c: long lines are broken at blanks, and only there. */
#include "emit/wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TEN "123456789 "
#define NINETY TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG "1234567890123456789012345678901234567890123456789012345678901234"

typedef struct Case {
    const char *text, *want;
} Case;

static const Case cases[] = {
    {"", ""},
    {"short\nlines\n", "short\nlines\n"},
    {"no end", "no end"},
    /* 100 columns fit, 101 do not. */
    {NINETY "1234567890\n", NINETY "1234567890\n"},
    {NINETY "12345678901\n", NINETY "\n    12345678901\n"},
    {NINETY "1234567 9012345\n", NINETY "1234567\n    9012345\n"},
    /* What follows is indented by four more, and broken again. */
    {"    " NINETY TEN NINETY "1234567",
     "    " NINETY "\n        " TEN TEN TEN TEN TEN TEN TEN TEN TEN
     "\n        123456789 1234567"},
    /* Strings and characters stay whole, with quotes inside of them. */
    {"f(\"" LONG "\", \"a \\\" b " LONG "\");",
     "f(\"" LONG "\",\n    \"a \\\" b " LONG "\");"},
    {"f(' ', '\"', " LONG ", ' ', " LONG ");",
     "f(' ', '\"', " LONG ", ' ',\n    " LONG ");"},
    /* Comments go on with a star below the first one. */
    {"/* " NINETY "1234567890 */", "/* " NINETY "\n * 1234567890 */"},
    {"  * " NINETY "1234567890", "  * " NINETY "\n  * 1234567890"},
    {"/* it's " NINETY "123 */", "/* it's " NINETY "\n * 123 */"},
    /* No blank to break at, and directives. */
    {LONG LONG "\n", LONG LONG "\n"},
    {"#define A " NINETY TEN "\n", "#define A " NINETY TEN "\n"},
};

/* The wanted text, less the blank before each break. */
static bool agrees(const char *is, const char *want)
{
    for (; *is && *want; is++, want++) {
        if (*want == ' ' && want[1] == '\n' && *is == '\n')
            want++;
        if (*is != *want)
            return false;
    }
    return *is == *want;
}

static void breaks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Arena *arena = arena_new();
        Text out = {.arena = arena};

        wrap_lines(&out, cases[i].text);
        if (!agrees(text_str(&out), cases[i].want))
            fail_msg("case %d:\n%s\nis not\n%s", (int)i, text_str(&out),
                     cases[i].want);
        arena_free(arena);
    }
}

/* No line is longer than 100 columns where there is a blank to break at, and
 * nothing but blanks and ends of lines is changed. */
static void nothing_is_lost(void **state)
{
    (void)state;
    for (int word = 1; word < 60; word++)
        for (int indent = 0; indent < 40; indent += 4) {
            Arena *arena = arena_new();
            Text in = {.arena = arena}, out = {.arena = arena};
            int letters = 0;

            text_printf(&in, "%*s", indent, "");
            for (int i = 0; i < 40; i++)
                text_printf(&in, "%.*s ", word, LONG);
            wrap_lines(&out, text_str(&in));
            for (const char *c = text_str(&out); *c; c += *c == '\n') {
                size_t n = strcspn(c, "\n");

                assert_true(n <= 100);
                for (size_t i = 0; i < n; i++)
                    letters += c[i] != ' ';
                c += n;
            }
            assert_int_equal(letters, 40 * word);
            arena_free(arena);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(breaks),
        cmocka_unit_test(nothing_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
