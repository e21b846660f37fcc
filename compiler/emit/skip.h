/* skip.h: steps of a loop over time that no row has. */
#ifndef NNC_EMIT_SKIP_H
#define NNC_EMIT_SKIP_H

#include "emit/emit.h"

/* Writes, for a SCAN that may leave steps out, NAME_holds(f, t, end), whether
 * some row has a step from t to end, and NAME_skip(f), which does what step
 * f->t does where none has it. False where there is nothing to leave out. */
bool emit_skip(Emit *e, const Kernel *k);

#endif
