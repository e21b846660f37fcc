/* monotone.c: what keeps order moves behind a maximum.
 *
 * In goes a graph, out comes one in which max(f(x)) is f(max(x)) for each f
 * whose row says so and for the addition of what is the same for all that is
 * compared, a number per channel or feature: the same values, bit for bit, on
 * a fraction of the elements, and the gradient needs the maxima's places only.
 * The maximum is a pooling or along an axis. Applied where it is f's only user.
 */
#include "pass/pass.h"
#include "pass/rewrite.h"

/* Bit a is set: the maximum compares along axis a. */
static unsigned compared(const Node *max)
{
    return max->op == OP_RMAX ? max->attr.axes : 1U << 2 | 1U << 3;
}

static bool same_along(const Shape *s, unsigned axes)
{
    for (int a = 0; a < s->rank; a++)
        if (axes >> a & 1 && s->dim[a] != 1)
            return false;
    return true;
}

/* Which operand of an addition is compared, where the other one is the same
 * along the axes; -1 where this does not hold. */
static int compared_operand(const Node *n, unsigned axes)
{
    for (int k = 0; k < 2; k++)
        if (n->op == OP_ADD && shape_equal(&n->shape, &n->in[k]->shape) &&
            same_along(&n->in[1 - k]->shape, axes))
            return k;
    return -1;
}

/* The maximum of x, which stands for the node old. */
static Node *largest(Rewriting *r, const Node *n, const Node *old, Node *x)
{
    int k;

    if (r->uses[old->id] != 1 || old->op != x->op)
        return graph_add(r->g, n->op, 1, &x, n->attr, n);
    if (op_has(x->op, OPF_MONOTONE))
        return graph_unary(r->g, x->op, largest(r, n, old->in[0], x->in[0]));
    k = compared_operand(x, compared(n));
    if (k < 0)
        return graph_add(r->g, n->op, 1, &x, n->attr, n);
    return graph_binary(r->g, OP_ADD, largest(r, n, old->in[k], x->in[k]),
                        x->in[1 - k]);
}

static Node *monotone_node(Rewriting *r, const Node *n, Node *const *in)
{
    return n->op == OP_MAXPOOL || n->op == OP_RMAX
               ? largest(r, n, n->in[0], in[0])
               : NULL;
}

REWRITE(monotone, monotone_node)
