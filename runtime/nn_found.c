/* A list that grows; every tensor has a block of its own, which stays. */
#include "nn_found.h"

#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_tensors.h"

static int64_t values_of(int rank, const int64_t *shape)
{
    int64_t n = 1;
    for (int i = 0; i < rank; i++)
        n *= shape[i];
    return n;
}

nn_real *nn_found_add(nn_found *f, const char *kind, const char *name, int rank,
                      const int64_t *shape, nn_error *e)
{
    nn_text text = {0};
    nn_finding made = {.rank = rank};
    size_t n = (size_t)values_of(rank, shape);
    nn_text_print(&text, "%s.%s", kind, name);
    memcpy(made.shape, shape, (size_t)rank * sizeof *shape);
    if (text.failed ||
        !nn_grow(&f->rows, &f->room, f->count + 1, sizeof *f->rows, e) ||
        !nn_alloc(&made.values, n, sizeof *made.values, name, e)) {
        free(text.bytes);
        return NULL;
    }
    made.name = text.bytes;
    f->rows[f->count++] = made;
    return made.values;
}

nn_real *nn_found_batch(nn_found *f, const char *kind, const nn_tensor *t,
                        int rows, nn_error *e)
{
    int64_t shape[NN_MAX_RANK] = {rows};
    memcpy(shape + 1, t->shape, (size_t)t->rank * sizeof *shape);
    return nn_found_add(f, kind, t->name, t->rank + 1, shape, e);
}

bool nn_found_save(const nn_found *f, const char *path, nn_error *e)
{
    nn_saving s;
    if (!nn_saving_open(&s, path, e))
        return false;
    for (size_t i = 0; i < f->count; i++)
        nn_saving_name(&s, f->rows[i].name, f->rows[i].rank, f->rows[i].shape);
    if (!nn_saving_header(&s, e))
        return false;
    for (size_t i = 0; i < f->count; i++)
        nn_saving_values(&s, f->rows[i].values,
                         values_of(f->rows[i].rank, f->rows[i].shape));
    return nn_saving_finish(&s, e);
}

void nn_found_close(nn_found *f)
{
    for (size_t i = 0; i < f->count; i++) {
        free(f->rows[i].name);
        free(f->rows[i].values);
    }
    free(f->rows);
    *f = (nn_found){0};
}
