/* units.h: printing the units of values as the runtime's tables. */
#ifndef NNC_EMIT_UNITS_H
#define NNC_EMIT_UNITS_H

#include "base/str.h"
#include "ir/results.h"

/* The table NAME_i of units, and the fields of a row that names it; nothing
 * where no value has a unit of its own. */
void emit_units(Text *out, const char *name, int i, const UnitRuns *runs);
void emit_units_field(Text *out, const char *name, int i, const UnitRuns *runs);

#endif
