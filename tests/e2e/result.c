/* result.c: see result.h. */
#include "result.h"

#include <math.h>
#include <stdlib.h>

#include "drive.h"
#include "nn_layout.h"

/* Kinds: the first slot's is GRADIENT + 1; the loss and the metrics go down
 * from LOSS. */
enum { RATE = 1 << 20, LOSS = -1, OUTPUT, GRADIENT };

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

static void end_tensor(result *r, int kind)
{
    size_t n = (size_t)r->tensors + 1;
    r->tensor = realloc(r->tensor, n * sizeof *r->tensor);
    if (r->tensor == NULL)
        abort();
    r->tensor[r->tensors++] = (result_tensor){
        .end = r->count, .kind = kind, .in_step = kind >= GRADIENT};
}

static void put_one(result *r, double v, int kind)
{
    put(r, v);
    end_tensor(r, kind);
}

static void put_outputs(result *r, const drive *d)
{
    for (int i = 0; i < d->model->output_count; i++) {
        int64_t n = d->rows * d->model->outputs[i].values;
        for (int64_t k = 0; k < n; k++)
            put(r, (double)d->outputs[i][k]);
        end_tensor(r, OUTPUT);
    }
}

/* Like PyTorch's: uniform within the inverse root of the fan-in. */
static void set_weights(drive *d)
{
    for (int i = 0; i < d->model->param_count; i++) {
        const nn_param *p = &d->model->params[i];
        double fan = (double)nn_layout_count(p) / (double)p->shape[0];
        double scale = p->rank > 1 ? 1.7 / sqrt(fan) : 0.4;
#ifdef RANDOM_WEIGHTS
        drive_random_weights(d, p, scale, (uint32_t)i);
#else
        drive_weights(d, p, scale, i + 1);
#endif
    }
}

/* A weight (slot 0) or a slot of one, times factor. */
static void put_param(result *r, drive *d, const nn_param *p, int slot,
                      double factor)
{
    const nn_real *w = drive_read(d, p);
    for (int64_t k = 0; k < nn_layout_count(p); k++)
        put(r, factor * (double)w[k]);
    end_tensor(r, GRADIENT + slot);
}

static void put_slots(result *r, drive *d)
{
    const nn_model *m = d->model;
    const nn_param *p;
    for (int i = 0; i < m->param_count; i++)
        for (int slot = 1; (p = drive_slot(d, &m->params[i], slot)); slot++)
            put_param(r, d, p, slot, 1);
}

static void put_gradients(result *r, drive *d)
{
    const nn_model *m = d->model;
    int64_t at = r->count;
    int finite = drive_step(d, 0, 0);
    for (int i = 0; i < m->param_count; i++)
        if (m->params[i].kind == NN_WEIGHT)
            put_param(r, d, &m->params[i], 0, 1.0 / RATE);
    finite &= drive_step(d, RATE, 1);
    for (int i = 0; i < m->param_count; i++) {
        const nn_real *w = drive_read(d, &m->params[i]);
        int64_t n = nn_layout_count(&m->params[i]);
        for (int64_t k = 0; m->params[i].kind == NN_WEIGHT && k < n; k++)
            r->at[at++] -= (double)w[k] / RATE;
    }
    put_slots(r, d);
    if (!finite)
        put_one(r, NAN, GRADIENT);
}

void result_measure(result *r, const nn_model *m, int rows)
{
    drive d;
    *r = (result){0};
    drive_open(&d, m, rows);
    set_weights(&d);
    for (int i = 0; i < m->input_count + m->target_count; i++)
        drive_input(&d, i, 0.25 + i);
    if (!drive_eval(&d))
        put_one(r, NAN, OUTPUT);
    put_outputs(r, &d);
    for (int i = 0; i < m->sum_count; i++)
        put_one(r, d.sums[i], LOSS - i);
    drive_infer(&d);
    put_outputs(r, &d);
    drive_infer1(&d);
    put_outputs(r, &d);
    put_gradients(r, &d);
    drive_close(&d);
}

void result_free(result *r)
{
    free(r->at);
    free(r->tensor);
    *r = (result){0};
}
