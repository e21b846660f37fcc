/* vec.c: the one function behind vec_push: doubles an array in its arena. */
#include "base/vec.h"

#include <limits.h>
#include <string.h>

#include "base/diag.h"

void *vec_room(Arena *arena, void *at, int n, int *cap, size_t size)
{
    void *grown;

    if (n < *cap)
        return at;
    if (*cap > INT_MAX / 2)
        nnc_bug("an array grows beyond %d elements", *cap);
    *cap = *cap ? 2 * *cap : 8;
    grown = arena_array(arena, (size_t)*cap, size);
    if (n)
        memcpy(grown, at, (size_t)n * size);
    return grown;
}
