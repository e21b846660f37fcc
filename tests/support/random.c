/* random.c: random graphs; the contract stands in random.h.
 *
 * A pool of values grows by operators that are tried on members of the pool;
 * those that do not fit are passed over. Constants 0, 1 and -1, doubled views
 * and repeated operands are frequent, so that rewrites have work. */
#include "random.h"

#include <math.h>

typedef VEC(Node *) Pool;

typedef Node *Make(Probe *p, const Pool *pool);

int random_below(Probe *p, int n)
{
    double v = (interp_noise(p->seed++, 77) + 1) / 2;

    return (int)floor(v * n) % n;
}

static Node *any(Probe *p, const Pool *pool)
{
    int last = pool->n < 6 ? pool->n : 6;

    return random_below(p, 3) ? pool->at[pool->n - 1 - random_below(p, last)]
                              : pool->at[random_below(p, pool->n)];
}

static Node *ones(Probe *p, double value, const Node *like)
{
    return graph_const_shaped(p->g, value, shape_ones(like->shape.rank), NULL);
}

static Node *fresh(Probe *p, const Pool *pool)
{
    Shape s = {.rank = 2 + random_below(p, 3)};

    (void)pool;
    for (int a = 0; a < s.rank; a++)
        s.dim[a] = 1 + random_below(p, 4);
    if (random_below(p, 3) == 0)
        return graph_const_shaped(p->g, random_below(p, 4) - 1, s, NULL);
    if (p->p->tensors.n >= PROBE_MAX - 20 || p->p->inputs.n >= PROBE_MAX - 8)
        return NULL;
    return random_below(p, 2) ? probe_param(p, s) : probe_input(p, s);
}

static Node *unary(Probe *p, const Pool *pool)
{
    static const Op ops[] = {OP_NEG, OP_SIGMOID, OP_TANH, OP_NEG, OP_SQUARE};
    Node *x = any(p, pool);
    Op op = ops[random_below(p, 5)];

    return graph_unary(p->g, op,
                       op == OP_SQUARE ? graph_unary(p->g, OP_TANH, x) : x);
}

/* exp, log and sqrt where they are tame. */
static Node *tame(Probe *p, const Pool *pool)
{
    static const Op ops[] = {OP_EXP, OP_LOG, OP_SQRT};
    Node *x = graph_unary(p->g, OP_TANH, any(p, pool));
    Op op = ops[random_below(p, 3)];

    if (op != OP_EXP)
        x = graph_binary(p->g, OP_ADD, x, ones(p, 2, x));
    return graph_unary(p->g, op, x);
}

static Node *kink(Probe *p, const Pool *pool)
{
    static const Op ops[] = {OP_RELU, OP_ABS, OP_RELU, OP_SIGN};

    return graph_unary(p->g, ops[random_below(p, 4)], any(p, pool));
}

/* A partner of x's rank that broadcasts with it: from the pool, or a number. */
static Node *partner(Probe *p, const Pool *pool, Node *x)
{
    if (random_below(p, 3) == 0)
        return ones(p, random_below(p, 4) - 1, x);
    for (int k = 0; k < 8; k++) {
        Node *y = any(p, pool);
        bool fits = y->shape.rank == x->shape.rank;

        for (int a = 0; fits && a < x->shape.rank; a++)
            fits = y->shape.dim[a] == x->shape.dim[a] || y->shape.dim[a] == 1 ||
                   x->shape.dim[a] == 1;
        if (fits)
            return y;
    }
    return x;
}

static Node *binary(Probe *p, const Pool *pool)
{
    static const Op ops[] = {OP_ADD, OP_SUB, OP_MUL, OP_ADD};
    Node *x = any(p, pool), *y = partner(p, pool, x);

    if (random_below(p, 2))
        return graph_binary(p->g, ops[random_below(p, 4)], y, x);
    return graph_binary(p->g, ops[random_below(p, 4)], x, y);
}

static Node *choice(Probe *p, const Pool *pool)
{
    static const Op ops[] = {OP_MAX, OP_MIN};
    Node *x = any(p, pool), *y = partner(p, pool, x), *cond;

    if (random_below(p, 2))
        return graph_binary(p->g, ops[random_below(p, 2)], x, y);
    cond = graph_binary(p->g, random_below(p, 2) ? OP_GT : OP_EQ,
                        partner(p, pool, x), ones(p, 0, x));
    if (!shape_equal(&cond->shape, &x->shape) ||
        !shape_equal(&y->shape, &x->shape))
        return NULL;
    return graph_add(p->g, OP_SELECT, 3, (Node *[]){cond, x, y}, (Attr){0},
                     NULL);
}

static Node *quotient(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool), *y = partner(p, pool, x);

    y = graph_binary(p->g, OP_ADD, graph_unary(p->g, OP_TANH, y),
                     ones(p, 2, y));
    return graph_binary(p->g, OP_DIV, x, y);
}

static Node *reduce(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool);

    return graph_sum(p->g, x,
                     1U + (unsigned)random_below(p, (1 << x->shape.rank) - 1));
}

static Node *masked(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool);

    return graph_add(p->g, OP_ROWS_MASK, 1, &x, (Attr){.axis = 0}, NULL);
}

/* Another order of the same sizes, or rank 2. */
static Node *reshape(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool);
    Shape s = x->shape;

    if (random_below(p, 2)) {
        s.rank = 2;
        s.dim[1] = shape_count(&x->shape) / s.dim[0];
    } else {
        s.dim[0] = x->shape.dim[s.rank - 1];
        s.dim[s.rank - 1] = x->shape.dim[0];
    }
    return graph_reshape(p->g, x, s);
}

static Node *broadcast(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool);
    Shape s = x->shape;

    for (int a = 0; a < s.rank; a++)
        if (s.dim[a] == 1)
            s.dim[a] = 1 + random_below(p, 3);
    return graph_broadcast(p->g, x, s);
}

static Node *transpose(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool);
    int r = x->shape.rank, a = random_below(p, r), b = random_below(p, r);
    Attr perm = {0};

    for (int i = 0; i < r; i++)
        perm.perm[i] = i == a ? b : i == b ? a : i;
    return graph_add(p->g, OP_TRANSPOSE, 1, &x, perm, NULL);
}

static Node *slice(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool);
    int axis = random_below(p, x->shape.rank);
    int64_t d = x->shape.dim[axis];
    int64_t begin = random_below(p, (int)d);

    return graph_slice(p->g, x, axis, begin,
                       1 + random_below(p, (int)(d - begin)));
}

static Node *pad(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool);
    int axis = random_below(p, x->shape.rank);
    Attr attr = {.part = {.axis = axis, .begin = random_below(p, 2)}};

    attr.part.size = x->shape.dim[axis] + attr.part.begin + random_below(p, 2);
    return graph_add(p->g, OP_PAD, 1, &x, attr, NULL);
}

/* x joined with itself, with a slice, or with a constant. */
static Node *concat(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool), *y = x;
    int axis = random_below(p, x->shape.rank);
    int64_t half = x->shape.dim[axis] / 2;

    if (half && random_below(p, 2)) {
        Node *a = graph_slice(p->g, x, axis, 0, half);
        Node *b = graph_slice(p->g, x, axis, half, x->shape.dim[axis] - half);

        return graph_concat(p->g, 2, (Node *[]){a, b}, axis);
    }
    if (random_below(p, 2))
        y = graph_const_shaped(p->g, 0, x->shape, NULL);
    return graph_concat(p->g, 3, (Node *[]){x, y, x}, axis);
}

static Node *along(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool);
    Attr axis = {.axis = random_below(p, x->shape.rank)};

    return graph_add(p->g, random_below(p, 2) ? OP_REVERSE : OP_SOFTMAX, 1, &x,
                     axis, NULL);
}

static Node *matmul(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool), *y;
    bool tb = random_below(p, 2);
    int64_t k, n = 1 + random_below(p, 4);

    if (x->shape.rank != 2 || p->p->tensors.n >= PROBE_MAX - 20)
        return NULL;
    k = x->shape.dim[1];
    y = probe_param(p, tb ? shape_of(2, n, k) : shape_of(2, k, n));
    return graph_matmul(p->g, x, y, false, tb);
}

/* A layer on each step of a value over time. */
static Node *each_step(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool), *w;
    int64_t n = 1 + random_below(p, 4);

    if (x->shape.rank != 3 || p->p->tensors.n >= PROBE_MAX - 20)
        return NULL;
    w = probe_param(p, shape_of(2, n, x->shape.dim[2]));
    if (random_below(p, 2))
        x = graph_add(p->g, OP_TRANSPOSE, 1, &x, (Attr){.perm = {1, 0, 2}},
                      NULL);
    w = graph_matmul(
        p->g,
        graph_reshape(
            p->g, x,
            shape_of(2, x->shape.dim[0] * x->shape.dim[1], x->shape.dim[2])),
        w, false, true);
    return graph_reshape(p->g, w,
                         shape_of(3, x->shape.dim[0], x->shape.dim[1], n));
}

/* Several layers on one value, with biases. */
static Node *siblings(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool), *sum = NULL;
    int64_t n = 1 + random_below(p, 4);

    if (x->shape.rank != 2 || p->p->tensors.n >= PROBE_MAX - 20)
        return NULL;
    for (int i = 0; i < 3; i++) {
        Node *w = probe_param(p, shape_of(2, n, x->shape.dim[1]));
        Node *y = graph_matmul(p->g, x, w, false, true);

        y = graph_binary(p->g, OP_ADD, y,
                         probe_param(p, shape_of(2, (int64_t)1, n)));
        y = graph_unary(p->g, i ? OP_TANH : OP_SIGMOID, y);
        sum = sum ? graph_binary(p->g, OP_MUL, sum, y) : y;
    }
    return sum;
}

static Node *image(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool), *w;
    Attr win = {.window = {{2, 2}, {1, 2}, {1, 1, 1, 0}}};

    if (x->shape.rank != 4 || p->p->tensors.n >= PROBE_MAX - 20)
        return NULL;
    if (random_below(p, 3) == 0)
        return graph_add(p->g, OP_AVGPOOL, 1, &x, win, NULL);
    w = probe_param(
        p, shape_of(4, (int64_t)2, x->shape.dim[1], (int64_t)2, (int64_t)2));
    return graph_add(p->g, OP_CONV, 2, (Node *[]){x, w}, win, NULL);
}

static Node *pooled(Probe *p, const Pool *pool)
{
    static const Op ops[] = {OP_RELU, OP_SIGMOID, OP_TANH};
    Node *x = any(p, pool);
    Attr win = {.window = {{2, 2}, {2, 1}, {1, 1, 0, 0}}};

    if (x->shape.rank != 4)
        return NULL;
    x = graph_unary(p->g, ops[random_below(p, 3)], x);
    return graph_add(p->g, OP_MAXPOOL, 1, &x, win, NULL);
}

static Node *classified(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool), *class;
    Shape s = x->shape;

    if (p->p->inputs.n >= PROBE_MAX - 8)
        return NULL;
    s.dim[s.rank - 1] = 1;
    class = probe_classes(p, s, x->shape.dim[s.rank - 1]);
    return graph_add(p->g, random_below(p, 2) ? OP_XENT : OP_TAKE, 2,
                     (Node *[]){x, class}, (Attr){0}, NULL);
}

/* Rows of a matrix that ids name; or one-hot vectors, by a product too. */
static Node *named(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool), *in[2], *hot;
    Shape ids = {.rank = 1, .dim = {3}}, rows;

    if (x->shape.rank != 2 || p->p->inputs.n >= PROBE_MAX - 8)
        return NULL;
    in[0] = probe_classes(p, ids, x->shape.dim[0]);
    in[1] = x;
    if (random_below(p, 2))
        return graph_add(p->g, OP_GATHER, 2, in,
                         (Attr){.index = random_below(p, 2)}, NULL);
    rows = shape_of(2, (int64_t)3, x->shape.dim[0]);
    hot = graph_const_shaped(p->g, 1, ids, NULL);
    hot = graph_add_shaped(p->g, OP_PUT, TYPE_REAL, rows, 2,
                           (Node *[]){hot, in[0]}, (Attr){0}, NULL);
    return random_below(p, 3) ? graph_matmul(p->g, hot, x, false, false) : hot;
}

/* A probability of a class and its logarithm. */
static Node *log_loss(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool), *class;
    Shape s = x->shape;

    if (p->p->inputs.n >= PROBE_MAX - 8)
        return NULL;
    s.dim[s.rank - 1] = 1;
    class = probe_classes(p, s, x->shape.dim[s.rank - 1]);
    x = graph_add(p->g, OP_SOFTMAX, 1, &x, (Attr){.axis = s.rank - 1}, NULL);
    x = graph_add(p->g, OP_TAKE, 2, (Node *[]){x, class}, (Attr){0}, NULL);
    x = graph_binary(p->g, OP_MAX, x, ones(p, 1e-12, x));
    return graph_unary(p->g, OP_NEG, graph_unary(p->g, OP_LOG, x));
}

static Node *loop(Probe *p, const Pool *pool)
{
    Node *x = any(p, pool), *out, *last;
    Attr swap = {.perm = {1, 0, 2}}, turn = {.axis = 1};
    bool batch_first = random_below(p, 2), backward = random_below(p, 4) == 0;

    if (x->shape.rank != 3 || p->p->tensors.n >= PROBE_MAX - 12)
        return NULL;
    if (random_below(p, 2)) /* enough features to leave the loop */
        x = graph_concat(
            p->g, 16,
            (Node *[]){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}, 2);
    if (random_below(p, 4) == 0)
        x = graph_add(p->g, OP_REVERSE, 1, &x, turn, NULL);
    if (batch_first)
        x = graph_add(p->g, OP_TRANSPOSE, 1, &x, swap, NULL);
    cell_scan(p, (Cell)random_below(p, CELLS), x, 1 + random_below(p, 3),
              backward, &out, &last);
    if (random_below(p, 3) == 0)
        return last;
    if (batch_first)
        out = graph_add(p->g, OP_TRANSPOSE, 1, &out, swap, NULL);
    if (random_below(p, 3) == 0)
        return graph_slice(p->g, out, !!batch_first,
                           backward ? 0 : x->shape.dim[0] - 1, 1);
    return out;
}

static Make *const smooth_makes[] = {
    fresh,  fresh,   unary,     binary,    binary,    quotient,   reduce,
    masked, reshape, slice,     broadcast, transpose, transpose,  pad,
    concat, along,   matmul,    siblings,  image,     classified, log_loss,
    named,  named,   each_step, loop,      loop,      tame};
static Make *const kink_makes[] = {kink, choice, pooled};

static Node *make(Probe *p, const Pool *pool, bool smooth)
{
    enum {
        SMOOTH = sizeof smooth_makes / sizeof *smooth_makes,
        KINK = sizeof kink_makes / sizeof *kink_makes
    };
    int i = random_below(p, smooth ? SMOOTH : SMOOTH + 2 * KINK);

    return i < SMOOTH ? smooth_makes[i](p, pool)
                      : kink_makes[(i - SMOOTH) % KINK](p, pool);
}

Probe random_probe(uint64_t seed, int size, bool smooth)
{
    Probe p = probe_new(seed * 1000003);
    Pool pool = {0};

    for (int r = 2; r <= 4; r++) {
        Shape s = shape_of(r, (int64_t)3, (int64_t)2, (int64_t)4, (int64_t)3);

        vec_push(p.arena, &pool, probe_param(&p, s));
    }
    p.feed.rows = 2;
    while (pool.n < size) {
        Node *n = make(&p, &pool, smooth);

        if (n && shape_count(&n->shape) <= 200 && n->type == TYPE_REAL)
            vec_push(p.arena, &pool, n);
    }
    for (int i = 0; i < 4; i++)
        probe_loss(&p, graph_unary(p.g, OP_TANH, pool.at[pool.n - 1 - i]));
    return p;
}
