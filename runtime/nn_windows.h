/* The windows of a data set: how they follow each other, and which belong to
 * which part. */
#ifndef NN_WINDOWS_H
#define NN_WINDOWS_H

#include "nn_dataset.h"

/* Sets window, stride, ahead and reach from the tensors' transforms. False,
 * with a message, where those differ. */
bool nn_windows_find(nn_dataset *d, nn_error *e);

/* Rows that a window and what lies ahead of it span. */
int64_t nn_windows_span(const nn_dataset *d);

/* Whether window number `item`, or row, belongs to a part. A window does to
 * that of its last row, unless steps of its target are those of a later part,
 * too: what is measured there has not been trained on. */
bool nn_windows_in(const nn_dataset *d, nn_part part, int64_t item);

/* How many of so many windows belong to no part because of that, and to this
 * one otherwise. */
int64_t nn_windows_shared(const nn_dataset *d, nn_part part, int64_t items);

#endif
