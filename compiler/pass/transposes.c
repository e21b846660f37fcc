/* transposes.c: moves changes of the order of axes towards the outputs.
 *
 * In goes a graph, out comes one in which element-wise operators, sums and
 * softmax stand before a TRANSPOSE instead of behind it, so that the pairs
 * which elaboration puts around each loop over time meet and fold away: a
 * stack of recurrent layers stays time-major inside. A product by rows (with a
 * RESHAPE on both sides) stands before it where that makes the TRANSPOSE
 * smaller or lets it meet another. fold has to follow. */
#include "ir/same.h"
#include "pass/pass.h"
#include "pass/rewrite.h"

/* x, which is used together with values that `turn` has put in order, as it
 * would be before that; NULL where that takes a copy. */
static Node *before(Graph *g, const Node *turn, Node *x)
{
    Shape s = {.rank = x->shape.rank};
    int last = -1;

    if (x->op == OP_TRANSPOSE && same_attr(x, turn))
        return x->in[0];
    for (int i = 0; i < s.rank; i++) {
        int axis = turn->attr.perm[i];

        s.dim[axis] = x->shape.dim[i];
        if (x->shape.dim[i] == 1)
            continue;
        if (axis < last)
            return NULL;
        last = axis;
    }
    return graph_reshape(g, x, s);
}

/* The TRANSPOSE that the operator can change places with. */
static Node *turned_input(const Node *n, Node *const *in)
{
    for (int k = 0; k < n->n_in; k++)
        if (in[k]->op == OP_TRANSPOSE &&
            (n->n_in == 1 || shape_equal(&in[k]->shape, &n->shape)))
            return in[k];
    return NULL;
}

/* n's attributes with its axes as they were before that. */
static Attr attr_before(const Node *n, const Node *turn)
{
    AttrKind kind = op_table[n->op].attr;
    Attr attr = n->attr;

    if (kind == ATTR_AXIS)
        attr.axis = turn->attr.perm[n->attr.axis];
    if (kind == ATTR_AXES)
        attr.axes = 0;
    for (int a = 0; kind == ATTR_AXES && a < n->shape.rank; a++)
        attr.axes |= (n->attr.axes >> a & 1) << turn->attr.perm[a];
    return attr;
}

static Node *ahead(Rewriting *r, const Node *n, Node *const *in)
{
    Node *turn = turned_input(n, in), *plain[3];

    if (!turn)
        return NULL;
    for (int k = 0; k < n->n_in; k++) {
        bool one_user = r->uses[n->in[k]->id] == 1;

        if (in[k]->op == OP_TRANSPOSE && !one_user)
            return NULL;
        plain[k] = before(r->g, turn, in[k]);
        if (!plain[k])
            return NULL;
    }
    plain[0] = graph_add(r->g, n->op, n->n_in, plain, attr_before(n, turn), n);
    return graph_add(r->g, OP_TRANSPOSE, 1, plain, turn->attr, n);
}

/* Whether the first two axes change places. */
static bool swaps(const Node *n)
{
    if (n->op != OP_TRANSPOSE || n->shape.rank != 3)
        return false;
    return n->attr.perm[0] == 1 && n->attr.perm[1] == 0;
}

/* Whether n's only users are element-wise operators in a row with a swap of
 * its first two axes at their end. */
static bool meets_swap(const Rewriting *r, const Node *n)
{
    const Node *user = rewrite_only_user(r, n);

    if (!user || swaps(user))
        return user;
    return op_table[user->op].class == CLASS_MAP &&
           shape_equal(&user->shape, &n->shape) && meets_swap(r, user);
}

/* [a, b, n] from [a b, m] times a weight, where the operand was swapped from
 * [b, a, m] before its axes were joined. */
static Node *by_rows(Rewriting *r, const Node *n, const Node *product)
{
    const Node *rows = product->in[0], *turn;
    Shape s = {.rank = 2};
    Node *y;

    if (product->op != OP_MATMUL || product->attr.mm.ta ||
        rows->op != OP_RESHAPE || rows->shape.rank != 2 ||
        !swaps(rows->in[0]) || n->shape.rank != 3)
        return NULL;
    turn = rows->in[0];
    if (turn->shape.dim[2] != rows->shape.dim[1] ||
        turn->shape.dim[0] != n->shape.dim[0] ||
        turn->shape.dim[1] != n->shape.dim[1])
        return NULL;
    if (n->shape.dim[2] > rows->shape.dim[1] && !meets_swap(r, n))
        return NULL;
    s.dim[0] = rows->shape.dim[0];
    s.dim[1] = rows->shape.dim[1];
    y = graph_matmul(r->g, graph_reshape(r->g, turn->in[0], s), product->in[1],
                     false, product->attr.mm.tb);
    y = graph_reshape(
        r->g, y,
        shape_of(3, n->shape.dim[1], n->shape.dim[0], n->shape.dim[2]));
    return graph_add(r->g, OP_TRANSPOSE, 1, &y, turn->attr, n);
}

static Node *transposes_node(Rewriting *r, const Node *n, Node *const *in)
{
    if (n->op == OP_RESHAPE && in[0]->n_in && r->uses[n->in[0]->id] == 1)
        return by_rows(r, n, in[0]);
    return op_has(n->op, OPF_STACKS) && op_table[n->op].class != CLASS_VIEW
               ? ahead(r, n, in)
               : NULL;
}

REWRITE(transposes, transposes_node)
