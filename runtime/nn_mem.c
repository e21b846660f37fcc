/* Every size that comes from a file or a table passes through here, so that
 * a product that does not fit is refused with its numbers. */
#ifdef __linux__
#define _DEFAULT_SOURCE /* for madvise */
#include <sys/mman.h>
#endif
#include "nn_mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, LARGE_PAGE = 2 << 20 };

/* count * size, rounded up; 0: more than fits. */
static size_t bytes_of(size_t count, size_t size)
{
    if (size > 0 && count > (SIZE_MAX - ALIGNMENT) / size)
        return 0;
    size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return bytes > 0 ? bytes : ALIGNMENT;
}

/* A block of many megabytes begins at a large page and asks for such ones,
 * which the system gives to those that ask: a product that reads each weight
 * once else waits for the addresses of its pages half of its time. */
static void *block_of(size_t bytes)
{
#ifdef MADV_HUGEPAGE
    size_t pages = bytes / LARGE_PAGE;
    if (pages >= 4) {
        void *p = aligned_alloc(LARGE_PAGE, (pages + 1) * LARGE_PAGE);
        if (p != NULL)
            madvise(p, pages * LARGE_PAGE, MADV_HUGEPAGE);
        return p;
    }
#endif
    return aligned_alloc(ALIGNMENT, bytes);
}

bool nn_reserve(void *block, size_t count, size_t size, const char *what,
                nn_error *e)
{
    size_t bytes = bytes_of(count, size);
    if (bytes == 0)
        return nn_fail(e, "%s: %zu times %zu bytes is more than fits", what,
                       count, size);
    void *p = block_of(bytes);
    if (p == NULL)
        return nn_fail(e, "%s: no memory for %zu bytes", what, bytes);
    memcpy(block, &p, sizeof p);
    return true;
}

bool nn_alloc(void *block, size_t count, size_t size, const char *what,
              nn_error *e)
{
    void *p;
    if (!nn_reserve(block, count, size, what, e))
        return false;
    memcpy(&p, block, sizeof p);
    memset(p, 0, bytes_of(count, size));
    return true;
}

bool nn_grow(void *block, size_t *room, size_t needed, size_t size, nn_error *e)
{
    void *old, *p;
    if (needed <= *room)
        return true;
    size_t to = *room < 8 ? 16 : *room * 2;
    to = to < needed ? needed : to;
    if (to > SIZE_MAX / 2 / size)
        return nn_fail(e, "%zu times %zu bytes is more than fits", to, size);
    memcpy(&old, block, sizeof old);
    p = realloc(old, to * size);
    if (p == NULL)
        return nn_fail(e, "no memory for %zu bytes", to * size);
    memcpy(block, &p, sizeof p);
    *room = to;
    return true;
}

static bool text_room(nn_text *t, size_t more)
{
    nn_error e;
    if (!t->failed &&
        !nn_grow(&t->bytes, &t->room, t->length + more + 1, 1, &e))
        t->failed = true;
    return !t->failed;
}

void nn_text_add(nn_text *t, const char *bytes, size_t length)
{
    if (!text_room(t, length))
        return;
    if (length > 0)
        memcpy(t->bytes + t->length, bytes, length);
    t->length += length;
    t->bytes[t->length] = 0;
}

void nn_text_print(nn_text *t, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int length = vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (length < 0 || !text_room(t, (size_t)length))
        return;
    va_start(list, format);
    vsnprintf(t->bytes + t->length, (size_t)length + 1, format, list);
    va_end(list);
    t->length += (size_t)length;
}
