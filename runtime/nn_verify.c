/* The main function of NAME-verify: computes what a model computes, in the
 * double build, and writes all of it to a file, for another program to do the
 * same and to compare:
 *
 *     settings.seed          of dropout's masks: its low and high 32 bits
 *     settings.rate          of the updates
 *     weight.W               what the model begins with
 *     input.X                rows of data: inputs and targets
 *     value.V                what inference gives, and values with names
 *     loss.eval metric.M     evaluated: the loss; a metric's sums and count
 *     loss.train gradient.W  of a training step
 *     loss.steps after.W     losses of the updates, and the weights after them
 *
 * Rows are the model's first ones of an epoch, or drawn: ids end with padding
 * where they may, other numbers lie within 1.5 of 0. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn_args.h"
#include "nn_ckpt.h"
#include "nn_dataset.h"
#include "nn_entry.h"
#include "nn_found.h"
#include "nn_init.h"
#include "nn_layout.h"
#include "nn_mem.h"
#include "nn_say.h"
#include "nn_std.h"

typedef struct {
    const char *data, *weights, *out;
    int64_t steps, seed, data_limit;
    double rate;
    bool drawn;
} settings;

typedef struct {
    const nn_program *program;
    const nn_model *model;
    settings set;
    int rows;
    nn_found found;
    nn_real *params;
    void *workspace;
    void **inputs;
    nn_real **outputs; /* of the entry that runs next; NULL each: none */
    double *sums;
} verify;

static int tensors(const nn_model *m)
{
    return m->input_count + m->target_count;
}

/* Padded at the end: row r has 1 + (5 r + 7) % steps ids. */
static void draw_ids(const verify *v, int i, nn_stream s, int32_t *ids)
{
    const nn_tensor *t = &v->model->inputs[i];
    bool padded = t->type == NN_TOKEN && i < v->model->input_count &&
                  t->values > 1 && t->classes > 1;
    for (int64_t k = 0; k < v->rows * t->values; k++) {
        int64_t row = k / t->values, step = k % t->values;
        int32_t word = (int32_t)(nn_rng_word(s, (uint64_t)k) >> 1);
        int32_t id = word % (int32_t)(t->classes - padded);
        bool there = step < 1 + (5 * row + 7) % t->values;
        ids[k] = !padded ? id : there ? 1 + id : 0;
    }
}

static void draw_rows(const verify *v)
{
    for (int i = 0; i < tensors(v->model); i++) {
        const nn_tensor *t = &v->model->inputs[i];
        nn_stream s = {(uint64_t)v->set.seed, NN_FOR_CHECK, (uint32_t)i};
        nn_real *x = v->inputs[i];
        if (t->type != NN_F32)
            draw_ids(v, i, s, v->inputs[i]);
        for (int64_t k = 0; t->type == NN_F32 && k < v->rows * t->values; k++)
            x[k] = (nn_real)(float)(3 * nn_rng_uniform(s, (uint64_t)k) - 1.5);
    }
}

/* The first rows that an epoch of this seed has. */
static bool read_rows(verify *v, nn_error *e)
{
    nn_program program = *v->program;
    nn_unpacker unpacker;
    nn_dataset data;
    uint32_t *items = NULL;
    nn_stream stream = {(uint64_t)v->set.seed, NN_FOR_ORDER, 0};
    program.unpacker =
        nn_unpacker_within(v->program->unpacker, v->set.data_limit, &unpacker);
    if (!nn_dataset_open(&data, &program, v->set.data, e))
        return false;
    nn_section *part = &data.parts[NN_TRAIN];
    if (part->count < v->rows)
        v->rows = (int)part->count;
    bool good = nn_order_draw(&part->order, stream, e) &&
                nn_alloc(&items, (size_t)v->rows, sizeof *items, "rows", e);
    if (good) {
        nn_order_next(&part->order, items, v->rows);
        nn_dataset_fetch(&data, NN_TRAIN, items, v->rows, v->inputs);
    }
    free(items);
    nn_dataset_close(&data);
    return good;
}

static bool keep_settings(verify *v, nn_error *e)
{
    int64_t one = 1, halves = 2;
    nn_real *rate = nn_found_add(&v->found, "settings", "rate", 1, &one, e);
    nn_real *seed = nn_found_add(&v->found, "settings", "seed", 1, &halves, e);
    if (rate == NULL || seed == NULL)
        return false;
    *rate = (nn_real)v->set.rate;
    for (int i = 0; i < 2; i++)
        seed[i] = (nn_real)(uint32_t)((uint64_t)v->set.seed >> 32 * i);
    return true;
}

static bool keep_rows(verify *v, nn_error *e)
{
    for (int i = 0; i < tensors(v->model); i++) {
        const nn_tensor *t = &v->model->inputs[i];
        nn_real *to = nn_found_batch(&v->found, "input", t, v->rows, e);
        if (to == NULL)
            return false;
        for (int64_t k = 0; k < v->rows * t->values; k++)
            to[k] = t->type == NN_F32
                        ? ((const nn_real *)v->inputs[i])[k]
                        : (nn_real)((const int32_t *)v->inputs[i])[k];
    }
    return true;
}

/* Weights and statistics as they are now. */
static bool keep_weights(verify *v, const char *kind, nn_error *e)
{
    for (int i = 0; i < v->model->param_count; i++) {
        const nn_param *p = &v->model->params[i];
        if (!nn_ckpt_is_weight(p))
            continue;
        nn_real *to =
            nn_found_add(&v->found, kind, p->name, p->rank, p->shape, e);
        if (to == NULL || !nn_layout_to_file(p, v->params + p->offset, to, e))
            return false;
    }
    return true;
}

/* The loss of so many steps, under this name; the first of them. */
static nn_real *keep_losses(verify *v, const char *name, int64_t steps,
                            nn_error *e)
{
    return nn_found_add(&v->found, "loss", name, 1, &steps, e);
}

static bool run(verify *v, nn_kind kind, uint64_t step, nn_error *e)
{
    const nn_model *m = v->model;
    const nn_entry *n = nn_entry_find(m, kind, v->rows);
    nn_scalars s = {v->set.rate, step, (uint64_t)v->set.seed};
    int status = n->run(v->params, n->updates ? v->params : NULL, v->workspace,
                        (const void *const *)v->inputs, v->outputs, v->sums,
                        v->rows, &s, NULL, NULL);
    return status == 0 ||
           nn_fail(e,
                   "the loss is not finite at update %d: try a smaller "
                   "--rate, or fewer --steps",
                   (int)step + 1);
}

static void want_nothing(verify *v)
{
    int most = v->model->output_count > v->model->param_count
                   ? v->model->output_count
                   : v->model->param_count;
    for (int i = 0; i < most; i++)
        v->outputs[i] = NULL;
}

static bool infer(verify *v, nn_error *e)
{
    const nn_model *m = v->model;
    if (nn_entry_find(m, NN_INFER, v->rows) == NULL)
        return true;
    for (int i = 0; i < m->output_count; i++) {
        v->outputs[i] =
            nn_found_batch(&v->found, "value", &m->outputs[i], v->rows, e);
        if (v->outputs[i] == NULL)
            return false;
    }
    if (m->prepare != NULL)
        m->prepare(v->params);
    bool good = run(v, NN_INFER, 0, e);
    want_nothing(v);
    return good;
}

static bool evaluate(verify *v, nn_error *e)
{
    const nn_model *m = v->model;
    nn_real *loss = keep_losses(v, "eval", 1, e);
    if (loss == NULL || !run(v, NN_EVAL, 0, e))
        return false;
    *loss = (nn_real)v->sums[0];
    const double *sums = v->sums + 1;
    for (int i = 0; i < m->metric_count; i++) {
        int64_t n = m->metrics[i].sums > 0 ? m->metrics[i].sums + 1 : 0;
        nn_real *to = n == 0 ? NULL
                             : nn_found_add(&v->found, "metric",
                                            m->metrics[i].name, 1, &n, e);
        if (n > 0 && to == NULL)
            return false;
        for (int64_t k = 0; k < n; k++)
            to[k] = (nn_real)sums[k];
        sums += n;
    }
    return true;
}

static bool differentiate(verify *v, nn_error *e)
{
    const nn_model *m = v->model;
    nn_real *loss = keep_losses(v, "train", 1, e);
    if (loss == NULL)
        return false;
    for (int i = 0; i < m->param_count; i++) {
        const nn_param *p = &m->params[i];
        if (p->kind != NN_WEIGHT || p->frozen)
            continue;
        v->outputs[i] =
            nn_found_add(&v->found, "gradient", p->name, p->rank, p->shape, e);
        if (v->outputs[i] == NULL)
            return false;
    }
    bool good = run(v, NN_GRAD, 0, e);
    *loss = (nn_real)v->sums[0];
    want_nothing(v);
    return good;
}

static bool update(verify *v, nn_error *e)
{
    nn_real *losses = keep_losses(v, "steps", v->set.steps, e);
    bool good = losses != NULL;
    for (int64_t k = 0; good && k < v->set.steps; k++) {
        good = run(v, NN_STEP, (uint64_t)k, e);
        losses[k] = (nn_real)v->sums[0];
    }
    return good && keep_weights(v, "after", e);
}

static bool set_weights(verify *v, nn_error *e)
{
    const char *path = v->set.weights;
    nn_tensors t;
    if (!nn_init_params(v->model, v->params, (uint64_t)v->set.seed, e))
        return false;
    if (path == NULL)
        return true;
    if (!nn_tensors_open(&t, path, e))
        return false;
    bool good = nn_ckpt_load_weights(v->model, &t, path, v->params, e);
    nn_tensors_close(&t);
    return good;
}

static bool open(verify *v, nn_error *e)
{
    const nn_model *m = v->model;
    size_t outputs = (size_t)m->output_count + (size_t)m->param_count + 1;
    size_t rows = (size_t)v->rows;
    size_t sums =
        (size_t)m->sum_count + (size_t)m->chosen * (size_t)nn_entry_rows(m) + 1;
    if (!nn_alloc(&v->params, (size_t)m->reals, sizeof *v->params, "weights",
                  e) ||
        !nn_reserve(&v->workspace, nn_entry_workspace(m), 1, "workspace", e) ||
        !nn_alloc(&v->inputs, (size_t)tensors(m) + 1, sizeof *v->inputs, "rows",
                  e) ||
        !nn_alloc(&v->outputs, outputs, sizeof *v->outputs, "outputs", e) ||
        !nn_alloc(&v->sums, sums, sizeof *v->sums, "sums", e))
        return false;
    for (int i = 0; i < tensors(m); i++) {
        const nn_tensor *t = &m->inputs[i];
        size_t size = t->type == NN_F32 ? sizeof(nn_real) : sizeof(int32_t);
        if (!nn_alloc(&v->inputs[i], (size_t)t->values * rows, size, t->name,
                      e))
            return false;
    }
    return true;
}

static void close(verify *v)
{
    for (int i = 0; v->inputs != NULL && i < tensors(v->model); i++)
        free(v->inputs[i]);
    free(v->inputs);
    free(v->outputs);
    free(v->sums);
    free(v->params);
    free(v->workspace);
    nn_found_close(&v->found);
}

/* Fewer than any entry's batch, since the trainer's is a batch of it. */
static int rows_of(const nn_model *m)
{
    int rows = INT_MAX;
    for (int i = 0; i < m->entry_count; i++)
        if (m->entries[i].batch < rows)
            rows = m->entries[i].batch;
    return rows;
}

static bool compute(verify *v, nn_error *e)
{
    bool trains = nn_entry_find(v->model, NN_STEP, v->rows) != NULL;
    if (!open(v, e) || !set_weights(v, e))
        return false;
    if (v->set.drawn || v->program->flow_count == 0)
        draw_rows(v);
    else if (!read_rows(v, e))
        return false;
    return keep_settings(v, e) && keep_weights(v, "weight", e) &&
           keep_rows(v, e) && infer(v, e) &&
           (!trains ||
            (evaluate(v, e) && differentiate(v, e) && update(v, e))) &&
           nn_found_save(&v->found, v->set.out, e);
}

static nn_args_end parse(const nn_program *p, settings *o, int argc,
                         char **argv)
{
    char program[200], about[300], version[300];
    const nn_arg args[] = {
        {"data", "DIR", "read the data below DIR (the current folder)",
         NN_ARG_TEXT, &o->data, 0, NULL},
        {"data-limit", "MIB", "the most that a .gz file may unpack to",
         NN_ARG_COUNT, &o->data_limit, 1, NULL},
        {"drawn", NULL, "draw the rows at random", NN_ARG_SWITCH, &o->drawn, 0,
         NULL},
        {"weights", "FILE", "begin with these weights", NN_ARG_TEXT,
         &o->weights, 0, NULL},
        {"steps", "N", "updates", NN_ARG_COUNT, &o->steps, 1, NULL},
        {"rate", "R", "of the updates", NN_ARG_REAL, &o->rate, 0, NULL},
        {"seed", "S", "of first values, rows and dropout", NN_ARG_WHOLE,
         &o->seed, 0, NULL},
        {"out", "FILE", "where to write what is computed", NN_ARG_TEXT, &o->out,
         0, NULL},
    };
    snprintf(program, sizeof program, "%s-verify", p->model->name);
    snprintf(about, sizeof about, "Writes what the model %s of %s computes.",
             p->model->name, p->file);
    snprintf(version, sizeof version, "%s, made by nnc %s", program,
             p->model->version);
    const nn_args table = {program, "[FLAG...]",
                           about,   version,
                           args,    (int)(sizeof args / sizeof *args),
                           NULL};
    return nn_args_parse(&table, argc, argv, NULL, NULL);
}

static int verify_main(int argc, char **argv, const nn_program *p)
{
    nn_error e = {""};
    verify v = {.program = p,
                .model = p->model,
                .rows = rows_of(p->model),
                .set = {.out = "computed.safetensors",
                        .steps = 10,
                        .rate = p->train.rate,
                        .seed = (int64_t)p->train.seed}};
    nn_args_end end = parse(p, &v.set, argc, argv);
    if (end != NN_ARGS_RUN)
        return end == NN_ARGS_DONE ? 0 : 2;
    bool good = compute(&v, &e);
    close(&v);
    if (!good)
        nn_say(stderr, "%s-verify: %s\n", p->model->name, e.text);
    return !good;
}

int nn_verify_main(int argc, char **argv, const nn_program *p)
{
    char name[300];
    nn_std_open();
    snprintf(name, sizeof name, "%s-verify", p->model->name);
    return nn_std_close(name, verify_main(argc, argv, p));
}
