/* autodiff_lift.c: sums over the steps of a loop, computed behind the loop.
 *
 * The gradient of a value that is the same in each step is a sum over steps.
 * Where the summand is linear in values that can be stacked, the sum moves
 * outside: a product over the batch of each step becomes one product over
 * [steps * batch], a sum over the batch one sum; what merely moves elements is
 * applied to the sum. */
#include "pass/back.h"
#include "pass/rewrite.h"
#include "pass/steps.h"

static bool invariant(const Back *b, const Node *n)
{
    return n->op == OP_CONST || (scan_is_arg(n, PORT_FIXED) && n->id < b->m);
}

/* Of a product by a value that is the same in each step: the factor that
 * changes, where the product has its shape; else NULL. */
static const Node *scaled(const Back *b, const Node *n)
{
    for (int k = 0; k < 2; k++)
        if (invariant(b, n->in[k]) && !invariant(b, n->in[1 - k]) &&
            shape_equal(&n->shape, &n->in[1 - k]->shape))
            return n->in[1 - k];
    return NULL;
}

/* A product or sum along axis 0, the batch, which time can join. */
static bool joins_time(const Node *n)
{
    return steps_rows(n) == ROWS_SUMMED;
}

/* What is applied to a sum as it was to the summands. */
static bool distributes(const Node *n)
{
    if (op_table[n->op].linear != OP_TOGETHER)
        return false;
    for (int k = 1; k < n->n_in && op_is_map(n->op); k++)
        if (!shape_equal(&n->in[0]->shape, &n->in[k]->shape))
            return false;
    return true;
}

bool back_liftable(const Back *b, const Node *n)
{
    if (n->id < b->m)
        return false;
    if (joins_time(n))
        return true;
    if (n->op == OP_MUL)
        return scaled(b, n) && back_liftable(b, scaled(b, n));
    if (!distributes(n))
        return false;
    for (int k = 0; k < n->n_in; k++)
        if (!back_liftable(b, n->in[k]))
            return false;
    return true;
}

/* Where n stands among the stacks of the backward scan, or -1. */
static int *place_of(Back *b, const Node *n)
{
    while (b->place.n <= n->id)
        vec_push(b->both->arena, &b->place, -1);
    return &b->place.at[n->id];
}

/* The sequence outside that leaf n of `both` stands for, or NULL. */
static Node *sequence_of(const Back *b, const Node *n)
{
    if (n->id < b->m)
        return scan_is_arg(n, PORT_SEQUENCE)
                   ? *scan_input(b->scan, n->attr.port)
                   : NULL;
    for (int i = 0; i < b->seqs.n; i++)
        if (b->seqs.at[i].arg == n)
            return b->seqs.at[i].from;
    return NULL;
}

void back_stack(Back *b, Node *n)
{
    if (sequence_of(b, n))
        return;
    if (n->id < b->m) {
        b->saved[n->id] = true;
    } else if (*place_of(b, n) < 0) {
        *place_of(b, n) = b->stacks.n;
        vec_push(b->both->arena, &b->stacks, n);
    }
}

void back_want(Back *b, const Node *n)
{
    if (n->op == OP_MUL)
        back_want(b, scaled(b, n));
    else
        for (int k = 0; k < n->n_in; k++)
            if (joins_time(n))
                back_stack(b, n->in[k]);
            else
                back_want(b, n->in[k]);
}

Node *back_over_time(Back *b, const Node *n)
{
    Node *sequence = sequence_of(b, n);

    if (sequence)
        return sequence;
    if (n->id < b->m)
        return graph_pick(b->outer->g, b->scan, PORT_STACK, b->stack[n->id]);
    if (*place_of(b, n) < 0)
        nnc_bug("node %d of a backward body is not stacked", n->id);
    return graph_pick(b->outer->g, b->result, PORT_STACK, *place_of(b, n));
}

/* [steps, batch, ...] as [steps * batch, ...] */
static Node *join_batch(Graph *g, Node *x)
{
    Shape s = x->shape;

    s.rank--;
    s.dim[0] *= x->shape.dim[1];
    for (int a = 1; a < s.rank; a++)
        s.dim[a] = x->shape.dim[a + 1];
    return graph_reshape(g, x, s);
}

static Node *lift_sum(Back *b, const Node *n)
{
    Graph *g = b->outer->g;
    Node *x = back_over_time(b, n->in[0]);

    if (n->attr.axes & 1)
        return graph_sum(g, join_batch(g, x), n->attr.axes);
    return graph_reshape(g, graph_sum(g, x, n->attr.axes << 1 | 1), n->shape);
}

static Node *outside(Back *b, const Node *n)
{
    if (n->op == OP_CONST)
        return graph_copy(b->outer->g, n, NULL);
    return *scan_input(b->scan, n->attr.port);
}

Node *back_lift(Back *b, const Node *n)
{
    Graph *g = b->outer->g;
    Node **in = NEWN(g->arena, Node *, n->n_in + 1);

    if (n->op == OP_SUM)
        return lift_sum(b, n);
    if (n->op == OP_MUL) {
        const Node *x = scaled(b, n);

        return graph_binary(g, OP_MUL, back_lift(b, x),
                            outside(b, n->in[n->in[0] == x]));
    }
    for (int k = 0; k < n->n_in; k++)
        in[k] = joins_time(n) ? join_batch(g, back_over_time(b, n->in[k]))
                              : back_lift(b, n->in[k]);
    return graph_copy(g, n, in);
}
