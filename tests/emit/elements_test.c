/* elements_test.c: which networks of straight-line code run on vectors, and
 * how wide these are. What they compute: tests/backend/tiny.nn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../support/texts.h"

#define NET(in, layers)                                                        \
    "model net {\n"                                                            \
    "  input x: f32[" #in "];\n"                                               \
    "  y = x -> " layers ";\n"                                                 \
    "  output y;\n"                                                            \
    "}\n"

static const char relu[] = NET(4, "dense(5) as a -> relu");

/* The body of the function for one row. */
static const char *straight(Arena *arena, const char *net, const char *target)
{
    const char *c = text_model_c(arena, net, target);
    const char *at = strstr(c, "/* The whole network for one row. */");

    if (!at)
        fail_msg("no straight-line code for %s", target);
    return arena_copy(arena, at, (size_t)(strstr(at, "\n}\n") - at));
}

typedef struct Case {
    const char *net, *target, *has, *lacks;
} Case;

static void check(const Case *c)
{
    Arena *arena = arena_new();
    const char *body = straight(arena, c->net, c->target);

    if (!strstr(body, c->has))
        fail_msg("%s: no %s in %s", c->target, c->has, body);
    if (strstr(body, c->lacks))
        fail_msg("%s: %s in %s", c->target, c->lacks, body);
    arena_free(arena);
}

/* The narrowest vector that holds all lanes, of 4 at least. */
static void vectors_are_as_wide_as_their_values(void **state)
{
    static const Case cases[] = {
        {NET(5, "dense(3) as a"), "avx512", "nn4_vec y = ", "nn_vec"},
        {NET(5, "dense(3) as a"), "avx2", "nn4_vec y = ", "nn_vec"},
        {NET(5, "dense(3) as a"), "generic", "nn_vec y = ", "nn4_vec"},
        {NET(5, "dense(8) as a"), "avx512", "nn8_vec y = ", "nn_vec"},
        {NET(5, "dense(10) as a"), "avx512", "nn_vec y = ", "nn4_vec"},
        {NET(5, "dense(10) as a"), "avx2", "nn4_vec y_8 = ", "nn8_vec"},
        {NET(5, "dense(16) as a"), "avx512", "nn_vec y = ", "y_"},
        {NET(5, "dense(17) as a"), "avx512", "nn4_vec y_16 = ", "y_17"},
        {NET(5, "dense(33) as a"), "avx2", "nn4_vec y_32 = ", "y_33"},
        {NET(5, "dense(33) as a"), "generic", "nn_vec y_32 = ", "y_33"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

/* Operators go where their values are; a single sum is one of scalars, or of
 * the lanes that hold its terms. */
static void the_cheaper_way_is_taken(void **state)
{
    static const Case cases[] = {
        {relu, "avx512", "nn8_vmax(", "? 0 :"},
        {NET(2, "dense(1) as a -> relu"), "avx512", "? 0 :", "vec"},
        {NET(4, "dense(8, weight: [[1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 6],"
                " [4, 5, 6, 7], [5, 6, 7, 8], [6, 7, 8, 9], [7, 8, 9, 1],"
                " [8, 9, 1, 2]]) as a -> relu"
                " -> dense(1, weight: [[1, 2, 3, 4, 5, 6, 7, 8]]) as b"),
         "avx512", "nn8_vsum(", "nn_vec"},
        {NET(4, "dense(6) as a -> dense(3) as b -> softmax"), "avx512",
         "nn4_vexp(", "NN_EXP"},
        {NET(1, "dense(1) as a -> sigmoid"), "avx2", "NN_EXP", "vec"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

/* Numbers of a vector are floats in the fewest digits. */
static void weights_are_short(void **state)
{
    static const Case given = {
        NET(2, "dense(3, weight: [[0.1, -3], [0.123456789, 1e-9], [7, 8]],"
               " bias: [0, 0.3, 100]) as a"),
        "avx2", "{0.1f, 0.12345679f, 7.0f}", "params["};

    (void)state;
    check(&given);
}

/* Many rows of narrow products are done one after the other in scalars, which
 * the C compiler puts into lanes; wide products fill lanes themselves. */
static void rows_are_lanes_of_narrow_products(void **state)
{
    static const char marker[] =
        "/* The whole network for one of many rows. */";
    Arena *arena = arena_new();
    const char *c = text_model_c(arena, relu, "avx512");
    const char *at = strstr(c, marker);

    (void)state;
    assert_non_null(at);
    at = arena_copy(arena, at, (size_t)(strstr(at, "\n}\n") - at));
    assert_non_null(strstr(at, "const nn_real"));
    assert_null(strstr(at, "_vec"));
    assert_non_null(strstr(c, "row + 16 <= (size_t)rows"));
    c = text_model_c(arena, NET(5, "dense(16) as a"), "avx512");
    assert_null(strstr(c, marker));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_are_as_wide_as_their_values),
        cmocka_unit_test(the_cheaper_way_is_taken),
        cmocka_unit_test(weights_are_short),
        cmocka_unit_test(rows_are_lanes_of_narrow_products),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
