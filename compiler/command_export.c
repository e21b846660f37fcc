/* command_export.c: `nnc export`: a model as a program of another framework. */
#include <stdio.h>
#include <string.h>

#include "base/quote.h"
#include "commands.h"
#include "export/python.h"
#include "exported.h"
#include "nn_say.h"
#include "output.h"

static int write_program(Driver *d, const Export *e)
{
    const char *text = export_pytorch(e);

    driver_status(d);
    if (!text)
        return 1;
    if (!output_allowed(d, e->a, e->file) ||
        !output_write(e->file, text, strlen(text), false))
        return 1;
    nn_say(stdout, "%s is written\n", e->file);
    return 0;
}

static bool hides_module(Arena *arena, const char *path)
{
    const char *name = str_base_name(path);

    return python_module(arena_copy(arena, name, strlen(name) - 3));
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
    Driver d;

    if (!o->pytorch)
        return refused("export: as what? write: nnc export --pytorch "
                       "MODEL.nn");
    if (o->output && (!str_ends(o->output, ".py") ||
                      strcmp(str_base_name(o->output), ".py") == 0))
        return refused(arena_printf(o->arena,
                                    "-o %s: the name of a Python file ends "
                                    "in .py",
                                    quote_text(o->arena, o->output)));
    if (!driver_open(&d, o, diag, o->files.at[0]))
        return diag_errors(diag) ? driver_status(&d) : 2;
    if (!exported_open(&d, &e))
        return driver_status(&d);
    if (hides_module(o->arena, e.file))
        return refused(arena_printf(o->arena,
                                    "%s would hide the module of this name "
                                    "from PyTorch: name another file with -o",
                                    quote_text(o->arena, e.file)));
    return write_program(&d, &e);
}
