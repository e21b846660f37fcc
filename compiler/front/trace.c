/* trace.c: walks from an element to what it shows; see trace.h. Each step is
 * arithmetic on one index, so that nothing is stored. */
#include "front/trace.h"

#include "ir/layout.h"

/* Row-major index to index along each axis, and back. */
static void split(const Shape *s, int64_t at, int64_t *index)
{
    for (int a = s->rank - 1; a >= 0; a--) {
        index[a] = at % s->dim[a];
        at /= s->dim[a];
    }
}

static int64_t joined(const Shape *s, const int64_t *index)
{
    int64_t at = 0;

    for (int a = 0; a < s->rank; a++)
        at = at * s->dim[a] + index[a];
    return at;
}

/* The element of an operand that is spread over the result's shape. */
static int64_t spread(const Shape *result, const Shape *operand, int64_t at)
{
    int64_t index[MAX_RANK];

    split(result, at, index);
    for (int a = 0; a < operand->rank; a++)
        if (operand->dim[a] == 1)
            index[a] = 0;
    return joined(operand, index);
}

/* Which input of a concat, and the index in it. */
static const Node *part_of(const Node *n, int64_t *index)
{
    int axis = n->attr.axis;

    for (int i = 0; i < n->n_in; i++) {
        if (index[axis] < n->in[i]->shape.dim[axis])
            return n->in[i];
        index[axis] -= n->in[i]->shape.dim[axis];
    }
    nnc_bug("a concat is longer than its inputs");
}

/* One step through an operator that moves elements; false: it does not. */
static bool step_view(Spot *s)
{
    const Node *n = s->node, *from = n->n_in ? n->in[0] : NULL;
    int64_t index[MAX_RANK];
    Layout dense, view;

    if (!from)
        return false;
    s->node = from;
    if (n->op == OP_RESHAPE || n->op == OP_ROWS_MASK)
        return true;
    if (n->op == OP_SUM && shape_count(&n->shape) == shape_count(&from->shape))
        return true;
    split(&n->shape, s->at, index);
    dense = layout_dense(&from->shape);
    if (n->op == OP_CONCAT) {
        s->node = part_of(n, index);
        s->at = joined(&s->node->shape, index);
        return true;
    }
    if (layout_view(n, &dense, &view)) {
        s->at = layout_place(&view, index);
        return true;
    }
    s->node = n;
    return false;
}

/* The number that every element of a node is. */
static bool is_number(const Node *n, double *value)
{
    while (n->op == OP_RESHAPE || n->op == OP_BROADCAST)
        n = n->in[0];
    if (n->op == OP_DROP_MASK)
        *value = 1; /* dropout keeps the expected value */
    else if (n->op == OP_CONST)
        *value = n->attr.value;
    else
        return false;
    return true;
}

/* s shows `by` times its operand k, plus `plus`. */
static bool step_to(Spot *s, int k, double by, double plus)
{
    const Node *n = s->node;

    s->at = spread(&n->shape, &n->in[k]->shape, s->at);
    s->node = n->in[k];
    s->plus += s->by * plus;
    s->by *= by;
    return true;
}

/* One step through an operator of one value and one number. */
static bool step_number(Spot *s)
{
    const Node *n = s->node;
    double c = 0;
    int k; /* the operand that is no number */

    if (n->op == OP_NEG)
        return step_to(s, 0, -1, 0);
    if (n->n_in != 2 || (n->op != OP_ADD && n->op != OP_SUB &&
                         n->op != OP_MUL && n->op != OP_DIV))
        return false;
    k = is_number(n->in[0], &c);
    if (!k && !is_number(n->in[1], &c))
        return false;
    switch (n->op) {
    case OP_ADD:
        return step_to(s, k, 1, c);
    case OP_SUB:
        return step_to(s, k, k ? -1 : 1, k ? c : -c);
    case OP_MUL:
        return step_to(s, k, c, 0);
    default:
        return !k && step_to(s, k, 1 / c, 0);
    }
}

static Spot walk(Spot s)
{
    while (step_view(&s) || step_number(&s))
        continue;
    return s;
}

Spot trace(const Node *node, int64_t at)
{
    return walk((Spot){.node = node, .at = at, .by = 1});
}

Spot trace_operand(const Node *node, int64_t at, int k)
{
    return trace(node->in[k], spread(&node->shape, &node->in[k]->shape, at));
}

int64_t trace_row(const Node *node)
{
    return shape_count(&node->shape) / node->shape.dim[0];
}

/* Behind what leaves all elements where they are. */
static const Node *in_place(const Node *n)
{
    while (n->op == OP_RESHAPE || n->op == OP_ROWS_MASK)
        n = n->in[0];
    return n;
}

bool trace_same(const Node *a, const Node *b)
{
    int64_t n = trace_row(a);

    if (n != trace_row(b))
        return false;
    if (in_place(a) == in_place(b))
        return true;
    for (int64_t i = 0; i < n; i++) {
        Spot x = trace(a, i), y = trace(b, i);

        if (x.node != y.node || x.at != y.at || x.by != y.by ||
            x.plus != y.plus)
            return false;
    }
    return true;
}
