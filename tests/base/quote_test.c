/* quote_test.c: the user's bytes inside C, DOT, JSON, commands, messages.
 * tests/strings.sh lets a C compiler read what quote_c writes. */
#include "base/quote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "nn_say.h"
#include "support/fixture.h"

typedef struct Row {
    const char *from, *to;
} Row;

static void check(const Row *rows, size_t n,
                  void (*quote)(Text *, const char *))
{
    for (size_t i = 0; i < n; i++) {
        Text out = {.arena = arena};

        quote(&out, rows[i].from);
        assert_string_equal(text_str(&out), rows[i].to);
    }
}

#define CHECK(rows, quote) check(rows, sizeof rows / sizeof *rows, quote)

static void c_literals(void **state)
{
    static const Row rows[] = {
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"a\nb\t", "\"a\\012b\\011\""},
        {"\"\\", "\"\\\"\\\\\""},
        {"\0017", "\"\\0017\""},
        {"\xc3\xa4", "\"\\303\\244\""},
        {"\xff\x7f", "\"\\377\\177\""},
        {"a?b?", "\"a?b?\""},
        {"?"
         "?"
         "?/",
         "\"?\\?\\?/\""},
    };

    (void)state;
    CHECK(rows, quote_c);
}

static void comment(Text *out, const char *s)
{
    quote_comment(out, s, strlen(s));
}

static void comments(void **state)
{
    static const Row rows[] = {
        {"x -> dense(3)", "x -> dense(3)"},
        {"*/ /* */*", "* / / * * / *"},
        {"**//", "** //"},
        {"?"
         "?/\n",
         "? ?/\\012"},
        {"\xc3\xa4\\", "\xc3\xa4\\"},
        {"\xe2\x80\xae.", "\\342\\200\\256."},
    };

    (void)state;
    CHECK(rows, comment);
}

static void drawings(void **state)
{
    static const Row rows[] = {{"a\"b\\N", "a\\\"b\\\\N"},
                               {"\033[m\xff", "?[m?"},
                               {"\xc3\xa4", "\xc3\xa4"}};

    (void)state;
    CHECK(rows, quote_dot);
}

static void json(void **state)
{
    static const Row rows[] = {
        {"a\"\\", "\"a\\\"\\\\\""},
        {"\001\x7f\n", "\"\\u0001\\u007f\\u000a\""},
        {"\xc3\xa4\xc3", "\"\xc3\xa4\\ufffd\""},
        {"\xe2\x80\xae"
         "a\xc2\x85",
         "\"\\u202ea\\u0085\""}, /* not to be shown */
        {"\xf3\xa0\x80\x81", "\"\\udb40\\udc01\""},
    };

    (void)state;
    CHECK(rows, quote_json);
}

static void words_of_a_shell(void **state)
{
    static const Row rows[] = {{"", "''"},       {"a/b-1.c", "a/b-1.c"},
                               {"a b", "'a b'"}, {"it's", "'it'\\''s'"},
                               {"~", "'~'"},     {"$(id)\n", "'$(id)\n'"}};

    (void)state;
    CHECK(rows, quote_shell);
}

static void shown(Text *out, const char *s)
{
    quote_shown(out, s, strlen(s));
}

static void terminals(void **state)
{
    static const Row rows[] = {
        {"\xc3\xa4 b", "\xc3\xa4 b"},
        {"\033]0;x\a", "\\033]0;x\\007"},
        {"\xc2\x9b"
         "1m",
         "\\302\\233"
         "1m"},                              /* C1's CSI */
        {"\xe2\x80\xae", "\\342\\200\\256"}, /* right to left */
        {"\xed\xa0\x80", "\\355\\240\\200"}, /* a surrogate */
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"\xf3\xa0\x81\x81", "\\363\\240\\201\\201"}, /* a tag */
    };

    (void)state;
    CHECK(rows, shown);
}

/* The UTF-8 of a code; its bytes. */
static size_t encode(unsigned long code, char *out)
{
    static const unsigned lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

    for (size_t i = n; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(lead[n] | code);
    return n;
}

/* Of all characters: those that move or turn what stands around them, or are
 * no character, stay behind. */
static void shows_no_more_than_it_should(void **state)
{
    static const struct {
        unsigned long first, last;
        bool shown;
    } rows[] = {
        {0x00, 0x1f, false},         {0x20, 0x7e, true},
        {0x7f, 0x9f, false},         {0xa0, 0x61b, true},
        {0x61c, 0x61c, false},       {0x61d, 0x200a, true},
        {0x200b, 0x200f, false},     {0x2010, 0x2027, true},
        {0x2028, 0x202e, false},     {0x202f, 0x205f, true},
        {0x2060, 0x206f, false},     {0x2070, 0xd7ff, true},
        {0xd800, 0xdfff, false},     {0xe000, 0xfefe, true},
        {0xfeff, 0xfeff, false},     {0xff00, 0xfff8, true},
        {0xfff9, 0xfffb, false},     {0xfffc, 0xdffff, true},
        {0xe0000, 0xe007f, false},   {0xe0080, 0x10ffff, true},
        {0x110000, 0x1fffff, false},
    };
    char text[4];
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned long code = rows[i].first; code <= rows[i].last; code++) {
            size_t n = encode(code, text);

            if (nn_printable(text, n) != (rows[i].shown ? n : 0))
                fail_msg("U+%04lX", code);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c_literals),
        cmocka_unit_test(comments),
        cmocka_unit_test(drawings),
        cmocka_unit_test(json),
        cmocka_unit_test(words_of_a_shell),
        cmocka_unit_test(shows_no_more_than_it_should),
        cmocka_unit_test(terminals),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
