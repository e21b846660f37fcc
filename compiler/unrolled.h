/* unrolled.h: how much of a model's C is written out. */
#ifndef NNC_UNROLLED_H
#define NNC_UNROLLED_H

#include "pass/backend.h"

/* The most statements in one file: with more, C compilers take minutes and
 * memory without bound. */
enum { UNROLLED_LIMIT = 65536 };

/* Whether the C keeps the limit, which holds where --unroll asks for more than
 * the cost models do; otherwise prints the figure and the largest function. */
bool unrolled_check(const char *c, const CodeOptions *options);

#endif
