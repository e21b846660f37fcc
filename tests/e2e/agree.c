/* agree.c: one model, compiled in several ways, must give the same numbers.
 *
 *     agree TOLERANCE
 *
 * The table `golden_cases` (written by fuzz.sh) holds each model several
 * times in a row, named MODEL/VARIANT; the first of a row is the reference,
 * the plain text. Compared are the outputs of eval, infer and infer1, loss
 * and metric sums, and the gradients as one step of sgd shows them, each on
 * all rows and on all but one. An error is the largest difference divided by
 * the largest magnitude of the tensor; gradients may differ by ten times the
 * tolerance, for they add up more terms. A tensor that is next to 0 (below
 * 1e-6, where rounding is all there is) counts as having that magnitude. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "golden.h"
#include "nn_layout.h"

enum { RATE = 1024 };

/* All that is compared of one variant, one number after the other; `end` of
 * each tensor says where it ends, `grad` where gradients begin. */
typedef struct {
    double *at;
    int64_t count, room;
    int64_t *end;
    int tensors, first_gradient;
} result;

static void put(result *r, double v)
{
    if (r->count == r->room) {
        r->room = 2 * r->room + 1024;
        r->at = realloc(r->at, (size_t)r->room * sizeof *r->at);
    }
    if (r->at == NULL)
        abort();
    r->at[r->count++] = v;
}

static void end_tensor(result *r)
{
    r->end = realloc(r->end, ((size_t)r->tensors + 1) * sizeof *r->end);
    if (r->end == NULL)
        abort();
    r->end[r->tensors++] = r->count;
}

static void put_outputs(result *r, const drive *d)
{
    for (int i = 0; i < d->model->output_count; i++) {
        int64_t n = d->rows * d->model->outputs[i].values;
        for (int64_t k = 0; k < n; k++)
            put(r, (double)d->outputs[i][k]);
        end_tensor(r);
    }
}

/* Like PyTorch's: uniform within the inverse root of the fan-in. */
static void set_weights(drive *d)
{
    for (int i = 0; i < d->model->param_count; i++) {
        const nn_param *p = &d->model->params[i];
        double fan = (double)nn_layout_count(p) / (double)p->shape[0];
        drive_weights(d, p, p->rank > 1 ? 1.7 / sqrt(fan) : 0.4, i + 1);
    }
}

static void put_weights(result *r, drive *d, double sign)
{
    int64_t at = r->end[r->first_gradient - 1];
    for (int i = 0; i < d->model->param_count; i++) {
        const nn_param *p = &d->model->params[i];
        const nn_real *w = drive_read(d, p);
        for (int64_t k = 0; k < nn_layout_count(p); k++)
            if (sign > 0)
                put(r, (double)w[k] / RATE);
            else
                r->at[at++] -= (double)w[k] / RATE;
        if (sign > 0)
            end_tensor(r);
    }
}

static void put_gradients(result *r, drive *d)
{
    r->first_gradient = r->tensors;
    put_weights(r, d, 1);
    if (!drive_step(d, RATE, 0))
        put(r, NAN);
    put_weights(r, d, -1);
}

static void measure(const nn_model *m, int rows, result *r)
{
    drive d;
    drive_open(&d, m, rows);
    set_weights(&d);
    for (int i = 0; i < m->input_count + m->target_count; i++)
        drive_input(&d, i, 0.25 + i);
    if (!drive_eval(&d))
        put(r, NAN);
    put_outputs(r, &d);
    for (int i = 0; i <= m->metric_count; i++) {
        put(r, d.sums[i]);
        end_tensor(r);
    }
    drive_infer(&d);
    put_outputs(r, &d);
    drive_infer1(&d);
    put_outputs(r, &d);
    put_gradients(r, &d);
    drive_close(&d);
}

static double error(const result *a, const result *b, int tensor)
{
    int64_t from = tensor ? a->end[tensor - 1] : 0;
    double most = 0, largest = 1e-6;
    for (int64_t i = from; i < a->end[tensor]; i++) {
        double difference = fabs(a->at[i] - b->at[i]);
        if (!(difference <= most))
            most = difference;
        if (fabs(b->at[i]) > largest)
            largest = fabs(b->at[i]);
    }
    return most / largest;
}

/* The largest error in units of what is allowed; *where is its tensor. */
static double distance(const result *a, const result *b, double tolerance,
                       int *where)
{
    double worst = 0;
    if (a->count != b->count || a->tensors != b->tensors)
        return INFINITY;
    for (int i = 0; i < a->tensors; i++) {
        double allowed = i < a->first_gradient ? tolerance : 10 * tolerance;
        double e = error(a, b, i) / allowed;
        if (!(e <= worst)) {
            worst = e;
            *where = i;
        }
    }
    return worst;
}

static void forget(result *r)
{
    free(r->at);
    free(r->end);
    *r = (result){0};
}

/* Compares the variants of one model; returns how many there are. */
static int run(const golden_case *g, double tolerance, int *failed)
{
    size_t n = strcspn(g->name, "/");
    int variants = 1, where = 0, bad = 0;
    double worst = 0;
    while (g[variants].name && strncmp(g[variants].name, g->name, n + 1) == 0)
        variants++;
    int batch = g->model->step.batch;
    for (int rows = batch; rows > 0 && rows >= batch - 1; rows--) {
        result wanted = {0};
        measure(g->model, rows, &wanted);
        for (int i = 1; i < variants; i++) {
            result is = {0};
            measure(g[i].model, rows, &is);
            double e = distance(&is, &wanted, tolerance, &where);
            if (!(e <= 1)) {
                printf("not ok %s: tensor %d of %d differs, %d rows, %.2g "
                       "times what is allowed\n",
                       g[i].name, where, wanted.first_gradient, rows, e);
                bad = 1;
            }
            if (!(e <= worst))
                worst = e;
            forget(&is);
        }
        forget(&wanted);
    }
    if (!bad)
        printf("ok %.*s (%.2f)\n", (int)n, g->name, worst);
    *failed += bad;
    return variants;
}

int main(int argc, char **argv)
{
    int failed = 0;
    if (argc != 2) {
        fprintf(stderr, "usage: agree TOLERANCE\n");
        return 2;
    }
    for (const golden_case *g = golden_cases; g->name;)
        g += run(g, atof(argv[1]), &failed);
    return failed != 0;
}
