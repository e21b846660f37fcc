/* term_test.c: expressions of Python: how they bind, and brackets around them.
 */
#include "export/term.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/fixture.h"

static void levels_are_python_s(void **state)
{
    (void)state;
    assert_int_equal(term_level("x"), LEVEL_ATOM);
    assert_int_equal(term_level("f($a + $b, \"a - b\")"), LEVEL_ATOM);
    assert_int_equal(term_level("-$a"), LEVEL_SIGN);
    assert_int_equal(term_level("$a.mT @ $b"), LEVEL_PRODUCT);
    assert_int_equal(term_level("$a * $b - 1"), LEVEL_SUM);
    assert_int_equal(term_level("$a <= $b"), LEVEL_COMPARE);
    assert_int_equal(term_level("$a & $b"), LEVEL_AND);
    assert_int_equal(term_level("$a[0] ** step"), LEVEL_POWER);
}

/* `a + b` and `c` in the two holes of a form. */
static const char *filled(const char *form)
{
    static const char *const in[] = {"a + b", "c"};
    static const Level levels[] = {LEVEL_SUM, LEVEL_ATOM};
    Term t = {.text = form, .level = term_level(form)};
    Text out = {.arena = arena};

    term_fill(&out, &t, in, levels);
    return text_str(&out);
}

static void brackets_stand_where_needed(void **state)
{
    static const struct {
        const char *form, *text;
    } rows[] = {
        {"f($a, $b)", "f(a + b, c)"},
        {"f(x, k=$a)", "f(x, k=a + b)"},
        {"$a + $b", "a + b + c"},
        {"$b + $a", "c + (a + b)"},
        {"$a * $b", "(a + b) * c"},
        {"$a > $b", "a + b > c"},
        {"-$a", "-(a + b)"},
        {"$a.exp()", "(a + b).exp()"},
        {"$a[:, 1:]", "(a + b)[:, 1:]"},
        {"where($a != 0, $b, $a)", "where(a + b != 0, c, a + b)"},
        {"cat(($0, $1), 1)", "cat((a + b, c), 1)"},
        {"f($a.flatten(), [$a, $b])", "f((a + b).flatten(), [a + b, c])"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(filled(rows[i].form), rows[i].text);
}

static void equal_terms_are_one(void **state)
{
    Terms terms = {.arena = arena, .places = {.arena = arena}};
    Term *x = term_atom(&terms, "x"), *y = term_atom(&terms, "y");
    Term *in[] = {x, y}, *turned[] = {y, x};
    bool made;
    Term *sum = term_of(&terms, "$a + $b", 2, in, &made);
    (void)state;

    assert_true(made);
    assert_ptr_equal(term_of(&terms, "$a + $b", 2, in, &made), sum);
    assert_false(made);
    assert_ptr_not_equal(term_of(&terms, "$a + $b", 2, turned, &made), sum);
    assert_ptr_equal(term_atom(&terms, "x"), x);
    assert_int_equal(term_times("$a if $b else $a", 0), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_python_s),
        cmocka_unit_test_setup_teardown(brackets_stand_where_needed, make_arena,
                                        drop_arena),
        cmocka_unit_test_setup_teardown(equal_terms_are_one, make_arena,
                                        drop_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
