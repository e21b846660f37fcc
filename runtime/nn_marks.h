/* Where some of the items of a file begin, in order: from there to any other
 * it is read. */
#ifndef NN_MARKS_H
#define NN_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include "nn_error.h"

typedef struct {
    uint64_t item, offset; /* in the file */
    uint32_t line;         /* where the file has lines that count */
} nn_mark;

/* All 0 where there is none; list is malloc'ed. */
typedef struct {
    nn_mark *list;
    size_t count, room;
} nn_marks;

/* Adds the mark, but where the last one is near. */
bool nn_marks_add(nn_marks *m, nn_mark mark, nn_error *e);

/* The last mark that is not behind the item; there must be one. */
const nn_mark *nn_marks_before(const nn_marks *m, uint64_t item);

#endif
