/* What preprocessing has learned, as notes of a weights file: for each input
 * and target that has something, "nnc.data.NAME" with a JSON object of
 * "mean" and "deviation", "labels", or "words"; "missing", the means of what is
 * missing; "fields" and "columns": how many columns the training file had,
 * and which were taken. */
#ifndef NN_LEARNED_H
#define NN_LEARNED_H

#include "nn_prep.h"
#include "nn_tensors.h"

bool nn_learned_save(nn_saving *s, const nn_prep *preps, int count,
                     nn_error *e);

/* Loads into preps that nn_prep_open has opened and that have learned
 * nothing. A file that lacks what a transform needs is refused; one without
 * columns leaves them unknown. */
bool nn_learned_load(const nn_tensors *t, const char *path, nn_prep *preps,
                     int count, nn_error *e);

/* Fills an empty prep with what the file says of its tensor, whatever that
 * is. False where that cannot be read. */
bool nn_learned_peek(const nn_tensors *t, nn_prep *p);

#endif
