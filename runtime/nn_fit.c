/* Training: epochs of batches in an order that is a function of seed and
 * epoch. After each update the state could be saved and taken up again with
 * the same bits to come, which is what Ctrl-C and --resume do. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "nn_ckpt.h"
#include "nn_clock.h"
#include "nn_history.h"
#include "nn_init.h"
#include "nn_log.h"
#include "nn_mem.h"
#include "nn_places.h"
#include "nn_rng.h"
#include "nn_schedule.h"
#include "nn_trainer.h"
#include "nn_writer.h"

enum { INTERRUPTED = 130 };

typedef struct {
    nn_trainer *run;
    const nn_model *model;
    nn_state state;
    nn_real *best; /* weights of the best epoch; NULL without early stopping */
    int64_t rows, per_epoch; /* of training: rows, updates an epoch */
    nn_figures figures[NN_PARTS];
    nn_log log;
    nn_history history;
    nn_places places;
    double started, epoch_started;
    double saved; /* when the last checkpoint was written; 0: none yet */
    int64_t steps_here, rows_here; /* in this run; in this epoch of it */
} fit;

static volatile sig_atomic_t interrupted;

static void on_signal(int signal)
{
    (void)signal;
    interrupted = 1;
}

/* The first Ctrl-C asks, the second one ends. */
static void catch_signals(void)
{
    struct sigaction a = {.sa_flags = (int)SA_RESETHAND};
    a.sa_handler = on_signal;
    interrupted = 0;
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
}

static bool save_checkpoint(fit *f, nn_error *e)
{
    const nn_dataset *d = &f->run->data;
    bool good = nn_ckpt_save(f->model, f->run->params, f->best, &f->state,
                             d->preps, d->tensors, f->places.checkpoint, e);
    f->saved = good ? nn_clock_now() : f->saved;
    return good;
}

static bool save_weights(fit *f, nn_error *e)
{
    const nn_dataset *d = &f->run->data;
    return nn_ckpt_save_weights(f->model, f->run->params, d->preps, d->tensors,
                                f->run->options.out, e);
}

/* The numbers of a checkpoint fit each other and the rows at hand. */
static bool is_place_in_run(const fit *f)
{
    const nn_state *s = &f->state;
    int64_t done = s->epoch * f->per_epoch + s->batch;
    return s->batch < f->per_epoch && s->step == (uint64_t)done &&
           s->seen == s->batch * f->run->step->batch;
}

static bool other_value(const char *path, const char *what, const char *then,
                        const char *now, nn_error *e)
{
    return nn_fail(e,
                   "%s was started with %s %s, not %s: a run can only go on as "
                   "it began",
                   path, what, then, now);
}

/* --seed and --rate may be given again, but not changed. */
static bool same_flags(const nn_options *o, const nn_state *s, nn_error *e)
{
    char then[40], now[40];
    if (o->seed_given && (uint64_t)o->seed != s->seed) {
        snprintf(then, sizeof then, "%" PRIu64, s->seed);
        snprintf(now, sizeof now, "%" PRId64, o->seed);
        return other_value(o->resume, "seed", then, now, e);
    }
    if (o->rate_given && o->rate != s->rate) {
        snprintf(then, sizeof then, "%.9g", s->rate);
        snprintf(now, sizeof now, "%.9g", o->rate);
        return other_value(o->resume, "rate", then, now, e);
    }
    return true;
}

/* How long to train may change: by --epochs, or in the model's text. */
static void set_epochs(nn_state *s, const nn_options *o, int64_t told)
{
    if (o->epochs_given)
        s->epochs = o->epochs;
    else if (s->told != told)
        s->epochs = told;
    s->told = told;
}

static bool resume(fit *f, nn_error *e)
{
    nn_options *o = &f->run->options;
    uint64_t data = f->state.data;
    if (!nn_ckpt_load(f->model, o->resume, f->run->params, f->best, &f->state,
                      e))
        return false;
    if (f->state.data != data)
        return nn_fail(e,
                       "%s was trained on other data: a run can only go on "
                       "with the same rows in the same parts",
                       o->resume);
    if (!is_place_in_run(f))
        return nn_fail(e, "%s is damaged: no run stops at such numbers",
                       o->resume);
    if (!same_flags(o, &f->state, e))
        return false;
    set_epochs(&f->state, o, f->run->program->train.epochs);
    f->figures[NN_TRAIN].seen = f->state.seen;
    return true;
}

static bool start_weights(fit *f, nn_error *e)
{
    const nn_options *o = &f->run->options;
    if (o->resume != NULL)
        return resume(f, e);
    if (o->init != NULL)
        return nn_trainer_load(f->run, o->init, e);
    return nn_init_params(f->model, f->run->params, f->state.seed, e) &&
           (f->run->program->fill == NULL || f->run->program->fill(f->run, e));
}

static bool open_figures(fit *f, nn_error *e)
{
    nn_trainer *r = f->run;
    for (int part = 0; part < NN_PARTS; part++)
        if (!nn_figures_open(&f->figures[part], r->program, r->data.preps, e))
            return false;
    f->state.sums = f->figures[NN_TRAIN].sums;
    f->state.sum_count = f->figures[NN_TRAIN].sum_count;
    return true;
}

static bool open_fit(fit *f, nn_trainer *r, nn_error *e)
{
    const nn_options *o = &r->options;
    const nn_training *t = &r->program->train;
    int64_t batch = r->step->batch;
    size_t weights = (size_t)nn_trainer_weights(r->model);
    *f = (fit){
        .run = r, .model = r->model, .rows = r->data.parts[NN_TRAIN].count};
    f->per_epoch = (f->rows + batch - 1) / batch;
    f->state = (nn_state){.seed = (uint64_t)o->seed,
                          .data = nn_dataset_checksum(&r->data),
                          .rate = o->rate,
                          .epochs = o->epochs,
                          .told = t->epochs,
                          .settings = t->settings,
                          .setting_count = t->setting_count};
    if (!open_figures(f, e) || !nn_places_open(&f->places, r, e) ||
        (r->program->train.patience > 0 &&
         !nn_alloc(&f->best, weights, sizeof *f->best, "best weights", e)))
        return false;
    return start_weights(f, e) && nn_places_check(&f->places, r, e) &&
           nn_dataset_unchanged(&r->data, e) &&
           nn_history_open(&f->history, r->model, f->places.log,
                           f->places.curve, f->state.epoch, e);
}

static void close_fit(fit *f)
{
    nn_history_close(&f->history);
    free(f->best);
    nn_places_close(&f->places);
    for (int part = 0; part < NN_PARTS; part++)
        nn_figures_close(&f->figures[part]);
}

static const char *last_checkpoint(const fit *f)
{
    const char *before = f->run->options.resume;
    if (f->saved > 0)
        return f->places.checkpoint;
    return before != NULL ? before : "not written yet";
}

/* What the user can look at: the first weight that is out of bounds, and the
 * line of the model whose value went wrong first. */
static bool not_finite(const fit *f, double rate, int bad, nn_error *e)
{
    const nn_real *w = f->run->params;
    const char *culprit = NULL;
    nn_kernel at = {"the loss", f->run->program->file, 0};
    if (bad >= 1 && bad <= f->model->kernel_count)
        at = f->model->kernels[bad - 1];
    for (int i = 0; culprit == NULL && i < f->model->param_count; i++) {
        const nn_param *p = &f->model->params[i];
        for (int64_t k = 0; k < p->size && nn_ckpt_is_weight(p); k++)
            if (!(w[p->offset + k] - w[p->offset + k] == 0))
                culprit = p->name;
    }
    return nn_fail(e,
                   "the loss is not finite at epoch %" PRId64 ", batch %" PRId64
                   " (update %" PRIu64
                   ", rate %g): the first value that is not is made by %s:%d "
                   "(%s); %s%s. Try a smaller --rate, or `clip norm 1;` "
                   "in the train block. The last checkpoint is %s",
                   f->state.epoch + 1, f->state.batch + 1, f->state.step, rate,
                   at.file, at.line, at.name,
                   culprit != NULL ? "the first weight out of bounds is in "
                                   : "all weights are finite",
                   culprit != NULL ? culprit : "", last_checkpoint(f));
}

static double seconds_left(const fit *f)
{
    int64_t total = f->state.epochs * f->per_epoch;
    double passed = nn_clock_now() - f->started;
    if (f->steps_here == 0)
        return 0;
    return passed / (double)f->steps_here *
           (double)(total - (int64_t)f->state.step);
}

static double speed(const fit *f)
{
    double passed = nn_clock_now() - f->epoch_started;
    return passed > 0 ? (double)f->rows_here / passed : 0;
}

static bool train_batch(fit *f, nn_error *e)
{
    nn_state *s = &f->state;
    const nn_training *t = &f->run->program->train;
    int64_t batch = f->run->step->batch, left = f->rows - s->batch * batch;
    int rows = left < batch ? (int)left : (int)batch;
    nn_scalars scalars = {
        .rate = nn_schedule_rate(&t->schedule, s->rate, (int64_t)s->step,
                                 s->epochs * f->per_epoch, f->per_epoch),
        .step = s->step,
        .seed = s->seed};
    nn_trainer_fetch(f->run, NN_TRAIN, rows);
    int bad = nn_trainer_entry(f->run, f->run->step, rows, &scalars);
    if (bad == NN_BAD_ROWS)
        return nn_trainer_refused(f->model, rows, e);
    if (bad != 0)
        return not_finite(f, scalars.rate, bad, e);
    if (!nn_metric_add(&f->figures[NN_TRAIN], f->run->buffers, f->run->sums,
                       rows, e))
        return false;
    s->step++;
    s->batch++;
    f->steps_here++;
    f->rows_here += rows;
    return true;
}

/* The order of rows, and states as they are before the first of them. */
static bool begin_epoch(fit *f, nn_error *e)
{
    const nn_state *s = &f->state;
    nn_order *rows = &f->run->data.parts[NN_TRAIN].order;
    nn_stream stream = {s->seed, NN_FOR_ORDER, (uint32_t)s->epoch};
    bool good = true;
    if (f->run->program->train.stateful)
        nn_order_lanes(rows, f->run->step->batch);
    else
        good = nn_order_draw(rows, stream, e);
    if (good)
        nn_order_skip(rows, s->batch * f->run->step->batch);
    for (int i = 0; good && s->batch == 0 && i < f->model->param_count; i++)
        if (f->model->params[i].kind == NN_CARRIED)
            good = nn_init_param(f->model, i, f->run->params, s->seed, e);
    return good;
}

/* Trains what is left of an epoch; stops early where interrupted. */
static bool train_epoch(fit *f, nn_error *e)
{
    nn_state *s = &f->state;
    if (!begin_epoch(f, e))
        return false;
    f->epoch_started = nn_clock_now();
    f->rows_here = 0;
    while (s->batch < f->per_epoch && !interrupted) {
        if (!train_batch(f, e))
            return false;
        nn_log_bar(&f->log, s->epoch + 1,
                   (double)s->batch / (double)f->per_epoch,
                   &f->figures[NN_TRAIN], speed(f), seconds_left(f));
    }
    return true;
}

static void remember_best(fit *f)
{
    nn_state *s = &f->state;
    double loss = nn_metric_figure(&f->figures[NN_VALIDATION], f->model, 0);
    if (f->best == NULL)
        return;
    s->waited++;
    if (s->has_best && !(loss < s->best_loss))
        return;
    nn_trainer_copy_weights(f->model, f->run->params, f->best);
    s->has_best = true;
    s->best_loss = loss;
    s->best_epoch = s->epoch;
    s->waited = 0;
}

static bool has_stopped(const fit *f)
{
    return f->best != NULL &&
           f->state.waited >= f->run->program->train.patience;
}

static bool evaluate(fit *f, nn_part part, nn_error *e)
{
    return f->run->data.parts[part].count == 0 ||
           nn_trainer_evaluate(f->run, part, &f->figures[part], e);
}

/* The last checkpoint is always written, others at most once a second, since
 * each waits for the disk. */
static bool is_due(const fit *f)
{
    return f->state.epoch == f->state.epochs || has_stopped(f) ||
           nn_clock_now() - f->saved >= 1;
}

/* Data that have changed are found before a checkpoint is written. */
static bool check_data(const fit *f, nn_error *e)
{
    nn_error why;
    if (nn_dataset_unchanged(&f->run->data, &why))
        return true;
    return nn_fail(e,
                   "%s. Training has ended in epoch %" PRId64
                   "; the last checkpoint is %s",
                   why.text, f->state.epoch + 1, last_checkpoint(f));
}

/* What happens between two epochs. */
static bool end_epoch(fit *f, nn_error *e)
{
    nn_state *s = &f->state;
    double rows_a_second = speed(f);
    bool shown = nn_log_shows(&f->log, s->epoch + 1) || f->history.path != NULL;
    if ((shown || f->best != NULL) && !evaluate(f, NN_VALIDATION, e))
        return false;
    if ((shown && !evaluate(f, NN_TEST, e)) || !check_data(f, e))
        return false;
    s->epoch++;
    s->batch = s->seen = 0;
    remember_best(f);
    double rate = nn_schedule_rate(&f->run->program->train.schedule, s->rate,
                                   (int64_t)s->step - 1,
                                   s->epochs * f->per_epoch, f->per_epoch);
    bool good = nn_history_add(&f->history, s->epoch, s->step, rate,
                               nn_clock_now() - f->started, f->figures, e) &&
                (!is_due(f) || save_checkpoint(f, e));
    nn_log_epoch(&f->log, s->epoch, f->figures, rows_a_second, seconds_left(f));
    for (int part = 0; part < NN_PARTS; part++)
        nn_figures_clear(&f->figures[part]);
    return good;
}

static void tell_dropped(fit *f)
{
    static const char *const of[] = {"", " of the validation part",
                                     " of the test part"};
    for (int part = 0; part < NN_PARTS; part++) {
        int64_t n = f->run->data.parts[part].dropped;
        if (n > 0)
            nn_log_say(&f->log,
                       "%" PRId64 " row%s%s left out, because a value is "
                       "missing",
                       n, nn_s(n), of[part]);
    }
}

/* Classes that no training row has cannot be learned. */
static void tell_unused(fit *f)
{
    const nn_model *m = f->model;
    for (int i = 0; i < m->input_count + m->target_count; i++) {
        const nn_prep *p = &f->run->data.preps[i];
        if (p->category && p->labels.count < p->tensor->classes)
            nn_log_say(&f->log,
                       "%s is class(%" PRId64 "), and its training rows have "
                       "%" PRId64 " label%s",
                       p->tensor->name, p->tensor->classes, p->labels.count,
                       nn_s(p->labels.count));
    }
}

static double mebibytes(int64_t bytes)
{
    return (double)bytes / (1 << 20);
}

static void introduce(fit *f)
{
    const nn_dataset *d = &f->run->data;
    nn_log *l = &f->log;
    if (d->reserved > 0)
        nn_log_say(l,
                   "early_stop sets %" PRId64 " row%s, 10 %% of training, "
                   "aside for validation",
                   d->reserved, nn_s(d->reserved));
    tell_dropped(f);
    nn_log_say(l,
               "%s: %" PRId64 " training, %" PRId64 " validation and %" PRId64
               " test rows; %.1f MiB of memory, %.1f of it for rows; %s, "
               "rate %g, batch %d, seed %" PRIu64,
               f->model->name, d->parts[NN_TRAIN].count,
               d->parts[NN_VALIDATION].count, d->parts[NN_TEST].count,
               mebibytes(nn_trainer_memory(f->run)),
               mebibytes(nn_dataset_bytes(d)), f->run->program->train.optimizer,
               f->state.rate, f->run->step->batch, f->state.seed);
    if (!f->run->program->train.batch_all &&
        d->parts[NN_TRAIN].count < f->run->step->batch)
        nn_log_say(l,
                   "the batch is larger than the training part: a batch of "
                   "%" PRId64 " learns the same in less time",
                   d->parts[NN_TRAIN].count);
    tell_unused(f);
    if (f->state.step > 0 && f->state.epoch >= f->state.epochs)
        nn_log_say(l,
                   "this run is complete after epoch %" PRId64
                   ": --epochs N goes on to more",
                   f->state.epoch);
    else if (f->state.step > 0)
        nn_log_say(l, "going on after epoch %" PRId64 ", batch %" PRId64,
                   f->state.epoch, f->state.batch);
}

static int stop_here(fit *f, nn_error *e)
{
    f->state.seen = f->figures[NN_TRAIN].seen;
    if (!check_data(f, e) || !save_checkpoint(f, e) ||
        !nn_curve_draw(&f->history, e))
        return 1;
    nn_log_say(&f->log, "interrupted; go on with --resume %s",
               f->places.checkpoint);
    return INTERRUPTED;
}

/* The parts that training has not seen; tables of all rows where there are no
 * others. */
static bool measure_parts(fit *f, FILE *tables, nn_error *e)
{
    const nn_section *parts = f->run->data.parts;
    bool apart = parts[NN_VALIDATION].count + parts[NN_TEST].count > 0;
    int from = f->model->table_count > 0 && !apart ? NN_TRAIN : NN_VALIDATION;
    for (int part = from; part < NN_PARTS; part++)
        if (parts[part].count > 0) {
            if (!nn_trainer_evaluate(f->run, (nn_part)part, &f->figures[part],
                                     e))
                return false;
            nn_log_part(&f->log, (nn_part)part, &f->figures[part]);
            if (tables != NULL)
                nn_metric_list(&f->figures[part], nn_part_names[part], tables);
        }
    return true;
}

static bool tell_result(fit *f, nn_error *e)
{
    nn_writer w;
    if (f->places.tables == NULL)
        return measure_parts(f, NULL, e);
    if (!nn_writer_open(&w, f->places.tables, e))
        return false;
    fputs(NN_TABLES_HEAD "\n", w.stream);
    if (measure_parts(f, w.stream, e))
        return nn_writer_finish(&w, e);
    nn_writer_cancel(&w);
    return false;
}

static int finish(fit *f, nn_error *e)
{
    nn_trainer *r = f->run;
    if (f->best != NULL && f->state.has_best) {
        nn_trainer_copy_weights(f->model, f->best, r->params);
        nn_log_say(&f->log,
                   "the best epoch was %" PRId64 ": its weights are "
                   "kept",
                   f->state.best_epoch);
    }
    if (!save_weights(f, e) || !nn_curve_draw(&f->history, e))
        return 1;
    if (!tell_result(f, e))
        return 1;
    nn_log_say(&f->log, "weights    %s", r->options.out);
    if (f->history.curve != NULL)
        nn_log_say(&f->log, "log        %s, %s%s%s", f->history.path,
                   f->history.curve, f->places.tables != NULL ? ", " : "",
                   f->places.tables != NULL ? f->places.tables : "");
    return 0;
}

static int train(fit *f, nn_error *e)
{
    f->log = nn_log_open(f->model, f->run->options.quiet, f->state.epochs);
    f->started = nn_clock_now();
    introduce(f);
    catch_signals();
    while (f->state.epoch < f->state.epochs && !has_stopped(f)) {
        if (!train_epoch(f, e))
            return 1;
        if (f->state.batch < f->per_epoch)
            return stop_here(f, e);
        if (!end_epoch(f, e))
            return 1;
    }
    return finish(f, e);
}

int nn_fit(nn_trainer *r, nn_error *e)
{
    fit f;
    int status = open_fit(&f, r, e) ? train(&f, e) : 1;
    close_fit(&f);
    return status;
}
