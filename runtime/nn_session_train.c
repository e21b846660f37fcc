/* Steps of training in a session: those of NAME-train on the same batches, in
 * all bits. */
#include <inttypes.h>

#include "nn_entry.h"
#include "nn_init.h"
#include "nn_schedule.h"
#include "nn_session_own.h"

static const nn_entry *step_of(const nn_program *p)
{
    return nn_entry_find(p->model, NN_STEP, NN_MOST_ROWS);
}

bool nn_session_open_training(nn_session *s, const nn_session_options *o,
                              nn_error *e)
{
    const nn_program *p = s->program;
    const nn_entry *step = step_of(p);
    if (step == NULL)
        return true;
    s->rate = o->rate != 0 ? o->rate : p->train.rate;
    s->per_epoch = (o->epoch_rows + step->batch - 1) / step->batch;
    return nn_figures_open(&s->figures, p, s->preps, e);
}

/* What cannot be told without knowing the epochs. */
static bool goes_by_epochs(const nn_training *t)
{
    return t->stateful || t->schedule.kind != NN_RATE_CONSTANT;
}

static bool check(nn_session *s, const nn_entry *step, int rows)
{
    const nn_model *m = s->model;
    if (step == NULL)
        return nn_fail(&s->error, "%s was built without training", m->name);
    if (rows < 1 || rows > step->batch)
        return nn_fail(&s->error,
                       "a step of %s takes from 1 to %d rows, not %d", m->name,
                       step->batch, rows);
    if (s->per_epoch == 0 && goes_by_epochs(&s->program->train))
        return nn_fail(&s->error,
                       "the training of %s goes by epochs: say with epoch_rows "
                       "how many rows one has",
                       m->name);
    return s->step > 0 || nn_metric_check(s->program, s->preps, &s->error);
}

/* States that are carried from batch to batch begin anew with each epoch. */
static bool begin_epoch(nn_session *s)
{
    const nn_model *m = s->model;
    bool begins = s->per_epoch > 0 && s->step % (uint64_t)s->per_epoch == 0;
    for (int i = 0; begins && i < m->param_count; i++)
        if (m->params[i].kind == NN_CARRIED &&
            !nn_init_param(m, i, s->params, s->seed, &s->error))
            return false;
    return true;
}

static bool not_finite(nn_session *s, int bad)
{
    const nn_model *m = s->model;
    nn_kernel at = {"the loss", s->program->file, 0};
    if (bad >= 1 && bad <= m->kernel_count)
        at = m->kernels[bad - 1];
    return nn_fail(&s->error,
                   "the loss is not finite at update %" PRIu64
                   ": the first value that is not is made by %s:%d (%s). Try "
                   "a smaller rate",
                   s->step + 1, at.file, at.line, at.name);
}

static bool train(nn_session *s, int rows, const void *const *inputs,
                  double *figures)
{
    const nn_model *m = s->model;
    const nn_training *t = &s->program->train;
    const nn_entry *step = step_of(s->program);
    if (!check(s, step, rows) ||
        !nn_session_put(s, m->input_count + m->target_count, 0, rows, inputs) ||
        !begin_epoch(s))
        return false;
    nn_scalars scalars = {
        .rate = nn_schedule_rate(&t->schedule, s->rate, (int64_t)s->step,
                                 t->epochs * s->per_epoch, s->per_epoch),
        .step = s->step,
        .seed = s->seed};
    int bad = step->run(s->params, s->params, s->workspace,
                        (const void *const *)s->buffers, s->unwanted, s->sums,
                        rows, &scalars, nn_pool_run, s->pool);
    if (bad != 0)
        return not_finite(s, bad);
    s->step++;
    s->stale = true;
    nn_figures_clear(&s->figures);
    if (!nn_metric_add(&s->figures, s->buffers, s->sums, rows, &s->error))
        return false;
    for (int i = 0; figures != NULL && i <= m->metric_count; i++)
        figures[i] = nn_metric_figure(&s->figures, m, i);
    return true;
}

int nn_train_step(nn_session *s, int rows, const void *const *inputs,
                  double *figures)
{
    nn_visit v = nn_visit_begin();
    bool good = train(s, rows, inputs, figures);
    nn_visit_end(v);
    return good ? 0 : -1;
}

int nn_batch(const nn_program *program)
{
    const nn_entry *step = step_of(program);
    return step != NULL ? step->batch : 0;
}

const char *nn_figure(const nn_program *program, int i)
{
    const nn_model *m = program->model;
    if (i == 0 && step_of(program) != NULL)
        return "loss";
    return i > 0 && i <= m->metric_count ? m->metrics[i - 1].name : NULL;
}
