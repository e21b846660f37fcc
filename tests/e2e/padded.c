/* padded.c: the same rows with more padding give the same bits, and take no
 * more steps.
 *
 * The table `golden_cases` holds two models of one network, the first over
 * shorter rows than the second. Both get the same weights and rows, from one
 * without any token to one that fills the first model's axis, padded behind or
 * in front; both take two steps, evaluate and infer. Of a third model, where
 * there is one, the parts of kernels are counted that run for short and for
 * long rows. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "golden.h"
#include "nn_layout.h"

/* Whether bits are the same and all numbers finite. */
static bool alike(const nn_real *a, const nn_real *b, size_t n)
{
    bool good = memcmp(a, b, n * sizeof *a) == 0;
    for (size_t i = 0; i < n; i++)
        good &= isfinite(a[i]);
    return good;
}

static bool same_sums(const drive *a, const drive *b)
{
    bool good = true;
    for (int i = 0; i < a->model->sum_count; i++)
        good &= isfinite(a->sums[i]) && a->sums[i] == b->sums[i];
    return good;
}

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

/* Weights go by their order, which constants, that depend on the axis, are no
 * part of. */
static void set(drive *d)
{
    uint32_t which = 0;
    for (int i = 0; i < d->model->param_count; i++) {
        const nn_param *p = &d->model->params[i];
        if (p->kind == NN_STATISTIC)
            drive_statistic(d, p, 1, 0.5, which++);
        else if (p->kind != NN_CONSTANT)
            drive_random_weights(d, p, 0.5, which++);
    }
}

static void run(drive *d, const nn_model *m, bool front)
{
    drive_open(d, m, drive_batch(m));
    set(d);
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
    nn_real *kept = malloc((size_t)nn_layout_largest(a->model) * sizeof *kept);
    bool same = kept != NULL;
    for (int i = 0; same && i < a->model->param_count; i++) {
        const nn_param *p = &a->model->params[i], *q = b->model->params;
        size_t n = (size_t)nn_layout_count(p);
        if (p->kind == NN_CONSTANT)
            continue;
        while (strcmp(p->name, q->name) != 0)
            q++;
        memcpy(kept, drive_read(a, p), n * sizeof *kept);
        same = alike(kept, drive_read(b, q), n);
        if (!same)
            printf("# %s\n", p->name);
    }
    free(kept);
    return same;
}

/* The first output is one a step, the second one a row. */
static bool same_outputs(const drive *a, const drive *b, bool front)
{
    const nn_tensor *p = a->model->outputs, *q = b->model->outputs;
    int64_t classes = p->values / a->model->inputs[0].values;
    int64_t more = front ? q->values - p->values : 0;
    bool same =
        alike(a->outputs[1], b->outputs[1], (size_t)(a->rows * p[1].values));
    for (int r = 0; r < a->rows; r++) {
        int64_t n = (r ? r : 1) * classes;
        int64_t begin = front ? p->values - n : 0;
        same &= alike(a->outputs[0] + r * p->values + begin,
                      b->outputs[0] + r * q->values + more + begin, (size_t)n);
    }
    return same;
}

static int said(const char *what, const char *where, bool same)
{
    printf("%s %s %s%s\n", same ? "ok" : "not ok", what, where,
           same ? "" : ": something else with more padding");
    return !same;
}

static int check(const nn_model *one, const nn_model *two, bool front)
{
    const char *where = front ? "in front" : "behind";
    drive a, b;
    int bad;
    run(&a, one, front);
    run(&b, two, front);
    bad = said("loss and metrics", where, same_sums(&a, &b));
    bad |= said("two steps", where, same_params(&a, &b));
    drive_eval(&a);
    drive_eval(&b);
    bad |= said("evaluation", where, same_sums(&a, &b));
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
    int bad;
    bad = check(one, two, false) | check(one, two, true);
    return busy ? bad | check_parts(busy, false) | check_parts(busy, true)
                : bad;
}
