/* elaborate_tensor.c: tensors, their axes, and arithmetic on them.
 *
 * A value either has rows (axis 0 of its node is the batch) or is the same for
 * all of them: parameters, constants, losses. What its other axes mean stands
 * in axes.h. */
#include "front/elab.h"

enum { ELAB_ELEMENTS_LOG2 = 40 };

Value *elab_tensor(Elab *e, Node *node, bool rows, Axes axes)
{
    Value *v = value_new(e->arena, VAL_TENSOR);

    v->node = node;
    v->graph = e->graph;
    v->rows = rows;
    v->axes = axes;
    return v;
}

Value *elab_like(Elab *e, Node *node, const Value *v)
{
    return elab_tensor(e, node, v->rows, v->axes);
}

Value *elab_scalar(Elab *e, Node *node)
{
    return elab_tensor(e, node, false, axes_of_row(&node->shape));
}

int elab_node_axis(const Value *v, int axis)
{
    return axis + (v->rows ? 1 : 0);
}

Value *elab_leaf(Elab *e, Tensor tensor, const char *local)
{
    TensorLeaf leaf = {
        .layer = e->frame->layer, .local = local, .tensor = tensor};
    Value *v;

    leaf.node = graph_add_shaped(e->top, OP_TENSOR, TYPE_REAL, tensor.shape, 0,
                                 NULL, (Attr){.index = e->leaves.n}, NULL);
    leaf.node->span = tensor.span;
    vec_push(e->arena, &e->leaves, leaf);
    v = elab_tensor(e, leaf.node, false, axes_of_weight(&tensor.shape));
    v->graph = e->top;
    return v;
}

Node *elab_node(Elab *e, const Value *v)
{
    return v->graph == e->graph
               ? v->node
               : loop_value(e->scan ? e->scan->loop : NULL, v->node, v->graph);
}

static bool holds_visible(const Elab *e, const Value *v)
{
    const Recipe *r = v->kind == VAL_RECIPE ? v->recipe : NULL;

    for (int i = 0; i < v->n; i++)
        if (!elab_visible(e, v->at[i]))
            return false;
    for (int i = 0; r && i < r->args.n; i++)
        if (!elab_visible(e, r->args.at[i].value))
            return false;
    if (v->kind != VAL_TENSOR)
        return !r || !r->chain || elab_visible(e, r->chain);
    for (const ScanFrame *s = e->scan; s; s = s->up)
        if (v->graph == s->loop->body)
            return true;
    return v->graph == e->top;
}

/* Lists may hold a list many times: each is looked through once. */
bool elab_visible(const Elab *e, Value *v)
{
    if (v->asked != e->graph)
        v->visible = holds_visible(e, v);
    v->asked = e->graph;
    return v->visible;
}

Node *elab_rows(Elab *e, const Value *v)
{
    Node *node = elab_node(e, v);
    Shape one, all;

    if (v->rows)
        return node;
    one = shape_prepend(1, &node->shape);
    all = shape_prepend(e->batch, &node->shape);
    return graph_broadcast(e->graph, graph_reshape(e->graph, node, one), all);
}

Node *elab_constant(Elab *e, double value, Shape shape)
{
    return graph_const_shaped(e->graph, value, shape, NULL);
}

Value *elab_reshape(Elab *e, const Value *v, Shape row)
{
    Shape full = v->rows ? shape_prepend(e->batch, &row) : row;
    Node *node = elab_node(e, v);

    if (shape_count(&node->shape) != shape_count(&full))
        return NULL;
    return elab_tensor(e, graph_reshape(e->graph, node, full), v->rows,
                       v->rows ? axes_of_row(&row) : axes_of_weight(&row));
}

bool elab_fits(Elab *e, Span span, const Shape *shape)
{
    int64_t count = e->batch;

    for (int i = 0; i < shape->rank; i++)
        if (__builtin_mul_overflow(count, shape->dim[i], &count) ||
            count > (int64_t)1 << ELAB_ELEMENTS_LOG2) {
            elab_error(e, span, "a value of %s is too large",
                       value_shape_text(e->arena, shape));
            return false;
        }
    return true;
}

bool elab_shape(Elab *e, const Exprs *dims, Shape *out)
{
    bool ok = true;

    out->rank = 0;
    if (dims->n > MAX_RANK - 1) {
        elab_error(e, dims->at[MAX_RANK - 1]->span,
                   "a value has at most %d axes", MAX_RANK - 1);
        return false;
    }
    for (int i = 0; i < dims->n; i++) {
        Value *v = elab_expr(e, dims->at[i]);
        int64_t size = 0;

        if (v->kind == VAL_POISON) {
            ok = false;
        } else if (v->kind == VAL_NUMBER && v->number > VALUE_LARGEST) {
            elab_error(e, dims->at[i]->span, "this size is too large");
            ok = false;
        } else if (!value_whole(v, &size) || size < 1) {
            elab_wrong(e, dims->at[i]->span, v,
                       "a size must be a whole number of at least 1");
            ok = false;
        }
        out->dim[out->rank++] = size;
    }
    if (dims->n == 0)
        *out = shape_ones(1);
    return ok && elab_fits(e, dims->n ? dims->at[0]->span : (Span){0}, out);
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

Value *elab_map(Elab *e, Op op, int n, Value *const *v, Span span)
{
    const Value *like = largest(n, v);
    Node **in = NEWN(e->arena, Node *, n), *node;
    bool rows = false;
    const char *why;

    for (int i = 0; i < n; i++)
        rows |= v[i]->kind == VAL_TENSOR && v[i]->rows;
    for (int i = 0; i < n; i++)
        if (!(in[i] = aligned(e, v[i], like, rows)))
            return NULL;
    node = graph_try(e->graph, op, n, in, (Attr){0}, span, &why);
    return node ? elab_tensor(e, node, rows, combined(n, v, like)) : NULL;
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

const Node *elab_shaped(const Node *n)
{
    while (n->op == OP_RESHAPE)
        n = n->in[0];
    return n;
}
