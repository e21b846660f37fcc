/* given.h: what a weights file holds, for an ONNX file. */
#ifndef NNC_GIVEN_H
#define NNC_GIVEN_H

#include "emit/weights.h"
#include "export/export.h"

/* Reads a weights file for a program as elaborated, which no pass has seen yet;
 * tensors that have no layout get row-major ones. `alone` leaves out what is
 * done to data: rows are those that the network computes with. *w holds the
 * numbers until weights_close. NULL with a message. */
const Given *given_open(Weights *w, Program *p, const char *path, bool alone,
                        nn_error *e);

#endif
