/* predict.h: the C of a model that has its weights in its text. */
#ifndef NNC_EMIT_PREDICT_H
#define NNC_EMIT_PREDICT_H

#include "emit/emit.h"

/* The types that kernels need, where no header has them. */
void emit_types(Text *out);

/* Takes the names at file level, which callers know, before tensors get theirs.
 */
void emit_predict_names(Emit *e);

/* The functions for one row, and what a header says of them. */
void emit_predict(Emit *e, const Plan *plan);
void emit_predict_prototypes(Emit *e, const Plan *plan);

#endif
