/* nest_test.c: loop nests are run here, and must visit every element of two
 * values exactly once, at the same element in both. */
#include "emit/nest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const Shape shape = {2, {6, 4}};

typedef enum Lies { ROWS, COLUMNS, PANELS, BACKWARDS, REPEATED } Lies;

typedef struct Case {
    Lies a, b;
    int loops;
} Case;

static const Case cases[] = {
    {ROWS, ROWS, 1},     {ROWS, COLUMNS, 2},    {COLUMNS, COLUMNS, 1},
    {ROWS, PANELS, 3},   {PANELS, PANELS, 1},   {ROWS, BACKWARDS, 2},
    {ROWS, REPEATED, 2}, {PANELS, REPEATED, 3},
};

static Layout lies(Lies how)
{
    Layout l = layout_dense(&shape);
    switch (how) {
    case ROWS:
        break;
    case COLUMNS:
        l.axis[0].piece[0].stride = 1;
        l.axis[1].piece[0].stride = 6;
        break;
    case PANELS:
        l.axis[0] = (AxisLayout){2, {{2, 12}, {3, 1}}};
        l.axis[1].piece[0].stride = 3;
        break;
    case BACKWARDS:
        l.offset = 3;
        l.axis[1].piece[0].stride = -1;
        break;
    case REPEATED:
        l.axis[0].piece[0].stride = 0;
        break;
    }
    return l;
}

/* Adds the places that the loops from `depth` on visit to `seen`. */
static void visit(const Nest *n, int depth, int64_t a, int64_t b, int *seen)
{
    if (depth == n->n_loops) {
        seen[a * 32 + b + 3]++;
        return;
    }
    const Loop *l = &n->loop[depth];
    for (int64_t i = 0; i < l->count; i++)
        visit(n, depth + 1, a + i * l->stride[0], b + i * l->stride[1], seen);
}

static void test_visits(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        Layout a = lies(cases[c].a), b = lies(cases[c].b);
        Arena *arena = arena_new();
        Nest nest = {.arena = arena, .shape = shape};
        int seen[24 * 32] = {0};
        nest_operand(&nest, &shape, &a);
        nest_operand(&nest, &shape, &b);
        nest_build(&nest, 0);
        if (nest.n_loops != cases[c].loops)
            fail_msg("case %d: %d loops", (int)c, nest.n_loops);
        visit(&nest, 0, 0, 0, seen);
        for (int64_t i = 0; i < 24; i++) {
            int64_t at[] = {i / 4, i % 4};
            int64_t x = layout_place(&a, at), y = layout_place(&b, at);
            if (--seen[x * 32 + y - b.offset + 3] != 0)
                fail_msg("case %d: element %d", (int)c, (int)i);
        }
        arena_free(arena);
    }
}

/* Sums leave the padding of the last panel out; maps run through it. */
static void test_padding(void **state)
{
    (void)state;
    const Shape odd = {2, {7, 4}};
    Layout l = layout_dense(&odd);
    bool inner;
    l.axis[0] = (AxisLayout){2, {{3, 12}, {3, 1}}};
    l.axis[1].piece[0].stride = 3;
    for (unsigned reduced = 0; reduced < 2; reduced++) {
        Arena *arena = arena_new();
        Nest nest = {.arena = arena, .shape = odd};
        nest_operand(&nest, &odd, &l);
        nest_build(&nest, reduced);
        assert_int_equal(nest_guard(&nest, &inner) != NULL, reduced);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visits),
        cmocka_unit_test(test_padding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
