/* cells.c: bodies of recurrent networks; the contract stands in cells.h. */
#include "cells.h"

#include "ir/scan_edit.h"

const char *const cell_names[CELLS] = {"lstm",   "book_lstm", "gru",
                                       "jordan", "three",     "lazy"};

/* A scan while it is being built. */
typedef struct Building {
    Probe *p;
    Graph *b; /* the body */
    OpenScan *open;
    VEC(Node *) states; /* leaves */
    int64_t batch, n;
} Building;

static Node *state(Building *s, bool learned)
{
    Shape shape = shape_of(2, s->batch, s->n);
    Node *first = learned ? probe_param(s->p, shape)
                          : graph_const_shaped(s->p->g, 0, shape, NULL);
    Node *leaf = scan_take(s->open, PORT_STATE, first, NULL);

    vec_push(s->p->arena, &s->states, leaf);
    return leaf;
}

static Node *fixed(Building *s, int64_t rows, int64_t columns)
{
    return scan_take(s->open, PORT_FIXED,
                     probe_param(s->p, shape_of(2, rows, columns)), NULL);
}

static Node *add(Building *s, Node *a, Node *b)
{
    return graph_binary(s->b, OP_ADD, a, b);
}

static Node *mul(Building *s, Node *a, Node *b)
{
    return graph_binary(s->b, OP_MUL, a, b);
}

static Node *act(Building *s, Op op, Node *a)
{
    return graph_unary(s->b, op, a);
}

/* x w^T + b with new parameters, `units` wide. */
static Node *dense(Building *s, Node *x, int64_t units)
{
    Node *w = fixed(s, units, x->shape.dim[1]), *b = fixed(s, 1, units);

    return add(s, graph_matmul(s->b, x, w, false, true), b);
}

static Node *gate(Building *s, Node *z, int i)
{
    return graph_slice(s->b, z, 1, i * s->n, s->n);
}

static Node *lstm(Building *s, Node *x, Node **next)
{
    Node *h = state(s, true), *c = state(s, false), *z, *i, *f, *g, *o;

    z = add(s, dense(s, x, 4 * s->n), dense(s, h, 4 * s->n));
    i = act(s, OP_SIGMOID, gate(s, z, 0));
    f = act(s, OP_SIGMOID, gate(s, z, 1));
    g = act(s, OP_TANH, gate(s, z, 2));
    o = act(s, OP_SIGMOID, gate(s, z, 3));
    next[1] = add(s, mul(s, f, c), mul(s, i, g));
    next[0] = mul(s, o, act(s, OP_TANH, next[1]));
    return next[0];
}

static Node *book(Building *s, Node *x, Node **next)
{
    Node *h = state(s, false), *c = state(s, false), *i, *f, *g, *o;
    Node *xh = graph_concat(s->b, 2, (Node *[]){x, h}, 1);

    g = act(s, OP_TANH, dense(s, xh, s->n));
    i = act(s, OP_SIGMOID, dense(s, xh, s->n));
    f = act(s, OP_SIGMOID, dense(s, xh, s->n));
    o = act(s, OP_SIGMOID, dense(s, xh, s->n));
    next[1] = add(s, mul(s, g, i), mul(s, c, f));
    next[0] = mul(s, next[1], o);
    return next[0];
}

static Node *gru(Building *s, Node *x, Node **next)
{
    Node *h = state(s, true), *zx, *zh, *r, *z, *c;
    Node *one = graph_const_shaped(s->b, 1, shape_ones(2), NULL);

    zx = dense(s, x, 3 * s->n);
    zh = dense(s, h, 3 * s->n);
    r = act(s, OP_SIGMOID, add(s, gate(s, zx, 0), gate(s, zh, 0)));
    z = act(s, OP_SIGMOID, add(s, gate(s, zx, 1), gate(s, zh, 1)));
    c = act(s, OP_TANH, add(s, gate(s, zx, 2), mul(s, r, gate(s, zh, 2))));
    next[0] =
        add(s, mul(s, graph_binary(s->b, OP_SUB, one, z), c), mul(s, z, h));
    return next[0];
}

static Node *jordan(Building *s, Node *x, Node **next)
{
    Node *y = state(s, false);
    Node *xy = graph_concat(s->b, 2, (Node *[]){x, y}, 1);
    Node *z = dense(s, act(s, OP_SIGMOID, dense(s, xy, 5)), s->n);

    next[0] = graph_add(s->b, OP_SOFTMAX, 1, &z, (Attr){.axis = 1}, NULL);
    return next[0];
}

static Node *three(Building *s, Node *x, Node **next)
{
    Node *a = state(s, true), *b = state(s, false), *c = state(s, true);
    Node *whole = fixed(s, s->batch, s->n), *peep = fixed(s, 1, s->n);
    Node *xa = graph_concat(s->b, 3, (Node *[]){x, a, b}, 1);

    next[0] = act(s, OP_TANH, add(s, dense(s, xa, s->n), mul(s, b, peep)));
    next[1] = act(s, OP_SIGMOID, add(s, mul(s, next[0], c), whole));
    next[2] = act(s, OP_RELU, add(s, act(s, OP_NEG, a), dense(s, c, s->n)));
    return graph_concat(s->b, 2, (Node *[]){next[1], next[2]}, 1);
}

static Node *lazy(Building *s, Node *x, Node **next)
{
    Node *h = state(s, true), *count = state(s, false);
    Node *one = graph_const_shaped(s->b, 1, shape_ones(2), NULL);

    state(s, true);
    next[0] = act(s, OP_TANH, add(s, dense(s, x, s->n), mul(s, h, count)));
    next[1] = add(s, count, one);
    next[2] = dense(s, h, s->n);
    return next[0];
}

Node *cell_scan(Probe *p, Cell cell, Node *x, int64_t n, bool backward,
                Node **out, Node **last)
{
    static Node *(*const bodies[CELLS])(Building *, Node *, Node **) = {
        lstm, book, gru, jordan, three, lazy};
    Building s = {.p = p,
                  .b = graph_new(p->arena, p->g->batch),
                  .batch = x->shape.dim[1],
                  .n = n};
    Node *next[3], *scan;

    s.open = scan_begin(s.b, x->shape.dim[0], backward);
    x = scan_take(s.open, PORT_SEQUENCE, x, NULL);
    x = bodies[cell](&s, x, next);
    for (int i = 0; i < s.states.n; i++)
        scan_next(s.open, s.states.at[i], next[i]);
    scan_stack(s.open, x);
    scan = scan_close(p->g, s.open, NULL);
    *last = graph_pick(p->g, scan, PORT_STATE, 0);
    *out = graph_pick(p->g, scan, PORT_STACK, 0);
    return scan;
}
