/* Which rows belong to which part. */
#ifndef NN_SPLIT_H
#define NN_SPLIT_H

#include <stdint.h>

#include "nn_data.h"
#include "nn_error.h"

/* Moves rows of part_of (n < 2^32 bytes of nn_part, now NN_TRAIN or already
 * elsewhere) from NN_TRAIN to `part`, as `split` says. A share is one of all
 * n rows, rounded down, or of each class where ids (n of them, 0..classes-1)
 * are given; ids may be NULL. The draw depends on seed, part and class. Does
 * nothing for NN_SPLIT_NONE and NN_SPLIT_SOURCES. */
bool nn_split_rows(uint8_t *part_of, int64_t n, nn_part part,
                   const nn_split *split, uint64_t seed, const int32_t *ids,
                   int64_t classes, nn_error *e);

#endif
