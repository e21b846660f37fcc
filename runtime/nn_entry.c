/* Looks through a model's table of entries. */
#include "nn_entry.h"

/* Whether a batch of a serves `rows` rows better than one of b. */
static int is_better(int a, int b, int rows)
{
    return b < rows ? a > b : a >= rows && a < b;
}

const nn_entry *nn_entry_find(const nn_model *m, nn_kind kind, int rows)
{
    const nn_entry *found = NULL;
    for (int i = 0; i < m->entry_count; i++) {
        const nn_entry *e = &m->entries[i];
        if (e->kind == kind &&
            (found == NULL || is_better(e->batch, found->batch, rows)))
            found = e;
    }
    return found;
}

int nn_entry_rows(const nn_model *m)
{
    int most = 0;
    for (int i = 0; i < m->entry_count; i++)
        most = m->entries[i].batch > most ? m->entries[i].batch : most;
    return most;
}

size_t nn_entry_workspace(const nn_model *m)
{
    size_t most = 0;
    for (int i = 0; i < m->entry_count; i++) {
        size_t bytes = m->entries[i].workspace;
        most = bytes > most ? bytes : most;
    }
    return most;
}
