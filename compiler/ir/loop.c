/* loop.c: collects what a loop's body needs, and numbers it at the end. */
#include "ir/loop.h"

Loop *loop_begin(Graph *outer, Loop *up, int64_t steps)
{
    Loop *l = NEW(outer->arena, Loop);

    l->up = up;
    l->outer = outer;
    l->body = graph_new(outer->arena, outer->batch);
    l->steps = steps;
    return l;
}

/* The body's leaf for a node outside; its number is given at the end. */
static Node *argument(Loop *l, const Node *outer, Shape shape)
{
    return graph_add_shaped(l->body, OP_ARG, outer->type, shape, 0, NULL,
                            (Attr){0}, outer);
}

Node *loop_sequence(Loop *l, Node *outer)
{
    Shape step = outer->shape;
    Node *arg;

    step.rank--;
    for (int i = 0; i < step.rank; i++)
        step.dim[i] = step.dim[i + 1];
    step.dim[step.rank] = 0;
    arg = argument(l, outer, step);
    vec_push(l->body->arena, &l->sequences, outer);
    vec_push(l->body->arena, &l->sequence_args, arg);
    return arg;
}

Node *loop_state(Loop *l, Node *first)
{
    Node *arg = argument(l, first, first->shape);

    vec_push(l->body->arena, &l->states, first);
    vec_push(l->body->arena, &l->state_args, arg);
    return arg;
}

Node *loop_value(Loop *l, Node *node, const Graph *home)
{
    Node *arg;

    if (!l)
        nnc_bug("a value of a loop's body is used outside of it");
    if (home == l->body)
        return node;
    if (home != l->outer)
        node = loop_value(l->up, node, home);
    for (int i = 0; i < l->fixed.n; i++)
        if (l->fixed.at[i] == node)
            return l->fixed_args.at[i];
    arg = argument(l, node, node->shape);
    vec_push(l->body->arena, &l->fixed, node);
    vec_push(l->body->arena, &l->fixed_args, arg);
    return arg;
}

typedef VEC(Node *) Nodes;

/* Inputs of the scan and the body's arguments that stand for them. */
static void number(Nodes *in, Arena *arena, int n, Node *const *outer,
                   Node *const *args)
{
    for (int i = 0; i < n; i++) {
        args[i]->attr.index = in->n;
        vec_push(arena, in, outer[i]);
    }
}

Node *loop_end(Loop *l, Node *const *next, Node *stack)
{
    Arena *arena = l->body->arena;
    Scan *scan = NEW(arena, Scan);
    Nodes in = {0};

    *scan = (Scan){.body = l->body,
                   .steps = l->steps,
                   .n_seq = l->sequences.n,
                   .n_state = l->states.n,
                   .n_fixed = l->fixed.n,
                   .n_stack = 1};
    number(&in, arena, l->sequences.n, l->sequences.at, l->sequence_args.at);
    number(&in, arena, l->states.n, l->states.at, l->state_args.at);
    number(&in, arena, l->fixed.n, l->fixed.at, l->fixed_args.at);
    for (int i = 0; i < l->states.n; i++)
        graph_root(l->body, next[i], ROOT_STATE, i, 0);
    graph_root(l->body, stack, ROOT_STACK, 0, 0);
    return graph_add(l->outer, OP_SCAN, in.n, in.at, (Attr){.scan = scan},
                     NULL);
}

Node *loop_swap(Graph *g, Node *node)
{
    Attr attr = {.perm = {1, 0}};

    for (int i = 2; i < node->shape.rank; i++)
        attr.perm[i] = i;
    return graph_add(g, OP_TRANSPOSE, 1, &node, attr, node);
}
