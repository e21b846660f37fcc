/* interp_view.c: the reference evaluator's values that only move, or whose
 * elements are added where they came from. */
#include <string.h>

#include "interp_parts.h"

/* Where an element of windows lies in what they slide over. */
static Index in_window(const Attr *a, const Index *x, int last)
{
    Index from = *x;

    from.at[a->slide.axis] =
        x->at[a->slide.axis] * a->slide.stride + x->at[last] * a->slide.apart;
    return from;
}

/* Where element x of n's value comes from: an index into input *k, or false
 * for a zero of OP_PAD. */
static bool source(const Node *n, const Index *x, int *k, Index *from)
{
    int axis =
        op_table[n->op].attr == ATTR_PART ? n->attr.part.axis : n->attr.axis;
    *k = 0;
    *from = *x;
    switch (n->op) {
    case OP_BROADCAST:
        return true;
    case OP_TRANSPOSE:
        for (int i = 0; i < n->shape.rank; i++)
            from->at[n->attr.perm[i]] = x->at[i];
        return true;
    case OP_SLICE:
        from->at[axis] += n->attr.part.begin;
        return true;
    case OP_PAD:
        from->at[axis] -= n->attr.part.begin;
        return from->at[axis] >= 0 &&
               from->at[axis] < n->in[0]->shape.dim[axis];
    case OP_WINDOWS:
        *from = in_window(&n->attr, x, n->shape.rank - 1);
        return true;
    case OP_REVERSE:
        from->at[axis] = n->shape.dim[axis] - 1 - x->at[axis];
        return true;
    case OP_CONCAT:
        while (from->at[axis] >= n->in[*k]->shape.dim[axis])
            from->at[axis] -= n->in[(*k)++]->shape.dim[axis];
        return true;
    default:
        nnc_bug("the interpreter does not know %s", op_table[n->op].id);
    }
}

static void run_overlap(const Run *r, const Node *n, double *y)
{
    Index x = {0};
    int64_t i = 0;

    memset(y, 0, (size_t)shape_count(&n->shape) * sizeof *y);
    do {
        Index to = in_window(&n->attr, &x, n->shape.rank);

        y[place(&to, &n->shape)] += r->at[n->in[0]->id][i++];
    } while (next_index(&x, &n->in[0]->shape));
}

void interp_view(const Run *r, const Node *n, double *y)
{
    Index x = {0}, from;
    int64_t i = 0;
    int k;

    if (n->op == OP_OVERLAP) {
        run_overlap(r, n, y);
        return;
    }
    if (n->op == OP_RESHAPE) {
        memcpy(y, r->at[n->in[0]->id],
               (size_t)shape_count(&n->shape) * sizeof *y);
        return;
    }
    do
        y[i++] = source(n, &x, &k, &from)
                     ? r->at[n->in[k]->id][place(&from, &n->in[k]->shape)]
                     : 0;
    while (next_index(&x, &n->shape));
}
