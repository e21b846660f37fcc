/* What tests of the two programs share: the model written by hand with its
 * data, and running it as users do, in a process of its own. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "check.h"

#include <signal.h>
#include <sys/wait.h>

#include "softmax.h"

static nn_program program;
static nn_model model;
static nn_entry entries[ENTRIES];
static void (*before_main)(void); /* called in the new process; or NULL */

static inline void reset(void)
{
    model = softmax_model;
    memcpy(entries, softmax_table, sizeof entries);
    model.entries = entries;
    program = softmax_program;
    program.model = &model;
    before_main = NULL;
}

/* Lets entries of a kind call this. */
static inline void entry_calls(nn_kind kind, nn_call run)
{
    for (int i = 0; i < ENTRIES; i++)
        if (entries[i].kind == kind)
            entries[i].run = run;
}

typedef int program_main(int argc, char **argv, const nn_program *program);

/* Starts a program with words separated by blanks; its output goes to the
 * files out and err. */
static inline pid_t start_main(program_main *entry, const char *words)
{
    char text[400], *argv[20] = {text};
    int argc = 0, status;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* cmocka's would run on in this process */
        signal(SIGBUS, SIG_DFL);
        signal(SIGFPE, SIG_DFL);
        snprintf(text, sizeof text, "program %s", words);
        for (char *w = strtok(text, " "); w != NULL; w = strtok(NULL, " "))
            argv[argc++] = w;
        if (freopen("out", "w", stdout) == NULL ||
            freopen("err", "w", stderr) == NULL)
            _exit(99);
        if (before_main != NULL)
            before_main();
        status = entry(argc, argv, &program);
        fflush(NULL);
        _exit(status);
    }
    return child;
}

/* Runs it. Returns its exit status, or 1000 + the signal. */
static inline int run_main(program_main *entry, const char *words)
{
    int status;
    pid_t child = start_main(entry, words);
    assert_true(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static inline int train(const char *words)
{
    return run_main(nn_train_main, words);
}

static inline int infer(const char *words)
{
    return run_main(nn_infer_main, words);
}

static inline void assert_file_says(const char *path, const char *piece)
{
    size_t size;
    char *text = read_bytes(path, &size);
    if (strstr(text, piece) == NULL)
        fail_msg("'%s' is not in '%s'", piece, text);
    free(text);
}

/* Three clouds of four features, 50 rows each. */
static inline int make_data(void **state)
{
    FILE *f;
    if (enter_folder(state) != 0 || (f = fopen("iris.csv", "w")) == NULL)
        return 1;
    fprintf(f, "a,b,c,d,kind\n");
    for (int i = 0; i < 150; i++) {
        int kind = i / 50;
        fprintf(f, "%g,%g,%g,%g,%s\n", 5 + i % 7 * 0.2 + kind,
                3 + i % 5 * 0.3 - 0.5 * kind, 1.5 + i % 3 * 0.1 + 1.5 * kind,
                0.2 + i % 11 * 0.02 + kind,
                kind == 0   ? "setosa"
                : kind == 1 ? "versicolor"
                            : "virginica");
    }
    reset();
    return fclose(f);
}

#endif
