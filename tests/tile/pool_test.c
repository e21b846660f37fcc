/* pool_test.c: pools and their gradients, emitted for every target that this
 * machine can run, equal plain loops: overlapping windows, padding, ties,
 * windows of more than 255 places, any layout. */
#include "tile/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/convcase.h"

typedef struct Row { /* of the table of shapes */
    int batch, channels, height, width, window[2], stride[2], pad[4];
} Row;

static const Row rows[] = {
    {2, 6, 28, 32, {2, 2}, {2, 2}, {0, 1, 0, 0}},
    {1, 35, 9, 11, {3, 3}, {2, 2}, {1, 1, 1, 1}},
    {3, 16, 5, 7, {3, 2}, {1, 1}, {0, 1, 2, 0}},
    {2, 3, 17, 40, {1, 4}, {3, 1}, {0, 3, 0, 2}},
    {2, 40, 18, 17, {17, 16}, {1, 1}, {16, 0, 0, 0}},
    {1, 2, 18, 17, {17, 16}, {1, 1}, {16, 0, 0, 0}},
    {1, 1, 1, 1, {1, 1}, {1, 1}, {0, 0, 0, 0}},
    {2, 64, 7, 7, {7, 7}, {7, 7}, {0, 0, 0, 0}},
    {1, 20, 6, 33, {2, 3}, {2, 4}, {1, 0, 0, 2}},
};

static unsigned seed = 3;

static int below(int n)
{
    seed = seed * 1664525u + 1013904223u;
    return (int)((seed >> 16) % (unsigned)n);
}

static Image any_image(int channels, int height, int width, int lanes)
{
    const int blocks[] = {1, channels, lanes, channels + 2};
    int halo[4];
    for (int i = 0; i < 4; i++) {
        halo[i] = below(2) * below(3);
    }
    return image_make(channels, height, width, blocks[below(4)], halo,
                      below(2) * (width + 7));
}

/* How the images of a case lie: as they may, with the channels of a pixel side
 * by side, or in planes. */
typedef enum Lie { LIE_ANY, LIE_PIXELS, LIE_PLANES, LIES } Lie;

static Image image(Lie lie, int channels, int height, int width, int lanes)
{
    return lie == LIE_ANY
               ? any_image(channels, height, width, lanes)
               : image_make(channels, height, width,
                            lie == LIE_PLANES ? 1 : channels, NULL, 0);
}

/* What is done, in this order for each row and way to lie. */
typedef enum Work { LARGEST, WON, MEAN, WON_BACK, MEAN_BACK, WORKS } Work;

static void add(ConvCases *c, const Row *r, Work work, Lie lie)
{
    bool gradient = work >= WON_BACK;
    PoolKind kind = work == MEAN || work == MEAN_BACK ? POOL_MEAN : POOL_MAX;
    int lanes = c->target->lanes;
    PoolSpec s = {.batch = r->batch, .kind = kind, .gradient = gradient};
    memcpy(s.window, r->window, sizeof s.window);
    memcpy(s.stride, r->stride, sizeof s.stride);
    memcpy(s.pad, r->pad, sizeof s.pad);
    int h =
        (r->height + s.pad[TOP] + s.pad[BOTTOM] - s.window[0]) / s.stride[0] +
        1;
    int w =
        (r->width + s.pad[LEFT] + s.pad[RIGHT] - s.window[1]) / s.stride[1] + 1;
    int k = r->channels;
    s.x = image(lie, k, r->height, r->width, lanes);
    s.y = image(lie, k, h, w, lanes);
    s.argmax = work == WON;
    if ((gradient || s.argmax) && lie == LIE_ANY && below(2)) {
        s.arg = any_image(k, h, w, lanes);
    }
    if (below(2)) {
        s.epilogue = convcase_turned();
    }
    PoolPlan *p = pool_plan(c->code.arena, &s, c->target);
    convcase_pool(c, p,
                  arena_printf(c->code.arena, "row %d work %d: %s",
                               (int)(r - rows), (int)work, p->why));
}

static void add_all(ConvCases *c)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (Lie lie = LIE_ANY; lie < LIES; lie++) {
            for (Work work = LARGEST; work < WORKS; work++) {
                add(c, &rows[i], work, lie);
            }
        }
    }
}

static void pools_equal_plain_loops(void **state)
{
    (void)state;
    assert_true(convcase_all_right(add_all));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pools_equal_plain_loops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
