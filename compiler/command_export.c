/* command_export.c: `nnc export`: a model as a program of another framework.
 *
 * What is written runs at any number of rows: the model is elaborated for two
 * of them, and where sizes differ, the batch is one. */
#include <stdio.h>
#include <string.h>

#include "base/quote.h"
#include "commands.h"
#include "export/export.h"
#include "export/form.h"
#include "nn_say.h"
#include "output.h"

/* The program for so many rows; NULL with errors in d's diag. */
static const Program *elaborated(Driver *d, Options *o, int rows)
{
    o->batch = rows;
    d->options = o;
    d->rows = rows;
    return driver_program(d);
}

static int write_program(Driver *d, const Options *o, const Export *e)
{
    const char *text = export_pytorch(e);

    d->options = o;
    driver_status(d);
    if (!text)
        return 1;
    if (!output_allowed(d, e->a, e->file) ||
        !output_write(e->file, text, strlen(text), false))
        return 1;
    nn_say(stdout, "%s is written\n", e->file);
    return 0;
}

static int refused(const Options *o, const char *why)
{
    nn_say(stderr, "nnc: %s\n", why);
    return o ? 2 : 1;
}

int command_export(const Options *o)
{
    Diag *diag = diag_new(o->arena), *again = diag_new(o->arena);
    Options rows = *o;
    Export e = {.arena = o->arena, .diag = diag, .file = o->output};
    Driver d;

    if (!o->pytorch)
        return refused(o, "export: as what? write: nnc export --pytorch "
                          "MODEL.nn");
    if (o->output && !str_ends(o->output, ".py"))
        return refused(o, arena_printf(o->arena,
                                       "-o %s: the name of a Python file ends "
                                       "in .py",
                                       quote_text(o->arena, o->output)));
    if (!driver_open(&d, o, diag, o->files.at[0]))
        return diag_errors(diag) ? driver_status(&d) : 2;
    e.a = elaborated(&d, &rows, ROWS_A);
    if (!e.a)
        return driver_status(&d);
    d.diag = again; /* it says the same */
    e.b = elaborated(&d, &rows, ROWS_B);
    d.diag = diag;
    if (!e.file)
        e.file = arena_printf(o->arena, "%s.py", e.a->name);
    return write_program(&d, o, &e);
}
