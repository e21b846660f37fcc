/* Rows from the caller's arrays into the buffers of a batch, checked and
 * prepared as those of files are, and outputs back. */
#include <stdio.h>
#include <string.h>

#include "nn_session_own.h"

static bool put_ids(nn_session *s, int i, int64_t first, int rows,
                    const int32_t *ids)
{
    const nn_tensor *t = &s->model->inputs[i];
    for (int64_t k = 0; k < rows * t->values; k++)
        if (ids[k] < 0 || ids[k] >= t->classes)
            return nn_fail(&s->error,
                           "%s: row %lld is %lld; it must be from 0 to %lld",
                           t->name, (long long)(first + k / t->values + 1),
                           (long long)ids[k], (long long)t->classes - 1);
    memcpy(s->buffers[i], ids, (size_t)(rows * t->values) * sizeof *ids);
    return true;
}

/* Floats as the rows of a table, which what prepares numbers takes. */
static bool put_numbers(nn_session *s, int i, int64_t first, int rows,
                        const float *x)
{
    const nn_prep *p = &s->preps[i];
    const nn_tensor *t = p->tensor;
    char name[200];
    nn_table table = {.rows = rows,
                      .width = t->values,
                      .cell = NN_CELL_F64,
                      .cells = (unsigned char *)s->cells,
                      .lines = s->lines,
                      .counted = true,
                      .path = name,
                      .owned = {s->cells}};
    snprintf(name, sizeof name, "%s", t->name);
    for (int row = 0; row < rows; row++)
        s->lines[row] = (uint32_t)(first + row + 1);
    for (int64_t k = 0; k < rows * t->values; k++)
        s->cells[k] = (double)x[k];
    if (!s->prepared)
        nn_prep_fill(p, &table);
    if (!nn_table_check_range(&table, p->scale, p->shift, p->period, &s->error))
        return false;
    for (int row = 0; row < rows; row++)
        nn_table_row(&table, row, p->scale, p->shift, p->period,
                     (nn_real *)s->buffers[i] + row * t->values);
    return true;
}

bool nn_session_put(nn_session *s, int count, int64_t first, int rows,
                    const void *const *inputs)
{
    for (int i = 0; i < count; i++) {
        const nn_tensor *t = &s->model->inputs[i];
        int64_t at = first * t->values;
        if (inputs[i] == NULL)
            return nn_fail(&s->error, "%s is not given: its array is NULL",
                           t->name);
        if (t->type == NN_F32
                ? !put_numbers(s, i, first, rows, (const float *)inputs[i] + at)
                : !put_ids(s, i, first, rows, (const int32_t *)inputs[i] + at))
            return false;
    }
    return true;
}

void nn_session_take(const nn_session *s, int64_t first, int rows,
                     float *const *outputs)
{
    for (int i = 0; i < s->model->output_count; i++) {
        int64_t values = s->model->outputs[i].values;
        for (int64_t k = 0; outputs[i] != NULL && k < rows * values; k++)
            outputs[i][first * values + k] = (float)nn_unit_undo(
                s->ways[i][k % values], (double)s->outputs[i][k]);
    }
}
