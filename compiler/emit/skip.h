/* skip.h: steps of a loop over time that no row has. */
#ifndef NNC_EMIT_SKIP_H
#define NNC_EMIT_SKIP_H

#include "emit/emit.h"

/* Writes, for a SCAN of the plan that may leave steps out, NAME_holds(f, t,
 * end), whether some row has a step from t to end, NAME_skip(f), which does
 * what step f->t does where none has it, and, where kernels stay within what is
 * there, NAME_range(f, rows, &first, &last). False where there is nothing to
 * leave out. */
bool emit_skip(Emit *e, const Plan *plan, const Kernel *k);

#endif
