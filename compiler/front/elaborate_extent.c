/* elaborate_extent.c: where rows begin and end; see extent.h. */
#include "front/extent.h"

#include <float.h>

#include "front/operand.h"

static Node *number(Elab *e, double value)
{
    return elab_constant(e, value, shape_ones(2));
}

static Node *op(Elab *e, Op op, Node *a, Node *b)
{
    return graph_binary(e->graph, op, a, b);
}

static Node *table(Elab *e, int64_t n)
{
    return elab_node(e, elab_places(e, n, (Span){0}));
}

/* 0, 1, ... n - 1: of two digits, so that a long axis is no large table. */
static Node *places(Elab *e, int64_t n)
{
    int64_t base = 4, rows;
    Node *high, *low;

    while (base * base < n)
        base++;
    if (n <= 2 * base)
        return table(e, n);
    rows = (n - 1) / base + 1;
    high =
        graph_reshape(e->graph, table(e, rows), shape_of(2, rows, (int64_t)1));
    high = op(e, OP_MUL, high, number(e, (double)base));
    low =
        graph_reshape(e->graph, table(e, base), shape_of(2, (int64_t)1, base));
    low = graph_reshape(e->graph, op(e, OP_ADD, high, low),
                        shape_of(1, rows * base));
    return graph_slice(e->graph, low, 0, 0, n);
}

static Extent *extent(Elab *e, Node *begin, Node *end, int64_t steps)
{
    Extent *x = NEW(e->arena, Extent);
    Axes axes = {{AXIS_FEATURES}};

    x->begin = elab_tensor(e, begin, true, axes);
    x->end = elab_tensor(e, end, true, axes);
    x->steps = steps;
    return x;
}

/* The largest of `places` at which there is an id: [batch, 1]. */
static Node *farthest(Elab *e, Node *there, Node *places)
{
    Node *n = op(e, OP_MUL, there, places);

    return graph_add(e->graph, OP_RMAX, 1, &n, (Attr){.axes = 2}, n);
}

/* Looking for the ends of ids is one part of the model, from the node `from`.
 */
static Extent *noted(Elab *e, const Value *ids, int from, Extent *x)
{
    Applied a = {.kind = "lengths",
                 .up = -1,
                 .from = from,
                 .to = e->graph->nodes.n,
                 .out = x->end->node,
                 .span = ids->node->span};

    vec_push(e->arena, &e->applied, a);
    vec_push(e->arena, &e->applied_names, (Named){0});
    return x;
}

Extent *extent_of_ids(Elab *e, const Value *ids)
{
    int64_t steps = value_shape(ids).dim[0];
    int from = e->graph->nodes.n;
    Node *there = graph_unary(e->graph, OP_NUMBER, elab_node(e, ids)), *at;
    Node *begin, *end, *all = number(e, (double)steps);

    if (steps == 1)
        return NULL;
    e->program->lengths = true;
    there = op(e, OP_GT, there, number(e, 0));
    at = places(e, steps);
    at = graph_reshape(e->graph, at, shape_of(2, (int64_t)1, steps));
    end = farthest(e, there, op(e, OP_ADD, at, number(e, 1)));
    end = op(e, OP_MAX, end, number(e, 1));
    begin = op(e, OP_SUB, all, farthest(e, there, op(e, OP_SUB, all, at)));
    begin = op(e, OP_MIN, begin, op(e, OP_SUB, end, number(e, 1)));
    return noted(e, ids, from, extent(e, begin, end, steps));
}

Extent *extent_reverse(Elab *e, Extent *x)
{
    Graph *g = e->graph;
    Node *all;

    if (x->mirror)
        return x->mirror;
    e->graph = x->begin->graph;
    all = number(e, (double)x->steps);
    x->mirror = extent(e, op(e, OP_SUB, all, x->end->node),
                       op(e, OP_SUB, all, x->begin->node), x->steps);
    e->graph = g;
    x->mirror->turned = !x->turned;
    x->mirror->mirror = x;
    return x->mirror;
}

/* A place by which windows have come in steps of `stride`: the first such at
 * or behind it. */
static Node *strode(Elab *e, Node *place, int64_t stride, int64_t steps)
{
    Node *n, *at;

    if (stride == 1)
        return place;
    at = graph_reshape(e->graph, places(e, steps + 1),
                       shape_of(2, (int64_t)1, steps + 1));
    n = op(e, OP_GT, place, op(e, OP_MUL, at, number(e, (double)stride)));
    return graph_sum(e->graph, n, 2);
}

/* At least one step, which lies on the axis; NULL where that is all. */
static Extent *clamped(Elab *e, Node *begin, Node *end, int64_t steps)
{
    Node *last = number(e, (double)(steps - 1));
    Node *all = number(e, (double)steps);

    if (steps == 1)
        return NULL;
    begin = op(e, OP_MIN, op(e, OP_MAX, begin, number(e, 0)), last);
    end = op(e, OP_MAX, op(e, OP_MIN, end, all),
             op(e, OP_ADD, begin, number(e, 1)));
    return extent(e, begin, end, steps);
}

/* By how many steps windows of s shorten an axis, one apart. */
static int64_t lost(const Slide *s)
{
    return (s->size - 1) * s->apart - s->front - s->behind;
}

Extent *extent_slide(Elab *e, Extent *x, const Slide *s, int64_t steps)
{
    Node *begin = elab_node(e, x->begin), *end = elab_node(e, x->end);

    if (s->stride == 1 && lost(s) == 0)
        return x;
    end = op(e, OP_SUB, end, number(e, (double)lost(s)));
    return clamped(e, strode(e, begin, s->stride, steps),
                   strode(e, end, s->stride, steps), steps);
}

Extent *extent_part(Elab *e, Extent *x, int64_t begin, int64_t steps)
{
    Node *first = number(e, (double)begin);

    if (steps == x->steps)
        return x;
    return clamped(e, op(e, OP_SUB, elab_node(e, x->begin), first),
                   op(e, OP_SUB, elab_node(e, x->end), first), steps);
}

/* The places 0, 1, ... of x's steps, which lie along this axis of n, beside a
 * place of each row: with as many axes as n has. */
static Node *steps_of(Elab *e, const Extent *x, const Node *n, int axis,
                      Shape *place)
{
    Shape shape = shape_ones(n->shape.rank);
    Node *at = places(e, x->steps);

    shape.dim[axis] = x->steps;
    *place = shape_ones(n->shape.rank);
    place->dim[0] = e->batch;
    return graph_reshape(e->graph, at, shape);
}

static Node *placed(Elab *e, const Value *place, Shape shape)
{
    return graph_reshape(e->graph, elab_node(e, place), shape);
}

/* 1 where a step of x holds, which lie along this axis of n, else 0. */
static Node *mask_along(Elab *e, const Extent *x, const Node *n, int axis)
{
    Shape place;
    Node *at = steps_of(e, x, n, axis, &place);

    return op(e, OP_MUL, op(e, OP_LE, placed(e, x->begin, place), at),
              op(e, OP_GT, placed(e, x->end, place), at));
}

/* v's axis along time, of its node. */
static int time_axis(const Value *v)
{
    return elab_node_axis(v, axes_find(&v->axes, "time"));
}

/* That of the mirror from its end: so it turns with what it goes with. */
Node *extent_mask(Elab *e, const Value *v)
{
    const Extent *x = v->extent;
    int axis = time_axis(v);
    Node *mask;

    if (!x || !x->turned)
        return x ? mask_along(e, x, v->node, axis) : NULL;
    mask = mask_along(e, x->mirror, v->node, axis);
    return graph_add(e->graph, OP_REVERSE, 1, &mask, (Attr){.axis = axis},
                     v->node);
}

static Node *only(Elab *e, Node *mask, Node *node, double otherwise)
{
    Node *in[] = {mask, node,
                  elab_constant(e, otherwise, shape_ones(node->shape.rank))};

    return graph_add(e->graph, OP_SELECT, 3, in, (Attr){0}, node);
}

Node *extent_only(Elab *e, const Value *v, double otherwise)
{
    Node *mask = extent_mask(e, v), *node = elab_node(e, v);

    return mask ? only(e, mask, node, otherwise) : node;
}

/* A softmax along the axis is 0 already where it does not hold. */
Value *extent_columns(Elab *e, Value *v, double otherwise)
{
    int axis = elab_node_axis(v, axes_features(&v->axes));
    Value *y = v;

    if (v->kind != VAL_TENSOR || !v->columns)
        return v;
    y = NEW(e->arena, Value);
    *y = *v;
    y->columns = NULL;
    if (otherwise == 0 && v->node->op == OP_SOFTMAX &&
        v->node->attr.axis == axis)
        return y;
    y->node = only(e, mask_along(e, v->columns, v->node, axis), elab_node(e, v),
                   otherwise);
    y->graph = e->graph;
    return y;
}

Node *extent_length(Elab *e, const Extent *x)
{
    return x ? op(e, OP_SUB, elab_node(e, x->end), elab_node(e, x->begin))
             : NULL;
}

/* Each row of v from another place on, [batch, 1], as `steps` steps; 0 where v
 * has none. It is a product with a matrix for each row that has a single 1 for
 * each step, so that one operator reads and its gradient writes. */
static Node *moved(Elab *e, const Value *v, Node *from, int64_t steps)
{
    Shape row = value_shape(v), place = shape_ones(3), flat = row;
    Node *to = places(e, steps);
    Node *at = places(e, row.dim[0]), *x;
    const char *why;

    flat.rank = 2;
    flat.dim[1] = shape_count(&row) / row.dim[0];
    place.dim[0] = e->batch;
    to =
        graph_reshape(e->graph, to, shape_of(3, (int64_t)1, steps, (int64_t)1));
    at = graph_reshape(e->graph, at,
                       shape_of(3, (int64_t)1, (int64_t)1, row.dim[0]));
    to = op(e, OP_ADD, to, graph_reshape(e->graph, from, place));
    x = graph_reshape(e->graph, extent_only(e, v, 0),
                      shape_prepend(e->batch, &flat));
    x = make_product(e->graph, op(e, OP_EQ, to, at), x, false, &why);
    row.dim[0] = steps;
    return graph_reshape(e->graph, x, shape_prepend(e->batch, &row));
}

Value *extent_straight(Elab *e, Value *v)
{
    Extent *x = v->kind == VAL_TENSOR ? v->extent : NULL;
    Value *y;

    if (!x || !x->turned)
        return v;
    y = elab_tensor(e,
                    moved(e, v,
                          op(e, OP_SUB, elab_node(e, x->begin),
                             elab_node(e, x->mirror->begin)),
                          x->steps),
                    true, v->axes);
    y->extent = x->mirror;
    y->origin = v->origin;
    return y;
}

/* y with its steps so much further in front, behind them this number. */
static Node *ahead(Elab *e, Node *y, int axis, int64_t far, double otherwise)
{
    Shape gap = y->shape;
    Node *in[2] = {graph_slice(e->graph, y, axis, far, gap.dim[axis] - far)};

    gap.dim[axis] = far;
    in[1] = elab_constant(e, otherwise, gap);
    return graph_concat(e->graph, 2, in, axis);
}

/* How far a row is behind the window of s that its first step is to begin,
 * [batch, 1]: more than -stride. That is the next one, or one before, so that a
 * row that ends the axis ends it among the windows too. One too short for a
 * window there is seen as if it began where the last one can. */
static Node *behind_window(Elab *e, const Extent *x, const Slide *s)
{
    int64_t latest = x->steps - 1 - lost(s), windows = latest / s->stride + 1;
    Node *begin =
        op(e, OP_MIN, elab_node(e, x->begin), number(e, (double)latest));
    Node *size = op(e, OP_SUB, extent_length(e, x), number(e, (double)lost(s)));
    Node *first = strode(e, begin, s->stride, x->steps);

    size = op(e, OP_MAX, strode(e, size, s->stride, x->steps), number(e, 1));
    first =
        op(e, OP_MIN, first, op(e, OP_SUB, number(e, (double)windows), size));
    return op(e, OP_SUB, begin,
              op(e, OP_MUL, first, number(e, (double)s->stride)));
}

/* y between so many steps of this number in front and behind. */
static Node *between(Elab *e, Node *y, int axis, int64_t front, int64_t behind,
                     double otherwise)
{
    Shape gap = y->shape;
    Node *in[3] = {NULL, y};

    gap.dim[axis] = front;
    in[0] = elab_constant(e, otherwise, gap);
    gap.dim[axis] = behind;
    if (behind > 0)
        in[2] = elab_constant(e, otherwise, gap);
    return graph_concat(e->graph, behind > 0 ? 3 : 2, in, axis);
}

/* The largest power of two that is not above n. */
static int64_t power_of_two(int64_t n)
{
    return n < 2 ? n : 2 * power_of_two(n / 2);
}

/* A row moves forward by powers of two, those of which its way is the sum, from
 * a place that far behind that no way is below 0. */
Value *extent_at_windows(Elab *e, Value *v, Slide *s, double otherwise)
{
    const Extent *x = v->extent;
    int axis = time_axis(v);
    int64_t room = (s->stride < x->steps ? s->stride : x->steps) - 1;
    int64_t steps = x->steps + s->behind;
    Node *way = behind_window(e, x, s), *behind = number(e, (double)s->behind);
    Node *rest = op(e, OP_ADD, way, number(e, (double)room));
    Value *y = elab_like(e, extent_only(e, v, otherwise), v);
    Shape place = shape_ones(y->node->shape.rank);

    place.dim[0] = e->batch;
    y->node = between(e, y->node, axis, room, s->behind, otherwise);
    for (int64_t bit = power_of_two(2 * room); bit; bit /= 2) {
        Node *far = op(e, OP_LE, number(e, (double)bit), rest);
        Node *in[] = {graph_reshape(e->graph, far, place),
                      ahead(e, y->node, axis, bit, otherwise), y->node};

        y->node = graph_add(e->graph, OP_SELECT, 3, in, (Attr){0}, y->node);
        rest = op(e, OP_SUB, rest, op(e, OP_MUL, far, number(e, (double)bit)));
    }
    y->node = graph_slice(e->graph, y->node, axis, 0, steps);
    y->extent = extent(
        e, op(e, OP_SUB, elab_node(e, x->begin), way),
        op(e, OP_ADD, behind, op(e, OP_SUB, elab_node(e, x->end), way)), steps);
    s->behind = 0;
    return y;
}

/* Whether v has steps that must be those of x. */
static bool beside(const Value *v, const Extent *x)
{
    int axis = v->kind == VAL_TENSOR ? axes_find(&v->axes, "time") : -1;

    return axis >= 0 && v->extent != x && value_shape(v).dim[axis] > 1;
}

/* v with 0 where it does not hold, and not all that it meets does. */
static Value *meeting(Elab *e, Value *v, const Extent *all)
{
    Value *y;

    if (v->kind != VAL_TENSOR || !v->extent || v->extent == all ||
        v->node->type != TYPE_REAL)
        return v;
    y = elab_like(e, extent_only(e, v, 0), v);
    y->origin = v->origin;
    return y;
}

/* The steps that both hold, or one. */
static Extent *both(Elab *e, const Extent *a, const Extent *b)
{
    return clamped(
        e, op(e, OP_MAX, elab_node(e, a->begin), elab_node(e, b->begin)),
        op(e, OP_MIN, elab_node(e, a->end), elab_node(e, b->end)), a->steps);
}

Value **extent_join(Elab *e, int n, Value *const *v, Extent **out)
{
    Value **to = NEWN(e->arena, Value *, n);
    bool straight = false;

    *out = NULL;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            if (v[i]->kind == VAL_TENSOR && v[i]->extent &&
                beside(v[k], v[i]->extent))
                straight = true;
    for (int i = 0; i < n; i++) {
        Extent *x;

        to[i] = straight ? extent_straight(e, v[i]) : v[i];
        x = to[i]->kind == VAL_TENSOR ? to[i]->extent : NULL;
        if (x && *out && x != *out)
            *out = both(e, *out, x);
        else if (x)
            *out = x;
    }
    for (int i = 0; i < n; i++)
        to[i] = meeting(e, to[i], *out);
    return to;
}

Extent *extent_join_columns(Elab *e, int n, Value *const *v)
{
    Extent *all = NULL;

    for (int i = 0; i < n; i++) {
        Extent *x = v[i]->kind == VAL_TENSOR ? v[i]->columns : NULL;

        if (x && all && x != all)
            all = both(e, all, x);
        else if (x)
            all = x;
    }
    return all;
}

Value *extent_behind(Elab *e, int n, Value *const *v, int64_t steps)
{
    Shape each = shape_of(2, e->batch, (int64_t)1);
    Node *zero = elab_constant(e, 0, each), *end = zero;
    Node *y = NULL, *part, *length;
    Value *all;

    for (int i = 0; i < n; i++) {
        Value one = *v[i];
        Node *begin = one.extent ? elab_node(e, one.extent->begin) : zero;

        one.node = elab_rows(e, v[i]);
        one.graph = e->graph;
        one.rows = true;
        part = moved(e, &one, op(e, OP_SUB, begin, end), steps);
        y = y ? op(e, OP_ADD, y, part) : part;
        length = extent_length(e, one.extent);
        if (!length)
            length = number(e, (double)value_shape(v[i]).dim[0]);
        end = op(e, OP_ADD, end, length);
    }
    all = elab_tensor(e, y, true, v[0]->axes);
    all->extent = extent(e, zero, end, steps);
    return all;
}

/* The sum over time of what is 0 but in the last step that holds. */
static Node *picked_last(Elab *e, const Value *v)
{
    Shape place;
    Node *node = elab_node(e, v);
    Node *at = steps_of(e, v->extent, node, time_axis(v), &place);
    Node *last = op(e, OP_SUB, placed(e, v->extent->end, place),
                    elab_constant(e, 1, shape_ones(place.rank)));
    Node *in[] = {op(e, OP_EQ, at, last), node,
                  elab_constant(e, 0, shape_ones(place.rank))};

    node = graph_add(e->graph, OP_SELECT, 3, in, (Attr){0}, node);
    return graph_sum(e->graph, node, 2);
}

Value *extent_last(Elab *e, const Value *v)
{
    Shape row = value_shape(v);
    Node *node;

    if (v->final) {
        row.dim[0] = 1;
        row = shape_prepend(e->batch, &row);
        node = graph_reshape(e->graph, elab_node(e, v->final), row);
        return elab_tensor(e, node, true, v->axes);
    }
    node = v->extent ? picked_last(e, v)
                     : graph_slice(e->graph, elab_node(e, v),
                                   elab_node_axis(v, 0), row.dim[0] - 1, 1);
    return elab_tensor(e, node, v->rows, v->axes);
}

Value *lower_final(Elab *e, Call *call)
{
    if (!elab_real(e, call, 0))
        return e->poison;
    if (!axes_over_time(&call->in[0]->axes))
        return elab_misfit(e, call, "a value over time [time, features]");
    return extent_last(e, call->in[0]);
}

Value *lower_split(Elab *e, Call *call)
{
    Value *v = call->in[0], *y;
    int axis = elab_real(e, call, 0) ? axes_features(&v->axes) : 0;
    Node *node;
    const char *why;

    if (v->kind != VAL_TENSOR)
        return e->poison;
    if (axis < 0 || value_shape(v).rank == MAX_RANK - 1)
        return elab_misfit(e, call, "a value with a feature axis");
    v = extent_straight(e, v);
    node = make_split(e->graph, elab_node(e, v), elab_node_axis(v, axis),
                      elab_node_axis(v, 0), (int64_t)call->arg.at[0]->number,
                      &why);
    if (!node)
        return elab_refused(e, call, call->arg.span[0], why);
    y = elab_tensor(e, node, v->rows, axes_split(&v->axes));
    y->extent = v->extent;
    return y;
}

Value *lower_join(Elab *e, Call *call)
{
    Value *v = call->in[0], *y;
    int axis = elab_real(e, call, 0) ? axes_features(&v->axes) : 0;
    Node *node;

    if (v->kind != VAL_TENSOR)
        return e->poison;
    if (axis < 1 || v->axes.at[0] != AXIS_PLAIN)
        return elab_misfit(e, call, "a value whose features were split");
    node = make_join(e->graph, elab_node(e, v), elab_node_axis(v, axis),
                     elab_node_axis(v, 0));
    y = elab_tensor(e, node, v->rows, axes_join(&v->axes));
    y->extent = v->extent;
    return y;
}
