/* conv_test.c: convolutions and their gradients, emitted for every target
 * that this machine can run, equal plain loops on odd shapes, strides,
 * paddings, poolings and layouts; what the plan promises holds. */
#include "tile/conv.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/convcase.h"
#include "tile/conv_parts.h"

typedef struct Row { /* of the table of shapes */
    int batch, channels, height, width, filters, kernel[2], stride[2], pad[4];
    PoolKind pool;
    int window[2];
} Row;

static const Row rows[] = {
    {2, 1, 28, 28, 6, {5, 5}, {1, 1}, {2, 2, 2, 2}, POOL_MAX, {2, 2}},
    {2, 6, 14, 14, 16, {5, 5}, {1, 1}, {0, 0, 0, 0}, POOL_MAX, {2, 2}},
    {1, 3, 13, 11, 40, {3, 3}, {2, 2}, {1, 1, 1, 1}, POOL_NONE, {0, 0}},
    {3, 16, 7, 7, 24, {1, 1}, {2, 2}, {0, 0, 0, 0}, POOL_NONE, {0, 0}},
    {2, 17, 9, 6, 3, {3, 2}, {1, 3}, {2, 1, 0, 1}, POOL_NONE, {0, 0}},
    {9, 5, 6, 19, 9, {2, 4}, {1, 1}, {1, 3, 0, 2}, POOL_MEAN, {3, 2}},
    {1, 20, 5, 5, 33, {5, 5}, {1, 1}, {4, 4, 4, 4}, POOL_MAX, {3, 3}},
    {2, 2, 40, 3, 1, {7, 1}, {3, 1}, {3, 0, 3, 0}, POOL_MAX, {2, 1}},
    {1, 1, 1, 1, 1, {1, 1}, {1, 1}, {0, 0, 0, 0}, POOL_NONE, {0, 0}},
    {1, 48, 24, 26, 64, {3, 3}, {1, 1}, {1, 1, 1, 1}, POOL_NONE, {0, 0}},
};

static unsigned seed = 7;

static int below(int n)
{
    seed = seed * 1664525u + 1013904223u;
    return (int)((seed >> 16) % (unsigned)n);
}

/* Any layout: any block, some halo, rows that are longer than needed. */
static Image any_image(int channels, int height, int width, int lanes)
{
    const int blocks[] = {1, channels, lanes, channels + 2, 4};
    int halo[4];
    for (int i = 0; i < 4; i++) {
        halo[i] = below(2) * below(3);
    }
    return image_make(channels, height, width, blocks[below(5)], halo,
                      below(2) * (width + 7));
}

static ConvSpec spec_of(const Row *r, ConvRole role)
{
    ConvSpec s = {.role = role, .batch = r->batch, .filters = r->filters};
    memcpy(s.kernel, r->kernel, sizeof s.kernel);
    memcpy(s.stride, r->stride, sizeof s.stride);
    memcpy(s.pad, r->pad, sizeof s.pad);
    memcpy(s.window, r->window, sizeof s.window);
    s.pool = r->pool;
    s.unroll = -1;
    s.x = image_rows(r->channels, r->height, r->width);
    return s;
}

/* Adds one role of one shape, in the layouts it likes or in any. */
static void add(ConvCases *c, const Row *r, ConvRole role, bool liked)
{
    static const int unrolls[] = {-1, 0, 64, INT_MAX};
    Arena *a = c->code.arena;
    ConvSpec s = spec_of(r, role);
    Image x;
    Image y;
    if (s.pool != POOL_NONE && !conv_pools(&s, c->target)) {
        s.pool = POOL_NONE;
    }
    s.argmax = role == CONV_FORWARD && s.pool == POOL_MAX && below(2);
    if (role == CONV_FORWARD && below(2)) {
        s.epilogue = convcase_turned();
    }
    s.unroll = unrolls[below(4)];
    conv_images(&s, c->target, &x, &y);
    s.x =
        liked ? x : any_image(x.channels, x.height, x.width, c->target->lanes);
    s.y =
        liked ? y : any_image(y.channels, y.height, y.width, c->target->lanes);
    if (!liked && below(2)) {
        s.arg = any_image(y.channels, y.height, y.width, c->target->lanes);
    }
    if (role == CONV_GRAD_WEIGHT) {
        ConvSpec f = s;
        f.role = CONV_FORWARD;
        s.dw_layout = conv_plan(a, &f, c->target)->weights;
    }
    ConvPlan *p = conv_plan(a, &s, c->target);
    assert_true(p->units > 0 && p->fmas > 0 && p->why != NULL);
    convcase_conv(c, p,
                  arena_printf(a, "shape %d role %d liked %d blocks %d %d: %s",
                               (int)(r - rows), (int)role, liked, s.x.block,
                               s.y.block, p->why));
}

/* Caches too small for the images, so that loops run in every order. */
static void add_far(ConvCases *c)
{
    const Target *near = c->target;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Target *far = NEW(c->code.arena, Target);
        *far = *near;
        far->l2 = i % 2 == 0 ? 4 << 10 : 128 << 10;
        c->target = far;
        add(c, &rows[i], CONV_FORWARD, below(2));
    }
    c->target = near;
}

static void add_all(ConvCases *c)
{
    add_far(c);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int role = CONV_FORWARD; role <= CONV_GRAD_WEIGHT; role++) {
            add(c, &rows[i], (ConvRole)role, true);
            add(c, &rows[i], (ConvRole)role, false);
        }
    }
}

static void kernels_equal_plain_loops(void **state)
{
    (void)state;
    assert_true(convcase_all_right(add_all));
}

static void same_spec_gives_same_text(void **state)
{
    Arena *a = arena_new();
    Text text[2] = {{.arena = a}, {.arena = a}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        ConvSpec s = spec_of(&rows[1], CONV_FORWARD);
        conv_images(&s, target_find("avx512"), &s.x, &s.y);
        conv_emit(&text[i], conv_plan(a, &s, target_find("avx512")), "k");
    }
    assert_string_equal(text_str(&text[0]), text_str(&text[1]));
    arena_free(a);
}

/* --unroll bounds the multiply-adds of a block, whatever the tile. */
static void unroll_is_obeyed(void **state)
{
    static const int limits[] = {0, 100, INT_MAX};
    int64_t fmas[3];
    Arena *a = arena_new();
    (void)state;
    for (int i = 0; i < 3; i++) {
        ConvSpec s = spec_of(&rows[9], CONV_FORWARD);
        conv_images(&s, target_find("avx2"), &s.x, &s.y);
        s.unroll = limits[i];
        ConvPlan *p = conv_plan(a, &s, target_find("avx2"));
        fmas[i] = p->fmas;
        assert_int_equal(p->steps, i == 0 ? 1 : p->steps);
    }
    assert_true(fmas[0] < fmas[1] && fmas[1] <= 100 && fmas[1] < fmas[2]);
    arena_free(a);
}

static void planes_beyond_the_cache_are_walked_once(void **state)
{
    const Target *t = target_find("avx512");
    Image small = image_rows(48, 56, 56);
    Image large = image_rows(64, 224, 224);
    (void)state;
    assert_string_equal(conv_order(t, &small, 4, 147456), "tiles");
    assert_string_equal(conv_order(t, &large, 4, 147456), "pixels_first");
    assert_string_equal(conv_order(t, &large, 4, 600000), "rows_first");
    assert_string_equal(conv_order(t, &large, 4, 5e6), "tiles");
    assert_true(conv_order_cycles(t, &large, 5, "tiles") > 1e6);
    assert_true(conv_order_cycles(t, &large, 5, "pixels_first") == 0);
    assert_true(conv_order_cycles(t, &large, 1, "tiles") == 0);
}

/* Pixels that are 2 KiB apart share two sets of the first cache. */
static void pixels_of_a_tile_fit_their_sets(void **state)
{
    Arena *a = arena_new();
    ConvSpec s = {.filters = 512, .batch = 1, .kernel = {3, 3}};
    (void)state;
    s.stride[0] = s.stride[1] = 1;
    s.pad[TOP] = s.pad[LEFT] = s.pad[BOTTOM] = s.pad[RIGHT] = 1;
    s.pool = POOL_MAX;
    s.window[0] = s.window[1] = 2;
    s.x = image_make(512, 28, 28, 512, s.pad, 0);
    s.y = image_make(512, 14, 14, 512, NULL, 0);
    for (int i = 0; target_name(i) != NULL; i++) {
        ConvPlan *p = conv_plan(a, &s, target_find(target_name(i)));
        assert_int_equal(p->form, CONV_CHANNELS);
        assert_true(p->rows * p->columns <= 16);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_equal_plain_loops),
        cmocka_unit_test(same_spec_gives_same_text),
        cmocka_unit_test(unroll_is_obeyed),
        cmocka_unit_test(planes_beyond_the_cache_are_walked_once),
        cmocka_unit_test(pixels_of_a_tile_fit_their_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
