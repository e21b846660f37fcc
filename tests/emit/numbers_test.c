/* numbers_test.c: weights as constants of C are the same floats again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "emit/weights.h"

static float bits(uint32_t word)
{
    float x;
    memcpy(&x, &word, sizeof x);
    return x;
}

static void check_again(float x)
{
    char text[WEIGHTS_DIGITS], *end;
    int n = weights_number(text, x);
    float again = strtof(text, &end);
    assert_true(n < WEIGHTS_DIGITS && text[n] == 0);
    assert_memory_equal(&again, &x, sizeof x);
    assert_true(strcmp(end, "f") == 0 || x == 0);
    assert_true(strpbrk(text, ".") || x == 0);
}

/* Of each power of two the floats next to it and some between, of both signs,
 * and the smallest of all. */
static void test_again(void **state)
{
    (void)state;
    for (uint32_t exponent = 0; exponent < 255; exponent++)
        for (uint32_t k = 0; k < 400; k++) {
            uint32_t near = k < 8 ? k : k * 2654435761U;
            uint32_t word = exponent << 23 | (near & 0x7fffff);
            check_again(bits(word));
            check_again(bits(word | 0x80000000U));
            check_again(bits(exponent << 23 | (0x7fffff - (near & 0xf))));
        }
    for (uint32_t word = 1; word < 2000; word++)
        check_again(bits(word));
}

static void test_short(void **state)
{
    static const struct {
        float x;
        const char *text;
    } rows[] = {
        {0, "0"},          {-0.0F, "-0.f"},
        {1, "1.f"},        {-12, "-12.f"},
        {0.1F, "0.1f"},    {0.0625F, "0.0625f"},
        {1e-3F, "0.001f"}, {3e-20F, "3.e-20f"},
        {1e10F, "1.e10f"}, {123456, "123456.f"},
    };
    char text[WEIGHTS_DIGITS];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        weights_number(text, rows[i].x);
        assert_string_equal(text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
