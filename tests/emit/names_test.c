/* names_test.c: locals keep the names they wish for, unless the function has
 * another use for them. */
#include "emit/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* %1, %2, ... stand for locals, whose wishes are given ("" is none). */
typedef struct Case {
    const char *wish[3];
    const char *text, *settled;
} Case;

static const Case cases[] = {
    {{"x"}, "{ %1 = f->x + v.x; }", "{ x = f->x + v.x; }"},
    {{"x"}, "{ %1 = x + x_2; }", "{ x_3 = x + x_2; }"},
    {{"h", "h"}, "{ %2 = %1; }", "{ h = h_2; }"},
    {{"", "z", ""}, "{ %1 = %2 * %3; }", "{ z_2 = z * z_3; }"},
    {{"for", "2a", "a.b"}, "{ %1, %2, %3; }", "{ for_2, v2a, a_b; }"},
    {{"x", "e5"},
     "{ %1 = 0x1p3 + 1e5; /* x */ \"x\"; %2; }",
     "{ x = 0x1p3 + 1e5; /* x */ \"x\"; e5; }"},
    {{"x"},
     "g(%1)\n{\n    x;\n}\n\nh(%1)\n{\n}\n",
     "g(x_2)\n{\n    x;\n}\n\nh(x)\n{\n}\n"},
    {{"model_w"}, "{ %1; }", "{ model_w_2; }"},
    {{"nn_real", "NN_F32", "_Bool"},
     "{ %1, %2, %3; }",
     "{ vnn_real, vNN_F32, v_Bool; }"},
    {{"M_PI", "INT32_MAX", "INTENSITY"},
     "{ %1, %2, %3; }",
     "{ vM_PI, vINT32_MAX, INTENSITY; }"},
    {{"nn8_vec", "nn8", "nnx_"}, "{ %1, %2, %3; }", "{ vnn8_vec, nn8, nnx_; }"},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Arena *arena = arena_new();
        const Case *c = &cases[i];
        LocalNames names = {0};
        const char *local[3];
        names_global(arena, &names, "model.w");
        for (int k = 0; k < 3; k++) {
            const char *wish = c->wish[k];
            local[k] = names_local(arena, &names, wish && *wish ? wish : NULL);
        }
        Text out = {.arena = arena};
        text_add(&out, "x %");
        for (const char *t = c->text; *t; t++)
            if (*t == '%')
                text_add(&out, local[*++t - '1']);
            else
                text_add_n(&out, t, 1);
        names_settle(&out, 3, &names);
        names_forget(&names);
        assert_string_equal(text_str(&out) + 3, c->settled);
        arena_free(arena);
    }
}

static void test_global(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    LocalNames names = {0};
    assert_string_equal(names_global(arena, &names, "a.b"), "a_b");
    assert_string_equal(names_global(arena, &names, "a b"), "a_b_2");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_global),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
