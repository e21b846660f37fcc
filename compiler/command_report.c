/* command_report.c: `nnc report`. */
#include "commands.h"
#include "report.h"

int command_report(const Options *o)
{
    Diag *diag = diag_new(o->arena);
    Driver d;

    if (!driver_open(&d, o, diag, o->files.at[0]))
        return diag_errors(diag) ? driver_status(&d) : 2;
    return report_model(&d);
}
