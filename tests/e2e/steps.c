/* steps.c: what a model says step by step is what it says of a whole row.
 *
 *     steps
 *
 * Each model's first output is what it generates from. The entry that goes on
 * from call to call reads a row of ids one by one; of every step its numbers
 * are those of the entry that reads the whole row. Read again from the
 * beginning, with states as they begin, they are the same bits. Always taking
 * the largest writes what PyTorch writes: written.py. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "golden.h"
#include "written.def"

static void begin(drive *d)
{
    for (int i = 0; i < d->model->param_count; i++)
        if (d->model->params[i].kind == NN_CARRIED)
            drive_weights(d, &d->model->params[i], 0, 0);
}

/* Reads the row; step t's numbers go to said + t * classes. */
static void read_row(drive *d, const int32_t *ids, int64_t steps,
                     int64_t classes, nn_real *said)
{
    begin(d);
    for (int64_t t = 0; t < steps; t++) {
        *(int32_t *)d->inputs[0] = ids[t];
        drive_next(d);
        memcpy(said + t * classes, d->outputs[0],
               (size_t)classes * sizeof *said);
    }
}

static double distance(const nn_real *is, const nn_real *wanted, int64_t n)
{
    double most = 0, largest = 1e-12;
    for (int64_t i = 0; i < n; i++) {
        double off = fabs((double)is[i] - (double)wanted[i]);
        most = off <= most ? most : off; /* NaN counts */
        largest = fmax(largest, fabs((double)wanted[i]));
    }
    return most / largest;
}

static int32_t largest(const nn_real *x, int64_t n)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++)
        best = x[i] > x[best] ? i : best;
    return best;
}

/* Each token is the largest that the ones before it give. */
static int check_text(const golden_case *c, double scale, const int32_t *ids,
                      int count)
{
    int wrong = 0;
    drive d;
    drive_open(&d, c->model, 1);
    for (int i = 0; i < c->model->param_count; i++)
        drive_weights(&d, &c->model->params[i], scale, 1 + i);
    for (int t = 0; t + 1 < count; t++) {
        *(int32_t *)d.inputs[0] = ids[t];
        drive_next(&d);
        int32_t is = largest(d.outputs[0], c->model->inputs[0].classes);
        wrong += is != ids[t + 1];
    }
    drive_close(&d);
    printf("%s %s writes%s\n", wrong ? "not ok" : "ok", c->name,
           wrong ? ": not what PyTorch writes" : "");
    return wrong > 0;
}

static int check_texts(const golden_case *c)
{
    int bad = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].model, c->name) == 0)
            bad |= check_text(c, texts[i].scale, texts[i].ids, texts[i].count);
    return bad;
}

static int check(const golden_case *c)
{
    const nn_model *m = c->model;
    int64_t steps = m->inputs[0].values, classes = m->inputs[0].classes;
    int64_t n = steps * classes;
    size_t bytes = (size_t)n * sizeof(nn_real);
    nn_real *whole = malloc(bytes), *said = malloc(bytes);
    nn_real *again = malloc(bytes);
    int32_t *ids = malloc((size_t)steps * sizeof *ids);
    drive d;
    if (!whole || !said || !again || !ids)
        return 1;
    drive_open(&d, m, 1);
    for (int i = 0; i < m->param_count; i++)
        drive_random_weights(&d, &m->params[i], 0.8, (uint32_t)i);
    drive_random_input(&d, 0, 77);
    for (int64_t t = 0; t < steps; t += steps - 1) /* a row without padding */
        ((int32_t *)d.inputs[0])[t] |= 1;
    memcpy(ids, d.inputs[0], (size_t)steps * sizeof *ids);
    drive_infer(&d);
    memcpy(whole, d.outputs[0], bytes);
    read_row(&d, ids, steps, classes, said);
    read_row(&d, ids, steps, classes, again);
    double off = distance(said, whole, n);
    int bad = !(off <= 1e-6), other = memcmp(said, again, bytes) != 0;
    printf("%s %s step by step%s\n", bad ? "not ok" : "ok", c->name,
           bad ? ": it is not what the whole row gives" : "");
    if (bad)
        printf("# off by %g\n", off);
    printf("%s %s again%s\n", other ? "not ok" : "ok", c->name,
           other ? ": other bits" : "");
    drive_close(&d);
    free(whole);
    free(said);
    free(again);
    free(ids);
    return bad || other;
}

int main(void)
{
    int bad = 0;
    for (const golden_case *c = golden_cases; c->name != NULL; c++)
        bad |= check(c) | check_texts(c);
    return bad;
}
