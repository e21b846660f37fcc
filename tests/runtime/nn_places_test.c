/* What a trainer writes and where: never over what it reads, whatever that is
 * called, nothing into a standard stream that was closed, nothing left behind
 * by a killed run, and no further on data that have changed. */
#include "programs.h"

#include <fcntl.h>
#include <time.h>

static const nn_metric metrics[] = {
    {.name = "accuracy", .sums = 1, .percent = 1},
    {.name = "confusion", .steps = 1, .target = 1},
};
static const nn_scorer *const scorers[] = {NULL, &nn_confusion};

static const struct {
    const char *words, *says;
} refused[] = {
    {"--log iris.csv", "would overwrite iris.csv"},
    {"--log ./folder/../iris.csv", "would overwrite ./folder/../iris.csv"},
    {"--log link", "would overwrite link, which this run reads as iris.csv"},
    {"--log hard", "would overwrite hard"},
    {"--log iris", "--log: iris is there and is no table of epochs"},
    {"--log drawn.csv", "drawn.svg is there and is no learning curve"},
    {"--log listed.csv",
     "listed.tables.csv is there and is no table of a metric"},
    {"--log a", "--log: a is there and is no table of epochs"},
    {"--log a --init a", "would overwrite a, which this run reads as a"},
    {"--log new.csv --out new.csv", "both be new.csv"},
    {"--log new --out folder/../new", "both be new"},
    {"--log new.csv --out new.svg", "both be new.svg"},
    {"--log new.csv --out new.tables.csv", "both be new.tables.csv"},
    {"--log folder", "it is a folder"},
    {"--log pipe", "it is no plain file"},
    {"--log /dev/null", "it is no plain file"},
    {"--out iris.csv", "the weights file would overwrite iris.csv"},
    {"--out link", "would overwrite link"},
    {"--out text.nn", "--out: text.nn is there and is no weights file"},
    {"--eval --init a --out iris.csv", "would overwrite iris.csv"},
    {"--resume a.ckpt.safetensors --out a.ckpt.safetensors",
     "which this run reads as a.ckpt.safetensors"},
    {"--resume a --out a",
     "a is no checkpoint of a training run; to start from weights "
     "use --init"},
};

static void sources_stay(void **state)
{
    (void)state;
    reset();
    model.metrics = metrics;
    model.table_count = model.chosen = 1;
    program.scorers = scorers;
    assert_int_equal(train("--quiet --epochs 1 --out a"), 0);
    assert_int_equal(symlink("iris.csv", "link") | mkdir("folder", 0777) |
                         mkfifo("pipe", 0600) | system("cp iris.csv before") |
                         link("iris.csv", "hard"),
                     0);
    write_text("text.nn", "model softmax {}");
    write_text("iris", "a word");
    write_text("drawn.svg", "<svg>mine</svg>");
    write_text("listed.tables.csv", "mine,yours");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (train(refused[i].words) != 1)
            fail_msg("%s does not end with 1", refused[i].words);
        assert_file_says("err", refused[i].says);
        assert_same_file("iris.csv", "before");
        assert_file_says("text.nn", "model softmax {}");
        assert_int_equal(access("new", F_OK), -1);
    }
    assert_int_equal(train("--quiet --epochs 1 --init a --out a --log l"), 0);
    assert_int_equal(train("--quiet --epochs 1 --out a --log l"), 0);
    assert_int_equal(system("rm -r link hard folder pipe iris drawn.svg "
                            "listed.tables.csv"),
                     0);
}

static int closed; /* bits: standard input, output, errors */

static void become_nobody(void)
{
    if (geteuid() == 0 && setuid(65534) != 0)
        _exit(99);
}

/* Nobody knows what a file holds that cannot be read. */
static void unreadable_files_stay(void **state)
{
    size_t size;
    (void)state;
    reset();
    write_text("u", "notes");
    assert_int_equal(chmod("u", 0) | chmod(".", 0777), 0);
    before_main = become_nobody;
    assert_int_equal(train("--epochs 1 --out u"), 1);
    assert_file_says("err", "--out: cannot read u to see whether it is a "
                            "weights file: Permission denied");
    before_main = NULL;
    assert_int_equal(chmod("u", 0600) | chmod(".", 0700), 0);
    char *text = read_bytes("u", &size);
    assert_string_equal(text, "notes");
    free(text);
}

static void close_some(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (closed >> fd & 1)
            close(fd);
}

static void closed_streams_are_no_files(void **state)
{
    (void)state;
    reset();
    assert_int_equal(train("--quiet --epochs 2 --out a"), 0);
    before_main = close_some;
    for (closed = 1; closed < 8; closed++) {
        assert_int_equal(train("--epochs 2 --out b --log l.csv"),
                         closed & 2 ? 1 : 0);
        assert_same_file("a", "b");
        assert_file_says("l.csv", "epoch,step,rate,seconds,train_loss,"
                                  "train_accuracy,validation_loss");
        size_t size;
        char *log = read_bytes("l.csv", &size);
        assert_null(strstr(log, "softmax"));
        assert_null(strstr(log, "rows"));
        free(log);
    }
}

static void fill_output(void)
{
    if (freopen("/dev/full", "w", stdout) == NULL)
        _exit(99);
}

static void output_that_is_lost_is_a_failure(void **state)
{
    static const char *const words[] = {"--out a", "--quiet --out a", "--help",
                                        "--version", "--eval --init a"};
    (void)state;
    reset();
    if (access("/dev/full", W_OK) != 0)
        skip();
    before_main = fill_output;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_int_equal(train(words[i]), 1);
        assert_file_says("err", "softmax-train: cannot write the output");
    }
    assert_int_equal(infer("--weights a iris.csv"), 1);
    assert_int_equal(infer("--weights a --bench"), 1);
    assert_file_says("err", "softmax-infer: cannot write the output");
}

static void assert_no_leftovers(void)
{
    assert_int_not_equal(system("ls | grep -q '[.]tmp$'"), 0);
}

/* Killed at many moments; the run after it tidies up. */
static void killed_runs_leave_nothing(void **state)
{
    (void)state;
    reset();
    program.train.epochs = 1000000;
    for (int i = 0; i < 24; i++) {
        pid_t child = start_main(nn_train_main, "--out k --log k.csv");
        nanosleep(&(struct timespec){.tv_nsec = 500000L * (i + 1)}, NULL);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    assert_int_equal(train("--quiet --epochs 1 --out k --log k.csv"), 0);
    assert_no_leftovers();
}

static int step_and_spoil(const nn_real *params, nn_real *updated,
                          void *workspace, const void *const *inputs,
                          nn_real *const *outputs, double *sums, int rows,
                          const nn_scalars *s, nn_parallel par, void *pool)
{
    if (s->step == 30 && system("cp spoilt spoiling && mv spoiling iris.csv"))
        return 1;
    if (s->step == 31 && system("cat spoilt >iris.csv") != 0)
        return 1;
    return softmax_step(params, updated, workspace, inputs, outputs, sums, rows,
                        s, par, pool);
}

static void changed_data_end_training(void **state)
{
    (void)state;
    reset();
    assert_int_equal(system("cp iris.csv whole; (cat whole; echo) >spoilt"), 0);
    entry_calls(NN_STEP, step_and_spoil);
    assert_int_equal(train("--out c"), 1);
    assert_file_says("err", "iris.csv is gone or has been replaced since it "
                            "was read. Training has ended in epoch 3; the "
                            "last checkpoint is c.ckpt.safetensors");
    assert_int_equal(access("c", F_OK), -1);
    assert_int_equal(system("cp whole iris.csv"), 0);
    entry_calls(NN_STEP, softmax_step);
    assert_int_equal(train("--quiet --out c --resume c.ckpt.safetensors"), 0);
    assert_int_equal(train("--quiet --out a"), 0);
    assert_same_file("a", "c");
}

static void assert_no_escapes(void)
{
    assert_int_not_equal(system("cat out err | LC_ALL=C grep -q "
                                "\"$(printf '[\\033\\177\\233]')\""),
                         0);
}

/* Labels, cells, names of columns, tensors and files with what a terminal
 * would obey. */
static void nothing_of_others_is_shown_raw(void **state)
{
    size_t size;
    (void)state;
    reset();
    assert_int_equal(system("cp iris.csv whole; esc=$(printf '\\033'); sed "
                            "\"s/setosa/$esc[31mred/; s/^a,/a$esc[2J,/\" whole "
                            ">iris.csv; sed '5s/^/x/' iris.csv >spoilt"),
                     0);
    assert_int_equal(train("--epochs 2 --out e\033[1m --log l\033[1m"), 0);
    assert_no_escapes();
    assert_int_equal(train("--quiet --epochs 2 --out a"), 0);
    assert_int_equal(infer("--weights a iris.csv"), 0);
    assert_file_says("out", "1: ?[31mred ");
    assert_no_escapes();
    assert_int_equal(infer("--weights a --json iris.csv"), 0);
    assert_file_says("out", "{\"class\": \"\\u001b[31mred\"");
    assert_no_escapes();
    assert_int_equal(infer("--weights no\033[2Jne iris.csv"), 1);
    assert_no_escapes();
    assert_int_equal(infer("--weights a no\033[2Jne.csv"), 1);
    assert_no_escapes();
    assert_int_equal(infer("--weights a spoilt"), 1);
    assert_no_escapes();
    nn_flow flows[2] = {program.flows[0], program.flows[1]};
    flows[0].missing = NN_MISSING_DROP;
    program.flows = flows;
    write_text("g\033[1m", "1,2,3,4\n1,,3,4\n");
    assert_int_equal(infer("--weights a g\033[1m"), 0);
    assert_file_says("err", "g?[1m:2: a value is missing");
    assert_no_escapes();
    program.flows = softmax_flows;
    char *bytes = read_bytes("a", &size);
    char *name = strstr(bytes + 8, "out.weight");
    assert_non_null(name);
    memcpy(name, "\\u001b[2Ju", 10);
    write_bytes("b", bytes, size);
    free(bytes);
    assert_int_equal(infer("--weights b iris.csv"), 1);
    assert_file_says("err", "?[2Ju is not in the model");
    assert_no_escapes();
    assert_int_equal(system("cp whole iris.csv"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_stay),
        cmocka_unit_test(unreadable_files_stay),
        cmocka_unit_test(closed_streams_are_no_files),
        cmocka_unit_test(output_that_is_lost_is_a_failure),
        cmocka_unit_test(killed_runs_leave_nothing),
        cmocka_unit_test(changed_data_end_training),
        cmocka_unit_test(nothing_of_others_is_shown_raw),
    };
    return cmocka_run_group_tests(tests, make_data, leave_folder);
}
