/* parts.h: how kernels are divided among threads.
 *
 * Only independent results are, and sizes alone decide into how many parts, so
 * that any number of threads gives the same bits. */
#ifndef NNC_EMIT_PARTS_H
#define NNC_EMIT_PARTS_H

#include "emit/emit.h"

/* For `work` elements in `turns` that can be divided: 1 where it does not
 * pay. */
int parts_of(int64_t work, int64_t turns);

/* Of a kernel without a tile. */
int parts_plain(const Plan *plan, const Kernel *k, const Target *target);

/* The first of n turns that a part does, or (end) the first that it does not:
 * a literal where there is one part. */
const char *parts_bound(Arena *arena, int parts, int64_t n, bool end);

/* The units of a tile that a part does, as its arguments from and to. */
const char *parts_units(Arena *arena, int parts, int units);

#endif
