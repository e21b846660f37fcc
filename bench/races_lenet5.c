/* races_lenet5.c: LeNet-5's logits for one image and for 64, and one step of
 * plain gradient descent on 64. */
#include <string.h>

#include "lenet5.h"
#include "measure.h"
#include "network.h"
#include "nn_clock.h"
#include "races.h"

enum { BATCH = 64, PIXELS = 784 };

typedef void Layer(const float *x, const float *w, const float *b, float *y);
Layer conv1, conv2, fc1, fc2, fc3, fc1b, fc2b, fc3b;

typedef struct {
    float w1[160], b1[16], w2[2400], b2[16], f5[400 * 128], c5[128];
    float f6[120 * 96], c6[96], f7[84 * 16], c7[16];
} Weights;

float lenet_step(Weights *p, const float *x, const int *digits, float rate);
double now_(void); /* the prototypes' clock, which they want from outside */

double now_(void)
{
    return nn_clock_now();
}

typedef struct {
    Network net;
    Weights *w;
    float *padded, *t1, *t2, *t3, *t4, *y;
} Lenet;

static void features(const Lenet *l, const float *x, float *y)
{
    for (int i = 0; i < 28; i++) {
        memcpy(l->padded + (i + 2) * 36 + 2, x + i * 28, 28 * sizeof *x);
    }
    conv1(l->padded, l->w->w1, l->w->b1, l->t1);
    conv2(l->t1, l->w->w2, l->w->b2, y);
}

static void their_one(void *context, long times)
{
    const Lenet *l = context;
    for (long i = 0; i < times; i++) {
        features(l, l->net.inputs[0], l->t2);
        fc1(l->t2, l->w->f5, l->w->c5, l->t3);
        fc2(l->t3, l->w->f6, l->w->c6, l->t4);
        fc3(l->t4, l->w->f7, l->w->c7, l->y);
    }
}

static void their_batch(void *context, long times)
{
    const Lenet *l = context;
    const float *x = l->net.inputs[0];
    for (long i = 0; i < times; i++) {
        for (int n = 0; n < BATCH; n++) {
            features(l, x + n * PIXELS, l->t2 + n * 400);
        }
        fc1b(l->t2, l->w->f5, l->w->c5, l->t3);
        fc2b(l->t3, l->w->f6, l->w->c6, l->t4);
        fc3b(l->t4, l->w->f7, l->w->c7, l->y);
    }
}

static void their_step(void *context, long times)
{
    const Lenet *l = context;
    for (long i = 0; i < times; i++) {
        lenet_step(l->w, l->net.inputs[0], l->net.inputs[1], 1e-7f);
    }
}

static void our_one(void *context, long times)
{
    const Lenet *l = context;
    network_run(&l->net, NN_INFER, 1, times);
}

static void our_batch(void *context, long times)
{
    const Lenet *l = context;
    network_run(&l->net, NN_INFER, NN_MOST_ROWS, times);
}

static void our_step(void *context, long times)
{
    const Lenet *l = context;
    network_run(&l->net, NN_STEP, NN_MOST_ROWS, times);
}

void races_lenet5(void)
{
    Lenet l = {.net = network_open(&lenet5_model)};
    l.w = (Weights *)network_reals(sizeof *l.w / sizeof(float), 0.1f);
    l.padded = network_reals(36 * 32 + 64, 0);
    l.t1 = network_reals(6 * 14 * 16, 0);
    l.t2 = network_reals(BATCH * 400, 0);
    l.t3 = network_reals(BATCH * 128, 0);
    l.t4 = network_reals(BATCH * 96, 0);
    l.y = network_reals(BATCH * 16, 0);
    measure_race(&(Race){"lenet5 b1", 1.3, their_one, our_one, &l});
    measure_race(&(Race){"lenet5 b64", 1.3, their_batch, our_batch, &l});
    measure_race(&(Race){"lenet5 step b64", 1.3, their_step, our_step, &l});
}
