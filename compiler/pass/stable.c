/* stable.c: the logarithm of a softmax, computed without a softmax.
 *
 * In goes a graph, out comes one in which log(max(softmax(x)[class], tiny)),
 * with or without the bound, is -cross_entropy(x, class): that neither
 * overflows nor loses digits, and its gradient is softmax - onehot. Needed
 * before gradients; elaboration does the same where the softmax is the loss's
 * own argument. */
#include "pass/pass.h"
#include "pass/rewrite.h"

static const double tiny = 1e-6; /* bounds above are meant */

/* The operand of a maximum with a tiny number, or x itself. */
static Node *unbounded(Node *x)
{
    for (int k = 0; x->op == OP_MAX && k < 2; k++)
        if (x->in[k]->op == OP_CONST && x->in[k]->attr.value <= tiny &&
            shape_equal(&x->shape, &x->in[1 - k]->shape))
            return x->in[1 - k];
    return x;
}

static Node *stable_node(Rewriting *r, const Node *n, Node *const *in)
{
    Node *take, *p;

    if (n->op != OP_LOG)
        return NULL;
    take = unbounded(in[0]);
    if (take->op != OP_TAKE)
        return NULL;
    p = take->in[0];
    if (p->op != OP_SOFTMAX || p->attr.axis != p->shape.rank - 1)
        return NULL;
    p = graph_add(r->g, OP_XENT, 2, (Node *[]){p->in[0], take->in[1]},
                  (Attr){0}, n);
    return graph_unary(r->g, OP_NEG, p);
}

REWRITE(stable, stable_node)
