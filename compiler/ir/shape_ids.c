/* shape_ids.c: the shapes of what reads classes and tokens: ids, one a row or
 * one a step. */
#include "ir/rules.h"

typedef const char *Why;

#define WHY(...) arena_printf(g->arena, __VA_ARGS__)

Why shape_reals(Graph *g, const Node *n, int from, int to)
{
    for (int i = from; i < to; i++)
        if (n->in[i]->type != TYPE_REAL)
            return WHY("operand %d must hold real numbers", i + 1);
    return NULL;
}

Why shape_disagree(Graph *g, int64_t a, int64_t b)
{
    return WHY("%lld and %lld must agree", (long long)a, (long long)b);
}

/* `class` has one integer where x has its last axis: x's shape without that
 * axis, or with size 1 there. */
static Why class_fits(Graph *g, const Node *class, const Shape *x)
{
    const Shape *c = &class->shape;
    bool kept = c->rank == x->rank && c->dim[c->rank - 1] == 1;

    if (class->type != TYPE_INT)
        return WHY("the second operand must be a class");
    if (x->rank < 2 || (!kept && c->rank != x->rank - 1))
        return WHY("ranks %d and %d do not fit", x->rank - 1, c->rank - 1);
    for (int a = 0; a < x->rank - 1; a++)
        if (c->dim[a] != x->dim[a])
            return shape_disagree(g, x->dim[a], c->dim[a]);
    return NULL;
}

Why shape_rule_xent(Graph *g, Node *n)
{
    Why why = class_fits(g, n->in[1], &n->in[0]->shape);

    n->shape = n->in[1]->shape;
    return why ? why : shape_reals(g, n, 0, 1);
}

Why shape_rule_xent_dx(Graph *g, Node *n)
{
    Why why = class_fits(g, n->in[1], &n->in[0]->shape);

    n->shape = n->in[0]->shape;
    if (!why && !shape_equal(&n->in[1]->shape, &n->in[2]->shape))
        why = WHY("dloss has not the loss's shape");
    if (!why)
        why = shape_reals(g, n, 0, 1);
    return why ? why : shape_reals(g, n, 2, 3);
}

Why shape_rule_put(Graph *g, Node *n)
{
    Why why = class_fits(g, n->in[1], &n->shape);

    if (!why && !shape_equal(&n->in[0]->shape, &n->in[1]->shape))
        why = WHY("the values have not the classes' shape");
    return why ? why : shape_reals(g, n, 0, 1);
}

static Why ids_first(Graph *g, const Node *ids)
{
    return ids->type == TYPE_INT ? NULL : WHY("the ids must be whole numbers");
}

Why shape_rule_number(Graph *g, Node *n)
{
    n->shape = n->in[0]->shape;
    return ids_first(g, n->in[0]);
}

/* Whether rows have the shape of their ids and one axis more, and are as long
 * as those of the table. */
static Why rows_fit(Graph *g, const Node *ids, const Shape *rows,
                    const Shape *table)
{
    if (table->rank != 2)
        return WHY("a table has two axes, not %d", table->rank);
    if (rows->rank != ids->shape.rank + 1)
        return WHY("ranks %d and %d do not fit", rows->rank, ids->shape.rank);
    for (int a = 0; a < ids->shape.rank; a++)
        if (rows->dim[a] != ids->shape.dim[a])
            return shape_disagree(g, rows->dim[a], ids->shape.dim[a]);
    return rows->dim[rows->rank - 1] == table->dim[1]
               ? ids_first(g, ids)
               : WHY("rows of %lld and %lld must agree",
                     (long long)rows->dim[rows->rank - 1],
                     (long long)table->dim[1]);
}

Why shape_rule_gather(Graph *g, Node *n)
{
    const Shape *table = &n->in[1]->shape;
    Why why = shape_reals(g, n, 1, 2);

    n->shape = n->in[0]->shape;
    if (n->shape.rank == MAX_RANK)
        return WHY("a rank of %d is too large", MAX_RANK + 1);
    n->shape.dim[n->shape.rank++] = table->dim[table->rank - 1];
    return why ? why : rows_fit(g, n->in[0], &n->shape, table);
}

Why shape_rule_scatter(Graph *g, Node *n)
{
    Why why = shape_reals(g, n, 1, 2);

    return why ? why : rows_fit(g, n->in[0], &n->in[1]->shape, &n->shape);
}

Why shape_rule_add_rows(Graph *g, Node *n)
{
    Why why = shape_reals(g, n, 0, 1);

    n->shape = n->in[0]->shape;
    if (!why)
        why = shape_reals(g, n, 2, 3);
    return why ? why : rows_fit(g, n->in[1], &n->in[2]->shape, &n->shape);
}
