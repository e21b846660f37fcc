/* elaborate_map.c: values that are made of others element by element, spread
 * over one another where their axes differ, and values of another shape. */
#include "front/extent.h"

Value *elab_reshape(Elab *e, Value *v, Shape row)
{
    Shape full = v->rows ? shape_prepend(e->batch, &row) : row;
    Shape from = value_shape(v);
    Axes axes = v->rows ? axes_of_row(&row) : axes_of_weight(&row);
    bool kept = v->extent && axes_over_time(&axes) &&
                axes_over_time(&v->axes) && row.dim[0] == v->extent->steps;
    Node *node;
    Value *y;

    if (shape_count(&from) != shape_count(&row))
        return NULL;
    v = extent_columns(e, v, 0);
    if (v->extent && !kept)
        v = extent_straight(e, v);
    node = kept ? elab_node(e, v) : extent_only(e, v, 0);
    y = elab_tensor(e, graph_reshape(e->graph, node, full), v->rows, axes);
    y->extent = kept ? v->extent : NULL;
    return y;
}

/* The axis of `like` that a value with one axis lies along, or -1. */
static int lies_along(const Value *v, const Value *like)
{
    if (axes_vector(&v->axes))
        return axes_features(&like->axes);
    if (v->axes.at[0] == AXIS_TIME)
        return axes_find(&like->axes, "time");
    return value_shape(v).dim[0] == 1 ? 0 : -1;
}

/* The operand with as many axes as `like` and, where `rows`, a batch axis (of
 * size 1 for what is the same for all rows). A vector lies along the feature
 * axis, classes along time, a number is spread over everything. NULL: it
 * cannot. */
static Node *aligned(Elab *e, const Value *v, const Value *like, bool rows)
{
    int rank = value_shape(like).rank, axis;
    Shape row, full = shape_ones(rank);

    if (v->kind == VAL_NUMBER)
        return elab_constant(e, v->number, shape_ones(rank + rows));
    row = value_shape(v);
    axis = row.rank == 1 ? lies_along(v, like) : -1;
    if (row.rank == rank && axes_agree(&v->axes, &like->axes))
        full = row;
    else if (axis >= 0)
        full.dim[axis] = row.dim[0];
    else
        return NULL;
    if (rows)
        full = shape_prepend(v->rows ? e->batch : 1, &full);
    return graph_reshape(e->graph, elab_node(e, v), full);
}

static const char *participle(Op op)
{
    switch (op) {
    case OP_ADD:
        return "added";
    case OP_SUB:
        return "subtracted";
    case OP_MUL:
        return "multiplied";
    case OP_DIV:
        return "divided";
    case OP_EQ:
    case OP_GT:
    case OP_LE:
        return "compared";
    default:
        return "combined";
    }
}

static Value *mismatch(Elab *e, Op op, Value *const *v, const Expr *x)
{
    Message *m =
        elab_error(e, x->at, "these two shapes cannot be %s", participle(op));
    const char *const sides[] = {"the left side", "the right side"};

    for (int i = 0; i < 2; i++) {
        const Expr *kid = x->kids.n == 2 ? x->kids.at[i] : x;

        if (x->kids.n == 2)
            elab_mark(m, kid->span);
        elab_note(e, m, elab_text(e, kid, sides[i]), v[i]);
    }
    return e->poison;
}

static bool is_operand(Elab *e, const Value *v, const Expr *x, int i)
{
    const Expr *kid = x->kids.n == 2 ? x->kids.at[i] : x;
    Message *m;

    if (v->kind == VAL_NUMBER ||
        (v->kind == VAL_TENSOR && v->node->type == TYPE_REAL))
        return true;
    if (v->kind == VAL_POISON)
        return false;
    m = elab_error(e, kid->span, "this is not something to calculate with");
    diag_note(m, "it is %s", value_what(e->arena, v));
    elab_help_tokens(m, v);
    if (v->kind == VAL_RECIPE)
        diag_help(m, "apply it to a value: x -> %s", v->recipe->name);
    else if (v->kind == VAL_TENSOR && !v->token)
        diag_help(m, "classes can be compared, as in `== 1`");
    else if (v->kind == VAL_LIST)
        diag_help(m, "a constant is numbers in lists of one length, beside a "
                     "value of the network");
    return false;
}

/* The tensor with most axes, over which the others are spread. */
static const Value *largest(int n, Value *const *v)
{
    const Value *most = NULL;

    for (int i = 0; i < n; i++)
        if (v[i]->kind == VAL_TENSOR &&
            (!most || value_shape(v[i]).rank > value_shape(most).rank))
            most = v[i];
    return most;
}

/* The axes of n values of one rank, numbers and vectors aside. */
static Axes combined(int n, Value *const *v, const Value *like)
{
    Axes axes = like->axes;

    for (int i = 0; i < n; i++)
        if (v[i]->kind == VAL_TENSOR &&
            value_shape(v[i]).rank == value_shape(like).rank)
            axes = axes_combine(&axes, &v[i]->axes);
    return axes;
}

/* An operand that must not be 0, nor is where it does not hold: what is there
 * shall be a number, for 0 times it is the gradient that padding has. */
static Value *other_than_0(Elab *e, Value *v)
{
    Value *y = elab_step_only(e, extent_columns(e, v, 1), 1);

    if (v->kind == VAL_TENSOR && (v->extent || v->columns))
        y = elab_like(e, extent_only(e, y, 1), v);
    if (y != v)
        y->origin = v->origin;
    return y;
}

Value *elab_map(Elab *e, Op op, int n, Value *const *v, Span span)
{
    Node **in = NEWN(e->arena, Node *, n), *node;
    const Value *like;
    bool rows = false;
    const char *why;
    Extent *extent;
    Value *y, **from = extent_join(e, n, v, &extent);

    if (op == OP_DIV || op == OP_LOG || op == OP_SQRT)
        from[n - 1] = other_than_0(e, from[n - 1]);
    v = from;
    like = largest(n, v);

    for (int i = 0; i < n; i++)
        rows |= v[i]->kind == VAL_TENSOR && v[i]->rows;
    for (int i = 0; i < n; i++)
        if (!(in[i] = aligned(e, v[i], like, rows)))
            return NULL;
    node = graph_try(e->graph, op, n, in, (Attr){0}, span, &why);
    if (!node)
        return NULL;
    y = elab_tensor(e, node, rows, combined(n, v, like));
    y->extent = extent;
    y->columns = extent_join_columns(e, n, v);
    return y;
}

Value *elab_binary(Elab *e, Op op, Value *const *v, bool turned, const Expr *x)
{
    bool ok = is_operand(e, v[0], x, 0);
    Value *y;
    Shape s;

    if (!is_operand(e, v[1], x, 1) || !ok)
        return e->poison;
    y = elab_map(e, op, 2, (Value *[]){v[turned], v[!turned]},
                 elab_place(e, x->at));
    if (!y)
        return mismatch(e, op, v, x);
    s = value_shape(y);
    return elab_fits(e, x->at, &s) ? y : e->poison;
}
