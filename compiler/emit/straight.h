/* straight.h: tiny networks as straight-line code; see straight.c. */
#ifndef NNC_EMIT_STRAIGHT_H
#define NNC_EMIT_STRAIGHT_H

#include "emit/emit.h"

/* Whether an entry is small enough, and all its operators known. */
bool straight_fits(const Plan *plan);

/* Whether many rows are done sooner so, one each in the lanes of a vector,
 * than in tiles; the plan's graph is that of one row. */
bool straight_fits_rows(const Plan *plan, const Target *target);

/* The entry as one kernel; takes the place of fuse and all behind it. */
Plan *straight(Plan *plan);

/* Whether the plan is that one function. */
bool straight_is(const Plan *plan);

/* The function, and its call in the entry for a row (the C of its number; NULL:
 * the only one); with `spare` outputs may be missing. */
void emit_straight(Emit *e, const Plan *plan);
void emit_straight_call(Emit *e, const Plan *plan, const char *row, bool spare);

#endif
