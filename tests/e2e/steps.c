/* steps.c: what a model says step by step is what it says of a whole row.
 *
 *     steps
 *
 * Each model's first output is what it generates from. The entry that goes on
 * from call to call reads rows of ids (the input x) one by one; of every step
 * its numbers are those of the entry that reads whole rows. Read again from the
 * beginning, with states as they begin, they are the same bits. Always taking
 * the largest writes what PyTorch writes: written.py. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beams.h"
#include "drive.h"
#include "golden.h"
#include "nn_entry.h"
#include "written.def"

/* The input that is written. */
static int written(const nn_model *m)
{
    int i = 0;
    while (strcmp(m->inputs[i].name, "x") != 0)
        i++;
    return i;
}

static void begin(drive *d)
{
    for (int i = 0; i < d->model->param_count; i++)
        if (d->model->params[i].kind >= NN_CARRIED &&
            d->model->params[i].kind <= NN_HANDED)
            drive_weights(d, &d->model->params[i], 0, 0);
    drive_encode(d);
}

/* Reads rows of ids; what is said at step t of row r goes to
 * said + (r * steps + t) * classes. */
static void read_rows(drive *d, const int32_t *ids, nn_real *said)
{
    const nn_tensor *x = &d->model->inputs[written(d->model)];
    size_t bytes = (size_t)x->classes * sizeof *said;
    begin(d);
    for (int64_t t = 0; t < x->values; t++) {
        for (int r = 0; r < d->rows; r++)
            ((int32_t *)d->inputs[written(d->model)])[r] =
                ids[r * x->values + t];
        drive_next(d);
        for (int r = 0; r < d->rows; r++)
            memcpy(said + (r * x->values + t) * x->classes,
                   d->outputs[0] + r * x->classes, bytes);
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

/* Texts that end with token 2, and such without an end. */
static int check_beams(drive *d, const char *name)
{
    int x = written(d->model), bad = 0;
    for (int i = 0; i < d->model->input_count; i++)
        for (int row = 1; row < d->rows; row++)
            drive_copy_row(d, i, row);
    for (int stop = -1; stop <= 2; stop += 3) {
        begin(d);
        bool good = beams_agree(d, x, stop);
        printf("%s %s finds the best %s\n", good ? "ok" : "not ok", name,
               stop < 0 ? "of all" : "of those that end");
        bad += !good;
    }
    return bad;
}

/* A row without padding: what is written is another text in each, what else
 * the network reads is the same for all. */
static void fill_row(int32_t *ids, int64_t steps)
{
    ids[0] += ids[0] == 0;
    ids[steps - 1] += ids[steps - 1] == 0;
}

static int check(const golden_case *c)
{
    const nn_model *m = c->model;
    const nn_tensor *x = &m->inputs[written(m)];
    int rows = nn_entry_find(m, NN_NEXT, NN_MOST_ROWS)->batch;
    int64_t n = rows * x->values * x->classes;
    size_t bytes = (size_t)n * sizeof(nn_real);
    size_t id_bytes = (size_t)(rows * x->values) * sizeof(int32_t);
    nn_real *whole = malloc(bytes), *said = malloc(bytes);
    nn_real *again = malloc(bytes);
    int32_t *ids = malloc(id_bytes);
    drive d;
    if (!whole || !said || !again || !ids)
        return 1;
    drive_open(&d, m, rows);
    for (int i = 0; i < m->param_count; i++)
        drive_random_weights(&d, &m->params[i], 0.8, (uint32_t)i);
    for (int i = 0; i < m->input_count; i++)
        drive_random_input(&d, i, 77 + (uint32_t)i);
    for (int i = 0; i < m->input_count; i++)
        for (int r = 1; i != written(m) && r < rows; r++)
            drive_copy_row(&d, i, r);
    for (int r = 0; r < rows; r++)
        fill_row((int32_t *)d.inputs[written(m)] + r * x->values, x->values);
    memcpy(ids, d.inputs[written(m)], id_bytes);
    drive_infer(&d);
    memcpy(whole, d.outputs[0], bytes);
    read_rows(&d, ids, said);
    read_rows(&d, ids, again);
    double off = distance(said, whole, n);
    int bad = !(off <= 1e-6), other = memcmp(said, again, bytes) != 0;
    printf("%s %s step by step%s\n", bad ? "not ok" : "ok", c->name,
           bad ? ": it is not what the whole row gives" : "");
    if (bad)
        printf("# off by %g\n", off);
    printf("%s %s again%s\n", other ? "not ok" : "ok", c->name,
           other ? ": other bits" : "");
    if (beams_fit(x))
        bad += check_beams(&d, c->name);
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
