/* padded.c: the same rows with more padding give the same bits, and take no
 * more steps.
 *
 * The table `golden_cases` holds two models of one network, the first over
 * shorter rows than the second. Both get the same weights and rows, from one
 * without any token to one that fills the first model's axis, padded behind or
 * in front; both take two steps, evaluate and infer. Of a third model the parts
 * of kernels are counted that run for short and for long rows. */
#include <stdio.h>
#include <string.h>

#include "drive.h"
#include "golden.h"
#include "nn_layout.h"

/* The model's row r, of n tokens, in this input. */
static void fill(drive *d, int input, int r, int64_t n, bool front)
{
    const nn_tensor *in = &d->model->inputs[input];
    int32_t *ids = (int32_t *)d->inputs[input] + r * in->values;
    int64_t begin = front ? in->values - n : 0;
    memset(ids, 0, (size_t)in->values * sizeof *ids);
    for (int64_t i = 0; i < n; i++)
        ids[begin + i] = (int32_t)(1 + (3 * r + 5 * i) % (in->classes - 1));
}

static void run(drive *d, const nn_model *m, bool front)
{
    drive_open(d, m, drive_batch(m));
    for (int i = 0; i < m->param_count; i++)
        drive_random_weights(d, &m->params[i], 0.5, (uint32_t)i);
    for (int r = 0; r < d->rows; r++) {
        fill(d, 0, r, r, front);
        fill(d, 1, r, r, front);
        ((int32_t *)d->inputs[2])[r] = r % 4;
    }
    for (uint64_t step = 0; step < 2; step++)
        drive_step(d, 0.01, step);
}

static bool same_params(drive *a, drive *b)
{
    for (int i = 0; i < a->model->param_count; i++) {
        const nn_param *p = &a->model->params[i], *q = &b->model->params[i];
        size_t bytes = (size_t)nn_layout_count(p) * sizeof(nn_real);
        if (p->kind != NN_CONSTANT &&
            memcmp(drive_read(a, p), drive_read(b, q), bytes) != 0) {
            printf("# %s\n", p->name);
            return false;
        }
    }
    return true;
}

/* The first output is one a step, the second one a row. */
static bool same_outputs(const drive *a, const drive *b, bool front)
{
    const nn_tensor *p = a->model->outputs, *q = b->model->outputs;
    int64_t classes = p->values / a->model->inputs[0].values;
    int64_t more = front ? q->values - p->values : 0;
    size_t kinds = (size_t)(a->rows * p[1].values) * sizeof(nn_real);
    bool same = memcmp(a->outputs[1], b->outputs[1], kinds) == 0;
    for (int r = 0; r < a->rows; r++) {
        int64_t n = (r ? r : 1) * classes;
        int64_t begin = front ? p->values - n : 0;
        same &= memcmp(a->outputs[0] + r * p->values + begin,
                       b->outputs[0] + r * q->values + more + begin,
                       (size_t)n * sizeof(nn_real)) == 0;
    }
    return same;
}

static int said(const char *what, const char *where, bool same)
{
    printf("%s %s %s%s\n", same ? "ok" : "not ok", what, where,
           same ? "" : ": other bits with more padding");
    return !same;
}

static int check(const nn_model *one, const nn_model *two, bool front)
{
    const char *where = front ? "in front" : "behind";
    size_t sums = (size_t)one->sum_count * sizeof(double);
    drive a, b;
    int bad;
    run(&a, one, front);
    run(&b, two, front);
    bad = said("loss and metrics", where, memcmp(a.sums, b.sums, sums) == 0);
    bad |= said("two steps", where, same_params(&a, &b));
    drive_eval(&a);
    drive_eval(&b);
    bad |= said("evaluation", where, memcmp(a.sums, b.sums, sums) == 0);
    drive_infer(&a);
    drive_infer(&b);
    bad |= said("inference", where, same_outputs(&a, &b, front));
    drive_close(&a);
    drive_close(&b);
    return bad;
}

static void count(void *pool, int parts, nn_task *task, void *context)
{
    *(int *)pool += parts;
    for (int part = 0; part < parts; part++)
        task(context, part);
}

/* Parts that a step and an inference run for rows of n tokens. */
static int parts_of(const nn_model *m, int64_t n, bool front)
{
    int parts = 0;
    drive d;
    drive_open(&d, m, drive_batch(m));
    for (int r = 0; r < d.rows; r++)
        fill(&d, 0, r, n, front);
    d.par = count;
    d.pool = &parts;
    drive_step(&d, 0.01, 0);
    drive_infer(&d);
    drive_close(&d);
    return parts;
}

static int check_parts(const nn_model *m, bool front)
{
    int few = parts_of(m, 4, front), all = parts_of(m, 40, front);
    bool good = few > 0 && few < all / 2;
    printf("%s steps that no row has %s", good ? "ok" : "not ok",
           front ? "in front" : "behind");
    printf(good ? "\n" : ": %d of %d parts run\n", few, all);
    return !good;
}

int main(void)
{
    const nn_model *one = golden_cases[0].model, *two = golden_cases[1].model;
    const nn_model *busy = golden_cases[2].model;
    int bad = check(one, two, false) | check(one, two, true);
    return busy ? bad | check_parts(busy, false) | check_parts(busy, true)
                : bad;
}
