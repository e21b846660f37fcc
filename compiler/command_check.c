/* command_check.c: `nnc check`: all mistakes of models, as text or JSON. */
#include <stdio.h>

#include "commands.h"
#include "driver.h"

/* The pipeline runs as well, because some limits show only there. */
static bool check_file(const Options *o, Diag *diag, const char *path)
{
    Driver d;
    Model m;

    return driver_open(&d, o, diag, path) &&
           driver_model(&d, WANT_ALL, &m, NULL);
}

int command_check(const Options *o)
{
    Diag *all = diag_new(o->arena);
    int status = 0;

    for (int i = 0; i < o->files.n; i++) {
        Diag *diag = o->json ? all : diag_new(o->arena);

        status |= !check_file(o, diag, o->files.at[i]);
        if (!o->json)
            diag_print(diag, stderr, false);
    }
    if (o->json)
        diag_print(all, stdout, true);
    return status;
}
