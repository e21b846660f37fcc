/* The main function of NAME-bench: a model that computes rows drawn at random
 * as often as another program asks, and says how long it took. When its first
 * result is there it prints `ready KIB`, its memory; then it answers each line
 * of standard input by one:
 *
 *     infer TIMES         seconds passed, and seconds of all its threads
 *     step TIMES          the same of training
 *     kernels KIND TIMES  seconds of each kernel in the table, in one run
 *     peak                multiply-adds a second count two: of all threads
 *     read BYTES          seconds that reading so many bytes takes
 *
 * With --keep it writes, for another program to compute the same, what it
 * begins with and what it computes, and ends: weights to --save, and as tensors
 * input.X, value.V and loss.steps. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nn_ckpt.h"
#include "nn_clock.h"
#include "nn_entry.h"
#include "nn_kernel_clock.h"
#include "nn_mem.h"
#include "nn_memory.h"
#include "nn_peak.h"
#include "nn_reading.h"
#include "nn_say.h"
#include "nn_std.h"
#include "nn_work.h"

enum { STEPS = 3, LINE = 200 };

typedef struct {
    const char *weights, *save, *keep;
    int64_t rows, threads;
} settings;

typedef struct {
    const nn_program *program;
    const nn_model *model;
    settings set;
    nn_work work;
    nn_real **outputs; /* of inference */
    uint64_t step;     /* updates so far */
} timing;

/* Seconds of the processor, of all threads. */
static double busy(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool open_outputs(timing *t, nn_error *e)
{
    const nn_model *m = t->model;
    size_t rows = (size_t)t->work.rows;
    size_t count = (size_t)m->output_count;
    if (!nn_alloc(&t->outputs, count + 1, sizeof *t->outputs, "outputs", e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!nn_alloc(&t->outputs[i], rows * (size_t)m->outputs[i].values,
                      sizeof(nn_real), m->outputs[i].name, e))
            return false;
    return true;
}

/* All outputs are wanted. */
static bool repeat(timing *t, nn_kind kind, long times, void (*before)(void),
                   nn_error *e)
{
    for (int i = 0; kind == NN_INFER && i < t->model->output_count; i++)
        t->work.outputs[i] = t->outputs[i];
    int status = nn_work_repeat(&t->work, kind, t->step, times, before);
    if (kind == NN_STEP)
        t->step += (uint64_t)times;
    nn_work_want_nothing(&t->work);
    return status == 0 || nn_fail(e, "the loss is not finite");
}

static bool answer_times(timing *t, nn_kind kind, long times, nn_error *e)
{
    double start = nn_clock_now(), before = busy();
    if (!repeat(t, kind, times, NULL, e))
        return false;
    double passed = nn_clock_now() - start;
    printf("%.9g %.9g\n", passed, busy() - before);
    return true;
}

static bool answer_kernels(timing *t, nn_kind kind, long times, nn_error *e)
{
    nn_kernel_clock_reset();
    if (!repeat(t, kind, times, nn_kernel_clock_start, e))
        return false;
    for (int i = 0; i < t->model->kernel_count; i++)
        printf("%.9g ", nn_kernel_clock_read(i) / (double)times);
    puts("");
    return true;
}

static bool answer_read(const timing *t, long bytes, nn_error *e)
{
    double seconds;
    if (!nn_reading_measure(t->model->processor, t->work.pool, (size_t)bytes,
                            &seconds, e))
        return false;
    printf("%.9g\n", seconds);
    return true;
}

static nn_kind kind_of(const char *word)
{
    return word[0] == 's' ? NN_STEP : NN_INFER;
}

static bool answer(timing *t, const char *line, nn_error *e)
{
    char word[8], kind[8];
    long n;
    if (strcmp(line, "peak\n") == 0)
        return printf("%.9g\n", nn_peak_measure(t->model->processor) *
                                    nn_pool_threads(t->work.pool)) > 0;
    if (sscanf(line, "kernels %7s %ld", kind, &n) == 2)
        return answer_kernels(t, kind_of(kind), n, e);
    if (sscanf(line, "%7s %ld", word, &n) != 2)
        return nn_fail(e, "what is %s", line);
    return strcmp(word, "read") == 0 ? answer_read(t, n, e)
                                     : answer_times(t, kind_of(word), n, e);
}

/* The kind that there is. */
static nn_kind first_kind(const timing *t)
{
    return nn_entry_find(t->model, NN_INFER, 1) != NULL ? NN_INFER : NN_STEP;
}

static bool serve(timing *t, nn_error *e)
{
    char line[LINE];
    if (!repeat(t, first_kind(t), 1, NULL, e) ||
        !nn_kernel_clock_open(t->model->kernel_count, e))
        return false;
    printf("ready %" PRId64 "\n", nn_memory_taken().most / 1024);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (!answer(t, line, e))
            return false;
        fflush(stdout);
    }
    return true;
}

static bool keep_values(timing *t, nn_found *f, nn_error *e)
{
    const nn_model *m = t->model;
    if (nn_entry_find(m, NN_INFER, 1) == NULL)
        return true;
    if (!repeat(t, NN_INFER, 1, NULL, e))
        return false;
    for (int i = 0; i < m->output_count; i++) {
        size_t n = (size_t)t->work.rows * (size_t)m->outputs[i].values;
        nn_real *to =
            nn_found_batch(f, "value", &m->outputs[i], t->work.rows, e);
        if (to == NULL)
            return false;
        memcpy(to, t->outputs[i], n * sizeof *to);
    }
    return true;
}

static bool keep_losses(timing *t, nn_found *f, nn_error *e)
{
    int64_t steps = STEPS;
    if (nn_entry_find(t->model, NN_STEP, 1) == NULL)
        return true;
    nn_real *losses = nn_found_add(f, "loss", "steps", 1, &steps, e);
    t->work.rate = t->program->train.rate;
    for (int i = 0; losses != NULL && i < STEPS; i++) {
        if (!repeat(t, NN_STEP, 1, NULL, e))
            return false;
        losses[i] = (nn_real)t->work.sums[0];
    }
    return losses != NULL;
}

static bool keep(timing *t, nn_error *e)
{
    nn_found f = {0};
    bool good = (t->set.save == NULL ||
                 nn_ckpt_save_weights(t->model, t->work.params, NULL, 0,
                                      t->set.save, e)) &&
                nn_work_keep_rows(&t->work, &f, e) && keep_values(t, &f, e) &&
                keep_losses(t, &f, e) && nn_found_save(&f, t->set.keep, e);
    nn_found_close(&f);
    return good;
}

static bool compute(timing *t, nn_error *e)
{
    nn_work *w = &t->work;
    w->pool = nn_pool_open((int)t->set.threads, e);
    if (w->pool == NULL || !nn_work_open(w, t->model, (int)t->set.rows, e) ||
        !open_outputs(t, e) || !nn_work_weights(w, t->set.weights, e))
        return false;
    nn_work_draw(w);
    return t->set.keep != NULL ? keep(t, e) : serve(t, e);
}

static void close(timing *t)
{
    for (int i = 0; t->outputs != NULL && i < t->model->output_count; i++)
        free(t->outputs[i]);
    free(t->outputs);
    nn_work_close(&t->work);
}

static nn_args_end parse(const nn_program *p, settings *o, int argc,
                         char **argv)
{
    const nn_arg args[] = {
        {"weights", "FILE", "begin with these weights", NN_ARG_TEXT,
         &o->weights, 0, NULL},
        {"rows", "N", "rows of a batch", NN_ARG_COUNT, &o->rows, 1, NULL},
        {"threads", "N", "how many threads to use", NN_ARG_COUNT, &o->threads,
         1, NULL},
        {"keep", "FILE", "write what is computed, and end", NN_ARG_TEXT,
         &o->keep, 0, NULL},
        {"save", "FILE", "write the weights", NN_ARG_TEXT, &o->save, 0, NULL},
    };
    return nn_work_parse(p, "bench", "says how long it takes", args,
                         (int)(sizeof args / sizeof *args), argc, argv);
}

static int timing_main(int argc, char **argv, const nn_program *p)
{
    nn_error e = {""};
    timing t = {.program = p,
                .model = p->model,
                .set = {.rows = 1, .threads = 1},
                .work = {.rate = 1e-7, .seed = 1}};
    nn_args_end end = parse(p, &t.set, argc, argv);
    if (end != NN_ARGS_RUN)
        return end == NN_ARGS_DONE ? 0 : 2;
    bool good = compute(&t, &e);
    close(&t);
    if (!good)
        nn_say(stderr, "%s-bench: %s\n", p->model->name, e.text);
    return !good;
}

int nn_timing_main(int argc, char **argv, const nn_program *p)
{
    char name[300];
    nn_std_open();
    snprintf(name, sizeof name, "%s-bench", p->model->name);
    return nn_std_close(name, timing_main(argc, argv, p));
}
