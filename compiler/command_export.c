/* command_export.c: `nnc export`: a model as a program of another framework.
 */
#include <stdio.h>
#include <string.h>

#include "base/quote.h"
#include "commands.h"
#include "export/python.h"
#include "exported.h"
#include "given.h"
#include "nn_say.h"
#include "output.h"

/* Whether all went well so far, and the file may be written. */
static bool may_write(Driver *d, const Export *e)
{
    return !driver_status(d) && output_allowed(d, e->a, e->file);
}

static int write_python(Driver *d, const Export *e)
{
    const char *text = export_pytorch(e);

    if (!may_write(d, e) || !output_write(e->file, text, strlen(text), false))
        return 1;
    nn_say(stdout, "%s is written\n", e->file);
    return 0;
}

static int write_onnx(Driver *d, Export *e, Program *p)
{
    Weights w;
    nn_error error = {""};
    bool good;

    if (!export_onnx_fits(e))
        return driver_status(d);
    e->given = given_open(&w, p, d->options->weights, false, &error);
    if (!e->given) {
        driver_complain(d, p, d->options->weights, error.text);
        return driver_status(d);
    }
    good = may_write(d, e) &&
           output_fill(e->file, export_onnx_write, export_onnx(e), false);
    weights_close(&w);
    if (good)
        nn_say(stdout, "%s is written\n", e->file);
    return good ? 0 : 1;
}

static bool hides_module(Arena *arena, const char *path)
{
    const char *name = str_base_name(path);

    return python_module(arena_copy(arena, name, strlen(name) - 3));
}

/* Why the flags mean nothing together, or NULL. */
static const char *flags_wrong(const Options *o)
{
    const char *ending = o->onnx ? ".onnx" : ".py";

    if (o->pytorch == o->onnx)
        return "export: as what? write: nnc export --pytorch MODEL.nn, or "
               "nnc export --onnx MODEL.nn --weights FILE";
    if (o->onnx && !o->weights)
        return "--onnx needs --weights: a file that training has saved";
    if (o->pytorch && o->weights)
        return "--weights is for --onnx; Python loads weights when it runs";
    if (o->output && (!str_ends(o->output, ending) ||
                      strcmp(str_base_name(o->output), ending) == 0))
        return arena_printf(o->arena, "-o %s: the name of %s file ends in %s",
                            quote_text(o->arena, o->output),
                            o->onnx ? "an ONNX" : "a Python", ending);
    return NULL;
}

static int refused(const char *why)
{
    nn_say(stderr, "nnc: %s\n", why);
    return 2;
}

int command_export(const Options *o)
{
    Diag *diag = diag_new(o->arena);
    Export e = {.file = o->output};
    const char *wrong = flags_wrong(o);
    Driver d;
    Program *p;

    if (wrong)
        return refused(wrong);
    if (!driver_open(&d, o, diag, o->files.at[0]))
        return diag_errors(diag) ? driver_status(&d) : 2;
    p = exported_open(&d, &e);
    if (!p)
        return driver_status(&d);
    if (o->onnx)
        return write_onnx(&d, &e, p);
    if (hides_module(o->arena, e.file))
        return refused(arena_printf(o->arena,
                                    "%s would hide the module of this name "
                                    "from PyTorch: name another file with -o",
                                    quote_text(o->arena, e.file)));
    return write_python(&d, &e);
}
