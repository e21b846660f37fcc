/* exported.c: see exported.h.
 *
 * What is written runs at any number of rows: the model is elaborated for two
 * of them, and where sizes differ, the batch is one. */
#include "exported.h"

#include "export/form.h"

/* The program for so many rows; NULL with errors in d's diag. */
static Program *elaborated(Driver *d, int rows)
{
    const Options *own = d->options;
    Options options = *own;
    Program *p;

    options.batch = rows;
    d->options = &options;
    d->rows = rows;
    p = driver_program(d);
    d->options = own;
    return p;
}

Program *exported_open(Driver *d, Export *e)
{
    Diag *own = d->diag;
    Program *p = elaborated(d, ROWS_A);

    e->arena = d->arena;
    e->diag = own;
    e->a = p;
    if (!p)
        return NULL;
    d->diag = diag_new(d->arena); /* it says the same */
    e->b = elaborated(d, ROWS_B);
    d->diag = own;
    if (!e->file)
        e->file = arena_printf(d->arena, d->options->onnx ? "%s.onnx" : "%s.py",
                               p->name);
    return p;
}
