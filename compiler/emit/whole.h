/* whole.h: kernels without loops, for --unroll=full. */
#ifndef NNC_EMIT_WHOLE_H
#define NNC_EMIT_WHOLE_H

#include "base/str.h"

enum { WHOLE_MOST = 1500 }; /* statements of one function */

/* What became of a kernel's loops. */
typedef enum Whole {
    WHOLE_NOT,     /* nothing was asked for */
    WHOLE_WRITTEN, /* straight-line code */
    WHOLE_PARTLY,  /* some functions are too large, or loops not literal */
} Whole;

/* Writes out all loops with literal bounds in the functions that were written
 * to `out` since it had `start` bytes, where a function then has WHOLE_MOST
 * statements at most. A kernel with one part gets it written in: tiles lose
 * their parameters from and to. */
Whole whole_write(Text *out, size_t start, int parts);

#endif
