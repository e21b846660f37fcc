/* races_textcnn.c: convolutions of widths 3, 4 and 5 over a text, each
 * filter's largest value, a row and 50, and the training step. Theirs leaves
 * out the layer behind them, and its gradient. */
#include <string.h>

#include "measure.h"
#include "network.h"
#include "races.h"
#include "textcnn.h"

enum { BATCH = 50, WORDS = 56, ROW = 58, IN = 300, FILTERS = 300 };
enum { WEIGHTS = 384000, SUMS = 512 };

void textcnn(const float *x, const float *w, const float *b, float *y);
void tcnn_bwd(const float *x, const float *g, const int *at, float *w,
              float rate);

typedef struct {
    Network net;
    float *x, *w, *b, *y, *g;
    int *at;
} Textcnn;

static void their_rows(const Textcnn *t, int rows)
{
    for (int i = 0; i < rows; i++) {
        textcnn(t->x + (long)i * ROW * IN, t->w, t->b, t->y);
    }
}

static void their_one(void *context, long times)
{
    for (long i = 0; i < times; i++) {
        their_rows(context, 1);
    }
}

static void their_batch(void *context, long times)
{
    for (long i = 0; i < times; i++) {
        their_rows(context, BATCH);
    }
}

static void their_step(void *context, long times)
{
    const Textcnn *t = context;
    for (long i = 0; i < times; i++) {
        their_rows(t, BATCH);
        tcnn_bwd(t->x, t->g, t->at, t->w, 1e-7f);
    }
}

static void our_one(void *context, long times)
{
    const Textcnn *t = context;
    network_run(&t->net, NN_INFER, 1, times);
}

static void our_batch(void *context, long times)
{
    const Textcnn *t = context;
    network_run(&t->net, NN_INFER, NN_MOST_ROWS, times);
}

static void our_step(void *context, long times)
{
    const Textcnn *t = context;
    network_run(&t->net, NN_STEP, NN_MOST_ROWS, times);
}

void races_textcnn(void)
{
    Textcnn t = {.net = network_open(&textcnn_bench_model)};
    t.x = network_reals((long)BATCH * ROW * IN, 1);
    t.w = network_reals(WEIGHTS, 0.06f);
    t.b = network_reals(SUMS, 0.06f);
    t.y = network_reals(SUMS, 0);
    t.g = network_reals(BATCH * FILTERS, 0.1f);
    t.at = (int *)network_reals(BATCH * FILTERS, 0);
    for (int i = 0; i < BATCH * FILTERS; i++) {
        t.at[i] = i * 7 % (WORDS - 4);
    }
    measure_race(&(Race){"textcnn b1", 1.3, their_one, our_one, &t});
    measure_race(&(Race){"textcnn b50", 1.3, their_batch, our_batch, &t});
    measure_race(&(Race){"textcnn step b50", 1.3, their_step, our_step, &t});
}
