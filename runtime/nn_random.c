/* The source `random`: rows that a formula makes, for demonstrations and
 * speed. Numbers for f32, ids for classes and tokens. */
#include "nn_mem.h"
#include "nn_rng.h"
#include "nn_table.h"

static double draw_number(const nn_draws *d, nn_stream s, uint64_t index)
{
    if (d->draw == NN_DRAW_NORMAL)
        return nn_rng_normal(s, index);
    double low = d->low, high = d->high;
    if (low == 0 && high == 0)
        high = 1;
    return low + (high - low) * nn_rng_uniform(s, index);
}

/* Windows are cut from a series of rows as wide as one step. */
static int64_t width_of(const nn_request *r)
{
    int64_t width = r->tensor->values;
    for (int i = 0; i < r->flow->transform_count; i++) {
        const nn_transform *t = &r->flow->transforms[i];
        if (t->kind == NN_WINDOWS && width % t->length == 0)
            width /= t->length;
    }
    return width;
}

static bool read_random(nn_table *t, const nn_request *r, nn_error *e)
{
    const nn_draws *d = &r->flow->draws;
    const nn_tensor *tensor = r->tensor;
    nn_stream s = {d->seed, NN_FOR_DATA, (uint32_t)r->flow->tensor};
    int64_t width = width_of(r);
    *t = (nn_table){.rows = d->rows, .width = width, .cell = NN_CELL_F64};
    if (d->rows < 1 || d->rows > INT32_MAX)
        return nn_fail(e, "random makes 1 to %d rows", INT32_MAX);
    size_t count = (size_t)d->rows * (size_t)width;
    if (!nn_alloc(&t->owned[0], count, sizeof(double), "random", e))
        return false;
    double *cells = t->owned[0];
    for (uint64_t i = 0; i < count; i++)
        if (tensor->type == NN_F32)
            cells[i] = draw_number(d, s, i);
        else
            cells[i] = (double)((uint64_t)nn_rng_word(s, i) *
                                    (uint64_t)tensor->classes >>
                                32);
    t->cells = t->owned[0];
    return true;
}

const nn_reader nn_random = {.name = "random", .read = read_random};
