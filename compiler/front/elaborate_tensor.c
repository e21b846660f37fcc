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
    Value *y = elab_tensor(e, node, v->rows, v->axes);

    y->extent = v->extent;
    y->columns = v->columns;
    return y;
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

Value *elab_literal(Elab *e, Shape shape, const double *numbers, Span span)
{
    Tensor t = {.kind = TENSOR_CONSTANT,
                .shape = shape,
                .init = {.kind = INIT_LITERAL, .literal = numbers},
                .span = span};
    Value *v = elab_leaf(e, t, NULL);

    v->origin = "the text";
    return v;
}

Value *elab_places(Elab *e, int64_t n, Span span)
{
    double *places = NEWN(e->arena, double, n);

    for (int64_t i = 0; i < n; i++)
        places[i] = (double)i;
    return elab_literal(e, shape_of(1, n), places, span);
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

const Node *elab_shaped(const Node *n)
{
    while (n->op == OP_RESHAPE)
        n = n->in[0];
    return n;
}
