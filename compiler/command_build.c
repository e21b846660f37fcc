/* command_build.c: `nnc build`: DIR/NAME-train and DIR/NAME-infer, each with
 * its C beside it; with --keep their sources alone; or a library or a page. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/pack.h"
#include "commands.h"
#include "export/python.h"
#include "keep.h"
#include "nn_say.h"
#include "output.h"
#include "page.h"
#include "programs.h"
#include "report.h"
#include "sources.h"

static bool copy(Arena *arena, const char *from, const char *to, bool runs)
{
    size_t size;
    const char *text = str_read_file(arena, from, &size);

    if (text)
        return output_write(to, text, size, runs);
    nn_say(stderr, "nnc: cannot read %s: %s\n", from, strerror(errno));
    return false;
}

static void put_file(FILE *stream, const void *path)
{
    FILE *from = fopen(path, "rb");
    char part[1 << 16];

    for (size_t n; from && (n = fread(part, 1, sizeof part, from)) > 0;)
        fwrite(part, 1, n, stream);
    if (from)
        fclose(from);
}

/* The bytes that the C names stand beside it. */
static bool install_bytes(const Driver *d, const Program *p, const char *bytes,
                          const char *folder)
{
    const char *to =
        arena_printf(d->arena, "%s/%s", folder, str_base_name(bytes));

    return output_allowed(d, p, to) && output_fill(to, put_file, bytes, false);
}

/* " for neon (AArch64 ...)", or "" where programs run here. */
static const char *whose(const Driver *d)
{
    const Target *target = target_find(d->code.target);

    return target_foreign(target) ? arena_printf(d->arena, " for %s (%s)",
                                                 target->name, target->about)
                                  : "";
}

static bool install(const Driver *d, const Program *p, const Built *built,
                    const char *folder)
{
    Arena *a = d->arena;
    const char *dot = strcmp(folder, ".") == 0 ? "" : "/";
    const char *to =
        arena_printf(a, "%s%s%s", *dot ? folder : "", dot, built->name);
    const char *c_file = arena_printf(a, "%s.c", to);
    const char *made = arena_printf(a, "%s%s", to, built->ending);

    if (!output_allowed(d, p, c_file) || !output_allowed(d, p, made) ||
        !copy(a, built->c_file, c_file, false) ||
        !copy(a, built->path, made, true) ||
        (built->bytes && !install_bytes(d, p, built->bytes, folder)))
        return false;
    nn_say(stdout, "%s, compiled from %s%s\n", made, c_file, whose(d));
    return true;
}

/* A program, compiled or only written. */
static int make(Driver *d, Keep *keep, ProgramKind kind)
{
    const Options *o = d->options;
    Built built;
    int status;

    if (o->keep)
        return keep_add(keep, kind);
    status = program_make(d, kind, false, &built);
    if (status != 0)
        return status;
    return !install(d, keep->program, &built, o->output ? o->output : ".");
}

/* Why a model gets no trainer, or NULL. */
static const char *no_trainer(const Options *o, const Program *p)
{
    if (o->weights)
        return "--weights";
    if (o->infer_only)
        return "--infer-only";
    if (!p->has_loss)
        return "it has no `loss`";
    return p->has_data ? NULL : "it has no `data`";
}

/* Both programs, or what there is of them. */
static int make_all(Driver *d, const Program *p)
{
    const Options *o = d->options;
    Keep keep = {.driver = d, .program = p, .folder = o->keep};
    const char *why = no_trainer(o, p);
    int status = 0;

    if (!why)
        status = make(d, &keep, PROGRAM_TRAIN);
    if (status == 0 && p->outputs.n == 0)
        printf("%s gets no %s-infer: it has no `output`\n", p->name, p->name);
    else if (status == 0)
        status = make(d, &keep, PROGRAM_INFER);
    if (status == 0 && why)
        printf("%s gets no %s-train: %s\n", p->name, p->name, why);
    if (status == 0 && keep.texts.n > 0)
        status = keep_write(&keep);
    for (int i = 0; i < keep.texts.n; i++)
        driver_close(&keep.texts.at[i].model);
    return status;
}

static bool write_text(const Driver *d, const Program *p, const char *name,
                       const char *text)
{
    const char *folder = d->options->output ? d->options->output : ".";
    const char *to = arena_printf(d->arena, "%s/%s", folder, name);

    return output_allowed(d, p, to) &&
           output_write(to, text, strlen(text), false);
}

/* The headers of the face, which are the same for all models. */
static bool write_headers(const Driver *d, const Program *p)
{
    static const char *const names[] = {"nn_session.h", "nn_model.h",
                                        "nn_param.h"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!write_text(d, p, names[i], sources_text(d->arena, names[i])))
            return false;
    return true;
}

static bool write_python(const Driver *d, const Program *p)
{
    const char *text = str_replace(d->arena, pack_find("templates/session.py"),
                                   "$MODEL", p->name);

    return write_text(d, p, arena_printf(d->arena, "%s.py", p->name), text);
}

static int make_shared(Driver *d, const Program *p)
{
    bool python = d->options->python;
    Keep none = {.driver = d, .program = p};
    int status;

    if (python && !python_importable(p->name)) {
        nn_say(stderr,
               "nnc: Python has the name %s itself, so that %s.py cannot be "
               "imported: give the model another name\n",
               p->name, p->name);
        return 1;
    }
    status = make(d, &none, PROGRAM_SHARED);
    if (status != 0)
        return status;
    return !write_headers(d, p) || (python && !write_python(d, p));
}

/* Whether the target, where one is given, has files and a shell to run
 * programs. */
static bool has_programs(const Options *o)
{
    const Target *target = target_find(o->code.target ? o->code.target : "");

    return !target || !target->clang;
}

static const char *why_no_library(const Options *o)
{
    return o->keep ? "--keep writes the sources of programs: leave out "
                     "--shared and --python"
           : o->weights
               ? "a library loads its weights at run time: leave out --weights"
               : NULL;
}

static const char *why_no_page(const Options *o)
{
    const char *target = o->code.target;
    bool native = !target || strcmp(target, "native") == 0;

    return o->shared || o->python
               ? "--html makes a page and no library: leave out --shared and "
                 "--python"
           : o->keep ? "--html writes a single file: leave out --keep"
           : !native && has_programs(o)
               ? "a page runs WebAssembly: leave out --target"
               : NULL;
}

/* Flags that mean nothing together; a message where there are any. */
static bool flags_agree(const Options *o)
{
    const Target *target = target_find(o->code.target); /* NULL: native */
    const char *why =
        o->keep && o->output
            ? "--keep writes sources and -o programs: give one of them"
        : o->html                ? why_no_page(o)
        : !has_programs(o)       ? "WebAssembly runs in pages: say --html, or "
                                   "write C for it with `nnc compile`"
        : target && target->bare ? program_bare(o->arena, target)
        : o->shared || o->python ? why_no_library(o)
                                 : NULL;

    if (why)
        nn_say(stderr, "nnc: %s\n", why);
    return !why;
}

int command_build(const Options *o)
{
    const char *folder = o->output ? o->output : ".";
    Diag *diag = diag_new(o->arena);
    Driver d;
    Program *p;
    int status;

    if (!flags_agree(o))
        return 2;
    if (!driver_open(&d, o, diag, o->files.at[0]) || !(p = driver_program(&d)))
        return diag_errors(diag) ? driver_status(&d) : 2;
    driver_status(&d);
    if (!o->keep && !output_folder(o->arena, folder))
        return 1;
    status = o->html                  ? page_make(&d, p)
             : o->shared || o->python ? make_shared(&d, p)
                                      : make_all(&d, p);
    if (status == 0 && o->report)
        status = report_model(&d);
    return status;
}
