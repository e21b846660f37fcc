/* straight.h: tiny networks as straight-line code; see straight.c. */
#ifndef NNC_EMIT_STRAIGHT_H
#define NNC_EMIT_STRAIGHT_H

#include "emit/emit.h"

/* Whether an entry is small enough, and all its operators known. */
bool straight_fits(const Plan *plan);

/* The entry as one kernel; takes the place of fuse and all behind it. */
Plan *straight(Plan *plan);

/* The function, and its call in the entry. */
void emit_straight(Emit *e, const Plan *plan);
void emit_straight_call(Emit *e, const Plan *plan);

#endif
