/* command_run.c: `nnc train`, `eval` and `infer`: the model's program,
 * compiled where the cache does not have it, in place of nnc. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "nn_say.h"
#include "process.h"
#include "programs.h"

static bool is_quiet(const Options *o)
{
    return str_among(o->rest.at, o->rest.n, "--quiet");
}

/* Becomes the program; `first` are the flags before the user's. */
static int become(const Options *o, const Built *built, int n,
                  const char *const *first)
{
    VEC(const char *) argv = {0};

    vec_push(o->arena, &argv, built->name);
    for (int i = 0; i < n; i++)
        vec_push(o->arena, &argv, first[i]);
    for (int i = 0; i < o->rest.n; i++)
        vec_push(o->arena, &argv, o->rest.at[i]);
    vec_push(o->arena, &argv, NULL);
    process_become(built->path, argv.at);
    nn_say(stderr, "nnc: cannot run %s: %s\n", built->path, strerror(errno));
    return 1;
}

/* Checks the model; false, with *status set, where that is the end. */
static bool open_model(Driver *d, const Options *o, Program **p, int *status)
{
    Diag *diag = diag_new(o->arena);

    *status = 2;
    *p = NULL;
    if (program_runs(o) && driver_open(d, o, diag, o->files.at[0]))
        *p = driver_program(d);
    if (*p || diag_errors(diag))
        *status = driver_status(d);
    return *p != NULL;
}

static int run_trainer(const Options *o, ProgramKind kind, const char *mode)
{
    const char *first[3];
    Driver d;
    Program *p;
    Built built;
    int status, n = 0;

    if (!open_model(&d, o, &p, &status))
        return status;
    if (!p->has_loss || !p->has_data) {
        nn_say(stderr,
               "nnc: %s: the model %s has no `%s`, so it cannot be trained; "
               "the language's reference tells how to add it\n",
               o->files.at[0], p->name, p->has_loss ? "data" : "loss");
        return 1;
    }
    if ((status = program_make(&d, kind, is_quiet(o), &built)) != 0)
        return status;
    if (mode)
        first[n++] = mode;
    if (!o->data) {
        first[n++] = "--data";
        first[n++] = str_folder(o->arena, o->files.at[0]);
    }
    return become(o, &built, n, first);
}

int command_train(const Options *o)
{
    return o->gradcheck ? run_trainer(o, PROGRAM_CHECK, "--gradcheck")
                        : run_trainer(o, PROGRAM_TRAIN, NULL);
}

int command_eval(const Options *o)
{
    return run_trainer(o, PROGRAM_TRAIN, "--eval");
}

int command_infer(const Options *o)
{
    Driver d;
    Program *p;
    Built built;
    int status;

    if (!open_model(&d, o, &p, &status))
        return status;
    if ((status = program_make(&d, PROGRAM_INFER, is_quiet(o), &built)) != 0)
        return status;
    return become(o, &built, 0, NULL);
}
