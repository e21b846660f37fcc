/* races_lstm.c: an LSTM of 256 cells over 64 steps of 128 values, one row and
 * 32, and its training step. Theirs multiplies the last state by given
 * numbers, ours has squared_error there: nothing beside the rest. */
#include <string.h>

#include "lstm.h"
#include "measure.h"
#include "network.h"
#include "races.h"

enum { BATCH = 32, STEPS = 64, IN = 128, CELLS = 256, ROW = 272 };

void xproj(const float *x, const float *w, const float *b, float *y, int rows);
typedef void Step(const float *x, const float *w, const float *h, float *next,
                  float *c);
Step step1, step32;
void lstm_step(float *wx, float *wh, float *b, const float *x, const float *r,
               float rate);

typedef struct {
    Network net;
    float *wx, *wh, *b, *products, *h, *next, *c, *r;
} Lstm;

static void their_scan(const Lstm *l, int batch, Step *step)
{
    float *h = l->h, *next = l->next;
    xproj(l->net.inputs[0], l->wx, l->b, l->products, STEPS * batch);
    memset(h, 0, sizeof *h * BATCH * ROW);
    memset(l->c, 0, sizeof *l->c * BATCH * CELLS);
    for (int t = 0; t < STEPS; t++) {
        step(l->products + (long)t * batch * 4 * CELLS, l->wh, h, next, l->c);
        float *swap = h;
        h = next;
        next = swap;
    }
}

static void their_one(void *context, long times)
{
    for (long i = 0; i < times; i++) {
        their_scan(context, 1, step1);
    }
}

static void their_batch(void *context, long times)
{
    for (long i = 0; i < times; i++) {
        their_scan(context, BATCH, step32);
    }
}

static void their_step(void *context, long times)
{
    const Lstm *l = context;
    for (long i = 0; i < times; i++) {
        lstm_step(l->wx, l->wh, l->b, l->net.inputs[0], l->r, 1e-7f);
    }
}

static void our_one(void *context, long times)
{
    const Lstm *l = context;
    network_run(&l->net, NN_INFER, 1, times);
}

static void our_batch(void *context, long times)
{
    const Lstm *l = context;
    network_run(&l->net, NN_INFER, NN_MOST_ROWS, times);
}

static void our_step(void *context, long times)
{
    const Lstm *l = context;
    network_run(&l->net, NN_STEP, NN_MOST_ROWS, times);
}

void races_lstm(void)
{
    Lstm l = {.net = network_open(&lstm_bench_model)};
    l.wx = network_reals(IN * 4 * CELLS, 0.06f);
    l.wh = network_reals(CELLS * 4 * CELLS, 0.06f);
    l.b = network_reals(4 * CELLS, 0.06f);
    l.products = network_reals((long)STEPS * BATCH * 4 * CELLS, 0);
    l.h = network_reals(BATCH * ROW, 0);
    l.next = network_reals(BATCH * ROW, 0);
    l.c = network_reals(BATCH * CELLS, 0);
    l.r = network_reals(BATCH * CELLS, 0.1f);
    measure_race(&(Race){"lstm b1", 1.3, their_one, our_one, &l});
    measure_race(&(Race){"lstm b32", 1.3, their_batch, our_batch, &l});
    measure_race(&(Race){"lstm step b32", 1.3, their_step, our_step, &l});
}
