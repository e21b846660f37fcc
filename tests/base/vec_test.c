/* vec_test.c: pushed elements are found again, in order, whatever the size. */
#include "base/vec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void elements_stay_in_order(void **state)
{
    struct Big {
        int64_t a[5];
        char c;
    };
    VEC(int) small = {0};
    VEC(struct Big) big = {0};
    Arena *arena = arena_new();
    (void)state;

    for (int i = 0; i < 1000; i++) {
        struct Big b = {{i, 0, 0, 0, -i}, 'x'};

        vec_push(arena, &small, i);
        vec_push(arena, &big, b);
    }
    assert_int_equal(small.n, 1000);
    assert_int_equal(big.n, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(small.at[i], i);
        assert_int_equal(big.at[i].a[4], -i);
        assert_int_equal(big.at[i].c, 'x');
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_stay_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
