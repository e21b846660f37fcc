/* Marks lie a few KiB apart, so that they take less than a hundredth of the
 * file, and what is read from one to an item is read at once. */
#include "nn_marks.h"

#include "nn_mem.h"

enum { EVERY = 4096 };

bool nn_marks_add(nn_marks *m, nn_mark mark, nn_error *e)
{
    if (m->count > 0 && mark.offset < m->list[m->count - 1].offset + EVERY)
        return true;
    if (!nn_grow(&m->list, &m->room, m->count + 1, sizeof *m->list, e))
        return false;
    m->list[m->count++] = mark;
    return true;
}

const nn_mark *nn_marks_before(const nn_marks *m, uint64_t item)
{
    size_t low = 0, high = m->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (m->list[middle].item <= item)
            low = middle;
        else
            high = middle;
    }
    return &m->list[low];
}
