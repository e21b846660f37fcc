/* threads.c: the parts of a kernel may run in any order and on any threads,
 * and the numbers stay the same, bit for bit.
 *
 * Each model of the table `golden_cases` takes two steps and an evaluation
 * with its parts one after the other, from the last to the first, and in
 * pools of two and three threads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "golden.h"
#include "nn_thread.h"

static void backwards(void *pool, int parts, nn_task *task, void *context)
{
    (void)pool;
    while (parts-- > 0)
        task(context, parts);
}

static void run(drive *d, nn_parallel par, void *pool)
{
    d->par = par;
    d->pool = pool;
    for (int i = 0; i < d->model->param_count; i++)
        drive_weights(d, &d->model->params[i], 0.3, i + 1);
    for (int i = 0; i < d->model->input_count + d->model->target_count; i++)
        drive_input(d, i, 0.25 + i);
    for (uint64_t step = 0; step < 2; step++)
        drive_step(d, 0.01, step);
    drive_eval(d);
}

static int differ(const drive *a, const drive *b)
{
    const nn_model *m = a->model;
    size_t reals = (size_t)m->reals * sizeof(nn_real);
    size_t sums = (size_t)m->sum_count * sizeof(double);
    int differs = memcmp(a->params, b->params, reals) != 0 ||
                  memcmp(a->sums, b->sums, sums) != 0;
    for (int i = 0; i < m->output_count; i++)
        differs |= memcmp(a->outputs[i], b->outputs[i],
                          (size_t)(a->rows * m->outputs[i].values) *
                              sizeof(nn_real)) != 0;
    return differs;
}

static nn_pool *pool_of(int threads)
{
    nn_error e = {0};
    nn_pool *pool = nn_pool_open(threads, &e);
    if (pool == NULL)
        abort();
    return pool;
}

int main(void)
{
    static const char *const ways[] = {"backwards", "two threads",
                                       "three threads"};
    nn_pool *pools[] = {NULL, pool_of(2), pool_of(3)};
    int failed = 0;
    for (const golden_case *g = golden_cases; g->name; g++) {
        drive a, b;
        drive_open(&a, g->model, drive_batch(g->model));
        drive_open(&b, g->model, drive_batch(g->model));
        run(&a, NULL, NULL);
        int bad = 0;
        for (int i = 0; i < 3 && !bad; i++) {
            run(&b, i ? nn_pool_run : backwards, pools[i]);
            bad = differ(&a, &b);
            if (bad)
                printf("not ok %s: other bits with %s\n", g->name, ways[i]);
        }
        if (!bad)
            printf("ok %s\n", g->name);
        failed |= bad;
        drive_close(&a);
        drive_close(&b);
    }
    nn_pool_close(pools[1]);
    nn_pool_close(pools[2]);
    return failed;
}
