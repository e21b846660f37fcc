/* shape.c: small questions about shapes. */
#include "ir/shape.h"

#include <stdarg.h>

#include "base/diag.h"

int64_t shape_count(const Shape *s)
{
    int64_t count = 1;

    for (int i = 0; i < s->rank; i++)
        if (__builtin_mul_overflow(count, s->dim[i], &count))
            nnc_bug("a value has more elements than 64 bits can count");
    return count;
}

bool shape_equal(const Shape *a, const Shape *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dim[i] != b->dim[i])
            return false;
    return true;
}

Shape shape_of(int rank, ...)
{
    Shape s = {.rank = rank};
    va_list args;

    va_start(args, rank);
    for (int i = 0; i < rank; i++)
        s.dim[i] = va_arg(args, int64_t);
    va_end(args);
    return s;
}

Shape shape_ones(int rank)
{
    Shape s = {.rank = rank};

    for (int i = 0; i < rank; i++)
        s.dim[i] = 1;
    return s;
}

Shape shape_prepend(int64_t size, const Shape *s)
{
    Shape r = {.rank = s->rank + 1, .dim = {size}};

    if (r.rank > MAX_RANK)
        nnc_bug("a value of rank %d has no room for another axis", s->rank);
    for (int i = 0; i < s->rank; i++)
        r.dim[i + 1] = s->dim[i];
    return r;
}

Shape shape_rest(const Shape *s)
{
    Shape r = {.rank = s->rank - 1};

    for (int a = 0; a < r.rank; a++)
        r.dim[a] = s->dim[a + 1];
    return r;
}

void shape_index(const Shape *s, int64_t i, int64_t *index)
{
    for (int a = s->rank - 1; a >= 0; a--) {
        index[a] = i % s->dim[a];
        i /= s->dim[a];
    }
}
