/* model.h: a program's entries as a class of Python. */
#ifndef NNC_EXPORT_MODEL_H
#define NNC_EXPORT_MODEL_H

#include "export/export.h"
#include "export/read.h"

/* class Model: parameters, forward, loss and metrics. */
void model_class(Text *out, const Export *e);

/* "image, digit": the names of inputs, or of inputs and targets. */
const char *model_inputs(Arena *arena, const Program *p, bool targets);

#endif
