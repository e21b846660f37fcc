/* In file order the rows of a tensor follow each other. */
#include "nn_states.h"

#include <stdlib.h>

#include "nn_layout.h"
#include "nn_mem.h"

static bool is_carried(const nn_param *p)
{
    return p->kind == NN_CARRIED;
}

bool nn_states_open(nn_states *s, const nn_model *m, int rows, nn_error *e)
{
    *s = (nn_states){0};
    for (int i = 0; i < m->param_count; i++)
        if (is_carried(&m->params[i]))
            s->size += nn_layout_count(&m->params[i]) / rows;
    if (!nn_alloc(&s->places, (size_t)(s->size * rows), sizeof *s->places,
                  "states", e))
        return false;
    int64_t *at = s->places;
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < m->param_count; i++) {
            const nn_param *p = &m->params[i];
            int64_t share = is_carried(p) ? nn_layout_count(p) / rows : 0;
            for (int64_t k = 0; k < share; k++)
                *at++ = p->offset + nn_layout_place(p, row * share + k);
        }
    return true;
}

void nn_states_close(nn_states *s)
{
    free(s->places);
}

void nn_states_keep(const nn_states *s, const nn_real *params, int row,
                    nn_real *kept)
{
    const int64_t *places = s->places + row * s->size;
    for (int64_t i = 0; i < s->size; i++)
        kept[i] = params[places[i]];
}

void nn_states_give(const nn_states *s, const nn_real *kept, int row,
                    nn_real *params)
{
    const int64_t *places = s->places + row * s->size;
    for (int64_t i = 0; i < s->size; i++)
        params[places[i]] = kept[i];
}
