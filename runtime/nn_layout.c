/* A place is a sum over axes of something that depends on that axis's index
 * alone; so one table an axis holds what each index adds. Values are visited
 * in pieces of a row of the file. Between two pieces moves the axis whose
 * neighbours lie side by side when packed, so that what is read and what is
 * written both stay in the cache:
 *
 *     file      a a a a . . .      packed    a b c d
 *               b b b b                      a b c d
 *               c c c c                      a b c d
 *               d d d d                      a b c d
 */
#include "nn_layout.h"

#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"

enum { PIECE = 256 }; /* values; a kilobyte of each row at a time */

int64_t nn_layout_count(const nn_param *p)
{
    int64_t count = 1;
    for (int i = 0; i < p->rank; i++)
        count *= p->shape[i];
    return count;
}

int64_t nn_layout_largest(const nn_model *m)
{
    int64_t largest = 1;
    for (int i = 0; i < m->param_count; i++) {
        int64_t count = nn_layout_count(&m->params[i]);
        largest = count > largest ? count : largest;
    }
    return largest;
}

/* What index `index` of `axis` adds to the place. */
static int64_t part_of_place(const nn_param *p, int axis, int64_t index)
{
    int64_t sum = 0;
    for (int i = 0; i < p->piece_count; i++) {
        const nn_piece *q = &p->pieces[i];
        if (q->axis == axis)
            sum += index / q->div % q->size * q->stride;
    }
    return sum;
}

int64_t nn_layout_place(const nn_param *p, int64_t index)
{
    int64_t place = 0;
    if (p->piece_count == 0)
        return index;
    for (int axis = p->rank - 1; axis >= 0; axis--) {
        place += part_of_place(p, axis, index % p->shape[axis]);
        index /= p->shape[axis];
    }
    return place;
}

typedef struct {
    const nn_param *p;
    int64_t *add[NN_MAX_RANK]; /* what each index of an axis adds */
    int64_t *block;
} places;

/* The table of the first axis begins with index `first`. */
static bool open_places(places *t, const nn_param *p, int64_t first,
                        nn_error *e)
{
    int64_t total = 1;
    *t = (places){.p = p};
    for (int axis = 0; axis < p->rank; axis++)
        total += p->shape[axis];
    if (!nn_alloc(&t->block, (size_t)total, sizeof *t->block, p->name, e))
        return false;
    int64_t *at = t->block;
    for (int axis = 0; axis < p->rank; axis++) {
        t->add[axis] = at;
        for (int64_t i = 0; i < p->shape[axis]; i++)
            *at++ = part_of_place(p, axis, axis == 0 ? first + i : i);
    }
    return true;
}

/* The axes from .. to - 1 in file order, with the place they add up to. */
typedef struct {
    const places *t;
    int from, to;
    int64_t count, place, index[NN_MAX_RANK];
} axes;

static axes open_axes(const places *t, int from, int to)
{
    axes a = {.t = t, .from = from, .to = to, .count = 1};
    for (int axis = from; axis < to; axis++) {
        a.count *= t->p->shape[axis];
        a.place += t->p->shape[axis] > 0 ? t->add[axis][0] : 0;
    }
    return a;
}

static void next(axes *a)
{
    for (int axis = a->to - 1; axis >= a->from; axis--) {
        const int64_t *add = a->t->add[axis];
        int64_t old = a->index[axis]++;
        if (a->index[axis] == a->t->p->shape[axis])
            a->index[axis] = 0;
        a->place += add[a->index[axis]] - add[old];
        if (a->index[axis] > 0)
            return;
    }
}

/* `count` values from `first` on; value i lies at base + add[i]. */
typedef void visit(void *context, int64_t first, int count, int64_t base,
                   const int64_t *add);

/* The axis to move along between pieces: one with neighbours side by side
 * that is not the last; -1: none. */
static int moving_axis(const nn_param *p)
{
    for (int i = 0; i < p->piece_count; i++)
        if (p->pieces[i].stride == 1 && p->pieces[i].size > 1)
            return p->pieces[i].axis < p->rank - 1 ? p->pieces[i].axis : -1;
    return -1;
}

/* Visits the values of all axes from `moving` on, at `row` times their count
 * in the file and at `base` when packed. */
static void visit_plane(const places *t, int moving, int64_t row, int64_t base,
                        visit *take, void *context)
{
    int64_t add[PIECE];
    int64_t moves = moving < 0 ? 1 : t->p->shape[moving];
    axes inner = open_axes(t, moving + 1, t->p->rank);
    for (int64_t at = 0; at < inner.count; at += PIECE) {
        int64_t left = inner.count - at;
        int count = left < PIECE ? (int)left : PIECE;
        for (int i = 0; i < count; i++, next(&inner))
            add[i] = inner.place;
        for (int64_t i = 0; i < moves; i++)
            take(context, (row * moves + i) * inner.count + at, count,
                 base + (moving < 0 ? 0 : t->add[moving][i]), add);
    }
}

/* Visits p, which may be some rows of a parameter from row `first` on. */
static bool visit_all(const nn_param *p, int64_t first, visit *take,
                      void *context, nn_error *e)
{
    places t;
    int moving = moving_axis(p);
    if (!open_places(&t, p, first, e))
        return false;
    axes outer = open_axes(&t, 0, moving < 0 ? 0 : moving);
    for (int64_t row = 0; row < outer.count; row++, next(&outer))
        visit_plane(&t, moving, row, outer.place, take, context);
    free(t.block);
    return true;
}

typedef struct {
    nn_layout_source *source;
    void *context;
    nn_real *packed;
} filling;

static void fill(void *context, int64_t first, int count, int64_t base,
                 const int64_t *add)
{
    const filling *f = context;
    nn_real values[PIECE];
    f->source(f->context, first, count, values);
    for (int i = 0; i < count; i++)
        f->packed[base + add[i]] = values[i];
}

bool nn_layout_fill(const nn_param *p, nn_layout_source *source, void *context,
                    nn_real *packed, nn_error *e)
{
    filling f = {source, context, packed};
    int64_t count = nn_layout_count(p), row = count / nn_layout_rows(p);
    if (p->piece_count == 0)
        source(context, 0, count, packed);
    else if (!visit_all(p, 0, fill, &f, e))
        return false;
    for (int64_t i = 0; p->padding && i < row; i++)
        packed[nn_layout_place(p, i)] = 0;
    return true;
}

typedef struct {
    const nn_real *values;
} memory;

static void copy_values(void *context, int64_t first, int64_t count,
                        nn_real *values)
{
    const memory *file = context;
    memcpy(values, file->values + first, (size_t)count * sizeof *values);
}

bool nn_layout_from_file(const nn_param *p, const nn_real *file,
                         nn_real *packed, nn_error *e)
{
    memory m = {file};
    return nn_layout_fill(p, copy_values, &m, packed, e);
}

typedef struct {
    const nn_real *packed;
    nn_real *file;
} gathering;

static void gather(void *context, int64_t first, int count, int64_t base,
                   const int64_t *add)
{
    const gathering *g = context;
    for (int i = 0; i < count; i++)
        g->file[first + i] = g->packed[base + add[i]];
}

int64_t nn_layout_rows(const nn_param *p)
{
    return p->rank > 0 ? p->shape[0] : 1;
}

bool nn_layout_rows_to_file(const nn_param *p, int64_t first, int64_t count,
                            const nn_real *packed, nn_real *file, nn_error *e)
{
    gathering g = {packed, file};
    nn_param part = *p;
    if (p->rank > 0)
        part.shape[0] = count;
    int64_t values = nn_layout_count(&part);
    if (p->piece_count > 0)
        return visit_all(&part, first, gather, &g, e);
    if (values > 0)
        memcpy(file, packed + first * (values / count),
               (size_t)values * sizeof *file);
    return true;
}

bool nn_layout_to_file(const nn_param *p, const nn_real *packed, nn_real *file,
                       nn_error *e)
{
    return nn_layout_rows_to_file(p, 0, nn_layout_rows(p), packed, file, e);
}
