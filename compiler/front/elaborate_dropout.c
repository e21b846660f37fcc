/* elaborate_dropout.c: masks of dropout.
 *
 * Padding changes no mask: an axis that it makes longer counts from where each
 * row begins. In a cell the steps of the loop are such an axis too. */
#include "front/extent.h"

/* Counts an axis of the mask, in front of whose axes are a loop's steps, from
 * where rows of x begin. False: that is known in the loop alone. */
static bool count_from(const Elab *e, Dropout *d, const Extent *x, int axis)
{
    if (!x)
        return true;
    d->axes |= 1U << axis;
    d->begin[d->n++] = x->begin->node;
    return x->begin->graph == e->top;
}

/* What all rows share is dropped for all of them, by the step of the batch. */
static bool count_axes(const Elab *e, Dropout *d, const Value *v)
{
    int more = e->scan ? 2 : 1;

    return !v->rows ||
           (count_from(e, d, e->scan ? e->scan->extent : NULL, 0) &&
            count_from(e, d, v->extent, more + axes_find(&v->axes, "time")) &&
            count_from(e, d, v->columns, more + axes_features(&v->axes)));
}

Value *lower_dropout(Elab *e, Call *call)
{
    Value *v = call->in[0];
    Dropout d = {.rate = call->arg.at[0]->number, .stream = ++e->drops};
    Node *node;
    Message *m;

    if (!elab_real(e, call, 0))
        return e->poison;
    if (!count_axes(e, &d, v)) {
        m = elab_error(e, call->site.span,
                       "which steps hold here is known within the cell alone");
        diag_help(m,
                  "compute the value over time that `%s` takes in front of "
                  "the cell",
                  call->name);
        return e->poison;
    }
    node = elab_node(e, v);
    if (elab_training(e) && d.rate > 0)
        node = make_dropout(e->graph, e->scan ? e->scan->loop : NULL, node, &d);
    return elab_like(e, node, v);
}
