/* beams.h: whether a model's beam search finds the most probable text. */
#ifndef TESTS_E2E_BEAMS_H
#define TESTS_E2E_BEAMS_H

#include "drive.h"

/* Whether all texts of this input can be counted out. */
bool beams_fit(const nn_tensor *x);

/* With as many texts held as there are, by the entry that goes on from call to
 * call, each says what the entry for whole rows says of it, and the text that
 * is found is the best of all; input x is written, and d is as at the beginning
 * of its rows. */
bool beams_agree(drive *d, int x, int32_t stop);

#endif
