/* Tables of numbers are cut into windows here; those of text give windows as
 * their rows. */
#include "nn_windows.h"

/* The transform that cuts a sequence of targets, or NULL. */
static const nn_transform *targets_cut(const nn_dataset *d, int tensor)
{
    const nn_prep *p = &d->preps[tensor];
    const nn_table *t = &d->parts[NN_TRAIN].sources[tensor].table;
    if (t->cell == NN_CELL_WINDOW)
        return t->one ? NULL : nn_flow_transform(p->flow, NN_WINDOWS);
    return p->tensor->values == t->width ? NULL : p->window;
}

/* Windows whose targets overlap are no further from each other than this. */
static int64_t find_reach(const nn_dataset *d)
{
    int64_t reach = 0;
    for (int i = d->program->model->input_count; i < d->tensors; i++) {
        const nn_transform *w = targets_cut(d, i);
        int64_t stride = w != NULL && w->stride > 0 ? w->stride : d->stride;
        if (w != NULL && (w->length - 1) / stride > reach)
            reach = (w->length - 1) / stride;
    }
    return reach;
}

/* All tensors or none are windows; a target that is a window itself moves
 * on by whole windows, one value by one row. */
bool nn_windows_find(nn_dataset *d, nn_error *e)
{
    const nn_tensor *t = d->program->model->inputs;
    d->window = d->preps[0].window;
    d->stride = 1;
    for (int i = 0; i < d->tensors; i++) {
        const nn_prep *p = &d->preps[i];
        const nn_transform *w = p->window;
        int64_t width = d->parts[NN_TRAIN].sources[i].table.width;
        if ((w == NULL) != (d->window == NULL))
            return nn_fail(e, "%s is cut into windows and %s is not",
                           t[w == NULL ? 0 : i].name,
                           t[w == NULL ? i : 0].name);
        if (w == NULL)
            continue;
        if (w->length != d->window->length || w->ahead != d->window->ahead ||
            w->stride != d->window->stride)
            return nn_fail(e, "the windows of %s and %s differ", t[0].name,
                           t[i].name);
        if (p->flow->ahead)
            d->ahead = w->ahead;
        if (w->stride > 0)
            d->stride = w->stride;
        else if (p->flow->ahead && t[i].values != width)
            d->stride = w->length;
    }
    d->reach = find_reach(d);
    return true;
}

int64_t nn_windows_span(const nn_dataset *d)
{
    return d->window == NULL ? 1 : d->window->length + d->ahead;
}

static int part_of(const nn_dataset *d, int64_t item)
{
    return d->part_of[item * d->stride + nn_windows_span(d) - 1];
}

static bool is_shared(const nn_dataset *d, nn_part part, int64_t item)
{
    int64_t last = (d->rows - nn_windows_span(d)) / d->stride;
    int64_t from = item > d->reach ? item - d->reach : 0;
    int64_t to = item + d->reach < last ? item + d->reach : last;
    for (int64_t i = from; i <= to; i++)
        if (part_of(d, i) > (int)part)
            return true;
    return false;
}

bool nn_windows_in(const nn_dataset *d, nn_part part, int64_t item)
{
    return part_of(d, item) == (int)part && !is_shared(d, part, item);
}

int64_t nn_windows_shared(const nn_dataset *d, nn_part part, int64_t items)
{
    int64_t shared = 0;
    if (d->reach == 0 || (d->parts[part].own && part != NN_TRAIN))
        return 0;
    for (int64_t i = 0; i < items; i++)
        shared += part_of(d, i) == (int)part && is_shared(d, part, i);
    return shared;
}
