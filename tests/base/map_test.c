/* map_test.c: names keep their newest numbers while the table grows. */
#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void names_keep_their_numbers(void **state)
{
    enum { N = 5000 };
    Arena *arena = arena_new();
    Map map = {.arena = arena};
    (void)state;

    assert_int_equal(map_get(&map, "n1"), -1);
    for (int i = 0; i < N; i++)
        map_set(&map, arena_printf(arena, "n%d", i), i);
    for (int i = 0; i < N; i += 3)
        map_set(&map, arena_printf(arena, "n%d", i), -1);
    for (int i = 0; i < N; i++)
        assert_int_equal(map_get(&map, arena_printf(arena, "n%d", i)),
                         i % 3 ? i : -1);
    assert_int_equal(map_get(&map, "n"), -1);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_keep_their_numbers)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
