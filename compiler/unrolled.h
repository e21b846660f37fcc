/* unrolled.h: how much of a model's C is written out. */
#ifndef NNC_UNROLLED_H
#define NNC_UNROLLED_H

#include <stdbool.h>

/* The most multiply-adds of vectors in one file: with more, C compilers take
 * minutes and memory without bound. */
enum { UNROLLED_LIMIT = 65536 };

/* Whether the C keeps the limit; otherwise prints the figure and the largest
 * function. Only --unroll=full and large N come near it. */
bool unrolled_check(const char *c);

#endif
