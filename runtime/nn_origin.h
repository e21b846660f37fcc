/* Weights that fit and yet come from elsewhere. */
#ifndef NN_ORIGIN_H
#define NN_ORIGIN_H

#include "nn_prep.h"
#include "nn_tensors.h"

/* Tells on standard error, a line each, what differs between this model with
 * its preprocessing (one prep for each input and target, learned or loaded)
 * and the one that wrote the weights file: name, version, what was done to
 * the data, labels. Says nothing of files that other programs wrote. Returns
 * the number of lines. */
int nn_origin_tell(const nn_model *m, const nn_tensors *t, const char *path,
                   const nn_prep *preps, int count);

/* False where the file has other words for an input or target than these: its
 * weights are those of its own words. A file that notes none is taken. */
bool nn_origin_check_words(const nn_tensors *t, const char *path,
                           const nn_prep *preps, int count, nn_error *e);

#endif
