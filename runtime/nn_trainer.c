/* All memory is allocated here, once; entries allocate nothing. */
#include "nn_trainer.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "nn_ckpt.h"
#include "nn_entry.h"
#include "nn_mem.h"
#include "nn_memory.h"
#include "nn_origin.h"

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static bool open_buffers(nn_trainer *r, nn_error *e)
{
    const nn_model *m = r->model;
    size_t count = (size_t)r->data.tensors;
    size_t outputs = (size_t)larger(m->output_count, m->param_count) + 1;
    size_t rows = (size_t)nn_entry_rows(m);
    size_t sums = (size_t)m->sum_count + (size_t)m->chosen * rows;
    if (!nn_alloc(&r->items, rows, sizeof *r->items, "rows", e) ||
        !nn_alloc(&r->buffers, count, sizeof *r->buffers, "buffers", e) ||
        !nn_alloc(&r->outputs, outputs, sizeof *r->outputs, "buffers", e) ||
        !nn_alloc(&r->sums, sums, sizeof *r->sums, "sums", e))
        return false;
    for (size_t i = 0; i < count; i++) {
        const nn_tensor *t = &m->inputs[i];
        size_t size = t->type == NN_F32 ? sizeof(nn_real) : sizeof(int32_t);
        size_t values = (size_t)t->values * rows;
        if (!nn_alloc(&r->buffers[i], values, size, t->name, e))
            return false;
    }
    return true;
}

/* The compiler made one batch of all rows; it must be enough. A build that
 * checks gradients takes some of them. */
static bool check_batch(const nn_trainer *r, nn_error *e)
{
    int64_t rows = r->data.parts[NN_TRAIN].count;
    if (!r->program->train.batch_all || r->step == NULL ||
        rows <= r->step->batch)
        return true;
    return nn_fail(e,
                   "%lld rows are to be trained on at once, and `batch all` "
                   "has room for %d: write `batch %lld;` in the train block "
                   "of %s",
                   (long long)rows, r->step->batch, (long long)rows,
                   r->program->file);
}

bool nn_trainer_open(nn_trainer *r, const nn_program *program,
                     const nn_options *options, nn_error *e)
{
    const nn_model *m = program->model;
    *r = (nn_trainer){.program = program, .model = m, .options = *options};
    r->step = nn_entry_find(m, NN_STEP, NN_MOST_ROWS);
    r->eval = nn_entry_find(m, NN_EVAL, NN_MOST_ROWS);
    r->grad = nn_entry_find(m, NN_GRAD, NN_MOST_ROWS);
    if (m->metric_count >= NN_MAX_FIGURES)
        return nn_fail(e, "%s has more than %d metrics", m->name,
                       NN_MAX_FIGURES - 1);
    if (options->threads > INT_MAX)
        return nn_fail(e, "--threads is too large");
    if (!nn_dataset_open(&r->data, program, options->data, e))
        return false;
    bool good =
        nn_metric_check(program, r->data.preps, e) && check_batch(r, e) &&
        open_buffers(r, e) &&
        nn_alloc(&r->params, (size_t)m->reals, sizeof *r->params, "weights",
                 e) &&
        nn_reserve(&r->workspace, nn_entry_workspace(m), 1, "workspace", e);
    if (good)
        r->pool = nn_pool_open((int)options->threads, e);
    if (good && r->pool != NULL)
        return true;
    nn_trainer_close(r);
    return false;
}

void nn_trainer_close(nn_trainer *r)
{
    nn_pool_close(r->pool);
    for (int i = 0; r->buffers != NULL && i < r->data.tensors; i++)
        free(r->buffers[i]);
    free(r->buffers);
    free(r->items);
    free(r->outputs);
    free(r->sums);
    free(r->params);
    free(r->workspace);
    nn_dataset_close(&r->data);
    *r = (nn_trainer){0};
}

/* The workspace is not touched before the first step, rows are not drawn before
 * it, and what is written to a file at once not before the first checkpoint. */
int64_t nn_trainer_memory(const nn_trainer *r)
{
    nn_memory taken = nn_memory_taken();
    const nn_order *rows = &r->data.parts[NN_TRAIN].order;
    int64_t later = (int64_t)nn_entry_workspace(r->model) +
                    (int64_t)(nn_ckpt_values(r->model) * sizeof(nn_real));
    if (taken.now > 0 && rows->list == NULL && !r->program->train.stateful)
        later += nn_order_bytes(rows);
    int64_t all = taken.now + later;
    if (taken.now == 0)
        all += nn_dataset_bytes(&r->data) +
               r->model->reals * (int64_t)sizeof(nn_real);
    return all > taken.most ? all : taken.most;
}

int64_t nn_trainer_weights(const nn_model *m)
{
    int64_t end = 0;
    for (int i = 0; i < m->param_count; i++) {
        int64_t stop = m->params[i].offset + m->params[i].size;
        if (nn_ckpt_is_weight(&m->params[i]) && stop > end)
            end = stop;
    }
    return end;
}

void nn_trainer_copy_weights(const nn_model *m, const nn_real *from,
                             nn_real *to)
{
    for (int i = 0; i < m->param_count; i++) {
        const nn_param *p = &m->params[i];
        if (nn_ckpt_is_weight(p))
            memcpy(to + p->offset, from + p->offset,
                   (size_t)p->size * sizeof *to);
    }
}

void nn_trainer_fetch(nn_trainer *r, nn_part part, int rows)
{
    nn_order_next(&r->data.parts[part].order, r->items, rows);
    nn_dataset_fetch(&r->data, part, r->items, rows, r->buffers);
}

int nn_trainer_entry(nn_trainer *r, const nn_entry *entry, int rows,
                     const nn_scalars *s)
{
    return entry->run(r->params, entry->updates ? r->params : NULL,
                      r->workspace, (const void *const *)r->buffers, r->outputs,
                      r->sums, rows, s, nn_pool_run, r->pool);
}

bool nn_trainer_refused(const nn_model *m, int rows, nn_error *e)
{
    return nn_fail(e, "bug: %d rows were to be one batch of %s", rows, m->name);
}

bool nn_trainer_evaluate(nn_trainer *r, nn_part part, nn_figures *f,
                         nn_error *e)
{
    nn_section *s = &r->data.parts[part];
    const nn_entry *eval = r->eval;
    nn_figures_clear(f);
    nn_order_sort(&s->order);
    for (int64_t i = 0; i < s->count; i += eval->batch) {
        int64_t left = s->count - i;
        int rows = left < eval->batch ? (int)left : eval->batch;
        nn_trainer_fetch(r, part, rows);
        if (nn_trainer_entry(r, eval, rows, NULL) == NN_BAD_ROWS)
            return nn_trainer_refused(r->model, rows, e);
        if (!nn_metric_add(f, r->buffers, r->sums, rows, e))
            return false;
    }
    return true;
}

bool nn_trainer_load(nn_trainer *r, const char *path, nn_error *e)
{
    nn_tensors t;
    if (!nn_tensors_open(&t, path, e))
        return false;
    bool good =
        nn_origin_check_words(&t, path, r->data.preps, r->data.tensors, e) &&
        nn_ckpt_load_weights(r->model, &t, path, r->params, e);
    if (good)
        nn_origin_tell(r->model, &t, path, r->data.preps, r->data.tensors);
    nn_tensors_close(&t);
    return good;
}
