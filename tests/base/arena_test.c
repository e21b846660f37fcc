/* arena_test.c: memory is zeroed, aligned and apart; equal names are one. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 5000, 70000, 3, 200000, 1};
    Arena *arena = arena_new();
    (void)state;

    for (size_t i = 0; i < 10 * (sizeof sizes / sizeof *sizes); i++) {
        size_t n = sizes[i % (sizeof sizes / sizeof *sizes)];
        unsigned char *p = arena_alloc(arena, n);

        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(p[k], 0);
        memset(p, 0xff, n);
    }
    arena_free(arena);
}

static void growing_keeps_what_is_there(void **state)
{
    Arena *arena = arena_new();
    unsigned char *p = arena_grow(arena, NULL, 0, 24);
    unsigned char *other;
    (void)state;

    memset(p, 7, 24);
    assert_ptr_equal(arena_grow(arena, p, 24, 100), p);
    other = arena_alloc(arena, 8);
    assert_true(other >= p + 100);
    for (size_t n = 100; n < 300000; n *= 2) {
        unsigned char *grown = arena_grow(arena, p, n, 2 * n);

        assert_ptr_not_equal(grown, p);
        for (size_t k = 0; k < 2 * n; k++)
            assert_int_equal(grown[k], k < 24 ? 7 : 0);
        p = grown;
        arena_alloc(arena, 1);
    }
    arena_free(arena);
}

static void scratch_draws_on_the_same_budget(void **state)
{
    Arena *arena = arena_new(), *scratch;
    (void)state;

    arena_limit(arena, 10 << 20);
    arena_alloc(arena, 4 << 20);
    scratch = arena_scratch(arena);
    assert_true(arena_room(scratch) == arena_room(arena));
    arena_alloc(scratch, 3 << 20);
    assert_true(arena_room(scratch) <= (size_t)3 << 20);
    assert_true(arena_room(arena) <= (size_t)6 << 20);
    arena_free(scratch);
    arena_free(arena);
}

static void a_copy_ends_in_zero(void **state)
{
    Arena *arena = arena_new();
    (void)state;

    assert_string_equal(arena_copy(arena, "dense and conv", 5), "dense");
    assert_string_equal(arena_copy(arena, "", 0), "");
    arena_free(arena);
}

static void equal_names_are_one_pointer(void **state)
{
    enum { N = 2000 };
    const char *names[N];
    Arena *arena = arena_new();
    (void)state;

    for (int i = 0; i < N; i++)
        names[i] = arena_name(arena, arena_printf(arena, "name%d", i));
    for (int i = 0; i < N; i++) {
        const char *text = arena_printf(arena, "name%d and more", i);
        size_t n = strlen(text) - strlen(" and more");

        assert_string_equal(names[i], arena_printf(arena, "name%d", i));
        assert_ptr_equal(arena_intern(arena, text, n), names[i]);
    }
    assert_ptr_equal(arena_intern(arena, "", 0), arena_name(arena, ""));
    assert_ptr_not_equal(arena_name(arena, ""), names[0]);
    arena_free(arena);
}

static void printf_takes_any_length(void **state)
{
    Arena *arena = arena_new();
    char *text = arena_printf(arena, "%0*d", 100000, 7);
    (void)state;

    assert_int_equal(strlen(text), 100000);
    assert_string_equal(text + 99998, "07");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(growing_keeps_what_is_there),
        cmocka_unit_test(scratch_draws_on_the_same_budget),
        cmocka_unit_test(a_copy_ends_in_zero),
        cmocka_unit_test(equal_names_are_one_pointer),
        cmocka_unit_test(printf_takes_any_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
