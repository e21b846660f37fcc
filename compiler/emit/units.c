/* units.c: the units of values as tables of nn_unit; see units.h. */
#include "emit/units.h"

/* Whether any value has a unit. */
static bool has_unit(const UnitRuns *runs)
{
    for (int i = 0; i < runs->n; i++)
        if (runs->at[i].input >= 0)
            return true;
    return false;
}

void emit_units(Text *out, const char *name, int i, const UnitRuns *runs)
{
    if (!has_unit(runs))
        return;
    text_printf(out, "\nstatic const nn_unit %s_%d[%d] = {\n", name, i,
                runs->n);
    for (int k = 0; k < runs->n; k++) {
        const UnitRun *r = &runs->at[k];
        text_printf(out,
                    "    {.count = %lld, .tensor = %d, .first = %lld, .step = "
                    "%lld},\n",
                    (long long)r->count, r->input + 1, (long long)r->first,
                    (long long)r->step);
    }
    text_add(out, "};\n");
}

void emit_units_field(Text *out, const char *name, int i, const UnitRuns *runs)
{
    if (has_unit(runs))
        text_printf(out, ",\n        .units = %s_%d, .unit_count = %d", name, i,
                    runs->n);
}
