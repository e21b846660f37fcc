/* command_bench.c: `nnc bench`: how fast the user's model is on the user's
 * machine, alone or beside peers that compute the same.
 *
 * Each contender is a process of its own, so that start-up, memory and threads
 * are its own, too; they run in turn on the same processors. Peers get the
 * model as our exporters write it, with our weights and rows, and take part
 * where their results are ours. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/version.h"
#include "commands.h"
#include "contest.h"
#include "folder.h"
#include "interpreter.h"
#include "keeper.h"
#include "nn_clock.h"
#include "nn_say.h"
#include "nn_thread.h"
#include "output.h"

/* Whether the file of --csv or --svg is called so; a message otherwise. */
static bool is_kind(const Options *o, const char *kind, const char *path)
{
    if (!path || str_ends(path, arena_printf(o->arena, ".%s", kind)))
        return true;
    nn_say(stderr, "nnc: --%s %s: the name of its file ends in .%s\n", kind,
           path, kind);
    return false;
}

/* The lists of the command line; false with a message. */
static bool read_lists(const Options *o, Contest *c, Counts *batches,
                       Counts *threads)
{
    Arena *a = o->arena;
    const char *rows = o->batches ? o->batches : "1,64";
    const char *many = o->threads ? o->threads : "1";

    return peers_parse(a, o->against, &c->peers) &&
           counts_parse(a, "--batch", rows, INT_MAX, batches) &&
           counts_parse(a, "--threads", many, NN_THREADS_MOST, threads);
}

/* What each peer lacks of Python. */
static void look_for_peers(Contest *c)
{
    Arena *a = c->o->arena;
    const char *name = interpreter_name(c->o);

    c->lacks = NEWN(a, const char *, c->peers.n + 1);
    c->python = c->peers.n ? interpreter_find(c->o) : NULL;
    for (int i = 0; i < c->peers.n; i++) {
        const Peer *p = c->peers.at[i];

        if (!c->python)
            c->lacks[i] = arena_printf(
                a, "there is no %s: install Python, then pip install %s", name,
                p->packages);
        else if (!interpreter_has(a, c->python, p->modules))
            c->lacks[i] = arena_printf(a, "not installed: %s -m pip install %s",
                                       name, p->packages);
        c->incomplete = c->incomplete || c->lacks[i];
    }
}

/* The size of NAME-infer and how long it takes to make. */
static int measure_build(Contest *c)
{
    Driver d = *c->driver;
    Entrant *e = &c->bench.entrants[0];
    struct stat s;
    double start;
    Built built;
    int status;

    if (c->program->outputs.n == 0)
        return 0;
    status = program_make(&d, PROGRAM_INFER, false, &built); /* the runtime */
    d.anew = true;
    start = nn_clock_now();
    if (status == 0)
        status = program_make(&d, PROGRAM_INFER, false, &built);
    e->build = nn_clock_now() - start;
    if (status == 0 && stat(built.path, &s) == 0)
        e->size = (double)s.st_size;
    return status;
}

/* nnc and the peers, before anything is known of them. */
static void open_bench(Contest *c)
{
    Arena *a = c->o->arena;
    Bench *b = &c->bench;

    *b = (Bench){.arena = a,
                 .model = c->program->name,
                 .file = c->o->files.at[0],
                 .target = c->driver->code.target,
                 .n = 1 + c->peers.n};
    b->entrants = NEWN(a, Entrant, b->n);
    b->entrants[0] = (Entrant){.name = "nnc", .version = NNC_VERSION};
    for (int i = 0; i < c->peers.n; i++)
        b->entrants[i + 1] =
            (Entrant){.name = c->peers.at[i]->name, .version = ""};
}

/* Of every batch our program, with what it computes for peers to compare. */
static int make_ready(Contest *c, const Counts *batches, Ours *ours)
{
    int status = 0;

    for (int i = 0; status == 0 && i < batches->n; i++) {
        status = contest_make(c, batches->at[i], false, &ours[i]);
        if (status == 0 && !contest_compute(c, &ours[i]))
            status = 1;
    }
    if (status == 0 && c->peers.n && !contest_export(c))
        status = 1;
    for (int i = 0; status == 0 && i < batches->n; i++)
        contest_convert(c, batches->at[i]);
    return status != 0 ? status : measure_build(c);
}

static int run_all(Contest *c, const Counts *batches, const Counts *threads,
                   const Ours *ours)
{
    nn_say(stdout, "%s of %s, for %s; %s times each\n", c->program->name,
           c->o->files.at[0], c->bench.target,
           "the least and the median of 12");
    for (int t = 0; t < threads->n; t++)
        for (int i = 0; i < batches->n; i++)
            if (!contest_run(c, &ours[i], threads->at[t], i == batches->n - 1))
                return 1;
    bench_tell_costs(&c->bench);
    return c->o->kernels ? contest_kernels(c, batches) : 0;
}

static int write_files(Contest *c)
{
    const Options *o = c->o;

    return !(
        (!o->csv || output_fill(o->csv, bench_write_csv, &c->bench, false)) &&
        (!o->svg || output_fill(o->svg, bench_write_svg, &c->bench, false)));
}

/* A peer that was asked for by its name is missed. */
static int missed(const Contest *c)
{
    bool named = c->o->against && strcmp(c->o->against, "all") != 0;

    for (int i = 0; named && i < c->bench.n; i++)
        if (c->bench.entrants[i].lost)
            return 1;
    return 0;
}

/* Whether there is a file of the weights that are named; a message otherwise.
 * What everyone reads is a file: a pipe gives its weights once. */
static bool hold_weights(Contest *c)
{
    Arena *a = c->o->arena;
    const char *from = c->weights, *text;
    struct stat s;
    size_t size;

    if (!from)
        return true;
    if (stat(from, &s) != 0) {
        driver_complain(
            c->driver, c->program, from,
            arena_printf(a, "cannot open %s: %s", from, strerror(errno)));
        return driver_status(c->driver) == 0;
    }
    if (!S_ISFIFO(s.st_mode))
        return true;
    c->weights = arena_printf(a, "%s/weights.safetensors", c->folder);
    text = str_read_file(a, from, &size);
    if (text && size > 0)
        return output_write(c->weights, text, size, false);
    nn_say(stderr, "nnc: %s: %s\n", from,
           text ? "nothing came out of this pipe: --weights takes a file"
                : strerror(errno));
    return false;
}

static int contest(Contest *c, const Counts *batches, const Counts *threads)
{
    Ours *ours = NEWN(c->o->arena, Ours, batches->n);
    Keeper keeper;
    int status;

    keeper_start(&keeper, c->folder);
    status = hold_weights(c) ? make_ready(c, batches, ours) : 1;
    if (status == 0)
        status = run_all(c, batches, threads, ours);
    if (status == 0)
        status = write_files(c);
    for (int i = 0; i < batches->n; i++)
        if (ours[i].model.program)
            driver_close(&ours[i].model);
    keeper_end(&keeper, false);
    if (c->incomplete)
        fputs("nnc: " INTERPRETER_OTHER "\n", stderr);
    return status != 0 ? status : missed(c);
}

/* Whether a file can be written when all has been timed; there may be none. */
static bool may_write(const Driver *d, const Program *p, const char *path)
{
    if (!path)
        return true;
    if (access(str_folder(d->arena, path), W_OK | X_OK) == 0)
        return output_allowed(d, p, path);
    nn_say(stderr, "nnc: cannot write %s: %s\n", path, strerror(errno));
    return false;
}

/* Whether the flags fit the model; a message otherwise. */
static bool fits(const Driver *d, const Program *p)
{
    const Options *o = d->options;

    if (o->train && !p->has_loss) {
        nn_say(stderr,
               "nnc: --train: the model %s has no `loss`, so it cannot be "
               "trained: add one, or leave out --train\n",
               p->name);
        return false;
    }
    return may_write(d, p, o->csv) && may_write(d, p, o->svg);
}

int command_bench(const Options *o)
{
    Diag *diag = diag_new(o->arena);
    Counts batches = {0}, threads = {0};
    Driver d;
    Contest c = {.o = o, .driver = &d, .weights = o->begin};

    if (!is_kind(o, "csv", o->csv) || !is_kind(o, "svg", o->svg) ||
        !read_lists(o, &c, &batches, &threads))
        return 2;
    if (!program_runs(o) || !driver_open(&d, o, diag, o->files.at[0]) ||
        !(c.program = driver_program(&d)))
        return diag_errors(diag) ? driver_status(&d) : 2;
    driver_status(&d);
    if (!fits(&d, c.program) || !(c.folder = folder_own(o->arena, "bench")))
        return 1;
    look_for_peers(&c);
    open_bench(&c);
    return contest(&c, &batches, &threads);
}
