/* A place is a sum over axes of something that depends on that axis's index
 * alone; so one table an axis holds what each index adds. */
#include "nn_layout.h"

#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"

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

typedef struct {
    const nn_param *p;
    int64_t *add[NN_MAX_RANK]; /* what each index of an axis adds */
    int64_t *block;
} places;

static bool open_places(places *t, const nn_param *p, nn_error *e)
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
            *at++ = part_of_place(p, axis, i);
    }
    return true;
}

/* Lists the places of the last axis's values at `index` of the others, and
 * so on inwards. */
static int64_t *list(const places *t, int axis, int64_t base, int64_t *out)
{
    if (axis == t->p->rank) {
        *out = base;
        return out + 1;
    }
    const int64_t *add = t->add[axis];
    int64_t n = t->p->shape[axis];
    if (axis + 1 < t->p->rank) {
        for (int64_t i = 0; i < n; i++)
            out = list(t, axis + 1, base + add[i], out);
        return out;
    }
    for (int64_t i = 0; i < n; i++)
        *out++ = base + add[i];
    return out;
}

bool nn_layout_places(const nn_param *p, int64_t *out, nn_error *e)
{
    places t;
    int64_t count = nn_layout_count(p);
    if (p->piece_count == 0) {
        for (int64_t i = 0; i < count; i++)
            out[i] = i;
        return true;
    }
    if (!open_places(&t, p, e))
        return false;
    if (count > 0)
        list(&t, 0, 0, out);
    free(t.block);
    return true;
}

static bool get_places(const nn_param *p, int64_t **out, nn_error *e)
{
    size_t count = (size_t)nn_layout_count(p);
    if (!nn_alloc(out, count, sizeof **out, p->name, e))
        return false;
    if (nn_layout_places(p, *out, e))
        return true;
    free(*out);
    return false;
}

bool nn_layout_to_file(const nn_param *p, const nn_real *packed, nn_real *file,
                       nn_error *e)
{
    int64_t *place, count = nn_layout_count(p);
    if (!get_places(p, &place, e))
        return false;
    for (int64_t i = 0; i < count; i++)
        file[i] = packed[place[i]];
    free(place);
    return true;
}

bool nn_layout_from_file(const nn_param *p, const nn_real *file,
                         nn_real *packed, nn_error *e)
{
    int64_t *place, count = nn_layout_count(p);
    if (!get_places(p, &place, e))
        return false;
    for (int64_t i = 0; i < count; i++)
        packed[place[i]] = file[i];
    free(place);
    return true;
}
