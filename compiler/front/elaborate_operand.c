/* elaborate_operand.c: what may stand beside a value of the network: lists of
 * numbers, which are a constant, places along an axis, and classes, which are
 * numbers where they are compared, and only there. */
#include "front/extent.h"
#include "front/operand.h"

enum {
    MOST_NUMBERS = 1 << 20, /* of a constant */
    MOST_CLASSES = 1 << 24, /* that are compared: floats tell them apart */
};

/* The shape of nested lists by the first of each; false where they hold no
 * number or more than `most`. */
static bool measure(const Value *v, int64_t most, Shape *shape)
{
    int64_t count = 1;

    *shape = (Shape){0};
    for (; v->kind == VAL_LIST; v = v->at[0]) {
        if (v->n == 0 || shape->rank == MAX_RANK - 1 || (count *= v->n) > most)
            return false;
        shape->dim[shape->rank++] = v->n;
    }
    return v->kind == VAL_NUMBER && shape->rank > 0;
}

/* Copies the numbers of nested lists, row by row, from *at on. */
static bool flatten(const Value *v, const Shape *shape, int axis, double **at)
{
    if (axis == shape->rank) {
        if (v->kind != VAL_NUMBER)
            return false;
        *(*at)++ = v->number;
        return true;
    }
    if (v->kind != VAL_LIST || v->n != shape->dim[axis])
        return false;
    for (int i = 0; i < v->n; i++)
        if (!flatten(v->at[i], shape, axis + 1, at))
            return false;
    return true;
}

const double *elab_numbers(Elab *e, const Value *v, int64_t most, Shape *shape)
{
    double *numbers, *at;

    if (!measure(v, most, shape))
        return NULL;
    at = numbers = NEWN(e->arena, double, shape_count(shape));
    return flatten(v, shape, 0, &at) ? numbers : NULL;
}

Value *elab_listed(Elab *e, Value *v, Span span)
{
    Shape shape;
    const double *numbers = elab_numbers(e, v, MOST_NUMBERS, &shape);

    if (!numbers)
        return v;
    for (int64_t i = 0; i < shape_count(&shape); i++)
        if (!elab_float(e, span, numbers[i]))
            return e->poison;
    return elab_literal(e, shape, numbers, elab_place(e, span));
}

Node *elab_fitting(Elab *e, Value *v, Shape shape, bool rows, const char *which,
                   const char *name, Span span)
{
    bool differs;
    Message *m;

    v = elab_listed(e, v, span);
    if (v->kind == VAL_POISON ||
        (v->kind == VAL_NUMBER && !elab_float(e, span, v->number)))
        return NULL;
    if (v->kind == VAL_NUMBER)
        return elab_constant(e, v->number,
                             rows ? shape_prepend(e->batch, &shape) : shape);
    differs = v->kind == VAL_TENSOR && v->rows && !rows;
    if (v->kind == VAL_TENSOR && v->node->type == TYPE_REAL && !differs) {
        Shape own = value_shape(v);

        v = extent_columns(e, extent_straight(e, v), 0);
        if (shape_equal(&own, &shape))
            return v->extent ? extent_only(e, v, 0)
                   : rows    ? elab_rows(e, v)
                             : elab_node(e, v);
    }
    m = elab_error(e, span, "the %s value of `%s` %s", which, name,
                   differs ? "differs between rows" : "has another shape");
    elab_note(e, m, arena_printf(e->arena, "the %s value", which), v);
    diag_note(m, "`%s` is %s", name, value_shape_text(e->arena, &shape));
    if (differs)
        diag_help(m, "each row has its own: take `mean(..., per: features)`");
    return NULL;
}

int elab_axis(Elab *e, const Call *call, const Value *v, int arg)
{
    const char *word = call->arg.at[arg]->text;
    int axis = axes_find(&v->axes, word);
    Message *m;

    if (axis >= 0)
        return axis;
    m = elab_error(e, call->arg.span[arg], "there is no axis `%s` here", word);
    elab_note(e, m, "the value", v);
    return -1;
}

/* 0, 1, 2, ... along an axis, over which other axes are spread. */
Value *lower_index(Elab *e, Call *call)
{
    const Value *v = call->in[0];
    int axis = elab_real(e, call, 0) ? elab_axis(e, call, v, 0) : -1;
    Shape row;
    Value *c;

    if (axis < 0)
        return e->poison;
    row = value_shape(v);
    if (row.dim[axis] > MOST_NUMBERS)
        return elab_poison(e, call->site.span,
                           "an axis of %lld is too long to count",
                           (long long)row.dim[axis]);
    c = elab_places(e, row.dim[axis], call->site.span);
    for (int i = 0; i < row.rank; i++)
        if (i != axis)
            row.dim[i] = 1;
    return elab_tensor(e, graph_reshape(e->graph, elab_node(e, c), row), false,
                       v->axes);
}

/* Whether a number is one of the classes that it is compared with. */
static bool is_class(Elab *e, const Value *v, int64_t classes, bool token,
                     Span span)
{
    int64_t number;

    if (v->kind != VAL_NUMBER ||
        (value_whole(v, &number) && number >= 0 && number < classes))
        return true;
    elab_error(e, span, "%.15g is none of the %s 0..%lld", v->number,
               token ? "tokens" : "classes", (long long)classes - 1);
    return false;
}

/* Ids as numbers. */
static Value *id_number(Elab *e, const Value *v)
{
    Value *number =
        elab_like(e, graph_unary(e->graph, OP_NUMBER, elab_node(e, v)), v);

    number->origin = v->origin;
    return number;
}

Value *elab_operand(Elab *e, Op op, Value *const *sides, int i, const Expr *x)
{
    Value *v = sides[i];
    const Value *other = sides[1 - i];
    bool two = x->kids.n == 2;
    Span span = (two ? x->kids.at[i] : x)->span;
    bool compares = op == OP_EQ || op == OP_GT || op == OP_LE;
    int64_t classes;

    if (v->kind == VAL_LIST && other->kind == VAL_TENSOR)
        return elab_listed(e, v, span);
    if (!compares || v->kind != VAL_TENSOR || v->node->type != TYPE_INT)
        return v;
    classes = e->program->inputs.at[v->input].classes;
    if (!is_class(e, other, classes, v->token,
                  (two ? x->kids.at[1 - i] : x)->span))
        return e->poison;
    if (classes <= MOST_CLASSES)
        return id_number(e, v);
    return elab_poison(e, span, "more than %d %s cannot be compared",
                       MOST_CLASSES, v->token ? "tokens" : "classes");
}
