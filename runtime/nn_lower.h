/* Small letters for capitals, in any script and whatever the locale. */
#ifndef NN_LOWER_H
#define NN_LOWER_H

#include <stddef.h>

/* Writes the n bytes of a text in UTF-8 with small letters into `out`, which
 * has room for 3 * n / 2 + 1 of them, and returns how many these are. */
size_t nn_lower(const char *text, size_t n, char *out);

#endif
