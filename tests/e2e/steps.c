/* steps.c: what a model says step by step is what it says of a whole row.
 *
 *     steps
 *
 * Each model's first output is what it generates from. The entry that goes on
 * from call to call reads a row of ids one by one; of every step its numbers
 * are those of the entry that reads the whole row. Read again from the
 * beginning, with states as they begin, they are the same bits. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "golden.h"

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
        bad |= check(c);
    return bad;
}
