/* gathers.c: a product with one-hot vectors is the rows that their ids name.
 *
 * In goes a graph with products of PUT(1, ids), moved and cut as rows may be,
 * by W [V, n] (or its transpose): all but one of V numbers are 0. Out comes
 * GATHER(ids, W) instead. Needed before gradients, so that these are rows too.
 */
#include "pass/pass.h"
#include "pass/rewrite.h"

/* The same move of ids as n is of one-hot vectors, whose last axis stays. */
static Node *moved(Graph *g, const Node *n, Node *ids)
{
    int last = n->shape.rank - 1;
    Shape shape = n->shape;

    shape.rank--;
    if (n->op == OP_RESHAPE && shape.rank > 0 &&
        n->in[0]->shape.dim[n->in[0]->shape.rank - 1] == n->shape.dim[last])
        return graph_reshape(g, ids, shape);
    if (n->op == OP_TRANSPOSE && n->attr.perm[last] == last)
        return graph_add(g, OP_TRANSPOSE, 1, &ids, n->attr, n);
    if ((n->op == OP_SLICE && n->attr.part.axis != last) ||
        (n->op == OP_REVERSE && n->attr.axis != last))
        return graph_add(g, n->op, 1, &ids, n->attr, n);
    return NULL;
}

/* The ids of one-hot vectors, in their shape but for its last axis; or NULL. */
static Node *ids_of(Graph *g, const Node *n)
{
    Node *ids;
    Shape shape = n->shape;

    shape.rank--;
    if (n->op == OP_PUT)
        return n->in[0]->op == OP_CONST && n->in[0]->attr.value == 1 &&
                       shape.rank > 0
                   ? graph_reshape(g, n->in[1], shape)
                   : NULL;
    if (n->op != OP_RESHAPE && n->op != OP_TRANSPOSE && n->op != OP_SLICE &&
        n->op != OP_REVERSE)
        return NULL;
    ids = ids_of(g, n->in[0]);
    return ids ? moved(g, n, ids) : NULL;
}

static Node *gather_node(Rewriting *r, const Node *n, Node *const *in)
{
    Node *of[2];

    if (n->op != OP_MATMUL || n->shape.rank != 2 || n->attr.mm.ta ||
        in[1]->shape.rank != 2)
        return NULL;
    of[0] = ids_of(r->g, in[0]);
    if (!of[0])
        return NULL;
    of[1] = in[1];
    if (n->attr.mm.tb)
        of[1] =
            graph_add(r->g, OP_TRANSPOSE, 1, &in[1], (Attr){.perm = {1, 0}}, n);
    return graph_add(r->g, OP_GATHER, 2, of, (Attr){0}, n);
}

REWRITE(gathers, gather_node)
