/* tensors.c: runs the model of tensors_model.c: values over several calls, and
 * the same bits where a checkpoint was saved and loaded in between, and where
 * a step went wrong. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "nn_ckpt.h"
#include "nn_init.h"

extern const nn_model kinds_model;

enum { ROWS = 3, CALLS = 6 };
enum { W, MEAN, COUNT, STATE, U };

static int failed;

static void verdict(const char *name, bool good)
{
    printf(good ? "ok %s\n" : "not ok %s: other values\n", name);
    failed |= !good;
}

static bool is(double a, double b)
{
    return fabs(a - b) <= 1e-5 * (1 + fabs(b));
}

static double value(drive *d, int tensor, int at)
{
    return (double)drive_read(d, &d->model->params[tensor])[at];
}

static void start(drive *d)
{
    nn_error e = {0};
    drive_open(d, &kinds_model, ROWS);
    drive_input(d, 0, 0.25);
    nn_init_params(&kinds_model, d->params, 1, &e);
}

/* The mean of a column of the input. */
static double column(const drive *d, int k)
{
    double sum = 0;
    for (int r = 0; r < ROWS; r++)
        sum += (double)((const nn_real *)d->inputs[0])[3 * r + k];
    return sum / ROWS;
}

static void values_over_calls(drive *d)
{
    static const double shift[] = {0.5, 1, 2};
    bool gathered = true, carried = true, learned = true, read = true;
    double mean[3] = {0};
    for (int call = 0; call < CALLS; call++) {
        drive_step(d, 0.1, (uint64_t)call);
        double loss = 0;
        for (int k = 0; k < 3; k++) {
            mean[k] = mean[k] / 2 + column(d, k) / 2;
            gathered &= is(value(d, MEAN, k), mean[k]);
            carried &= is(value(d, COUNT, k), call + 1);
            learned &= !is(value(d, W, k), 1);
            loss += mean[k] * value(d, W, k);
        }
        read &= drive_eval(d) && is(d->sums[0], loss);
        drive_infer(d);
        for (int i = 0; i < 3 * ROWS; i++)
            read &= is((double)d->outputs[0][i],
                       (double)((const nn_real *)d->inputs[0])[i] -
                           mean[i % 3] + shift[i % 3]);
    }
    verdict("a statistic is gathered by step", gathered);
    verdict("a carried state goes from call to call", carried);
    verdict("a weight learns beside them", learned);
    verdict("eval and infer read what step has gathered", read);
}

/* Rows of which one number is none: the step ends at its loss. */
static void bad_rows(drive *d)
{
    size_t bytes = (size_t)kinds_model.reals * sizeof(nn_real);
    nn_real *x = (nn_real *)d->inputs[0], first = x[0];
    nn_real *before = malloc(bytes);
    memcpy(before, d->params, bytes);
    x[0] = (nn_real)NAN;
    bool ended = !drive_step(d, 0.1, CALLS);
    x[0] = first;
    verdict("a loss that is not finite ends the step", ended);
    verdict("and changes no tensor of any kind",
            memcmp(before, d->params, bytes) == 0);
    free(before);
}

/* One call of `next` on a state that the test keeps as well. */
static bool goes_on(drive *d, double state[ROWS][3])
{
    double u[3][3];
    bool good = true;
    for (int i = 0; i < 9; i++)
        u[i / 3][i % 3] = value(d, U, i);
    drive_next(d);
    for (int r = 0; r < ROWS; r++) {
        const nn_real *x = (const nn_real *)d->inputs[0] + 3 * r;
        double from[3];
        for (int k = 0; k < 3; k++)
            from[k] = (double)x[k] + state[r][k];
        for (int k = 0; k < 3; k++) {
            state[r][k] =
                tanh(from[0] * u[k][0] + from[1] * u[k][1] + from[2] * u[k][2]);
            good &= is(value(d, STATE, 3 * r + k), state[r][k]) &&
                    is((double)d->outputs[0][3 * r + k], state[r][k]);
        }
    }
    return good;
}

/* Other entries between the calls leave the state alone. */
static void inference_goes_on(drive *d)
{
    double state[ROWS][3] = {{0}};
    bool good = true;
    for (int call = 0; call < CALLS; call++) {
        drive_input(d, 0, 0.25 + call);
        good &= goes_on(d, state);
        drive_infer(d);
        drive_infer1(d);
        drive_eval(d);
        drive_step(d, 0.1, (uint64_t)(CALLS + call));
    }
    verdict("an entry of inference goes on from its last call", good);
}

static void both(drive *d, uint64_t call)
{
    drive_step(d, 0.1, call);
    drive_next(d);
}

static void resume(const drive *whole, const char *path)
{
    nn_state to = {.rate = 0.1, .epochs = 9, .told = 9}, from = {0};
    nn_error e = {0};
    drive a, b;
    start(&a);
    drive_open(&b, &kinds_model, ROWS);
    drive_input(&b, 0, 0.25);
    for (uint64_t call = 0; call < CALLS / 2; call++)
        both(&a, call);
    bool good =
        nn_ckpt_save(&kinds_model, a.params, NULL, &to, NULL, 0, path, &e) &&
        nn_ckpt_load(&kinds_model, path, b.params, NULL, &from, &e);
    for (uint64_t call = CALLS / 2; call < CALLS; call++)
        both(&b, call);
    for (int i = 0; i < kinds_model.param_count; i++) {
        const nn_param *p = &kinds_model.params[i];
        good &= memcmp(whole->params + p->offset, b.params + p->offset,
                       (size_t)p->size * sizeof(nn_real)) == 0;
    }
    verdict("a run taken up again ends in the same bits", good);
    drive_close(&a);
    drive_close(&b);
}

int main(int argc, char **argv)
{
    drive d, whole;
    start(&d);
    values_over_calls(&d);
    bad_rows(&d);
    inference_goes_on(&d);
    drive_close(&d);
    start(&whole);
    for (uint64_t call = 0; call < CALLS; call++)
        both(&whole, call);
    resume(&whole, argc > 1 ? argv[1] : "kinds.ckpt");
    drive_close(&whole);
    return failed;
}
