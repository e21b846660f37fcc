/* elaborate_statistic.c: what training gathers over the rows of a batch.
 *
 * `training` is true in the entry that trains, and false inside a layer that
 * is frozen. Only there are values taken `per: features`, over rows, and
 * statistics given their next values; elsewhere a row stands alone. A layer
 * that is applied again goes on from what its application before gave. */
#include <string.h>

#include "front/extent.h"
#include "front/operand.h"

bool elab_training(const Elab *e)
{
    return e->mode == MODE_STEP && !e->frame->learning.frozen;
}

/* The place of a statistic among the tensors of the frame's layer, or -1. */
static int find(const Elab *e, const Name *name)
{
    const Layer *layer = e->frame->layer;

    for (int i = 0; name->primed && i < layer->params.n; i++)
        if (layer->statistics.at[i] >= 0 &&
            strcmp(layer->params.at[i], name->text) == 0)
            return i;
    return -1;
}

bool elab_rests(Elab *e, const Name *name)
{
    int i = elab_training(e) ? -1 : find(e, name);

    if (i >= 0)
        elab_bind(e, name->text, true, e->frame->layer->values.at[i]);
    return i >= 0;
}

/* The tensor's new value, in the place of one from an application before. */
static void set_root(Elab *e, Node *node, int tensor)
{
    for (int i = 0; i < e->top->roots.n; i++) {
        Root *root = &e->top->roots.at[i];

        if (root->role == ROOT_TENSOR && root->index == tensor) {
            root->node = node;
            return;
        }
    }
    graph_root(e->top, node, ROOT_TENSOR, tensor);
}

bool elab_gather(Elab *e, const Name *name, Value *v, Span span)
{
    Layer *layer = e->frame->layer;
    int i = find(e, name);
    Node *node;

    if (i < 0)
        return false;
    node = elab_fitting(e, v, layer->values.at[i]->node->shape, false, "next",
                        name->text, span);
    e->gathered++;
    if (node) {
        layer->values.at[i] = elab_like(e, node, layer->values.at[i]);
        set_root(e, node, layer->statistics.at[i]);
    }
    elab_bind(e, name->text, true, node ? layer->values.at[i] : e->poison);
    return true;
}

/* Whether the input has features that rows can be taken together for. */
static bool can_gather(Elab *e, const Call *call, int arg)
{
    const Value *v = call->in[0];
    int axis;
    Message *m;

    if (!elab_real(e, call, 0))
        return false;
    axis = axes_find(&v->axes, call->arg.at[arg]->text);
    if (axis < 0 || axis != axes_features(&v->axes)) {
        m = elab_error(e, call->arg.span[arg], "`per` takes `features`");
        elab_note(e, m, "the value", v);
        return false;
    }
    if (v->rows && e->scan) {
        elab_error(e, call->site.span,
                   "`%s` over rows cannot stand in a loop over time",
                   call->name);
        return false;
    }
    if (!v->rows || elab_training(e))
        return true;
    m = elab_error(e, call->site.span,
                   "`%s` over rows depends on the batch, and at inference "
                   "each row stands alone",
                   call->name);
    diag_help(m, "write: if training then %s(...) else ..., with a statistic",
              call->name);
    return false;
}

/* How many steps, or rows, v has that are there, [1]. */
static Node *present(Elab *e, const Value *v)
{
    Node *n = extent_length(e, v->extent);

    if (!n)
        return graph_add_shaped(e->graph, OP_ROWS, TYPE_REAL, shape_ones(1), 0,
                                NULL, (Attr){0}, v->node);
    n = graph_add(e->graph, OP_ROWS_MASK, 1, &n, (Attr){.axis = 0}, n);
    return graph_reshape(e->graph, graph_sum(e->graph, n, 3), shape_ones(1));
}

/* How many values each feature has, [1]. */
static Node *count(Elab *e, const Value *v)
{
    Shape row = value_shape(v);
    int64_t features = row.dim[axes_features(&v->axes)];
    int64_t times = shape_count(&row) / features;
    Node *each;

    if (v->extent)
        times /= v->extent->steps;
    each = elab_constant(e, (double)times, shape_ones(1));
    return v->rows ? graph_binary(e->graph, OP_MUL, present(e, v), each) : each;
}

Value *lower_count(Elab *e, Call *call)
{
    if (!can_gather(e, call, 0))
        return e->poison;
    return elab_scalar(e, count(e, call->in[0]));
}

Value *elab_per(Elab *e, const Call *call, int arg, bool mean)
{
    Value *v = call->in[0];
    Node *node;
    int axis;

    if (!can_gather(e, call, arg))
        return e->poison;
    node = extent_only(e, extent_columns(e, v, 0), 0);
    axis = elab_node_axis(v, axes_features(&v->axes));
    if (v->rows)
        node = graph_add(e->graph, OP_ROWS_MASK, 1, &node, (Attr){.axis = 0},
                         node);
    node = graph_sum(e->graph, node,
                     ((1U << node->shape.rank) - 1) & ~(1U << axis));
    node = graph_reshape(e->graph, node,
                         (Shape){.rank = 1, .dim = {node->shape.dim[axis]}});
    if (mean)
        node = graph_binary(e->graph, OP_DIV, node, count(e, v));
    return elab_scalar(e, node);
}
