/* model_test.c: the tables of model.c, and tiny networks without loops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/texts.h"
#include "base/pack.h"
#include "base/str.h"
#include "base/version.h"

static const char *const targets[] = {NULL, "generic", "avx2", "avx512"};

enum { TARGETS = 4 };

#define NET                                                                    \
    "model net {\n"                                                            \
    "  input x: f32[5]; target t: f32[3];\n"                                   \
    "  y = x -> dense(7) as a -> tanh -> dense(3) as b;\n"                     \
    "  output y; loss squared_error(y, t);\n"                                  \
    "  train { optimizer adam(rate: 0.1); batch 4; epochs 1; }\n"              \
    "}\n"

/* The number behind `NAME = ` in the table of places. */
static long place(const char *c, const char *name)
{
    char line[80];
    const char *at;

    snprintf(line, sizeof line, "    %s = ", name);
    at = strstr(c, line);
    if (!at)
        fail_msg("no %s", name);
    return strtol(at + strlen(line), NULL, 10);
}

/* Tensors begin at whole vectors, one behind the other with room for all their
 * numbers; Adam's two of each weight follow, and a vector's room at the end. */
static void places_of_parameters(void **state)
{
    static const struct {
        const char *name;
        long numbers;
    } params[] = {
        {"net_a_weight", 35},   {"net_a_bias", 7},      {"net_b_weight", 21},
        {"net_b_bias", 3},      {"net_a_weight_m", 35}, {"net_a_weight_v", 35},
        {"net_a_bias_m", 7},    {"net_a_bias_v", 7},    {"net_b_weight_m", 21},
        {"net_b_weight_v", 21}, {"net_b_bias_m", 3},    {"net_b_bias_v", 3}};

    (void)state;
    for (int t = 0; t < TARGETS; t++) {
        Arena *arena = arena_new();
        Texts net = text_model(arena, NET, targets[t], WANT_ALL);
        const char *c = net.c;
        long free = 0;

        for (int i = 0; i < 12; i++) {
            long at = place(c, params[i].name);

            assert_int_equal(at % 16, 0);
            assert_true(at >= free);
            free = at + params[i].numbers;
        }
        assert_true(place(net.h, "net_reals") >= free + 16);
        arena_free(arena);
    }
}

/* What is not trained has no slots: no memory, no row, no constant. */
static void inference_has_no_slots(void **state)
{
    (void)state;
    for (int t = 0; t < TARGETS; t++) {
        Arena *arena = arena_new();
        Texts net = text_model(arena, NET, targets[t], WANT_INFER);
        long last = place(net.c, "net_b_bias");

        assert_null(strstr(net.c, "_bias_m"));
        assert_null(strstr(net.c, "NN_SLOT"));
        assert_true(place(net.h, "net_reals") <= last + 16 + 16);
        arena_free(arena);
    }
}

/* An enumerator is an int, and a workspace may be larger. */
static void large_constants_are_macros(void **state)
{
    static const char text[] = "model net {\n"
                               "  input x: f32[10]; target t: f32[1];\n"
                               "  y = x -> dense(100000) -> tanh -> dense(1);\n"
                               "  output y; loss squared_error(y, t);\n"
                               "  train { batch 100000; }\n"
                               "}\n";
    Arena *arena = arena_new();
    const char *h = text_model(arena, text, NULL, WANT_TRAIN).h;

    (void)state;
    assert_non_null(strstr(h, "#define net_eval_workspace INT64_C("));
    assert_null(strstr(h, "    net_eval_workspace = "));
    assert_int_equal(place(h, "net_eval_batch"), 100000);
    arena_free(arena);
}

/* The types of the runtime belong to the version that model.h names. */
static void types_name_their_version(void **state)
{
    Arena *arena = arena_new();
    const char *own =
        str_replace(arena, "#define NN_TYPES_" NNC_VERSION "\n", ".", "_");
    const char *h = text_model(arena, NET, NULL, WANT_ALL).h;

    (void)state;
    assert_non_null(strstr(h, own));
    own = arena_copy(arena, own, strlen(own) - 1);
    assert_non_null(strstr(pack_find("runtime/nn_model.h"), own));
    arena_free(arena);
}

static void the_same_bytes_again(void **state)
{
    (void)state;
    for (int t = 0; t < TARGETS; t++) {
        Arena *a = arena_new(), *b = arena_new();

        assert_string_equal(text_model_c(a, NET, targets[t]),
                            text_model_c(b, NET, targets[t]));
        arena_free(a);
        arena_free(b);
    }
}

static bool follows(const char *c, const char *function, const char *text)
{
    const char *at = strstr(c, function), *end, *found;

    if (!at)
        return false;
    end = strstr(at, "\n}\n");
    found = strstr(at, text);
    return end && found && found < end;
}

#define FIXED(in, out)                                                         \
    "model net {\n"                                                            \
    "  input x: f32[" in "];\n"                                                \
    "  y = x -> dense(" out ") as a -> tanh;\n"                                \
    "  output y;\n"                                                            \
    "}\n"

/* Up to about 500 multiply-adds one row has no loop, beyond it has; the plain
 * form always has. */
static void tiny_networks_have_no_loop(void **state)
{
    static const char row[] = "/* The whole network for one row. */";
    Arena *arena = arena_new();

    (void)state;
    for (int t = 0; t < TARGETS; t++) {
        const char *tiny = text_model_c(arena, FIXED("20", "25"), targets[t]);
        const char *more = text_model_c(arena, FIXED("20", "26"), targets[t]);

        assert_int_equal(strstr(tiny, row) != NULL, t > 0);
        assert_null(strstr(more, row));
        if (t > 0)
            assert_false(follows(tiny, row, "for ("));
    }
    arena_free(arena);
}

/* Weights that can never change stand in the code as numbers. */
static void given_weights_are_numbers(void **state)
{
    static const char row[] = "/* The whole network for one row. */";
    static const char text[] =
        "model net {\n"
        "  input x: f32[2];\n"
        "  y = x -> dense(1, weight: [[0.125, -3]], bias: [0.75]);\n"
        "  output y;\n"
        "}\n";
    Arena *arena = arena_new();
    const char *c = text_model_c(arena, text, "avx2");

    (void)state;
    assert_true(follows(c, row, "0.125"));
    assert_true(follows(c, row, "0.75"));
    assert_false(follows(c, row, "f->params"));
    c = text_model_c(arena, FIXED("2", "1"), "avx2");
    assert_true(follows(c, row, "params"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_of_parameters),
        cmocka_unit_test(inference_has_no_slots),
        cmocka_unit_test(large_constants_are_macros),
        cmocka_unit_test(types_name_their_version),
        cmocka_unit_test(the_same_bytes_again),
        cmocka_unit_test(tiny_networks_have_no_loop),
        cmocka_unit_test(given_weights_are_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
