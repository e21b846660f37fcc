/* elaborate_ops.c: builders that the rows of surface.def name.
 *
 * Each takes inputs and bound arguments of one call and appends nodes. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "front/extent.h"
#include "front/operand.h"

/* A function of numbers is a number. */
static Value *of_numbers(Elab *e, const Call *call)
{
    double x[3] = {0}, y;

    for (int i = 0; i < call->n_in; i++)
        x[i] = call->in[i]->number;
    y = op_table[call->form->op].value(x[0], x[1], x[2]);
    if (isfinite(y))
        return value_number(e->arena, y);
    return elab_poison(e, call->site.span,
                       "`%s` of %.15g is not a finite number", call->name,
                       x[0]);
}

Value *lower_map(Elab *e, Call *call)
{
    bool numbers = true;
    Value *y;

    for (int i = 0; i < call->n_in; i++)
        numbers &= call->in[i]->kind == VAL_NUMBER;
    if (numbers)
        return of_numbers(e, call);
    for (int i = 0; i < call->n_in; i++)
        if (call->in[i]->kind == VAL_NUMBER
                ? !elab_float(e, call->site.span, call->in[i]->number)
                : !elab_real(e, call, i))
            return e->poison;
    y = elab_map(e, call->form->op, call->n_in, call->in, call->site.span);
    return y ? y : elab_misfit(e, call, "values whose sizes are equal or 1");
}

/* v with this number in the steps and features that do not hold among those
 * along an axis (-1: all). Where there are some, *count has no part in them any
 * more, but *length says how many hold: [batch, 1], otherwise NULL. */
static Value *held(Elab *e, Value *v, int axis, double otherwise,
                   int64_t *count, Node **length)
{
    bool columns = v->columns && (axis < 0 || axis == axes_features(&v->axes));
    bool time = v->extent && (axis < 0 || axis == axes_find(&v->axes, "time"));
    Value *y = columns ? extent_columns(e, v, otherwise) : v;
    Node *n;

    *length = columns ? extent_length(e, v->columns) : NULL;
    *count /= columns ? v->columns->steps : 1;
    if (!time)
        return y;
    n = extent_length(e, v->extent);
    *length = *length ? graph_binary(e->graph, OP_MUL, *length, n) : n;
    *count /= v->extent->steps;
    y = elab_like(e, extent_only(e, y, otherwise), y);
    y->extent = NULL;
    return y;
}

/* SUM or RMAX along an axis, which stays with size 1, or of a row as [1], of
 * what holds; count and length are as above. Poison after a message. */
static Value *reduced(Elab *e, const Call *call, Op op, int64_t *count,
                      Node **length)
{
    Value *v = call->in[0], *y;
    int axis = -1;
    Attr attr = {0};
    Node *n;
    Shape row;

    if (!elab_real(e, call, 0))
        return e->poison;
    if (call->arg.at[0] && (axis = elab_axis(e, call, v, 0)) < 0)
        return e->poison;
    row = value_shape(v);
    *count = axis < 0 ? shape_count(&row) : row.dim[axis];
    v = held(e, v, axis, op == OP_SUM ? 0 : -FLT_MAX, count, length);
    if (axis < 0 && op == OP_RMAX) { /* along one axis, too */
        v = elab_reshape(e, v, shape_of(1, shape_count(&row)));
        row = value_shape(v);
    }
    for (int i = 0; i < row.rank; i++)
        if (axis < 0 || i == axis)
            attr.axes |= 1U << elab_node_axis(v, i);
    n = elab_node(e, v);
    y = elab_like(e, graph_add(e->graph, op, 1, &n, attr, n), v);
    return axis < 0 ? elab_reshape(e, y, shape_ones(1)) : y;
}

static Value *per_features(Elab *e, const Call *call, bool mean)
{
    if (!call->arg.at[0])
        return elab_per(e, call, 1, mean);
    return elab_poison(e, call->arg.span[1], "give `axis` or `per`, not both");
}

Value *lower_sum(Elab *e, Call *call)
{
    int64_t count;
    Node *length;

    if (call->arg.at[1])
        return per_features(e, call, false);
    return reduced(e, call, OP_SUM, &count, &length);
}

/* Of two values, element by element; of one, along an axis. */
Value *lower_largest(Elab *e, Call *call)
{
    int64_t count;
    Node *length;

    if (call->n_in == 1 && call->in[0]->kind != VAL_NUMBER)
        return reduced(e, call, OP_RMAX, &count, &length);
    if (!call->arg.at[0] && call->n_in == 2)
        return lower_map(e, call);
    return elab_poison(
        e, call->site.span,
        "`%s` takes two values, or one of the network with `axis:`",
        call->name);
}

Value *lower_mean(Elab *e, Call *call)
{
    int64_t count;
    Value *sum;
    Node *n, *length;
    Shape each;

    if (call->arg.at[1])
        return per_features(e, call, true);
    sum = reduced(e, call, OP_SUM, &count, &length);
    if (sum->kind != VAL_TENSOR)
        return sum;
    each = shape_ones(sum->node->shape.rank);
    n = elab_constant(e, (double)count, each);
    if (length) {
        each.dim[0] = e->batch;
        n = graph_binary(e->graph, OP_MUL, n,
                         graph_reshape(e->graph, length, each));
    }
    n = graph_binary(e->graph, OP_DIV, sum->node, n);
    return elab_like(e, n, sum);
}

Value *lower_slice(Elab *e, Call *call)
{
    Value *v = call->in[0];
    const Value *range = call->arg.at[0];
    int axis = elab_real(e, call, 0) ? elab_axis(e, call, v, 1) : -1;
    Attr attr = {0};
    Node *node;
    const char *why;
    Value *y;
    bool steps;

    if (axis < 0)
        return e->poison;
    steps = v->extent && axis == axes_find(&v->axes, "time");
    if (steps)
        v = extent_straight(e, v);
    attr.part.axis = elab_node_axis(v, axis);
    attr.part.begin = (int64_t)range->at[0]->number - 1;
    attr.part.size = range->n;
    node = steps ? extent_only(e, v, 0) : elab_node(e, v);
    node = graph_try(e->graph, OP_SLICE, 1, &node, attr, node->span, &why);
    if (!node)
        return elab_refused(e, call, call->arg.span[0], why);
    y = elab_like(e, node, v);
    if (steps)
        y->extent = extent_part(e, v->extent, attr.part.begin, range->n);
    return y;
}

/* Says which value does not fit the first; poison. */
static Value *cannot_join(Elab *e, const Call *call, Node *const *in, Attr attr)
{
    Message *m =
        elab_error(e, call->site.span, "these values cannot be joined");
    const char *why;
    int i = 1;

    while (graph_try(e->graph, OP_CONCAT, 2, (Node *[]){in[0], in[i]}, attr,
                     in[i]->span, &why))
        i++;
    elab_note(e, m, "the first", call->in[0]);
    elab_note(e, m, arena_printf(e->arena, "number %d", i + 1), call->in[i]);
    return e->poison;
}

Value *lower_concat(Elab *e, Call *call)
{
    int n = call->n_in, axis;
    Node **in = NEWN(e->arena, Node *, n), *node;
    Attr attr = {0};
    const char *why;
    Axes joined = call->in[0]->axes;
    bool rows = false;
    Value *y, **values;
    Extent *extent;

    for (int i = 0; i < n; i++) {
        if (!elab_real(e, call, i))
            return e->poison;
        rows |= call->in[i]->rows;
        joined = axes_combine(&joined, &call->in[i]->axes);
    }
    axis = elab_axis(e, call, call->in[0], 0);
    if (axis < 0)
        return e->poison;
    values = extent_join(e, n, call->in, &extent);
    for (int i = 0; i < n; i++)
        in[i] = rows ? elab_rows(e, values[i]) : elab_node(e, values[i]);
    attr.axis = axis + rows;
    node = n == 1
               ? in[0]
               : graph_try(e->graph, OP_CONCAT, n, in, attr, in[0]->span, &why);
    if (!node)
        return cannot_join(e, call, in, attr);
    y = elab_tensor(e, node, rows, joined);
    y->extent = extent;
    if (!extent || axis != axes_find(&joined, "time") || n == 1)
        return y;
    return axis == 0
               ? extent_behind(e, n, call->in, value_shape(y).dim[0])
               : elab_misfit(e, call, "values over time [time, features]");
}

Value *lower_reverse(Elab *e, Call *call)
{
    Value *v = call->in[0], *y;
    Node *node;

    if (!elab_real(e, call, 0))
        return e->poison;
    if (!axes_over_time(&v->axes))
        return elab_misfit(e, call, "a value over time [time, features]");
    node = elab_node(e, v);
    y = elab_like(e,
                  graph_add(e->graph, OP_REVERSE, 1, &node,
                            (Attr){.axis = elab_node_axis(v, 0)}, node),
                  v);
    if (v->extent)
        y->extent = extent_reverse(e, v->extent);
    return y;
}

Value *lower_softmax(Elab *e, Call *call)
{
    Value *v = call->in[0], *y;
    int axis = elab_real(e, call, 0) ? elab_axis(e, call, v, 0) : -1;
    Node *node;

    if (axis < 0)
        return e->poison;
    if (axis == axes_features(&v->axes))
        v = extent_columns(e, v, -FLT_MAX);
    node = axis == axes_find(&v->axes, "time") ? extent_only(e, v, -FLT_MAX)
                                               : elab_node(e, v);
    if (e->first && elab_shaped(node)->op == OP_SOFTMAX)
        diag_help(
            diag_warning(e->diag, call->site.span, "this is a softmax already"),
            "leave one of the two out");
    node = graph_add(e->graph, OP_SOFTMAX, 1, &node,
                     (Attr){.axis = elab_node_axis(v, axis)}, node);
    y = elab_like(e, node, v);
    y->columns = call->in[0]->columns;
    return y;
}

Value *lower_reshape(Elab *e, Call *call)
{
    Value *v = call->in[0], *reshaped;
    const Value *sizes = call->arg.at[0];
    Shape to = {.rank = sizes->n}, from;
    Message *m;

    if (!elab_real(e, call, 0))
        return e->poison;
    if (sizes->n > MAX_RANK - 1)
        return elab_poison(e, call->arg.span[0], "a value has at most %d axes",
                           MAX_RANK - 1);
    for (int i = 0; i < sizes->n; i++)
        to.dim[i] = (int64_t)sizes->at[i]->number;
    if (!elab_fits(e, call->arg.span[0], &to))
        return e->poison;
    reshaped = elab_reshape(e, v, to);
    if (reshaped)
        return reshaped;
    from = value_shape(v);
    m = elab_error(
        e, call->arg.span[0], "%lld element%s cannot become %s, which has %lld",
        (long long)shape_count(&from), str_s(shape_count(&from)),
        value_shape_text(e->arena, &to), (long long)shape_count(&to));
    elab_note(e, m, "the value", v);
    return e->poison;
}

Value *lower_flatten(Elab *e, Call *call)
{
    Value *v = call->in[0];
    Shape from, to = shape_ones(1);

    if (!elab_real(e, call, 0))
        return e->poison;
    from = value_shape(v);
    to.dim[0] = shape_count(&from);
    return elab_reshape(e, v, to);
}

Value *lower_scan(Elab *e, Call *call)
{
    const Value *cell = call->arg.at[0];
    Arg start = {.value = call->arg.at[1],
                 .span = call->arg.span[1],
                 .label_span = call->arg.span[1]};
    Value *in = call->n_in == 1
                    ? call->in[0]
                    : value_list(e->arena, VAL_TUPLE, call->n_in, call->in);
    Recipe recipe = *cell->recipe;

    if (!recipe.def || recipe.def->kind != DEF_CELL)
        return elab_poison(e, call->arg.span[0],
                           "`%s` runs a cell, and `%s` is none", call->name,
                           recipe.name);
    if (call->shared)
        recipe.shared = call->shared;
    return elab_scan(e, &recipe, in, start.value ? &start : NULL, call->site);
}

Value *lower_chain(Elab *e, Call *call)
{
    Recipe r = {
        .name = call->name, .chain = call->arg.at[0], .shared = call->shared};
    Value *in = call->n_in == 1
                    ? call->in[0]
                    : value_list(e->arena, VAL_TUPLE, call->n_in, call->in);

    return elab_apply(e, &r, in, call->site);
}
