/* target_test.c: the preludes of all targets this machine can run, compiled
 * without a warning and checked; and what they leave out.
 *
 * CC chooses the compiler (default cc). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/runs.h"

static const char body[] =
    "#include \"tests/tile/vector_check.h\"\n"
    "#if NN_LANES > 1\n"
    "#include \"tests/tile/vector_rest.h\"\n"
    "#else\n"
    "#include \"tests/tile/scalar_rest.h\"\n"
    "#endif\n\n"
    "int main(void)\n{\n"
    "    return check_functions() + check_rest() > 0;\n}\n";

/* Names every item of the prelude, so that none is left out. */
static const char all[] =
    "nn_exp nn_vlog nn_tanh nn_sigmoid nn_verf nn_vsoftplus nn_vselect nn_vmax "
    "nn_vmin nn_vgt "
    "nn_vle nn_vsign nn_vabs nn_vsqrt nn_vsum nn_vlargest nn_vload nn_vstore "
    "nn_vload_n nn_vstore_n nn_vset nn_vadd nn_vtotal "
    "nn_vsum_total nn_vturn nn_vload_head "
    "NN_STEP "
    "nn8_vlog nn8_verf nn8_vsoftplus nn8_vtanh nn8_vsigmoid nn8_vselect "
    "nn8_vsum "
    "nn8_vstore_n "
    "nn4_vlog nn4_vtanh nn4_vsigmoid nn4_vselect nn4_vsum nn4_vstore_n";

static void preludes_compute_right(void **state)
{
    (void)state;
    const char *cc = getenv("CC") != NULL ? getenv("CC") : "cc";
    for (int i = 0; target_name(i) != NULL; i++) {
        const Target *t = target_find(target_name(i));
        if (!runs_here(t)) {
            continue;
        }
        Arena *arena = arena_new();
        char dir[] = "/tmp/target_test.XXXXXX";
        assert_non_null(mkdtemp(dir));
        Text out = {.arena = arena};
        text_add(&out, "#include <stddef.h>\n");
        target_prelude(&out, t, all);
        text_printf(&out, "enum { LANES = %d };\n%s", t->lanes, body);
        const char *file = arena_printf(arena, "%s/v.c", dir);
        assert_true(str_write_file(file, text_str(&out), out.n));
        int status = system(arena_printf(
            arena,
            "%s -std=gnu11 -O2 %s -Wall -Wextra -Wpedantic -Wshadow "
            "-Wconversion -Wundef -Wmissing-prototypes -Wstrict-prototypes "
            "-Werror -I. -o %s/v %s -lm && %s/v",
            cc, flags_here(t), dir, file, dir));
        assert_int_equal(system(arena_printf(arena, "rm -r %s", dir)), 0);
        assert_int_equal(status, 0);
        arena_free(arena);
    }
}

static void preludes_hold_what_is_used(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Text out = {.arena = arena};
    target_prelude(&out, target_find("avx2"), "y = nn_vmax(a, b);");
    const char *s = text_str(&out);
    assert_non_null(strstr(s, "vector_size(32)"));
    assert_non_null(strstr(s, "#error"));
    assert_non_null(strstr(s, "nn_vec nn_vmax("));
    assert_non_null(strstr(s, "nn_vec nn_vif("));
    assert_null(strstr(s, "nn_vmin"));
    assert_null(strchr(s, '$'));
    assert_null(strstr(s, "nn4_"));
    Text narrow = {.arena = arena};
    target_prelude(&narrow, target_find("avx2"), "y = nn4_vmax(a, b);");
    s = text_str(&narrow);
    assert_non_null(
        strstr(s, "typedef float nn4_vec __attribute__((vector_size(16)))"));
    assert_non_null(strstr(s, "nn4_vec nn4_vif("));
    assert_null(strstr(s, "nn_vif"));
    Text plain = {.arena = arena};
    target_prelude_plain(&plain, "y = NN_EXP(x);");
    assert_non_null(strstr(text_str(&plain), "#define NN_EXP"));
    assert_null(strstr(text_str(&plain), "NN_LOG"));
    Text none = {.arena = arena};
    target_prelude_plain(&none, "y = x;");
    assert_string_equal(text_str(&none), "\n");
    assert_null(target_find("avx1"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(preludes_compute_right),
        cmocka_unit_test(preludes_hold_what_is_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
