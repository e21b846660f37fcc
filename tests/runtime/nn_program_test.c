/* The two programs end to end, on a model written by hand: training, the same
 * bits again, interruption, early stopping, inference and its formats. Each
 * runs in a process of its own, as users' programs do. */
#include "programs.h"

#include <time.h>

#include "nn_mem.h"

static int steps_until_signal;

/* As softmax_step, but Ctrl-C comes in the middle of training. */
static int step_and_interrupt(const nn_real *params, nn_real *updated,
                              void *workspace, const void *const *inputs,
                              nn_real *const *outputs, double *sums, int rows,
                              const nn_scalars *s, nn_parallel par, void *pool)
{
    if (--steps_until_signal == 0)
        raise(SIGINT);
    return softmax_step(params, updated, workspace, inputs, outputs, sums, rows,
                        s, par, pool);
}

static int step_and_die(const nn_real *params, nn_real *updated,
                        void *workspace, const void *const *inputs,
                        nn_real *const *outputs, double *sums, int rows,
                        const nn_scalars *s, nn_parallel par, void *pool)
{
    if (--steps_until_signal == 0)
        raise(SIGKILL);
    return softmax_step(params, updated, workspace, inputs, outputs, sums, rows,
                        s, par, pool);
}

/* A loss that is not finite, found before anything was updated. */
static int step_without_loss(const nn_real *params, nn_real *updated,
                             void *workspace, const void *const *inputs,
                             nn_real *const *outputs, double *sums, int rows,
                             const nn_scalars *s, nn_parallel par, void *pool)
{
    (void)params, (void)updated, (void)workspace, (void)inputs, (void)outputs,
        (void)sums;
    (void)rows, (void)par, (void)pool;
    return s->step == 30;
}

static void trains(void **state)
{
    (void)state;
    reset();
    assert_int_equal(train("--threads 1 --out a --log l.csv"), 0);
    assert_file_says("out", "120 training, 0 validation and 30 test rows");
    assert_file_says("out", "test         loss");
    assert_file_says("l.csv", "epoch,step,rate,seconds,train_loss,"
                              "train_accuracy,validation_loss");
    assert_file_says("l.svg", "<svg");
    assert_int_equal(train("--eval --init a"), 0);
    assert_file_says("out", "accuracy 100.00 %  (30 rows)");
}

static void same_seed_same_bits(void **state)
{
    (void)state;
    reset();
    assert_int_equal(train("--quiet --threads 1 --out a"), 0);
    assert_int_equal(train("--quiet --threads 2 --out b"), 0);
    assert_same_file("a", "b");
    assert_int_equal(train("--quiet --seed 2 --out b"), 0);
    size_t n, m;
    char *x = read_bytes("a", &n), *y = read_bytes("b", &m);
    assert_true(n != m || memcmp(x, y, n) != 0);
    free(x);
    free(y);
}

/* Interrupted or killed at any update and taken up again, training ends with
 * the file of an uninterrupted run. 11 updates are one epoch. */
static void resumed_equals_uninterrupted(void **state)
{
    static const int stops[] = {1, 11, 12, 30, 219};
    (void)state;
    reset();
    program.train.patience = 100;
    assert_int_equal(train("--quiet --out a"), 0);
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
        steps_until_signal = stops[i];
        entry_calls(NN_STEP, step_and_interrupt);
        assert_int_equal(train("--out b --log m.csv"), 130);
        assert_file_says("out", "go on with --resume b.ckpt.safetensors");
        entry_calls(NN_STEP, softmax_step);
        assert_int_equal(
            train("--quiet --out b --resume b.ckpt.safetensors --log m.csv"),
            0);
        assert_same_file("a", "b");
        assert_file_says("m.csv", "\n20,");
    }
    steps_until_signal = 101;
    entry_calls(NN_STEP, step_and_die);
    assert_int_equal(train("--out b"), 1000 + SIGKILL);
    entry_calls(NN_STEP, softmax_step);
    assert_int_equal(train("--quiet --out b --resume b.ckpt.safetensors"), 0);
    assert_same_file("a", "b");
}

static void refuses_to_resume_otherwise(void **state)
{
    (void)state;
    reset();
    assert_int_equal(train("--quiet --epochs 2 --out b"), 0);
    assert_int_equal(train("--seed 9 --resume b.ckpt.safetensors"), 1);
    assert_file_says("err", "started with seed 1");
    program.test.amount = 0.3;
    assert_int_equal(train("--resume b.ckpt.safetensors"), 1);
    assert_file_says("err", "other data");
    assert_int_equal(train("--resume b"), 1);
    assert_file_says("err", "no checkpoint of a training run");
    assert_int_equal(train("--resume b --init b"), 2);
}

/* Figures of one model do not go on as those of another. */
static void refuses_another_log(void **state)
{
    size_t size;
    (void)state;
    reset();
    assert_int_equal(train("--quiet --epochs 2 --out b --log l.csv"), 0);
    char *log = read_bytes("l.csv", &size);
    memcpy(strstr(log, "accuracy"), "rmse____", 8);
    write_bytes("m.csv", log, size);
    assert_int_equal(train("--out b --resume b.ckpt.safetensors --log m.csv"),
                     1);
    assert_file_says("err", "m.csv:1: not a log of this model");
    assert_file_says("m.csv", "rmse____");
    assert_int_equal(train("--out b --resume b.ckpt.safetensors --log l.csv"),
                     0);
    free(log);
}

static nn_setting settings[] = {
    {"batch", "10"}, {"optimizer", "sgd(momentum: 0.5)"}, {"model", "1f"}};

static void use_settings(void)
{
    program.train.settings = settings;
    program.train.setting_count = 3;
}

static void names_what_differs(void **state)
{
    (void)state;
    reset();
    use_settings();
    assert_int_equal(train("--quiet --epochs 2 --out b"), 0);
    settings[0].value = "20";
    settings[1].value = "adam";
    assert_int_equal(train("--out c --resume b.ckpt.safetensors"), 1);
    assert_file_says("err", "batch: 10 then, 20 now\n  optimizer: "
                            "sgd(momentum: 0.5) then, adam now");
    settings[0].value = "10";
    settings[1].value = "sgd(momentum: 0.5)";
    settings[2].value = "2e";
    assert_int_equal(train("--out c --resume b.ckpt.safetensors"), 1);
    assert_file_says("err", "another model or other metrics (digest 1f then, "
                            "2e now)");
    settings[2].value = "1f";
    assert_int_equal(train("--rate 0.2 --out c --resume b.ckpt.safetensors"),
                     1);
    assert_file_says("err", "was started with rate 0.1, not 0.2");
    assert_int_equal(access("c", F_OK), -1);
    assert_int_equal(
        train("--rate 0.1 --seed 1 --out c --resume b.ckpt.safetensors"), 0);
    assert_file_says("out", "complete after epoch 2");
}

/* Longer training by a flag or by the text is the same run. */
static void epochs_may_change(void **state)
{
    (void)state;
    reset();
    program.train.schedule.kind = NN_RATE_CONSTANT;
    assert_int_equal(train("--quiet --epochs 6 --out a"), 0);
    assert_int_equal(train("--quiet --epochs 2 --out b"), 0);
    assert_int_equal(
        train("--quiet --epochs 6 --out c --resume b.ckpt.safetensors"), 0);
    assert_same_file("a", "c");
    program.train.epochs = 6;
    assert_int_equal(train("--quiet --out d --resume b.ckpt.safetensors"), 0);
    assert_same_file("a", "d");
}

/* The notes of a checkpoint with other numbers, which no run has written. */
static const char *const crafted[] = {
    "nnc.state 1 @ 24 2 0 0 1e400 2 20",
    "nnc.state 1 @ 24 2 0 0 -1 2 20",
    "nnc.state 1 @ 24 2 0 0 0.1 0 20",
    "nnc.state 1 @ 24 2 0 0 0.1 9223372036854775807 20",
    "nnc.state 1 @ 24 2 0 0 0.1 2 -20",
    "nnc.state 1 @ 24 9223372036854775807 0 0 0.1 2 20",
    "nnc.state 1 @ 24 2 9223372036854775807 0 0.1 2 20",
    "nnc.state 1 @ 36 2 12 120 0.1 2 20",
    "nnc.state 1 @ 24 2 0 9223372036854775807 0.1 2 20",
    "nnc.state 1 @ 24 2 0 1 0.1 2 20",
    "nnc.state 1 @ 24 -2 0 0 0.1 2 20",
    "nnc.state 1 @ 18446744073709551615 2 0 0 0.1 2 20",
    "nnc.state 1 @ 25 2 0 0 0.1 2 20",
    "nnc.state 1 @ 25 2 1 7 0.1 2 20",
    "nnc.state 1 @ 24 2 0 0 0.1 2",
    "nnc.state 1 7 24 2 0 0 0.1 2 20",
    "nnc.state ",
    "nnc.sums nan 0",
    "nnc.sums 0",
    "nnc.sums 1e999 0",
    "nnc.stopping 2 0 0 0",
    "nnc.stopping 0 0 9 0",
    "nnc.stopping 0 0 0 9223372036854775807",
    "nnc.stopping 0 0 -1 0",
};

/* The header of file b with the value of a note replaced; @ is the data's own
 * checksum. */
static void craft(nn_text *out, const char *header, const char *note)
{
    char key[40];
    size_t n = strcspn(note, " ");
    snprintf(key, sizeof key, "\"%.*s\":\"", (int)n, note);
    const char *at = strstr(header, key);
    const char *sum = strstr(header, "\"nnc.state\":\"1 ");
    assert_true(at != NULL && sum != NULL);
    sum += strlen("\"nnc.state\":\"1 ");
    at += strlen(key);
    nn_text_add(out, header, (size_t)(at - header));
    for (const char *p = note + n + 1; *p != 0; p++)
        nn_text_add(out, *p == '@' ? sum : p,
                    *p == '@' ? strcspn(sum, " ") : 1);
    at += strcspn(at, "\"");
    nn_text_add(out, at, strlen(at));
}

/* File b as c with that note. */
static void write_crafted(const char *note)
{
    size_t size;
    char *bytes = read_bytes("b", &size);
    size_t length = (unsigned char)bytes[0] | (size_t)(unsigned char)bytes[1]
                                                  << 8;
    char *header = strndup(bytes + 8, length);
    nn_text out = {0};
    assert_non_null(header);
    nn_text_add(&out, "\0\0\0\0\0\0\0", 8);
    craft(&out, header, note);
    out.bytes[0] = (char)((out.length - 8) & 255);
    out.bytes[1] = (char)((out.length - 8) >> 8);
    nn_text_add(&out, bytes + 8 + length, size - 8 - length);
    write_bytes("c", out.bytes, out.length);
    free(out.bytes);
    free(header);
    free(bytes);
}

static void refuses_crafted_checkpoints(void **state)
{
    (void)state;
    reset();
    assert_int_equal(train("--quiet --epochs 2 --out a"), 0);
    assert_int_equal(rename("a.ckpt.safetensors", "b"), 0);
    write_crafted("nnc.state 1 @ 24 2 0 0 0.1 2 20");
    assert_int_equal(train("--quiet --out d --resume c"), 0);
    for (size_t i = 0; i < sizeof crafted / sizeof *crafted; i++) {
        write_crafted(crafted[i]);
        if (train("--quiet --out d --resume c") != 1)
            fail_msg("%s is taken", crafted[i]);
        size_t size;
        char *err = read_bytes("err", &size);
        if (strstr(err, "c is damaged") == NULL &&
            strstr(err, "c was trained on other data") == NULL &&
            strstr(err, "c is no checkpoint") == NULL)
            fail_msg("%s: %s", crafted[i], err);
        free(err);
    }
}

static void stops_early(void **state)
{
    (void)state;
    reset();
    program.train.patience = 2;
    program.train.rate = 3;
    program.train.epochs = 400;
    program.train.schedule.kind = NN_RATE_CONSTANT;
    assert_int_equal(train("--out a"), 0);
    assert_file_says("out", "early_stop sets 12 rows, 10 % of training, aside");
    assert_file_says("out", "the best epoch was");
}

static void metrics_read_their_names(void **state)
{
    static const nn_metric metrics[] = {
        {.name = "f1_chunks", .steps = 1, .target = 1}};
    static const nn_scorer *const scorers[] = {&nn_f1_chunks};
    (void)state;
    reset();
    model.metrics = metrics;
    model.sum_count = model.chosen = 1;
    program.scorers = scorers;
    assert_int_equal(train("--out a"), 1);
    assert_file_says("err", "f1_chunks: species has the label `");
}

static void leaves_files_alone(void **state)
{
    (void)state;
    reset();
    assert_int_equal(train("--out nowhere/a"), 1);
    assert_file_says("err", "cannot write nowhere/a: No such file");
    assert_int_equal(train("--quiet --epochs 1 --out a"), 0);
    assert_int_equal(train("--quiet --epochs 1 --out before"), 0);
    entry_calls(NN_STEP, step_without_loss);
    assert_int_equal(train("--out a"), 1);
    assert_file_says("err", "the loss is not finite at epoch 3, batch 7");
    assert_file_says("err", "The last checkpoint is a.ckpt.safetensors");
    assert_same_file("a", "before");
    assert_int_equal(train("--data nowhere"), 1);
    assert_file_says("err", "cannot open nowhere/iris.csv");
    assert_int_equal(train("--log nowhere/l.csv"), 1);
    assert_file_says("err", "cannot write nowhere/l.csv");
}

static void flags(void **state)
{
    static const struct {
        const char *words;
        int status;
        const char *file, *says;
    } rows[] = {
        {"--help", 0, "out", "--resume FILE"},
        {"--version", 0, "out", "softmax-train, made by nnc 0 for generic"},
        {"--epochs", 2, "err", "--epochs needs a value"},
        {"--epochs 9223372036854775807", 2, "err", "from 1 to 1000000000"},
        {"--epochs 9223372036854775808", 2, "err", "from 1 to 1000000000"},
        {"--threads 9223372036854775807", 2, "err", "from 1 to 1000000000"},
        {"--data-limit 9223372036854775807", 2, "err", "from 1 to"},
        {"--seed 9223372036854775807 --epochs 1 --out s", 0, "out",
         "seed 92233720"},
        {"--seed -1", 2, "err", "a whole number from 0"},
        {"--rate 1e400", 2, "err", "a number above 0"},
        {"--rate 1e-400", 2, "err", "a number above 0"},
        {"--bo\033gus", 2, "err", "--bo?gus is no flag"},
        {"--epochs \033[2J", 2, "err", "--epochs is '?[2J'"},
        {"--epochs 0", 2, "err", "a whole number from 1"},
        {"--epochs=2x", 2, "err", "a whole number from 1"},
        {"--rate -1", 2, "err", "a number above 0"},
        {"--quiet=1", 2, "err", "takes no value"},
        {"--bogus", 2, "err", "--bogus is no flag"},
        {"file", 2, "err", "file has no meaning here"},
        {"--resume a --init a", 2, "err", "--resume and --init exclude"},
        {"--eval --resume a", 2, "err", "name the weights with --init"},
        {"--threads 1000000", 1, "err", "too many"},
    };
    (void)state;
    reset();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(train(rows[i].words), rows[i].status);
        assert_file_says(rows[i].file, rows[i].says);
    }
}

static void gradients(void **state)
{
    bool double_build = sizeof(nn_real) == sizeof(double);
    (void)state;
    reset();
    assert_int_equal(train("--gradcheck"), double_build ? 0 : 2);
    assert_file_says(double_build ? "out" : "err",
                     double_build ? "all gradients agree"
                                  : "nnc train --gradcheck softmax.nn");
}

static void one_batch_of_all(void **state)
{
    (void)state;
    reset();
    program.train.batch_all = 1;
    assert_int_equal(train("--out a"), 1);
    assert_file_says("err", "has room for 10: write `batch 120;` in the "
                            "train block of softmax.nn");
}

static const struct {
    const char *words;
    int status;
    const char *file, *says;
} inferences[] = {
    {"--weights a iris.csv", 0, "out", "1: setosa"},
    {"--weights a iris.csv", 0, "out", "\n150: virginica"},
    {"--weights a --top 1 raw.csv", 0, "out", " %\n2: v"},
    {"--weights a x=raw.csv", 0, "out", "2: v"},
    {"--weights a raw.csv raw.csv", 0, "out", "\n4: v"},
    {"--weights a --csv raw.csv", 0, "out", "0.9"},
    {"--weights a --json raw.csv", 0, "out", "{\"class\": \"setosa\""},
    {"--weights a --output output raw.csv", 0, "out", "1: setosa"},
    {"--weights a --output z raw.csv", 1, "err", "the outputs are output"},
    {"--weights a z=raw.csv", 1, "err", "cannot open z=raw.csv"},
    {"--weights a short.csv", 1, "err",
     "short.csv has 3 columns; the training file had 5, and "},
    {"--weights a bad.csv", 1, "err", "bad.csv:2"},
    {"--weights a lines.csv", 1, "err", "is '7?program: all is well'"},
    {"--weights raw.csv raw.csv", 1, "err", "not a safetensors file"},
    {"raw.csv", 1, "err", "there is no softmax.safetensors here"},
    {"--weights a --csv --json raw.csv", 2, "err", "exclude each other"},
    {"--weights b raw.csv", 1, "err", "does not hold the mean"},
    {"--weights a x.npy", 0, "out", "1: setosa"},
    {"--weights a picture", 1, "err", "picture is an image"},
    {"--weights a --threads 5000 x.npy", 1, "err", "5000 threads are too many"},
};

static void infers(void **state)
{
    static const float values[] = {5, 3, 1.5f, 0.2f};
    unsigned char npy[200] = "\x93NUMPY\x01";
    const char *header = "{'descr': '<f4', 'fortran_order': False, "
                         "'shape': (1, 4), }\n";
    (void)state;
    reset();
    assert_int_equal(train("--quiet --out a"), 0);
    write_text("raw.csv", "5,3,1.5,0.2\n7.1,2.2,4.5,2.3\n");
    write_text("short.csv", "5,3,1.5\n");
    write_text("bad.csv", "5,3,1.5,0.2\n5,3,inf,0.2\n");
    write_text("lines.csv", "5,3,1.5,\"7\nprogram: all is well\"\n");
    write_bytes("picture", "\x89PNG\r\n\x1a\n12345678", 16);
    npy[8] = (unsigned char)strlen(header);
    memcpy(npy + 10, header, strlen(header));
    memcpy(npy + 10 + strlen(header), values, sizeof values);
    write_bytes("x.npy", npy, 10 + strlen(header) + sizeof values);
    size_t size;
    char *bytes = read_bytes("a", &size), *at = strstr(bytes + 8, "nnc.data");
    memcpy(at, "nnc.none", 8);
    write_bytes("b", bytes, size);
    free(bytes);
    for (size_t i = 0; i < sizeof inferences / sizeof *inferences; i++) {
        int status = infer(inferences[i].words);
        if (status != inferences[i].status)
            fail_msg("%s ends with %d", inferences[i].words, status);
        assert_file_says(inferences[i].file, inferences[i].says);
    }
}

/* Weights without what preprocessing learned get it from the data. */
static void completes_foreign_weights(void **state)
{
    size_t size;
    (void)state;
    reset();
    assert_int_equal(train("--quiet --out a"), 0);
    char *bytes = read_bytes("a", &size), *at = bytes + 8;
    while ((at = strstr(at, "nnc.data")) != NULL)
        memcpy(at, "nnc.none", 8);
    write_bytes("b", bytes, size);
    free(bytes);
    assert_int_equal(infer("--weights b --csv iris.csv"), 1);
    assert_int_equal(train("--eval --init b --out c"), 0);
    assert_int_equal(infer("--weights c --csv iris.csv"), 0);
    assert_int_equal(rename("out", "of_c"), 0);
    assert_int_equal(infer("--weights a --csv iris.csv"), 0);
    assert_same_file("out", "of_c");
}

/* What --csv prints is what the program computes for the training rows. */
static void inference_prepares_as_training(void **state)
{
    double p[3], worst = 0;
    FILE *f;
    (void)state;
    reset();
    assert_int_equal(train("--quiet --out a"), 0);
    assert_int_equal(infer("--weights a --csv iris.csv"), 0);
    f = fopen("out", "r");
    assert_non_null(f);
    int right = 0, rows = 0;
    while (fscanf(f, "%lf,%lf,%lf", &p[0], &p[1], &p[2]) == 3) {
        int best = p[1] > p[0] ? 1 : 0;
        best = p[2] > p[best] ? 2 : best;
        right += best == rows / 50;
        worst = fmax(worst, fabs(p[0] + p[1] + p[2] - 1));
        rows++;
    }
    fclose(f);
    assert_int_equal(rows, 150);
    assert_true(right >= 148);
    assert_true(worst < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trains),
        cmocka_unit_test(same_seed_same_bits),
        cmocka_unit_test(resumed_equals_uninterrupted),
        cmocka_unit_test(refuses_to_resume_otherwise),
        cmocka_unit_test(refuses_another_log),
        cmocka_unit_test(names_what_differs),
        cmocka_unit_test(epochs_may_change),
        cmocka_unit_test(refuses_crafted_checkpoints),
        cmocka_unit_test(stops_early),
        cmocka_unit_test(metrics_read_their_names),
        cmocka_unit_test(leaves_files_alone),
        cmocka_unit_test(flags),
        cmocka_unit_test(gradients),
        cmocka_unit_test(one_batch_of_all),
        cmocka_unit_test(infers),
        cmocka_unit_test(completes_foreign_weights),
        cmocka_unit_test(inference_prepares_as_training),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
