/* The main function of NAME-verify: computes what a model computes, in the
 * double build, and writes all of it to a file, for another program to do the
 * same and to compare:
 *
 *     settings.seed          of dropout's masks: its low and high 32 bits
 *     settings.rate          of the updates
 *     weight.W               what the model begins with
 *     input.X                rows of data: inputs and targets
 *     raw.X                  an input as files have it, before preparation
 *     value.V                what inference gives, and values with names
 *     unit.V                 an output in the data's own unit
 *     loss.eval metric.M     evaluated: the loss; a metric's sums and count
 *     loss.train gradient.W  of a training step
 *     loss.steps after.W     losses of the updates, and the weights after them
 *
 * Weights and rows are floats, so that others can begin with the same. Rows are
 * the model's first ones of an epoch, or drawn: ids end with padding where they
 * may, other numbers lie within 1.5 of 0. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn_ckpt.h"
#include "nn_dataset.h"
#include "nn_entry.h"
#include "nn_mem.h"
#include "nn_say.h"
#include "nn_std.h"
#include "nn_unit.h"
#include "nn_work.h"

typedef struct {
    const char *data, *weights, *out, *save;
    int64_t steps, seed, data_limit;
    double rate;
    bool drawn;
} settings;

typedef struct {
    nn_program program;
    nn_unpacker unpacker;
    settings set;
    nn_found found;
    nn_work work;
    nn_dataset data; /* open where rows are read: what it knows of them */
    bool unread;     /* they cannot be */
} verify;

/* One run that must end well. */
static bool run(const verify *v, nn_kind kind, uint64_t step, nn_error *e)
{
    return nn_work_run(&v->work, kind, step) == 0 ||
           nn_fail(e,
                   "the loss is not finite at update %d: try a smaller "
                   "--rate, or fewer --steps",
                   (int)step + 1);
}

/* The first rows that an epoch of this seed has. */
static bool read_rows(verify *v, nn_error *e)
{
    uint32_t *items = NULL;
    nn_stream stream = {(uint64_t)v->set.seed, NN_FOR_ORDER, 0};
    v->program.unpacker = nn_unpacker_within(v->program.unpacker,
                                             v->set.data_limit, &v->unpacker);
    if (!nn_dataset_open(&v->data, &v->program, v->set.data, e))
        return false;
    nn_section *part = &v->data.parts[NN_TRAIN];
    if (part->count < v->work.rows)
        v->work.rows = (int)part->count;
    bool good =
        nn_order_draw(&part->order, stream, e) &&
        nn_alloc(&items, (size_t)v->work.rows, sizeof *items, "rows", e);
    if (good) {
        nn_order_next(&part->order, items, v->work.rows);
        nn_dataset_fetch(&v->data, NN_TRAIN, items, v->work.rows,
                         v->work.inputs);
    }
    free(items);
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

static void round_to_floats(nn_real *x, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        x[k] = (nn_real)(float)x[k];
}

static bool set_weights(verify *v, nn_error *e)
{
    const nn_model *m = v->work.model;
    if (!nn_work_weights(&v->work, v->set.weights, e))
        return false;
    for (int i = 0; i < m->param_count; i++)
        if (nn_ckpt_is_weight(&m->params[i]))
            round_to_floats(v->work.params + m->params[i].offset,
                            m->params[i].size);
    return true;
}

static bool set_rows(verify *v, nn_error *e)
{
    const nn_tensor *t = v->work.model->inputs;
    if (v->set.drawn || v->program.flow_count == 0)
        nn_work_draw(&v->work);
    else if (!read_rows(v, e))
        return !(v->unread = true);
    for (int i = 0; i < nn_work_tensors(v->work.model); i++)
        if (t[i].type == NN_F32)
            round_to_floats(v->work.inputs[i], v->work.rows * t[i].values);
    return true;
}

/* The file that training would save of these weights. */
static bool save_weights(const verify *v, nn_error *e)
{
    const nn_model *m = v->work.model;
    int preps = v->data.preps != NULL ? nn_work_tensors(m) : 0;
    return v->set.save == NULL ||
           nn_ckpt_save_weights(m, v->work.params, v->data.preps, preps,
                                v->set.save, e);
}

/* Inputs as their files have them, where something was done to them. */
static bool keep_raw(verify *v, nn_error *e)
{
    for (int i = 0; v->data.preps != NULL && i < v->data.tensors; i++) {
        const nn_prep *p = &v->data.preps[i];
        const nn_real *x = v->work.inputs[i];
        if (p->scale == NULL || p->tensor->type != NN_F32)
            continue;
        nn_real *to =
            nn_found_batch(&v->found, "raw", p->tensor, v->work.rows, e);
        if (to == NULL)
            return false;
        for (int64_t k = 0; k < v->work.rows * p->tensor->values; k++) {
            int64_t column = k % p->tensor->values % p->period;
            nn_way way = {p->scale[column], p->shift[column]};
            to[k] = (nn_real)nn_unit_undo(way, (double)x[k]);
        }
    }
    return true;
}

/* Output i in the unit of its data. */
static bool keep_unit(verify *v, int i, nn_error *e)
{
    const nn_tensor *t = &v->work.model->outputs[i];
    const nn_pairing *own = &v->program.pairings[i];
    nn_way *ways = NULL;
    nn_real *to = nn_found_batch(&v->found, "unit", t, v->work.rows, e);
    bool good = to != NULL &&
                nn_alloc(&ways, (size_t)t->values, sizeof *ways, t->name, e);
    if (good)
        nn_unit_ways(ways, t->values, own->units, own->unit_count,
                     v->data.preps);
    for (int64_t k = 0; good && k < v->work.rows * t->values; k++)
        to[k] = (nn_real)nn_unit_undo(ways[k % t->values],
                                      (double)v->work.outputs[i][k]);
    free(ways);
    return good;
}

static bool keep_units(verify *v, nn_error *e)
{
    if (v->data.preps == NULL || v->program.pairings == NULL)
        return true;
    for (int i = 0; i < v->work.model->output_count; i++)
        if (v->program.pairings[i].unit_count > 0 && !keep_unit(v, i, e))
            return false;
    return true;
}

/* The loss of so many steps, under this name; the first of them. */
static nn_real *keep_losses(verify *v, const char *name, int64_t steps,
                            nn_error *e)
{
    return nn_found_add(&v->found, "loss", name, 1, &steps, e);
}

static bool infer(verify *v, nn_error *e)
{
    const nn_model *m = v->work.model;
    if (nn_entry_find(m, NN_INFER, v->work.rows) == NULL)
        return true;
    for (int i = 0; i < m->output_count; i++) {
        v->work.outputs[i] =
            nn_found_batch(&v->found, "value", &m->outputs[i], v->work.rows, e);
        if (v->work.outputs[i] == NULL)
            return false;
    }
    if (m->prepare != NULL)
        m->prepare(v->work.params);
    bool good = run(v, NN_INFER, 0, e) && keep_units(v, e);
    nn_work_want_nothing(&v->work);
    return good;
}

static bool evaluate(verify *v, nn_error *e)
{
    const nn_model *m = v->work.model;
    nn_real *loss = keep_losses(v, "eval", 1, e);
    if (loss == NULL || !run(v, NN_EVAL, 0, e))
        return false;
    *loss = (nn_real)v->work.sums[0];
    const double *sums = v->work.sums + 1;
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
    const nn_model *m = v->work.model;
    nn_real *loss = keep_losses(v, "train", 1, e);
    if (loss == NULL)
        return false;
    for (int i = 0; i < m->param_count; i++) {
        const nn_param *p = &m->params[i];
        if (p->kind != NN_WEIGHT || p->frozen)
            continue;
        v->work.outputs[i] =
            nn_found_add(&v->found, "gradient", p->name, p->rank, p->shape, e);
        if (v->work.outputs[i] == NULL)
            return false;
    }
    bool good = run(v, NN_GRAD, 0, e);
    *loss = (nn_real)v->work.sums[0];
    nn_work_want_nothing(&v->work);
    return good;
}

static bool update(verify *v, nn_error *e)
{
    nn_real *losses = keep_losses(v, "steps", v->set.steps, e);
    bool good = losses != NULL;
    for (int64_t k = 0; good && k < v->set.steps; k++) {
        good = run(v, NN_STEP, (uint64_t)k, e);
        losses[k] = (nn_real)v->work.sums[0];
    }
    return good && nn_work_keep_weights(&v->work, &v->found, "after", e);
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
    const nn_model *m = v->program.model;
    int rows = rows_of(m);
    bool trains = nn_entry_find(m, NN_STEP, rows) != NULL;
    v->work.rate = v->set.rate;
    v->work.seed = (uint64_t)v->set.seed;
    return nn_work_open(&v->work, m, rows, e) && set_weights(v, e) &&
           set_rows(v, e) && save_weights(v, e) && keep_settings(v, e) &&
           nn_work_keep_weights(&v->work, &v->found, "weight", e) &&
           nn_work_keep_rows(&v->work, &v->found, e) && keep_raw(v, e) &&
           infer(v, e) &&
           (!trains ||
            (evaluate(v, e) && differentiate(v, e) && update(v, e))) &&
           nn_found_save(&v->found, v->set.out, e);
}

static nn_args_end parse(const nn_program *p, settings *o, int argc,
                         char **argv)
{
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
        {"save", "FILE", "where to write the weights", NN_ARG_TEXT, &o->save, 0,
         NULL},
    };
    return nn_work_parse(p, "verify", "writes what it computes", args,
                         (int)(sizeof args / sizeof *args), argc, argv);
}

static int verify_main(int argc, char **argv, const nn_program *p)
{
    nn_error e = {""};
    verify v = {.program = *p,
                .set = {.out = "computed.safetensors",
                        .steps = 10,
                        .rate = p->train.rate,
                        .seed = (int64_t)p->train.seed}};
    nn_args_end end = parse(p, &v.set, argc, argv);
    if (end != NN_ARGS_RUN)
        return end == NN_ARGS_DONE ? 0 : 2;
    bool good = compute(&v, &e);
    nn_work_close(&v.work);
    nn_dataset_close(&v.data);
    nn_found_close(&v.found);
    if (!good)
        nn_say(stderr, "%s-verify: %s\n", p->model->name, e.text);
    if (v.unread)
        nn_say(stderr, "%s-verify: --drawn compares on rows drawn at random\n",
               p->model->name);
    return !good;
}

int nn_verify_main(int argc, char **argv, const nn_program *p)
{
    char name[300];
    nn_std_open();
    snprintf(name, sizeof name, "%s-verify", p->model->name);
    return nn_std_close(name, verify_main(argc, argv, p));
}
