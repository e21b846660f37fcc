/* How fast memory is read, measured. */
#ifndef NN_READING_H
#define NN_READING_H

#include <stddef.h>

#include "nn_thread.h"

/* The least seconds in which a pool's threads (NULL: this one) read so many
 * bytes, each its own part, again and again: from the cache that they fit in,
 * or from memory. `processor` is that of nn_peak_measure. Takes some
 * milliseconds. False with a message where there is no memory. */
bool nn_reading_measure(const char *processor, nn_pool *pool, size_t bytes,
                        double *seconds, nn_error *e);

#endif
