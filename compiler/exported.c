/* exported.c: see exported.h.
 *
 * What is written runs at any number of rows: the model is elaborated for two
 * of them, and where sizes differ, the batch is one. */
#include "exported.h"

#include "export/form.h"

/* The program for so many rows; NULL with errors in d's diag. */
static const Program *elaborated(Driver *d, int rows)
{
    const Options *own = d->options;
    Options options = *own;
    const Program *p;

    options.batch = rows;
    d->options = &options;
    d->rows = rows;
    p = driver_program(d);
    d->options = own;
    return p;
}

bool exported_open(Driver *d, Export *e)
{
    Diag *own = d->diag;

    e->arena = d->arena;
    e->diag = own;
    e->a = elaborated(d, ROWS_A);
    if (!e->a)
        return false;
    d->diag = diag_new(d->arena); /* it says the same */
    e->b = elaborated(d, ROWS_B);
    d->diag = own;
    if (!e->file)
        e->file = arena_printf(d->arena, "%s.py", e->a->name);
    return true;
}
