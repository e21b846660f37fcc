/* Early stopping to the epoch, and runs that are taken up again: what they
 * keep, count and log. The losses of validation are told by a table. */
#include "programs.h"

#include "nn_tensors.h"

enum { UPDATES = 11, MOST = 8 }; /* of an epoch: 108 rows, 10 at a time */

static const double *losses; /* of validation after each epoch */
static int steps_until_signal;

/* Beside accuracy what is counted: F1 and a table, of one class a row. */
static const nn_metric metrics[] = {
    {.name = "accuracy", .sums = 1, .percent = 1},
    {.name = "f1", .steps = 1, .target = 1, .percent = 1},
    {.name = "confusion", .steps = 1, .target = 1},
};
static const nn_scorer *const scorers[] = {NULL, &nn_f1, &nn_confusion};

static void choose(double *sums, int rows, uint64_t first)
{
    for (int i = 0; i < 2 * rows; i++)
        sums[3 + i] = (double)((first + (uint64_t)i / 2) % OUT);
}

/* Leaves in the first weight how many updates there were. */
static int counting_step(const nn_real *params, nn_real *updated,
                         void *workspace, const void *const *inputs,
                         nn_real *const *outputs, double *sums, int rows,
                         const nn_scalars *s, nn_parallel par, void *pool)
{
    (void)params, (void)workspace, (void)inputs, (void)outputs, (void)par;
    (void)pool;
    if (--steps_until_signal == 0)
        raise(SIGINT);
    updated[0] = (nn_real)(s->step + 1);
    sums[0] = 1 / (double)(s->step + 3);
    sums[1] = (double)(s->step % 7);
    sums[2] = rows;
    choose(sums, rows, s->step);
    return 0;
}

static int told_eval(const nn_real *params, nn_real *updated, void *workspace,
                     const void *const *inputs, nn_real *const *outputs,
                     double *sums, int rows, const nn_scalars *s,
                     nn_parallel par, void *pool)
{
    (void)updated, (void)workspace, (void)inputs, (void)outputs, (void)s;
    (void)par, (void)pool;
    sums[0] = losses[(int)params[0] / UPDATES - 1];
    sums[1] = 0;
    sums[2] = rows;
    return 0;
}

static int computed_eval(const nn_real *params, nn_real *updated,
                         void *workspace, const void *const *inputs,
                         nn_real *const *outputs, double *sums, int rows,
                         const nn_scalars *s, nn_parallel par, void *pool)
{
    choose(sums, rows, (uint64_t)params[0]);
    return softmax_eval(params, updated, workspace, inputs, outputs, sums, rows,
                        s, par, pool);
}

static void set_up(const double *told, int patience)
{
    reset();
    losses = told;
    steps_until_signal = 0;
    entry_calls(NN_STEP, counting_step);
    entry_calls(NN_EVAL, told_eval);
    model.metrics = metrics;
    model.metric_count = 2;
    model.table_count = 1;
    model.chosen = 2;
    program.scorers = scorers;
    program.train.patience = patience;
    program.train.epochs = MOST;
}

/* The log without its fourth column, which holds seconds; malloc'ed. */
static char *read_log(const char *path)
{
    size_t size;
    char *text = read_bytes(path, &size), *to = text;
    int column = 1;
    for (const char *at = text; *at; at++) {
        column = *at == '\n' ? 1 : column + (*at == ',');
        if (column != 4)
            *to++ = *at;
    }
    *to = 0;
    return text;
}

static int count_lines(const char *text)
{
    int lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static double first_weight(const char *path)
{
    nn_tensors t;
    nn_error e = {""};
    assert_true(nn_tensors_open(&t, path, &e));
    double w = nn_tensors_value(nn_tensors_find(&t, "out.weight"), 0);
    nn_tensors_close(&t);
    return w;
}

static void assert_same_log(const char *a, const char *b)
{
    char *x = read_log(a), *y = read_log(b);
    assert_string_equal(x, y);
    free(x);
    free(y);
}

static const struct {
    double losses[MOST];
    int patience, epochs, best;
} stops[] = {
    {{5, 6, 1}, 1, 2, 1},
    {{5, 4, 6, 3, 7, 8, 1}, 2, 6, 4},
    {{5, 4, 4, 4, 1}, 2, 4, 2}, /* what is equal is no gain */
    {{5, 4, 6, 6, 3, 3, 4, 3}, 3, 8, 5},
    {{8, 7, 6, 5, 4, 3, 2, 1}, 1, 8, 8},
    {{1, 2, 2, 2, 2, 2, 2, 2}, 7, 8, 1},
};

static void stops_at_the_epoch(void **state)
{
    char says[60];
    (void)state;
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        set_up(stops[i].losses, stops[i].patience);
        assert_int_equal(train("--out a --log a.csv"), 0);
        char *log = read_log("a.csv");
        assert_int_equal(count_lines(log), 1 + stops[i].epochs);
        free(log);
        assert_true(first_weight("a") == stops[i].best * UPDATES);
        snprintf(says, sizeof says, "the best epoch was %d:", stops[i].best);
        assert_file_says("out", says);
    }
}

/* A run that is interrupted after an update and taken up again: b, b.csv. */
static void train_in_two(int update)
{
    steps_until_signal = update;
    assert_int_equal(train("--quiet --out b --log b.csv"), 130);
    steps_until_signal = 0;
    assert_int_equal(
        train("--quiet --out b --log b.csv --resume b.ckpt.safetensors"), 0);
}

/* Interrupted at the first, a middle and the last update of an epoch, in which
 * early stopping may have waited. */
static void goes_on_as_it_was(void **state)
{
    static const int signals[] = {1, 16, 33, 40, 50};
    (void)state;
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        set_up(stops[i].losses, stops[i].patience);
        assert_int_equal(train("--quiet --out a --log a.csv"), 0);
        for (int k = 0; k < 5 && signals[k] < stops[i].epochs * UPDATES; k++) {
            train_in_two(signals[k]);
            assert_same_file("a", "b");
            assert_same_log("a.csv", "b.csv");
        }
    }
}

/* The same with losses and metrics that are computed. */
static void logs_as_if_uninterrupted(void **state)
{
    (void)state;
    set_up(NULL, 100);
    entry_calls(NN_EVAL, computed_eval);
    assert_int_equal(train("--quiet --out a --log a.csv"), 0);
    for (int at = 1; at < 3 * UPDATES; at += 4) {
        train_in_two(at);
        assert_same_log("a.csv", "b.csv");
        assert_same_file("a.tables.csv", "b.tables.csv");
    }
}

/* A log that went on behind the checkpoint is taken back to it. */
static void takes_the_log_back(void **state)
{
    (void)state;
    set_up(stops[4].losses, 1);
    program.train.schedule.kind = NN_RATE_CONSTANT;
    assert_int_equal(train("--quiet --out a --log a.csv"), 0);
    assert_int_equal(train("--quiet --out b --log b.csv --epochs 3"), 0);
    assert_int_equal(rename("b.ckpt.safetensors", "early"), 0);
    assert_int_equal(train("--quiet --out c --log b.csv --epochs 5"), 0);
    assert_int_equal(
        train("--quiet --out b --log b.csv --epochs 8 --resume early"), 0);
    assert_same_log("a.csv", "b.csv");
}

/* Without validation the last weights are the result. */
static void keeps_the_last_weights_otherwise(void **state)
{
    (void)state;
    set_up(stops[0].losses, 0);
    entry_calls(NN_EVAL, computed_eval);
    assert_int_equal(train("--out a"), 0);
    assert_true(first_weight("a") == MOST * 12); /* 120 rows */
}

/* What a call hands to the next is a third of the state. */
static nn_param carrying[5];

static int handing_step(const nn_real *params, nn_real *updated,
                        void *workspace, const void *const *inputs,
                        nn_real *const *outputs, double *sums, int rows,
                        const nn_scalars *s, nn_parallel par, void *pool)
{
    nn_real before = params[2 * SLOT];
    counting_step(params, updated, workspace, inputs, outputs, sums, rows, s,
                  par, pool);
    updated[2 * SLOT] = before + 1;
    updated[0] = 1000 * updated[0] + before;
    return 0;
}

static void hands_on_within_an_epoch(void **state)
{
    (void)state;
    set_up(NULL, 0);
    entry_calls(NN_EVAL, computed_eval);
    entry_calls(NN_STEP, handing_step);
    memcpy(carrying, model.params, 4 * sizeof *carrying);
    carrying[4] = (nn_param){.name = "h",
                             .kind = NN_CARRIED,
                             .rank = 1,
                             .shape = {1},
                             .offset = 2 * SLOT,
                             .size = 1,
                             .scale = 5,
                             .init = NN_INIT_CONSTANT};
    model.params = carrying;
    model.param_count = 5;
    model.reals = 2 * SLOT + 16;
    assert_int_equal(train("--quiet --out a --epochs 3"), 0);
    assert_true(first_weight("a") == 1000 * 36 + 5 + 11); /* 120 rows */
    for (int at = 1; at < 30; at += 7) {
        steps_until_signal = at;
        assert_int_equal(train("--quiet --out b --epochs 3"), 130);
        steps_until_signal = 0;
        assert_int_equal(train("--quiet --out b --epochs 3 --resume "
                               "b.ckpt.safetensors"),
                         0);
        assert_same_file("a", "b");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stops_at_the_epoch),
        cmocka_unit_test(goes_on_as_it_was),
        cmocka_unit_test(logs_as_if_uninterrupted),
        cmocka_unit_test(takes_the_log_back),
        cmocka_unit_test(keeps_the_last_weights_otherwise),
        cmocka_unit_test(hands_on_within_an_epoch),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
