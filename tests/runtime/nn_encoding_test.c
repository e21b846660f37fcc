/* UTF-8 in pieces, windows-1252, small letters; what is refused names its
 * line and column. */
#include "check.h"

#include "nn_encoding.h"
#include "nn_lower.h"

/* Checks a text in pieces of n bytes, as a reader of a file would. */
static bool check_pieces(const char *text, size_t size, size_t n, nn_error *e)
{
    nn_encoding s = {.path = "f"};
    char room[64];
    size_t kept = 0, used;
    for (size_t at = 0; at < size || kept > 0;) {
        size_t take = size - at < n ? size - at : n;
        memcpy(room + kept, text + at, take);
        at += take;
        if (!nn_encoding_check(&s, (unsigned char *)room, kept + take,
                               at == size, &used, e))
            return false;
        kept = kept + take - used;
        memmove(room, room + used, kept);
    }
    return true;
}

static const struct {
    const char *text;
    size_t size;
    const char *says; /* NULL: it is good */
} texts[] = {
    {"plain\nlines\n", 12, NULL},
    {"\xc3\xa9t\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\n", 14, NULL},
    {"a\n\xc3\xa9\xff", 5, "f:2:2: byte 0xff is not UTF-8"},
    {"ab\xe9 c", 5, "f:1:3: byte 0xe9 is not UTF-8"},
    {"\xed\xa0\x80", 3, "f:1:1: byte 0xed is not UTF-8"},
    {"\xc0\x80", 2, "f:1:1: byte 0xc0 is not UTF-8"},
    {"\n\n\xe2\x82", 4, "f:3:1: byte 0xe2 is not UTF-8"},
    {"a\nb\0c", 5, "f:2:2: a zero byte"},
};

static void checks_in_pieces_of_any_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t n = 1; n <= 16; n++) {
            nn_error e = {""};
            bool good = check_pieces(texts[i].text, texts[i].size, n, &e);
            if (good != (texts[i].says == NULL))
                fail_msg("text %zu in pieces of %zu: %s", i, n, e.text);
            if (!good &&
                strncmp(e.text, texts[i].says, strlen(texts[i].says)) != 0)
                fail_msg("text %zu in pieces of %zu: %s", i, n, e.text);
        }
}

static void refuses_utf16(void **state)
{
    nn_encoding s = {.path = "f"};
    nn_error e = {""};
    size_t used;
    (void)state;
    assert_false(nn_encoding_check(&s,
                                   (const unsigned char *)"\xff\xfe"
                                                          "a",
                                   3, true, &used, &e));
    assert_says(&e, (const char *[]){"f is UTF-16 text (little-endian)", NULL});
}

static void decodes_windows_1252(void **state)
{
    nn_error e = {""};
    char *out;
    size_t size;
    (void)state;
    assert_true(nn_encoding_decode_all(
        "f", (const unsigned char *)"\x80 caf\xe9 \x93z\x94", 10, &out, &size,
        &e));
    assert_int_equal(size, 17);
    assert_memory_equal(
        out, "\xe2\x82\xac caf\xc3\xa9 \xe2\x80\x9cz\xe2\x80\x9d", 17);
    free(out);
    assert_false(nn_encoding_decode_all("f", (const unsigned char *)"a\nb\x81",
                                        4, &out, &size, &e));
    assert_string_equal(e.text,
                        "f:2:2: byte 0x81 is no character of windows-1252");
}

static void makes_small_letters(void **state)
{
    static const char *const pairs[][2] = {
        {"Hello, World 42", "hello, world 42"},
        {"\xc3\x89T\xc3\x89", "\xc3\xa9t\xc3\xa9"}, /* Latin */
        {"\xc5\x81\xc4\x80", "\xc5\x82\xc4\x81"},
        {"\xce\x91\xce\xa9\xce\xa3", "\xce\xb1\xcf\x89\xcf\x83"}, /* Greek */
        {"\xd0\x90\xd0\xaf\xd0\x81", "\xd0\xb0\xd1\x8f\xd1\x91"}, /* Cyrillic */
        {"\xc8\xba", "\xe2\xb1\xa5"},             /* from two bytes to three */
        {"\xc3\x97\xc3\x9f", "\xc3\x97\xc3\x9f"}, /* a sign, a small letter */
        {"\xf0\x90\x90\x80", "\xf0\x90\x90\xa8"},
    };
    char out[64];
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t n = nn_lower(pairs[i][0], strlen(pairs[i][0]), out);
        out[n] = 0;
        assert_string_equal(out, pairs[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_in_pieces_of_any_size),
        cmocka_unit_test(refuses_utf16),
        cmocka_unit_test(decodes_windows_1252),
        cmocka_unit_test(makes_small_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
