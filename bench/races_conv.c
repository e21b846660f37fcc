/* races_conv.c: the 3 x 3 convolution of 64 channels at 56 x 56 with bias and
 * relu. Theirs finds its input in their own layout, border included. So the
 * emitted text is part of this file, and what it does to bring an image into
 * that form is told beside the kernel, and not counted. */
#include <conv.c>

#include "measure.h"
#include "network.h"
#include "races.h"

enum { CHANNELS = 64, SIZE = 56, PADDED = (SIZE + 2) * (SIZE + 2) };

void conv(const float *x, const float *w, const float *b, float *y);

typedef struct {
    Network net;
    float *x, *w, *b, *y;
} Conv;

static void theirs(void *context, long times)
{
    const Conv *c = context;
    for (long i = 0; i < times; i++) {
        conv(c->x, c->w, c->b, c->y);
    }
}

/* The rows and columns of tiles, as the emitted kernel runs them. */
static void ours(void *context, long times)
{
    const Conv *c = context;
    for (long n = 0; n < times; n++) {
        for (int k = 0; k < CHANNELS; k += 32) {
            for (int i = 0; i < SIZE; i++) {
                for (int j = 0; j < SIZE; j += 14) {
                    conv_bench_c_conv_tile(c->x + i * 58 + j,
                                           c->w + k / 16 * 9216,
                                           c->y + i * 3584 + j * 64, k, c->b);
                }
            }
        }
    }
}

static void pad(void *context, long times)
{
    const Conv *c = context;
    for (long i = 0; i < times; i++) {
        conv_bench_c_conv_pad(c->net.inputs[0], c->x);
    }
}

static void entry(void *context, long times)
{
    const Conv *c = context;
    network_run(&c->net, NN_INFER, 1, times);
}

void races_conv(void)
{
    Conv c = {.net = network_open(&conv_bench_model)};
    c.x = network_reals(CHANNELS * PADDED, 1);
    c.w = network_reals(CHANNELS * CHANNELS * 9, 0.04f);
    c.b = network_reals(CHANNELS, 0.1f);
    c.y = network_reals(CHANNELS * PADDED, 0);
    measure_race(&(Race){"conv 3x3 64 at 56", 1.2, theirs, ours, &c});
    measure_note("  repacking its input", measure_best(pad, &c));
    measure_note("  entry, planes in and out", measure_best(entry, &c));
}
