/* Whether this machine can run what the compiler made. */
#ifndef NN_PROCESSOR_H
#define NN_PROCESSOR_H

#include "nn_error.h"
#include "nn_model.h"

/* A message where the processor lacks what model->processor needs. */
bool nn_processor_check(const nn_model *m, nn_error *e);

#endif
