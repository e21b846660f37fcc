/* contest.c: what must be there before anything can be timed; see contest.h. */
#include "contest.h"

#include <stdio.h>
#include <string.h>

#include "base/pack.h"
#include "emit/emit.h"
#include "export/export.h"
#include "exported.h"
#include "given.h"
#include "nn_say.h"
#include "output.h"
#include "process.h"

/* The path of a file in the contest's folder. */
static const char *file_in(const Contest *c, const char *name)
{
    return arena_printf(c->o->arena, "%s/%s", c->folder, name);
}

int contest_make(Contest *c, int batch, bool timed, Ours *ours)
{
    const Options *own = c->driver->options;
    Options options = *own;
    ProgramText text = {0};
    int status;

    options.batch = batch;
    options.infer_only = !own->train;
    c->driver->options = &options;
    c->driver->rows = batch;
    c->driver->code.timed = timed;
    status = program_make(c->driver, PROGRAM_BENCH, false, &ours->built);
    if (status == 0)
        status = program_write(c->driver, PROGRAM_BENCH, &text);
    c->driver->code.timed = false;
    c->driver->options = own;
    ours->model = text.model;
    ours->batch = batch;
    return status;
}

static bool write(const Contest *c, const char *name, const char *text)
{
    return output_write(file_in(c, name), text, strlen(text), false);
}

/* Whether a file is for any of the peers. */
static bool needed(const Contest *c, bool onnx, bool trains)
{
    for (int i = 0; i < c->peers.n; i++)
        if (c->peers.at[i]->onnx == onnx && !c->lacks[i] &&
            (!trains || c->peers.at[i]->trains))
            return true;
    return false;
}

static void lacking(Contest *c, bool onnx)
{
    for (int i = 0; i < c->peers.n; i++)
        if (c->peers.at[i]->onnx == onnx && !c->lacks[i])
            c->lacks[i] = "the model cannot be exported for it, see above";
}

static bool write_onnx(const Contest *c, Export *e, Program *p)
{
    const void *onnx;
    nn_error error = {""};
    Weights w;
    bool good;

    if (!export_onnx_fits(e))
        return false;
    e->given = given_open(&w, p, c->weights, true, &error);
    if (!e->given) {
        driver_complain(c->driver, p, c->weights, error.text);
        return false;
    }
    onnx = export_onnx(e);
    good = output_fill(file_in(c, e->file), export_onnx_write, onnx, false);
    weights_close(&w);
    return good;
}

static bool write_pytorch(const Contest *c, const Export *e)
{
    const char *text = export_pytorch(e);

    return text && write(c, "model.py", text);
}

/* Elaborates anew, since that is another state of the program. False where
 * there is no such file; why has been printed. */
static bool export_to(const Contest *c, const char *file, bool loss)
{
    Export e = {.file = file, .loss = loss};
    Diag *own = c->driver->diag;
    Program *p;
    bool good;

    c->driver->diag = diag_new(c->o->arena);
    p = exported_open(c->driver, &e);
    good = p &&
           (str_ends(file, ".onnx") ? write_onnx(c, &e, p)
                                    : write_pytorch(c, &e)) &&
           !diag_errors(c->driver->diag);
    driver_status(c->driver);
    c->driver->diag = own;
    return good;
}

bool contest_export(Contest *c)
{
    static const char *const texts[] = {"bench.py", "bench_jax.py",
                                        "computed.py"};

    if (needed(c, false, false) && !export_to(c, "model.py", false))
        lacking(c, false);
    if (needed(c, true, false) && !export_to(c, "model.onnx", false))
        lacking(c, true);
    if (c->o->train && needed(c, true, true) &&
        !export_to(c, "loss.onnx", true))
        lacking(c, true);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!write(
                c, texts[i],
                pack_find(arena_printf(c->o->arena, "templates/%s", texts[i]))))
            return false;
    return true;
}

static const char *computed(const Contest *c, int batch)
{
    return file_in(c,
                   arena_printf(c->o->arena, "computed-%d.safetensors", batch));
}

static const char *number(const Contest *c, int n)
{
    return arena_printf(c->o->arena, "%d", n);
}

static const char *const *words(const Contest *c, const char *const *from)
{
    int n = 0;
    const char **copy;

    while (from[n])
        n++;
    copy = NEWN(c->o->arena, const char *, n + 1);
    memcpy(copy, from, (size_t)n * sizeof *copy);
    return copy;
}

/* What a program has said, where it failed. */
static void show(const Contest *c, const char *log)
{
    size_t size;
    const char *text = str_read_file(c->o->arena, log, &size);

    nn_say(stderr, "%s", text ? text : "");
}

bool contest_compute(Contest *c, const Ours *ours)
{
    const char *saved = file_in(c, "weights.safetensors");
    const char *const argv[] = {ours->built.path,
                                "--rows",
                                number(c, ours->batch),
                                "--keep",
                                computed(c, ours->batch),
                                c->weights ? "--weights" : "--save",
                                c->weights ? c->weights : saved,
                                NULL};
    Process p = {.argv = argv, .log = file_in(c, "log")};

    if (!process_run(&p, 1)) {
        show(c, p.log);
        return false;
    }
    if (!c->weights)
        c->weights = saved;
    return true;
}

static Contender our_own(const Contest *c, const Ours *ours, int threads)
{
    const char *const argv[] = {ours->built.path,
                                "--rows",
                                number(c, ours->batch),
                                "--threads",
                                number(c, threads),
                                c->weights ? "--weights" : NULL,
                                c->weights,
                                NULL};

    return (Contender){
        .name = "nnc", .argv = words(c, argv), .log = file_in(c, "log-nnc")};
}

/* What a peer is called by; `last` is a further word, or NULL. */
static const char *const *peer_words(const Contest *c, int i, int batch,
                                     int threads, const char *last)
{
    const char *const argv[] = {c->python ? c->python : "",
                                "-B",
                                "-W",
                                "ignore",
                                file_in(c, "bench.py"),
                                c->peers.at[i]->name,
                                c->weights,
                                computed(c, batch),
                                number(c, batch),
                                number(c, threads),
                                last,
                                NULL};

    return words(c, argv);
}

static Contender peer(const Contest *c, int i, int batch, int threads)
{
    const char *name = c->peers.at[i]->name;

    return (Contender){
        .name = name,
        .argv = peer_words(c, i, batch, threads, NULL),
        .why = c->lacks[i],
        .log = file_in(c, arena_printf(c->o->arena, "log-%s", name))};
}

void contest_convert(const Contest *c, int batch)
{
    Arena *a = c->o->arena;

    for (int i = 0; i < c->peers.n; i++) {
        Process p = {.argv = peer_words(c, i, batch, 1, "convert"),
                     .log = file_in(c, "log")};

        if (c->lacks[i] || !c->peers.at[i]->converts || process_run(&p, 1))
            continue;
        c->lacks[i] = contender_words(a, p.log);
    }
}

Contender *contest_enter(const Contest *c, const Ours *ours, int threads)
{
    Contender *all = NEWN(c->o->arena, Contender, c->peers.n + 1);

    all[0] = our_own(c, ours, threads);
    for (int i = 0; i < c->peers.n; i++)
        all[i + 1] = peer(c, i, ours->batch, threads);
    return all;
}
