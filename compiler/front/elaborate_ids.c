/* elaborate_ids.c: what is made of tokens and classes: rows of a table, and
 * vectors with a single 1. */
#include "front/operand.h"

/* How many ids a value may hold, after a message 0. */
static int64_t ids_of(Elab *e, const Call *call, const Value *v)
{
    Message *m;

    if (v->kind == VAL_TENSOR && v->node->type == TYPE_INT)
        return e->program->inputs.at[v->input].classes;
    if (v->kind == VAL_POISON)
        return 0;
    m = elab_error(e, call->site.span, "`%s` takes tokens or classes",
                   call->name);
    elab_note(e, m, "the value", v);
    return 0;
}

/* Whether all ids name one of n places. */
static bool all_named(Elab *e, const Call *call, const Value *v, int64_t n)
{
    int64_t ids = ids_of(e, call, v);
    Message *m;

    if (ids == 0 || ids <= n)
        return ids != 0;
    m = elab_error(e, call->site.span,
                   "`%s` has %lld place%s, and ids go up to %lld", call->name,
                   (long long)n, str_s(n), (long long)ids - 1);
    elab_note(e, m, "the value", v);
    return false;
}

/* A value of the ids' rows and steps, with n features each where n is not 0.
 */
static Value *shaped_as(Elab *e, Node *node, const Value *ids, int64_t n)
{
    Shape row = value_shape(ids);
    bool steps = ids->axes.at[0] == AXIS_TIME;
    Axes axes = ids->axes;
    Value *y;

    if (n && steps)
        row.dim[row.rank++] = n;
    else if (n)
        row.dim[0] = n;
    if (n)
        axes = steps ? (Axes){{AXIS_TIME, AXIS_FEATURES}}
                     : (Axes){{AXIS_FEATURES}};
    node = graph_reshape(e->graph, node, shape_prepend(e->batch, &row));
    y = elab_tensor(e, node, true, axes);
    y->extent = ids->extent;
    return y;
}

/* A table of which row 0 is not read but zero, as a parameter with `padding`
 * is; what it is without that. */
static const Node *unpadded(const Node *table)
{
    const Node *rest = table->op == OP_PAD ? table->in[0] : NULL;

    return rest && rest->op == OP_SLICE && table->attr.part.axis == 0 &&
                   table->attr.part.begin == 1 && rest->attr.part.begin == 1 &&
                   shape_equal(&rest->in[0]->shape, &table->shape)
               ? rest->in[0]
               : NULL;
}

/* The table as a matrix, and in *first the least id that names a row. */
static Node *table_of(Elab *e, const Value *v, int *first)
{
    Value bare = *v;
    const Node *all = unpadded(v->node);
    Node *node;

    *first = all != NULL;
    if (all)
        bare.node = (Node *)all;
    node = elab_node(e, &bare);
    return node->shape.rank == 2
               ? node
               : graph_reshape(e->graph, node,
                               shape_of(2, node->shape.dim[0], (int64_t)1));
}

Value *lower_gather(Elab *e, Call *call)
{
    const Value *table = elab_listed(e, call->in[0], call->site.span);
    const Value *ids = call->in[1];
    Shape shape;
    Node *in[2];
    Attr attr = {0};

    if (table->kind != VAL_TENSOR || table->rows ||
        table->node->type != TYPE_REAL || table->node->shape.rank > 2) {
        if (table->kind != VAL_POISON)
            elab_note(e,
                      elab_error(e, call->site.span,
                                 "`%s` takes a parameter or a list of numbers",
                                 call->name),
                      "the first value", table);
        return e->poison;
    }
    shape = table->node->shape;
    if (!all_named(e, call, ids, shape.dim[0]))
        return e->poison;
    in[0] = elab_node(e, ids);
    in[1] = table_of(e, table, &attr.index);
    return shaped_as(e, graph_add(e->graph, OP_GATHER, 2, in, attr, in[1]), ids,
                     shape.rank == 2 ? shape.dim[1] : 0);
}

Value *lower_one_hot(Elab *e, Call *call)
{
    const Value *ids = call->in[0];
    int64_t n = (int64_t)call->arg.at[0]->number;
    Node *in[2];
    Value *y;
    Shape row;

    if (!all_named(e, call, ids, n))
        return e->poison;
    in[1] = elab_node(e, ids);
    in[0] = elab_constant(e, 1, in[1]->shape);
    row = in[1]->shape;
    row.dim[row.rank++] = n;
    y = shaped_as(e,
                  graph_add_shaped(e->graph, OP_PUT, TYPE_REAL, row, 2, in,
                                   (Attr){0}, in[1]),
                  ids, n);
    row = value_shape(y);
    return elab_fits(e, call->site.span, &row) ? y : e->poison;
}
