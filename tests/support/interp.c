/* interp.c: the reference evaluator; the contract stands in interp.h.
 *
 * Integers and bytes are kept as doubles too. A scan runs its body once per
 * step with the leaves OP_ARG bound to that step's values. */
#include <math.h>
#include <string.h>

#include "interp_parts.h"
#include "ir/scan.h"

static double **run_graph(Run *run);

double interp_noise(uint64_t seed, uint64_t at)
{
    uint64_t x = seed * 0x9e3779b97f4a7c15U + at * 0xd1342543de82ef95U + 1;

    for (int i = 0; i < 3; i++) {
        x ^= x >> 32;
        x *= 0xd6e8feb86659fd93U;
    }
    return (double)(x >> 11) * 0x1p-52 - 1;
}

double interp_error(const double *a, const double *b, int64_t n)
{
    double most = 0, size = 0;

    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(a[i]) || !isfinite(b[i]))
            return INFINITY;
        most = fmax(most, fabs(a[i] - b[i]));
        size = fmax(size, fabs(b[i]));
    }
    return most / (size + 1e-12);
}

static double apply(Op op, double a, double b, double c)
{
    switch (op) {
    case OP_NEG:
        return -a;
    case OP_EXP:
        return exp(a);
    case OP_LOG:
        return log(a);
    case OP_SQRT:
        return sqrt(a);
    case OP_SQUARE:
        return a * a;
    case OP_SIGMOID:
        return 1 / (1 + exp(-a));
    case OP_TANH:
        return tanh(a);
    case OP_ERF:
        return erf(a);
    case OP_SOFTPLUS:
        return (a > 0 ? a : 0) + log1p(exp(-fabs(a)));
    case OP_RELU:
        return a < 0 ? 0 : a;
    case OP_SIGN:
        return (a > 0) - (a < 0);
    case OP_ABS:
        return fabs(a);
    case OP_ADD:
        return a + b;
    case OP_SUB:
        return a - b;
    case OP_MUL:
        return a * b;
    case OP_DIV:
        return a / b;
    case OP_MAX:
        return a > b ? a : b;
    case OP_MIN:
        return a < b ? a : b;
    case OP_EQ:
        return a == b;
    case OP_GT:
        return a > b;
    case OP_LE:
        return a <= b;
    case OP_SELECT:
        return a != 0 ? b : c;
    default:
        nnc_bug("the interpreter does not know %s", op_table[op].id);
    }
}

static void run_map(const Run *r, const Node *n, double *y)
{
    Index x = {0};
    int64_t i = 0;

    do {
        double v[3] = {0};

        for (int k = 0; k < n->n_in; k++)
            v[k] = r->at[n->in[k]->id][place(&x, &n->in[k]->shape)];
        y[i++] = apply(n->op, v[0], v[1], v[2]);
    } while (next_index(&x, &n->shape));
}

static void run_rows_mask(const Run *r, const Node *n, double *y)
{
    Index x = {0};
    int64_t i = 0;

    do {
        bool present = x.at[n->attr.axis] < r->feed->rows;

        y[i] = present ? r->at[n->in[0]->id][i] : 0;
        i++;
    } while (next_index(&x, &n->shape));
}

static void run_reduce(const Run *r, const Node *n, double *y)
{
    const Shape *s = &n->in[0]->shape;
    Index x = {0};
    int64_t i = 0;

    for (int64_t k = 0; k < shape_count(&n->shape); k++)
        y[k] = n->op == OP_SUM ? 0 : -INFINITY;
    do {
        double v = r->at[n->in[0]->id][i++];
        double *to = &y[place(&x, &n->shape)];

        *to = n->op == OP_SUM ? *to + v : fmax(*to, v);
    } while (next_index(&x, s));
}

static void run_matmul(const Run *r, const Node *n, double *y)
{
    const double *a = r->at[n->in[0]->id], *b = r->at[n->in[1]->id];
    const Shape *s = &n->in[0]->shape;
    bool ta = n->attr.mm.ta, tb = n->attr.mm.tb;
    int rank = s->rank;
    int64_t G = rank == 3 ? s->dim[0] : 1, M = n->shape.dim[rank - 2],
            N = n->shape.dim[rank - 1], K = s->dim[ta ? rank - 2 : rank - 1];

    for (int64_t g = 0; g < G; g++, a += M * K, b += K * N)
        for (int64_t i = 0; i < M; i++)
            for (int64_t j = 0; j < N; j++) {
                double sum = 0;

                for (int64_t k = 0; k < K; k++)
                    sum += a[ta ? k * M + i : i * K + k] *
                           b[tb ? j * K + k : k * N + j];
                *y++ = sum;
            }
}

typedef void Pair(void *to, int64_t x, int64_t w, int64_t y);

/* Calls f with the offsets of all products of a convolution of an image of
 * shape xs by a weight of shape ws into one of shape ys. */
static void each_product(const Window *win, const Shape *xs, const Shape *ws,
                         const Shape *ys, Pair *f, void *to)
{
    Index o = {0}, w;

    do {
        w = (Index){0};
        w.at[0] = o.at[1];
        for (int64_t k = 0; k < ws->dim[1] * ws->dim[2] * ws->dim[3]; k++) {
            int64_t v = k % ws->dim[3], u = k / ws->dim[3] % ws->dim[2];
            int64_t c = k / ws->dim[3] / ws->dim[2];
            Index x = {{o.at[0], c, o.at[2] * win->stride[0] + u - win->pad[0],
                        o.at[3] * win->stride[1] + v - win->pad[1]}};

            w.at[1] = c, w.at[2] = u, w.at[3] = v;
            if (x.at[2] < 0 || x.at[2] >= xs->dim[2] || x.at[3] < 0 ||
                x.at[3] >= xs->dim[3])
                continue;
            f(to, place(&x, xs), place(&w, ws), place(&o, ys));
        }
    } while (next_index(&o, ys));
}

typedef struct Conv {
    const double *a, *b;
    double *to;
} Conv;

static void conv_y(void *to, int64_t x, int64_t w, int64_t y)
{
    const Conv *c = to;

    c->to[y] += c->a[x] * c->b[w];
}

static void conv_dx(void *to, int64_t x, int64_t w, int64_t y)
{
    const Conv *c = to;

    c->to[x] += c->a[y] * c->b[w];
}

static void conv_dw(void *to, int64_t x, int64_t w, int64_t y)
{
    const Conv *c = to;

    c->to[w] += c->a[x] * c->b[y];
}

static void run_conv(const Run *r, const Node *n, double *y)
{
    const Node *a = n->in[0], *b = n->in[1];
    Conv c = {r->at[a->id], r->at[b->id], y};
    const Window *w = &n->attr.window;

    memset(y, 0, (size_t)shape_count(&n->shape) * sizeof *y);
    if (n->op == OP_CONV)
        each_product(w, &a->shape, &b->shape, &n->shape, conv_y, &c);
    else if (n->op == OP_CONV_DX)
        each_product(w, &n->shape, &b->shape, &a->shape, conv_dx, &c);
    else
        each_product(w, &a->shape, &n->shape, &b->shape, conv_dw, &c);
}

/* One window of a pooling: y is the pooled place, x the image. */
static void pool_window(const Run *r, const Node *n, const Index *o,
                        const Shape *xs, int64_t y, double *to)
{
    const Window *w = &n->attr.window;
    int64_t H = w->kernel[0], W = w->kernel[1], best = 0;
    const double *in = r->at[n->in[0]->id];
    double most = -INFINITY, sum = 0;

    for (int64_t k = 0; k < H * W; k++) {
        Index x = {{o->at[0], o->at[1],
                    o->at[2] * w->stride[0] + k / W - w->pad[0],
                    o->at[3] * w->stride[1] + k % W - w->pad[1]}};
        int64_t i = place(&x, xs);

        if (x.at[2] < 0 || x.at[2] >= xs->dim[2] || x.at[3] < 0 ||
            x.at[3] >= xs->dim[3])
            continue;
        if (n->op == OP_AVGPOOL_DX)
            to[i] += in[y] / (double)(H * W);
        else if (n->op == OP_MAXPOOL_DX)
            to[i] += r->at[n->in[1]->id][y] == (double)k ? in[y] : 0;
        else
            sum += in[i];
        if ((n->op == OP_MAXPOOL || n->op == OP_MAXPOOL_AT) && in[i] > most)
            most = in[i], best = k;
    }
    if (n->op == OP_MAXPOOL)
        to[y] = most;
    if (n->op == OP_MAXPOOL_AT)
        to[y] = (double)best;
    if (n->op == OP_AVGPOOL)
        to[y] = sum / (double)(H * W);
}

static void run_pool(const Run *r, const Node *n, double *y)
{
    bool back = n->op == OP_MAXPOOL_DX || n->op == OP_AVGPOOL_DX;
    const Shape *xs = back ? &n->shape : &n->in[0]->shape;
    const Shape *ys = back ? &n->in[0]->shape : &n->shape;
    Index o = {0};
    int64_t i = 0;

    memset(y, 0, (size_t)shape_count(&n->shape) * sizeof *y);
    do
        pool_window(r, n, &o, xs, i++, y);
    while (next_index(&o, ys));
}

static void run_softmax(const Run *r, const Node *n, double *y)
{
    const double *x = r->at[n->in[0]->id];
    int64_t inner = 1, size = n->shape.dim[n->attr.axis];

    for (int a = n->attr.axis + 1; a < n->shape.rank; a++)
        inner *= n->shape.dim[a];
    for (int64_t i = 0; i < shape_count(&n->shape); i++) {
        int64_t first = i - i / inner % size * inner;
        double most = -INFINITY, sum = 0;

        for (int64_t k = 0; k < size; k++)
            most = fmax(most, x[first + k * inner]);
        for (int64_t k = 0; k < size; k++)
            sum += exp(x[first + k * inner] - most);
        y[i] = exp(x[i] - most) / sum;
    }
}

static void run_ids(const Run *r, const Node *n, double *y)
{
    const double *in[3] = {NULL};

    for (int k = 0; k < n->n_in; k++)
        in[k] = r->at[n->in[k]->id];
    interp_ids(n, in, y);
}

/* Places of maxima along an axis, or values at such places. */
static void run_places(const Run *r, const Node *n, double *y)
{
    bool puts = n->op == OP_RMAX_DX;
    const Node *wide = puts ? n : n->in[0], *one = puts ? n->in[0] : n;
    const double *x = r->at[wide->id], *d = r->at[one->id];
    Index at = {0};
    int64_t i = 0;

    if (!puts)
        memset(y, 0, (size_t)shape_count(&n->shape) * sizeof *y);
    do {
        int64_t to = place(&at, &one->shape), index = at.at[n->attr.axis];
        Index best = at;

        if (puts) {
            y[i] = index == (int64_t)r->at[n->in[1]->id][to] ? d[to] : 0;
        } else {
            best.at[n->attr.axis] = (int64_t)y[to];
            if (x[i] > x[place(&best, &wide->shape)])
                y[to] = (double)index;
        }
        i++;
    } while (next_index(&at, &wide->shape));
}

static void run_picked(const Run *r, const Node *n, double *y)
{
    const double *d = r->at[n->in[0]->id], *at = r->at[n->in[1]->id];
    const double *x = r->at[n->in[2]->id];
    int64_t groups = n->in[0]->shape.dim[0], C = n->shape.dim[0];
    int64_t K = n->shape.dim[1], R = n->in[2]->shape.dim[0] / groups;

    for (int64_t c = 0; c < C; c++)
        for (int64_t k = 0; k < K; k++) {
            double *sum = &y[c * K + k];

            *sum = 0;
            for (int64_t g = 0; g < groups; g++)
                *sum +=
                    d[g * C + c] * x[(g * R + (int64_t)at[g * C + c]) * K + k];
        }
}

static void run_leaf(const Run *r, const Node *n, double *y)
{
    const Feed *f = r->feed;
    int64_t count = shape_count(&n->shape);
    const double *from = NULL;
    double value = 0;

    if (n->op == OP_INPUT)
        from = f->inputs[n->attr.index];
    else if (n->op == OP_TENSOR)
        from = f->tensors[n->attr.index];
    else if (n->op == OP_ARG)
        from = r->args.at[n->attr.port.kind][n->attr.port.index];
    else if (n->op == OP_CONST)
        value = n->attr.value;
    else if (n->op == OP_RATE)
        value = f->rate;
    else if (n->op == OP_STEP)
        value = (double)f->step;
    else if (n->op == OP_ROWS)
        value = (double)f->rows;
    else if (n->op == OP_POW_STEP)
        value = pow(n->attr.value, (double)f->step);
    for (int64_t i = 0; i < count; i++)
        y[i] = from ? from[i] : value;
}

static void run_mask(const Node *n, double *y)
{
    double rate = n->attr.random.rate;
    uint64_t stream = (uint64_t)n->attr.random.stream;

    for (int64_t i = 0; i < shape_count(&n->shape); i++)
        y[i] = interp_noise(stream, (uint64_t)i) < 2 * rate - 1
                   ? 0
                   : 1 / (1 - rate);
}

static double *copy(Arena *arena, const double *from, int64_t n)
{
    double *to = NEWN(arena, double, n);

    memcpy(to, from, (size_t)n * sizeof *to);
    return to;
}

/* Binds the body's arguments for step t and stores what it stacks. */
static void scan_step(Run *r, Run *body, const Node *n, int64_t t)
{
    const Scan *scan = n->attr.scan;
    const Ports *outs = &r->outs[n->id];
    double **at;

    for (int i = 0; i < n->n_in; i++) {
        Port p = scan_port(scan, i);
        double *v = r->at[n->in[i]->id];

        if (p.kind == PORT_SEQUENCE)
            v += t * (shape_count(&n->in[i]->shape) / scan->steps);
        else if (p.kind == PORT_STATE)
            v = outs->at[PORT_STATE][p.index];
        body->args.at[p.kind][p.index] = v;
    }
    at = run_graph(body);
    for (int i = 0; i < scan->n[PORT_STATE]; i++)
        outs->at[PORT_STATE][i] = at[scan_root(scan, PORT_STATE, i)->node->id];
    for (int j = 0; j < scan->n[PORT_STACK]; j++) {
        const Node *root = scan_root(scan, PORT_STACK, j)->node;
        int64_t size = shape_count(&root->shape);

        memcpy(outs->at[PORT_STACK][j] + t * size, at[root->id],
               (size_t)size * sizeof(double));
    }
}

static void run_scan(Run *r, const Node *n)
{
    const Scan *scan = n->attr.scan;
    Run body = {.arena = r->arena, .g = scan->body, .feed = r->feed};
    Ports *outs = &r->outs[n->id];

    for (PortKind kind = 0; kind < PORT_KINDS; kind++) {
        outs->at[kind] = NEWN(r->arena, double *, scan->n[kind] + 1);
        body.args.at[kind] = NEWN(r->arena, double *, scan->n[kind] + 1);
    }
    for (int i = 0; i < scan->n[PORT_STATE]; i++) {
        const Node *first = *scan_input(n, (Port){PORT_STATE, i});

        outs->at[PORT_STATE][i] =
            copy(r->arena, r->at[first->id], shape_count(&first->shape));
    }
    for (int j = 0; j < scan->n[PORT_STACK]; j++) {
        const Node *root = scan_root(scan, PORT_STACK, j)->node;

        outs->at[PORT_STACK][j] =
            NEWN(r->arena, double, shape_count(&root->shape) * scan->steps);
    }
    for (int64_t t = 0; t < scan->steps; t++)
        scan_step(r, &body, n, scan->backward ? scan->steps - 1 - t : t);
}

static void run_core(const Run *r, const Node *n, double *y)
{
    switch (n->op) {
    case OP_MATMUL:
        run_matmul(r, n, y);
        break;
    case OP_CONV:
    case OP_CONV_DX:
    case OP_CONV_DW:
        run_conv(r, n, y);
        break;
    case OP_SOFTMAX:
        run_softmax(r, n, y);
        break;
    case OP_XENT:
    case OP_XENT_DX:
    case OP_HIT:
    case OP_TAKE:
    case OP_PUT:
    case OP_NUMBER:
    case OP_GATHER:
    case OP_SCATTER:
    case OP_ADD_ROWS:
        run_ids(r, n, y);
        break;
    case OP_RMAX_AT:
    case OP_RMAX_DX:
        run_places(r, n, y);
        break;
    case OP_MATMUL_AT:
        run_picked(r, n, y);
        break;
    case OP_DROP_MASK:
        run_mask(n, y);
        break;
    default:
        run_pool(r, n, y);
    }
}

static void run_node(Run *r, const Node *n)
{
    double *y;

    if (n->op == OP_SCAN) {
        run_scan(r, n);
        return;
    }
    if (n->op == OP_PICK) {
        r->at[n->id] =
            r->outs[n->in[0]->id].at[n->attr.port.kind][n->attr.port.index];
        return;
    }
    y = r->at[n->id] = NEWN(r->arena, double, shape_count(&n->shape));
    switch (op_table[n->op].class) {
    case CLASS_LEAF:
        run_leaf(r, n, y);
        break;
    case CLASS_MAP:
        (n->op == OP_ROWS_MASK ? run_rows_mask : run_map)(r, n, y);
        break;
    case CLASS_REDUCE:
        run_reduce(r, n, y);
        break;
    case CLASS_VIEW:
        interp_view(r, n, y);
        break;
    case CLASS_CORE:
        run_core(r, n, y);
        break;
    }
}

static double **run_graph(Run *r)
{
    r->at = NEWN(r->arena, double *, r->g->nodes.n + 1);
    r->outs = NEWN(r->arena, Ports, r->g->nodes.n + 1);
    for (int i = 0; i < r->g->nodes.n; i++)
        run_node(r, r->g->nodes.at[i]);
    return r->at;
}

double **interp_run(Arena *arena, const Graph *g, const Feed *feed)
{
    Run run = {.arena = arena, .g = g, .feed = feed};

    return run_graph(&run);
}
