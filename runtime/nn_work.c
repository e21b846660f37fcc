/* Memory, weights and rows for the entries of one model. */
#include "nn_work.h"

#include <stdio.h>
#include <stdlib.h>

#include "nn_ckpt.h"
#include "nn_entry.h"
#include "nn_init.h"
#include "nn_layout.h"
#include "nn_mem.h"
#include "nn_rng.h"

int nn_work_tensors(const nn_model *m)
{
    return m->input_count + m->target_count;
}

static bool open_rows(nn_work *w, nn_error *e)
{
    const nn_model *m = w->model;
    size_t rows = (size_t)w->rows;
    for (int i = 0; i < nn_work_tensors(m); i++) {
        const nn_tensor *t = &m->inputs[i];
        size_t size = t->type == NN_F32 ? sizeof(nn_real) : sizeof(int32_t);
        if (!nn_alloc(&w->inputs[i], (size_t)t->values * rows, size, t->name,
                      e))
            return false;
    }
    return true;
}

/* As many as there are outputs, or gradients. */
static size_t wanted(const nn_model *m)
{
    return (size_t)(m->output_count > m->param_count ? m->output_count
                                                     : m->param_count);
}

bool nn_work_open(nn_work *w, const nn_model *m, int rows, nn_error *e)
{
    size_t count = (size_t)nn_work_tensors(m);
    size_t sums =
        (size_t)m->sum_count + (size_t)m->chosen * (size_t)nn_entry_rows(m);
    w->model = m;
    w->rows = rows;
    return nn_alloc(&w->params, (size_t)m->reals, sizeof *w->params, "weights",
                    e) &&
           nn_reserve(&w->workspace, nn_entry_workspace(m), 1, "workspace",
                      e) &&
           nn_alloc(&w->inputs, count + 1, sizeof *w->inputs, "rows", e) &&
           nn_alloc(&w->outputs, wanted(m) + 1, sizeof *w->outputs, "outputs",
                    e) &&
           nn_alloc(&w->sums, sums + 1, sizeof *w->sums, "sums", e) &&
           open_rows(w, e);
}

void nn_work_close(nn_work *w)
{
    for (int i = 0; w->inputs != NULL && i < nn_work_tensors(w->model); i++)
        free(w->inputs[i]);
    free(w->inputs);
    free(w->outputs);
    free(w->sums);
    free(w->params);
    free(w->workspace);
    nn_pool_close(w->pool);
}

bool nn_work_weights(nn_work *w, const char *path, nn_error *e)
{
    nn_tensors t;
    if (path == NULL)
        return nn_init_params(w->model, w->params, w->seed, e);
    if (!nn_tensors_open(&t, path, e))
        return false;
    bool good = nn_ckpt_load_weights(w->model, &t, path, w->params, e);
    nn_tensors_close(&t);
    return good;
}

/* Padded at the end: row r has 1 + (5 r + 7) % steps ids. */
static void draw_ids(const nn_work *w, int i, nn_stream s)
{
    const nn_tensor *t = &w->model->inputs[i];
    int32_t *ids = w->inputs[i];
    bool padded = t->type == NN_TOKEN && i < w->model->input_count &&
                  t->values > 1 && t->classes > 1;
    for (int64_t k = 0; k < w->rows * t->values; k++) {
        int64_t row = k / t->values, step = k % t->values;
        int32_t word = (int32_t)(nn_rng_word(s, (uint64_t)k) >> 1);
        int32_t id = word % (int32_t)(t->classes - padded);
        bool there = step < 1 + (5 * row + 7) % t->values;
        ids[k] = !padded ? id : there ? 1 + id : 0;
    }
}

void nn_work_draw(const nn_work *w)
{
    for (int i = 0; i < nn_work_tensors(w->model); i++) {
        const nn_tensor *t = &w->model->inputs[i];
        nn_stream s = {w->seed, NN_FOR_CHECK, (uint32_t)i};
        nn_real *x = w->inputs[i];
        if (t->type != NN_F32)
            draw_ids(w, i, s);
        for (int64_t k = 0; t->type == NN_F32 && k < w->rows * t->values; k++)
            x[k] = (nn_real)(float)(3 * nn_rng_uniform(s, (uint64_t)k) - 1.5);
    }
}

int nn_work_repeat(const nn_work *w, nn_kind kind, uint64_t step, long times,
                   void (*before)(void))
{
    const nn_entry *n = nn_entry_find(w->model, kind, w->rows);
    nn_scalars s = {w->rate, step, w->seed};
    nn_parallel par = nn_pool_threads(w->pool) > 1 ? nn_pool_run : NULL;
    int status = 0;
    for (; times > 0 && status == 0; times--, s.step++) {
        if (before != NULL)
            before();
        status = n->run(w->params, n->updates ? w->params : NULL, w->workspace,
                        (const void *const *)w->inputs, w->outputs, w->sums,
                        w->rows, &s, par, w->pool);
    }
    return status;
}

int nn_work_run(const nn_work *w, nn_kind kind, uint64_t step)
{
    return nn_work_repeat(w, kind, step, 1, NULL);
}

void nn_work_want_nothing(const nn_work *w)
{
    for (size_t i = 0; i < wanted(w->model); i++)
        w->outputs[i] = NULL;
}

bool nn_work_keep_rows(const nn_work *w, nn_found *f, nn_error *e)
{
    for (int i = 0; i < nn_work_tensors(w->model); i++) {
        const nn_tensor *t = &w->model->inputs[i];
        nn_real *to = nn_found_batch(f, "input", t, w->rows, e);
        if (to == NULL)
            return false;
        for (int64_t k = 0; k < w->rows * t->values; k++)
            to[k] = t->type == NN_F32
                        ? ((const nn_real *)w->inputs[i])[k]
                        : (nn_real)((const int32_t *)w->inputs[i])[k];
    }
    return true;
}

bool nn_work_keep_weights(const nn_work *w, nn_found *f, const char *kind,
                          nn_error *e)
{
    for (int i = 0; i < w->model->param_count; i++) {
        const nn_param *p = &w->model->params[i];
        if (!nn_ckpt_is_weight(p))
            continue;
        nn_real *to = nn_found_add(f, kind, p->name, p->rank, p->shape, e);
        if (to == NULL || !nn_layout_to_file(p, w->params + p->offset, to, e))
            return false;
    }
    return true;
}

nn_args_end nn_work_parse(const nn_program *p, const char *kind,
                          const char *does, const nn_arg *args, int count,
                          int argc, char **argv)
{
    char program[200], about[300], version[300];
    snprintf(program, sizeof program, "%s-%s", p->model->name, kind);
    snprintf(about, sizeof about, "The model %s of %s: %s.", p->model->name,
             p->file, does);
    snprintf(version, sizeof version, "%s, made by nnc %s", program,
             p->model->version);
    const nn_args table = {program, "[FLAG...]", about, version,
                           args,    count,       NULL};
    return nn_args_parse(&table, argc, argv, NULL, NULL);
}
