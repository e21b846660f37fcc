/* vec.c: the one function behind vec_push: doubles an array in its arena. */
#include "base/vec.h"

#include <limits.h>

#include "base/bug.h"

void *vec_room(Arena *arena, void *at, int n, int *cap, size_t size)
{
    size_t old = (size_t)*cap * size;

    if (n < *cap)
        return at;
    if (*cap > INT_MAX / 2)
        nnc_bug("an array grows beyond %d elements", *cap);
    *cap = *cap ? 2 * *cap : 8;
    return arena_grow(arena, at, old, (size_t)*cap * size);
}
