/* drive.c: see drive.h. */
#include "drive.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn_entry.h"
#include "nn_init.h"
#include "nn_layout.h"
#include "nn_rng.h"

/* Where valgrind is installed it is told what is not to be relied on. */
#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif
#ifndef VALGRIND_MAKE_MEM_UNDEFINED
#define VALGRIND_MAKE_MEM_UNDEFINED(at, bytes) ((void)(at), (void)(bytes))
#endif

enum { ALIGN = 64 };

static void *room(size_t bytes)
{
    size_t whole = (bytes + ALIGN) / ALIGN * ALIGN;
    void *at = aligned_alloc(ALIGN, whole);
    if (at == NULL) {
        fprintf(stderr, "no memory for %zu bytes\n", bytes);
        exit(1);
    }
    memset(at, 0, whole);
    return at;
}

static size_t input_bytes(const nn_tensor *t)
{
    return t->type == NN_F32 ? sizeof(nn_real) : sizeof(int32_t);
}

static void must(bool done, const nn_error *e)
{
    if (done)
        return;
    fprintf(stderr, "%s\n", e->text);
    exit(1);
}

/* What no weights give. */
static void set_constants(drive *d)
{
    nn_error e = {0};
    for (int i = 0; i < d->model->param_count; i++)
        if (d->model->params[i].kind == NN_CONSTANT)
            must(nn_init_param(d->model, i, d->params, 1, &e), &e);
}

void drive_open(drive *d, const nn_model *m, int rows)
{
    int inputs = m->input_count + m->target_count;
    size_t n = (size_t)rows;
    *d = (drive){.model = m, .rows = rows, .seed = 1};
    d->params = room((size_t)m->reals * sizeof(nn_real));
    d->workspace = room(nn_entry_workspace(m));
    d->inputs = room((size_t)inputs * sizeof *d->inputs);
    for (int i = 0; i < inputs; i++)
        d->inputs[i] =
            calloc(n * (size_t)m->inputs[i].values, input_bytes(&m->inputs[i]));
    d->outputs = room((size_t)m->output_count * sizeof *d->outputs);
    for (int i = 0; i < m->output_count; i++)
        d->outputs[i] =
            malloc(n * (size_t)m->outputs[i].values * sizeof(nn_real));
    d->sums = room(
        ((size_t)m->sum_count + (size_t)nn_entry_rows(m) * (size_t)m->chosen) *
        sizeof *d->sums);
    d->file = room((size_t)nn_layout_largest(m) * sizeof *d->file);
    set_constants(d);
}

void drive_close(drive *d)
{
    for (int i = 0; i < d->model->input_count + d->model->target_count; i++)
        free(d->inputs[i]);
    for (int i = 0; i < d->model->output_count; i++)
        free(d->outputs[i]);
    free(d->params);
    free(d->workspace);
    free(d->inputs);
    free(d->outputs);
    free(d->sums);
    free(d->file);
}

int drive_batch(const nn_model *m)
{
    return nn_entry_find(m, NN_STEP, NN_MOST_ROWS)->batch;
}

/* A weight's or statistic's numbers are in d->file, but for what can never
 * change. */
static void set_param(drive *d, const nn_param *p)
{
    nn_error e = {0};
    bool fixed = p->frozen && p->init == NN_INIT_LITERAL;
    for (int64_t i = 0; fixed && i < nn_layout_count(p); i++)
        d->file[i] = (nn_real)(float)p->literal[i];
    int row = (int)(p - d->model->params);
    memset(d->params + p->offset, 0, (size_t)p->size * sizeof(nn_real));
    must(p->kind > NN_STATISTIC
             ? nn_init_param(d->model, row, d->params, 1, &e)
             : nn_layout_from_file(p, d->file, d->params + p->offset, &e),
         &e);
}

void drive_statistic(drive *d, const nn_param *p, double base, double scale,
                     double phase)
{
    for (int64_t i = 0; i < nn_layout_count(p); i++) {
        float wave = (float)(scale * sin(0.7 * (double)i + phase));
        d->file[i] = (nn_real)base + (nn_real)wave;
    }
    set_param(d, p);
}

void drive_weights(drive *d, const nn_param *p, double scale, double phase)
{
    drive_statistic(d, p, 0, scale, phase);
}

void drive_random_weights(drive *d, const nn_param *p, double scale,
                          uint32_t which)
{
    nn_stream s = {1, NN_FOR_CHECK, which};
    for (int64_t i = 0; i < nn_layout_count(p); i++) {
        double u = nn_rng_uniform(s, (uint64_t)i);
        d->file[i] = (nn_real)(float)(scale * (2 * u - 1));
    }
    set_param(d, p);
}

void drive_input(drive *d, int t, double phase)
{
    const nn_tensor *in = &d->model->inputs[t];
    for (int64_t i = 0; i < d->rows * in->values; i++)
        if (in->type == NN_F32)
            ((nn_real *)d->inputs[t])[i] =
                (nn_real)(float)sin(0.37 * (double)i + phase);
        else
            ((int32_t *)d->inputs[t])[i] =
                (int32_t)(((int64_t)phase + 3 * i) % in->classes);
}

void drive_random_input(drive *d, int t, uint32_t which)
{
    const nn_tensor *in = &d->model->inputs[t];
    nn_stream s = {1, NN_FOR_CHECK, which};
    for (int64_t i = 0; i < d->rows * in->values; i++)
        if (in->type == NN_F32)
            ((nn_real *)d->inputs[t])[i] =
                (nn_real)(float)(1.5 *
                                 (2 * nn_rng_uniform(s, (uint64_t)i) - 1));
        else
            ((int32_t *)d->inputs[t])[i] =
                (int32_t)(nn_rng_word(s, (uint64_t)i) % in->classes);
}

const nn_param *drive_slot(const drive *d, const nn_param *weight, int slot)
{
    size_t n = strlen(weight->name);
    for (int i = 0; i < d->model->param_count; i++) {
        const nn_param *p = &d->model->params[i];
        bool own = p->kind == NN_SLOT &&
                   strncmp(p->name, weight->name, n) == 0 &&
                   strrchr(p->name, '.') == p->name + n;
        if (own && --slot == 0)
            return p;
    }
    return NULL;
}

const nn_real *drive_read(drive *d, const nn_param *p)
{
    nn_error e = {0};
    must(nn_layout_to_file(p, d->params + p->offset, d->file, &e), &e);
    return d->file;
}

static void spoil_bytes(void *at, size_t bytes)
{
    memset(at, 0xff, bytes);
    VALGRIND_MAKE_MEM_UNDEFINED(at, bytes);
}

/* What an entry leaves unwritten shows as NaN. */
static void spoil(const drive *d)
{
    spoil_bytes(d->workspace, nn_entry_workspace(d->model));
    for (int i = 0; i < d->model->output_count; i++)
        spoil_bytes(d->outputs[i], (size_t)d->rows *
                                       (size_t)d->model->outputs[i].values *
                                       sizeof(nn_real));
}

/* Only who says so gets at tensors to write. */
static int call(drive *d, const nn_entry *n, const void *const *inputs,
                nn_real *const *outputs, int rows, const nn_scalars *s)
{
    return n->run(d->params, n->updates ? d->params : NULL, d->workspace,
                  inputs, outputs, d->sums, rows, s, d->par, d->pool);
}

static bool run(drive *d, nn_kind kind, nn_real *const *outputs,
                const nn_scalars *s)
{
    spoil(d);
    return call(d, nn_entry_find(d->model, kind, d->rows),
                (const void *const *)d->inputs, outputs, d->rows, s) == 0;
}

bool drive_step(drive *d, double rate, uint64_t step)
{
    nn_scalars s = {.rate = rate, .step = step, .seed = d->seed};
    return run(d, NN_STEP, NULL, &s);
}

bool drive_eval(drive *d)
{
    return run(d, NN_EVAL, d->outputs, NULL);
}

/* Tests change parameters as they like. */
static void prepare(drive *d)
{
    if (d->model->prepare)
        d->model->prepare(d->params);
}

void drive_infer(drive *d)
{
    prepare(d);
    run(d, NN_INFER, d->outputs, NULL);
}

void drive_copy_row(drive *d, int t, int row)
{
    const nn_tensor *in = &d->model->inputs[t];
    size_t bytes = (size_t)in->values * input_bytes(in);
    memcpy((char *)d->inputs[t] + (size_t)row * bytes, d->inputs[t], bytes);
}

void drive_encode(drive *d)
{
    const nn_entry *encode = nn_entry_find(d->model, NN_ENCODE, 1);
    prepare(d);
    spoil(d);
    if (encode != NULL)
        call(d, encode, (const void *const *)d->inputs, NULL, 1, NULL);
}

void drive_next(drive *d)
{
    prepare(d);
    run(d, NN_NEXT, d->outputs, NULL);
}

void drive_infer1(drive *d)
{
    const nn_model *m = d->model;
    const void **in = room((size_t)m->input_count * sizeof *in);
    nn_real **out = room((size_t)m->output_count * sizeof *out);
    prepare(d);
    spoil(d);
    for (int row = 0; row < d->rows; row++) {
        for (int i = 0; i < m->input_count; i++)
            in[i] = (const char *)d->inputs[i] +
                    (size_t)(row * m->inputs[i].values) *
                        input_bytes(&m->inputs[i]);
        for (int i = 0; i < m->output_count; i++)
            out[i] = d->outputs[i] + row * m->outputs[i].values;
        call(d, nn_entry_find(m, NN_INFER, 1), in, out, 1, NULL);
    }
    free(in);
    free(out);
}

double drive_metric(const drive *d, int i)
{
    const nn_metric *m = d->model->metrics, *end = m + i;
    const double *sums = d->sums + 1;
    double sum = 0;
    for (; m < end; m++)
        sums += m->sums > 0 ? m->sums + 1 : 0;
    for (int64_t k = 0; k < m->sums; k++)
        sum += sums[k];
    sum = sums[m->sums] != 0 ? sum / sums[m->sums] : 0;
    return m->finish == NN_ROOT  ? sqrt(sum)
           : m->finish == NN_EXP ? exp(sum)
                                 : sum;
}
