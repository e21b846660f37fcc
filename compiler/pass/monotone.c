/* monotone.c: what keeps order moves behind a maximum pooling.
 *
 * In goes a graph, out comes one in which maxpool(f(x)) is f(maxpool(x)) for
 * each f whose row says so and for the addition of a number per channel: the
 * same values, bit for bit, on a fraction of the elements, and the gradient
 * needs the pooling's places only. Applied where the pooling is f's only user.
 */
#include "pass/pass.h"
#include "pass/rewrite.h"

/* Which operand of an addition is an image, where the other one is the same
 * in every place of it; -1 where this does not hold. */
static int image_operand(const Node *n)
{
    for (int k = 0; k < 2; k++) {
        const Shape *other = &n->in[1 - k]->shape;

        if (n->op == OP_ADD && shape_equal(&n->shape, &n->in[k]->shape) &&
            other->dim[2] == 1 && other->dim[3] == 1)
            return k;
    }
    return -1;
}

/* The pooling of x, which stands for the node old. */
static Node *pool(Rewriting *r, const Node *n, const Node *old, Node *x)
{
    int k;

    if (r->uses[old->id] != 1 || old->op != x->op)
        return graph_add(r->g, OP_MAXPOOL, 1, &x, n->attr, n);
    if (op_has(x->op, OPF_MONOTONE))
        return graph_unary(r->g, x->op, pool(r, n, old->in[0], x->in[0]));
    k = x->op == OP_ADD ? image_operand(x) : -1;
    if (k < 0)
        return graph_add(r->g, OP_MAXPOOL, 1, &x, n->attr, n);
    return graph_binary(r->g, OP_ADD, pool(r, n, old->in[k], x->in[k]),
                        x->in[1 - k]);
}

static Node *monotone_node(Rewriting *r, const Node *n, Node *const *in)
{
    return n->op == OP_MAXPOOL ? pool(r, n, n->in[0], in[0]) : NULL;
}

Graph *monotone(Program *p, Graph *g)
{
    (void)p;
    return rewrite(g, monotone_node, NULL);
}
