/* Sessions: memory, weights, outputs; nn_session_train.c trains. */
#include "nn_session_own.h"

#include <stdio.h>
#include <stdlib.h>

#include "nn_ckpt.h"
#include "nn_entry.h"
#include "nn_init.h"
#include "nn_learned.h"
#include "nn_mem.h"
#include "nn_processor.h"
#include "nn_unit.h"

static int tensors_of(const nn_model *m)
{
    return m->input_count + m->target_count;
}

/* How data become the tensor's numbers; NULL: they are prepared, and the file,
 * if there is one, does not say how. */
static const nn_flow *flow_of(const nn_session *s, int i, const nn_tensors *t)
{
    const nn_program *p = s->program;
    const nn_flow *f = nn_prep_flow(p->flows, p->flow_count, i, NN_TRAIN);
    if (f == NULL || !s->prepared)
        return f;
    const char *name = s->model->inputs[f->like > 0 ? f->like - 1 : i].name;
    bool told = t != NULL && nn_tensors_note_of(t, "nnc.data.", name) != NULL;
    return told ? f : NULL;
}

static bool open_preps(nn_session *s, const nn_tensors *t, nn_error *e)
{
    int count = tensors_of(s->model);
    bool good = nn_alloc(&s->preps, (size_t)count, sizeof *s->preps, "rows", e);
    for (int i = 0; good && i < count; i++)
        good = nn_prep_open(&s->preps[i], flow_of(s, i, t),
                            &s->model->inputs[i], e);
    if (good)
        nn_prep_share(s->preps, count);
    return good;
}

/* Ways back to the units of each output, where numbers are not prepared. */
static bool open_output(nn_session *s, int i, size_t batch, nn_error *e)
{
    const nn_tensor *t = &s->model->outputs[i];
    size_t values = (size_t)t->values;
    return nn_alloc(&s->outputs[i], batch * values, sizeof(nn_real), t->name,
                    e) &&
           nn_alloc(&s->ways[i], values, sizeof **s->ways, t->name, e);
}

static bool open_memory(nn_session *s, nn_error *e)
{
    const nn_model *m = s->model;
    size_t count = (size_t)tensors_of(m), outputs = (size_t)m->output_count;
    size_t batch = (size_t)nn_entry_rows(m), most = 1;
    size_t sums = (size_t)m->sum_count + (size_t)m->chosen * batch;
    for (size_t i = 0; i < count; i++)
        if ((size_t)m->inputs[i].values > most)
            most = (size_t)m->inputs[i].values;
    bool good =
        nn_alloc(&s->params, (size_t)m->reals, sizeof *s->params, "weights",
                 e) &&
        nn_reserve(&s->workspace, nn_entry_workspace(m), 1, "workspace", e) &&
        nn_alloc(&s->buffers, count, sizeof *s->buffers, "rows", e) &&
        nn_alloc(&s->cells, batch * most, sizeof *s->cells, "rows", e) &&
        nn_alloc(&s->lines, batch, sizeof *s->lines, "rows", e) &&
        nn_alloc(&s->outputs, outputs, sizeof *s->outputs, "rows", e) &&
        nn_alloc(&s->ways, outputs, sizeof *s->ways, "rows", e) &&
        nn_alloc(&s->unwanted, outputs + (size_t)m->param_count,
                 sizeof *s->unwanted, "rows", e) &&
        nn_alloc(&s->sums, sums, sizeof *s->sums, "sums", e);
    for (size_t i = 0; good && i < count; i++)
        good = nn_alloc(&s->buffers[i], batch * (size_t)m->inputs[i].values,
                        sizeof(nn_real), m->inputs[i].name, e);
    for (int i = 0; good && i < m->output_count; i++)
        good = open_output(s, i, batch, e);
    return good;
}

static bool load(nn_session *s, const char *path, nn_error *e)
{
    nn_tensors t;
    if (!nn_tensors_read(&t, path, e))
        return false;
    bool good = open_preps(s, &t, e) &&
                nn_ckpt_load_weights(s->model, &t, path, s->params, e) &&
                nn_learned_load(&t, path, s->preps, tensors_of(s->model), e);
    nn_tensors_close(&t);
    return good;
}

/* First weights, where all that belongs to them is here. */
static bool begin(nn_session *s, nn_error *e)
{
    if (s->program->vector_count > 0)
        return nn_fail(e,
                       "the first weights of %s come from a file of vectors: "
                       "train it once and open the weights of that",
                       s->model->name);
    if (!open_preps(s, NULL, e))
        return false;
    for (int i = 0; !s->prepared && i < tensors_of(s->model); i++)
        if (nn_prep_learns(&s->preps[i]))
            return nn_fail(e,
                           "what the data teach of %s stands in a weights "
                           "file: open one, or ask for prepared numbers",
                           s->preps[i].tensor->name);
    return nn_init_params(s->model, s->params, s->seed, e);
}

static bool finish_preps(nn_session *s, nn_error *e)
{
    const nn_model *m = s->model;
    for (int i = 0; i < tensors_of(m); i++) {
        int64_t period = s->preps[i].period;
        if (!nn_prep_finish(&s->preps[i], period > 0 ? period : 1, e))
            return false;
    }
    return true;
}

static void find_ways(nn_session *s)
{
    const nn_model *m = s->model;
    const nn_pairing *p = s->program->pairings;
    for (int i = 0; i < m->output_count; i++)
        nn_unit_ways(s->ways[i], m->outputs[i].values,
                     p != NULL ? p[i].units : NULL,
                     p != NULL ? p[i].unit_count : 0, s->preps);
}

static bool open_session(nn_session *s, const char *weights,
                         const nn_session_options *o, nn_error *e)
{
    bool good = nn_processor_check(s->model, e) && open_memory(s, e) &&
                (weights != NULL ? load(s, weights, e) : begin(s, e)) &&
                (s->prepared || finish_preps(s, e)) &&
                nn_session_open_training(s, o, e);
    if (!good)
        return false;
    find_ways(s);
    s->pool = nn_pool_open(o->threads > 0 ? o->threads : 1, e);
    return s->pool != NULL;
}

static void free_all(void **blocks, int count)
{
    for (int i = 0; blocks != NULL && i < count; i++)
        free(blocks[i]);
    free(blocks);
}

static void close_session(nn_session *s)
{
    const nn_model *m = s->model;
    nn_pool_close(s->pool);
    for (int i = 0; s->preps != NULL && i < tensors_of(m); i++)
        nn_prep_close(&s->preps[i]);
    free_all(s->buffers, tensors_of(m));
    free_all((void **)s->outputs, m->output_count);
    free_all((void **)s->ways, m->output_count);
    nn_figures_close(&s->figures);
    free(s->preps);
    free(s->params);
    free(s->workspace);
    free(s->cells);
    free(s->lines);
    free(s->unwanted);
    free(s->sums);
    free(s);
}

nn_session *nn_open(const nn_program *program, const char *weights,
                    const nn_session_options *options, char *error, size_t size)
{
    static const nn_session_options none;
    nn_error e = {""};
    nn_session *s = calloc(1, sizeof *s);
    nn_visit v = nn_visit_begin();
    const nn_session_options *o = options != NULL ? options : &none;
    bool good = s != NULL || nn_fail(&e, "no memory");
    if (good) {
        s->program = program;
        s->model = program->model;
        s->seed = o->seed != 0 ? o->seed : program->train.seed;
        s->stale = true;
        s->prepared = o->prepared != 0;
        good = open_session(s, weights, o, &e);
    }
    nn_visit_end(v);
    if (good)
        return s;
    if (s != NULL)
        close_session(s);
    if (size > 0)
        snprintf(error, size, "%s", e.text);
    return NULL;
}

void nn_close(nn_session *s)
{
    if (s != NULL)
        close_session(s);
}

const char *nn_reason(const nn_session *s)
{
    return s->error.text;
}

static bool run(nn_session *s, int64_t rows, const void *const *inputs,
                float *const *outputs)
{
    const nn_model *m = s->model;
    const nn_entry *most = nn_entry_find(m, NN_INFER, NN_MOST_ROWS);
    if (most == NULL)
        return nn_fail(&s->error, "%s has no output", m->name);
    if (rows < 0)
        return nn_fail(&s->error, "%lld rows are none", (long long)rows);
    if (s->stale && m->prepare != NULL)
        m->prepare(s->params);
    s->stale = false;
    for (int64_t at = 0; at < rows; at += most->batch) {
        int n = rows - at < most->batch ? (int)(rows - at) : most->batch;
        const nn_entry *entry = nn_entry_find(m, NN_INFER, n);
        if (!nn_session_put(s, m->input_count, at, n, inputs))
            return false;
        if (entry->run(s->params, NULL, s->workspace,
                       (const void *const *)s->buffers, s->outputs, NULL, n,
                       NULL, nn_pool_run, s->pool) != 0)
            return nn_fail(&s->error, "bug: %d rows were to be one batch of %s",
                           n, m->name);
        nn_session_take(s, at, n, outputs);
    }
    return true;
}

int nn_run(nn_session *s, int64_t rows, const void *const *inputs,
           float *const *outputs)
{
    nn_visit v = nn_visit_begin();
    bool good = run(s, rows, inputs, outputs);
    nn_visit_end(v);
    return good ? 0 : -1;
}

int nn_save(nn_session *s, const char *path)
{
    nn_visit v = nn_visit_begin();
    bool good = nn_ckpt_save_weights(s->model, s->params, s->preps,
                                     tensors_of(s->model), path, &s->error);
    nn_visit_end(v);
    return good ? 0 : -1;
}

const nn_tensor *nn_inputs(const nn_program *program, int *count)
{
    *count = program->model->input_count;
    return program->model->inputs;
}

const nn_tensor *nn_targets(const nn_program *program, int *count)
{
    *count = program->model->target_count;
    return program->model->inputs + program->model->input_count;
}

const nn_tensor *nn_outputs(const nn_program *program, int *count)
{
    *count = program->model->output_count;
    return program->model->outputs;
}

const char *nn_name(const nn_session *s, int input, int64_t id)
{
    bool known = input >= 0 && input < tensors_of(s->model) && id >= 0 &&
                 id < s->model->inputs[input].classes;
    return known ? nn_prep_name(&s->preps[input], id) : NULL;
}

int nn_classes_of(const nn_program *program, int output)
{
    const nn_pairing *p = program->pairings;
    bool known = output >= 0 && output < program->model->output_count;
    return known && p != NULL ? p[output].target - 1 : -1;
}
