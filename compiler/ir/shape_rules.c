/* shape_rules.c: what type and shape each operator's value has.
 *
 * In goes a node with inputs and attributes, out come its type and shape, or a
 * short reason with the numbers that do not agree, which elaboration shows
 * below the user's line. Sizes are at least 1 everywhere. */
#include "ir/rules.h"
#include "ir/scan.h"

typedef const char *Why;

#define WHY(...) arena_printf(g->arena, __VA_ARGS__)

static Why shape_rule_given(Graph *g, Node *n)
{
    if (n->shape.rank < 1 || n->shape.rank > MAX_RANK)
        return WHY("a rank of %d is not within 1..%d", n->shape.rank, MAX_RANK);
    for (int i = 0; i < n->shape.rank; i++)
        if (n->shape.dim[i] < 1)
            return WHY("axis %d has no elements", i + 1);
    return NULL;
}

/* Each input: a number for each row, [1, .., batch, .., 1]. */
static Why shape_rule_mask(Graph *g, Node *n)
{
    Why why = shape_rule_given(g, n);
    int k = 0;

    for (int a = 0; a < n->shape.rank && !why; a++) {
        const Shape *s;

        if (!(n->attr.random.axes >> a & 1))
            continue;
        if (k == n->n_in)
            return WHY("axis %d has no beginning", a + 1);
        s = &n->in[k++]->shape;
        if (s->rank != n->shape.rank || s->dim[a] != 1)
            return WHY("rows begin at no place of axis %d", a + 1);
    }
    if (!why && k != n->n_in)
        return WHY("%d axes have %d beginnings", k, n->n_in);
    return why ? why : shape_reals(g, n, 0, n->n_in);
}

static Why shape_rule_map(Graph *g, Node *n)
{
    Why why = shape_reals(g, n, 0, n->n_in);

    if (why)
        return why;
    n->shape = n->in[0]->shape;
    for (int i = 1; i < n->n_in; i++) {
        const Shape *s = &n->in[i]->shape;

        if (s->rank != n->shape.rank)
            return WHY("ranks %d and %d must agree", n->shape.rank, s->rank);
        for (int a = 0; a < s->rank; a++) {
            int64_t *d = &n->shape.dim[a];

            if (*d != s->dim[a] && *d != 1 && s->dim[a] != 1)
                return shape_disagree(g, *d, s->dim[a]);
            if (*d == 1)
                *d = s->dim[a];
        }
    }
    return NULL;
}

static Why shape_rule_same(Graph *g, Node *n)
{
    n->shape = n->in[0]->shape;
    if (n->attr.axis < 0 || n->attr.axis >= n->shape.rank)
        return WHY("there is no axis %d", n->attr.axis + 1);
    return shape_reals(g, n, 0, 1);
}

static Why shape_rule_reduce(Graph *g, Node *n)
{
    n->shape = n->in[0]->shape;
    if (n->attr.axes == 0 || n->attr.axes >> n->shape.rank)
        return WHY("axes 0x%x do not fit a rank of %d", n->attr.axes,
                   n->shape.rank);
    for (int a = 0; a < n->shape.rank; a++)
        if (n->attr.axes >> a & 1)
            n->shape.dim[a] = 1;
    return shape_reals(g, n, 0, 1);
}

static Why shape_rule_rmax(Graph *g, Node *n)
{
    if (n->attr.axes & (n->attr.axes - 1))
        return WHY("a maximum is along one axis");
    return shape_rule_reduce(g, n);
}

static Why shape_rule_rmax_at(Graph *g, Node *n)
{
    Why why = shape_rule_same(g, n);

    n->type = TYPE_INT;
    if (!why)
        n->shape.dim[n->attr.axis] = 1;
    return why;
}

static Why shape_rule_rmax_dx(Graph *g, Node *n)
{
    Shape one = n->shape;

    if (n->attr.axis < 0 || n->attr.axis >= one.rank)
        return WHY("there is no axis %d", n->attr.axis + 1);
    one.dim[n->attr.axis] = 1;
    if (n->in[1]->type != TYPE_INT || !shape_equal(&one, &n->in[0]->shape) ||
        !shape_equal(&one, &n->in[1]->shape))
        return WHY("the places do not belong to the gradient");
    return shape_reals(g, n, 0, 1);
}

static Why shape_rule_matmul_at(Graph *g, Node *n)
{
    const Shape *d = &n->in[0]->shape, *x = &n->in[2]->shape;

    if (n->in[1]->type != TYPE_INT || !shape_equal(d, &n->in[1]->shape))
        return WHY("the places do not belong to the numbers");
    if (d->rank != 2 || x->rank != 2 || x->dim[0] % d->dim[0] != 0)
        return WHY("%lld rows are no groups of as many", (long long)x->dim[0]);
    n->shape.rank = 2;
    n->shape.dim[0] = d->dim[1];
    n->shape.dim[1] = x->dim[1];
    return n->in[2]->type == TYPE_REAL ? shape_reals(g, n, 0, 1)
                                       : WHY("rows must hold real numbers");
}

static Why shape_rule_reshape(Graph *g, Node *n)
{
    int64_t from = shape_count(&n->in[0]->shape);
    Why why = shape_rule_given(g, n);

    if (why)
        return why;
    if (from != shape_count(&n->shape))
        return WHY("%lld elements cannot become %lld", (long long)from,
                   (long long)shape_count(&n->shape));
    return NULL;
}

static Why shape_rule_broadcast(Graph *g, Node *n)
{
    const Shape *s = &n->in[0]->shape;

    if (s->rank != n->shape.rank)
        return WHY("ranks %d and %d must agree", s->rank, n->shape.rank);
    for (int a = 0; a < s->rank; a++)
        if (s->dim[a] != n->shape.dim[a] && s->dim[a] != 1)
            return WHY("%lld cannot be repeated to %lld", (long long)s->dim[a],
                       (long long)n->shape.dim[a]);
    return NULL;
}

static Why shape_rule_transpose(Graph *g, Node *n)
{
    const Shape *s = &n->in[0]->shape;
    unsigned seen = 0;

    n->shape.rank = s->rank;
    for (int i = 0; i < s->rank; i++) {
        int from = n->attr.perm[i];

        if (from < 0 || from >= s->rank || seen >> from & 1)
            return WHY("the order of axes is not a permutation");
        seen |= 1U << from;
        n->shape.dim[i] = s->dim[from];
    }
    return NULL;
}

static Why shape_rule_slice(Graph *g, Node *n)
{
    int axis = n->attr.part.axis;
    int64_t begin = n->attr.part.begin, size = n->attr.part.size, whole;

    n->shape = n->in[0]->shape;
    if (axis < 0 || axis >= n->shape.rank)
        return WHY("there is no axis %d", axis + 1);
    whole = n->shape.dim[axis];
    if (begin < 0 || size < 1 || begin > whole - size)
        return WHY("%lld..%lld is not within 1..%lld", (long long)begin + 1,
                   (long long)(begin + size), (long long)whole);
    n->shape.dim[axis] = size;
    return NULL;
}

static Why shape_rule_pad(Graph *g, Node *n)
{
    int axis = n->attr.part.axis;
    int64_t begin = n->attr.part.begin, size = n->attr.part.size;

    n->shape = n->in[0]->shape;
    if (axis < 0 || axis >= n->shape.rank)
        return WHY("there is no axis %d", axis + 1);
    if (begin < 0 || begin > size - n->shape.dim[axis])
        return WHY("%lld elements from %lld do not fit %lld",
                   (long long)n->shape.dim[axis], (long long)begin + 1,
                   (long long)size);
    n->shape.dim[axis] = size;
    return shape_reals(g, n, 0, 1);
}

static Why shape_rule_concat(Graph *g, Node *n)
{
    int axis = n->attr.axis;

    if (n->n_in < 1)
        return WHY("there is nothing to join");
    n->shape = n->in[0]->shape;
    if (axis < 0 || axis >= n->shape.rank)
        return WHY("there is no axis %d", axis + 1);
    for (int i = 1; i < n->n_in; i++) {
        const Shape *s = &n->in[i]->shape;

        if (n->in[i]->type != n->type)
            return WHY("the values differ in type");
        if (s->rank != n->shape.rank)
            return WHY("ranks %d and %d must agree", n->shape.rank, s->rank);
        for (int a = 0; a < s->rank; a++)
            if (a != axis && s->dim[a] != n->shape.dim[a])
                return shape_disagree(g, n->shape.dim[a], s->dim[a]);
        if (__builtin_add_overflow(n->shape.dim[axis], s->dim[axis],
                                   &n->shape.dim[axis]))
            return WHY("the joined axis is too long");
    }
    return NULL;
}

/* The shape of windows that slide along an axis of `from`. */
static Why windows_of(Graph *g, const Attr *a, const Shape *from, Shape *to)
{
    int64_t size = a->slide.size, apart = a->slide.apart, reach;

    *to = *from;
    if (a->slide.axis < 0 || a->slide.axis >= from->rank ||
        from->rank == MAX_RANK)
        return WHY("nothing slides along axis %d of %d", a->slide.axis + 1,
                   from->rank);
    if (size < 1 || apart < 1 || a->slide.stride < 1 ||
        __builtin_mul_overflow(size - 1, apart, &reach))
        return WHY("a window of %lld, stride %lld, dilation %lld makes no "
                   "sense",
                   (long long)size, (long long)a->slide.stride,
                   (long long)apart);
    if (reach >= from->dim[a->slide.axis])
        return WHY("a window over %lld does not fit %lld", (long long)reach + 1,
                   (long long)from->dim[a->slide.axis]);
    to->dim[a->slide.axis] =
        (from->dim[a->slide.axis] - reach - 1) / a->slide.stride + 1;
    to->dim[to->rank++] = size;
    return NULL;
}

static Why shape_rule_windows(Graph *g, Node *n)
{
    return windows_of(g, &n->attr, &n->in[0]->shape, &n->shape);
}

static Why shape_rule_overlap(Graph *g, Node *n)
{
    Shape windows;
    Why why = windows_of(g, &n->attr, &n->shape, &windows);

    if (!why && !shape_equal(&windows, &n->in[0]->shape))
        why = WHY("these are not the windows of that value");
    return why ? why : shape_reals(g, n, 0, 1);
}

static Why shape_rule_matmul(Graph *g, Node *n)
{
    const Shape *a = &n->in[0]->shape, *b = &n->in[1]->shape;
    int r = a->rank;
    int64_t ka, kb;

    if (r != b->rank || r < 2 || r > 3)
        return WHY("a product takes two values of rank 2 or of rank 3, not of "
                   "ranks %d and %d",
                   r, b->rank);
    if (r == 3 && a->dim[0] != b->dim[0])
        return shape_disagree(g, a->dim[0], b->dim[0]);
    ka = a->dim[n->attr.mm.ta ? r - 2 : r - 1];
    kb = b->dim[n->attr.mm.tb ? r - 1 : r - 2];
    if (ka != kb)
        return shape_disagree(g, ka, kb);
    n->shape = *a;
    n->shape.dim[r - 2] = a->dim[n->attr.mm.ta ? r - 1 : r - 2];
    n->shape.dim[r - 1] = b->dim[n->attr.mm.tb ? r - 2 : r - 1];
    return shape_reals(g, n, 0, 2);
}

/* Sets out's height and width for a window over `in`. */
static Why slide(Graph *g, const Window *w, const Shape *in, Shape *out)
{
    static const char *const names[] = {"height", "width"};

    if (in->rank != 4)
        return WHY("an image has axes channels, height, width: not rank %d",
                   in->rank - 1);
    for (int i = 0; i < 2; i++) {
        int64_t padded = in->dim[2 + i] + w->pad[i] + w->pad[2 + i];

        if (w->kernel[i] < 1 || w->stride[i] < 1 || w->pad[i] < 0 ||
            w->pad[2 + i] < 0)
            return WHY("a window of %s %lld, stride %lld and padding %lld, "
                       "%lld makes no sense",
                       names[i], (long long)w->kernel[i],
                       (long long)w->stride[i], (long long)w->pad[i],
                       (long long)w->pad[2 + i]);
        if (padded < w->kernel[i])
            return WHY("a window of %s %lld does not fit %lld", names[i],
                       (long long)w->kernel[i], (long long)padded);
        out->dim[2 + i] = (padded - w->kernel[i]) / w->stride[i] + 1;
    }
    return NULL;
}

/* The shape of a convolution of x by a kernel tensor. */
static Why conv_shape(Graph *g, const Window *win, const Shape *x,
                      const Shape *w, Shape *y)
{
    Why why;

    if (w->rank != 4)
        return WHY("a convolution's weight has rank 4, not %d", w->rank);
    y->rank = 4;
    why = slide(g, win, x, y);
    if (why)
        return why;
    if (x->dim[1] != w->dim[1])
        return WHY("%lld channels and %lld must agree", (long long)x->dim[1],
                   (long long)w->dim[1]);
    if (w->dim[2] != win->kernel[0] || w->dim[3] != win->kernel[1])
        return WHY("a weight of %lld by %lld is not the window's %lld by %lld",
                   (long long)w->dim[2], (long long)w->dim[3],
                   (long long)win->kernel[0], (long long)win->kernel[1]);
    y->dim[0] = x->dim[0];
    y->dim[1] = w->dim[0];
    return NULL;
}

static Why shape_rule_conv(Graph *g, Node *n)
{
    Why why = shape_reals(g, n, 0, 2);

    return why ? why
               : conv_shape(g, &n->attr.window, &n->in[0]->shape,
                            &n->in[1]->shape, &n->shape);
}

/* dy must have the shape of the convolution of x by w. */
static Why conv_gradient(Graph *g, Node *n, const Shape *x, const Shape *w,
                         const Shape *dy)
{
    Shape y;
    Why why = conv_shape(g, &n->attr.window, x, w, &y);

    if (why)
        return why;
    return shape_equal(&y, dy) ? shape_reals(g, n, 0, 2)
                               : WHY("dy has not the convolution's shape");
}

static Why shape_rule_conv_dx(Graph *g, Node *n)
{
    return conv_gradient(g, n, &n->shape, &n->in[1]->shape, &n->in[0]->shape);
}

static Why shape_rule_conv_dw(Graph *g, Node *n)
{
    return conv_gradient(g, n, &n->in[0]->shape, &n->shape, &n->in[1]->shape);
}

static Why pool_shape(Graph *g, const Window *w, const Shape *x, Shape *y)
{
    Why why;

    *y = *x;
    why = slide(g, w, x, y);
    if (why)
        return why;
    for (int i = 0; i < 2; i++)
        if (w->pad[i] >= w->kernel[i] || w->pad[2 + i] >= w->kernel[i])
            return WHY("padding of %lld would leave windows of %lld empty",
                       (long long)(w->pad[i] > w->pad[2 + i] ? w->pad[i]
                                                             : w->pad[2 + i]),
                       (long long)w->kernel[i]);
    return NULL;
}

static Why shape_rule_pool(Graph *g, Node *n)
{
    Why why = shape_reals(g, n, 0, 1);

    return why ? why
               : pool_shape(g, &n->attr.window, &n->in[0]->shape, &n->shape);
}

static Type place_type(const Window *w)
{
    return w->kernel[0] <= 256 && w->kernel[1] <= 256 &&
                   w->kernel[0] * w->kernel[1] <= 256
               ? TYPE_BYTE
               : TYPE_INT;
}

static Why shape_rule_pool_at(Graph *g, Node *n)
{
    Why why = shape_rule_pool(g, n);

    n->type = place_type(&n->attr.window);
    return why;
}

/* The node's shape is the pooling's input; its first input has the output's. */
static Why shape_rule_pool_dx(Graph *g, Node *n)
{
    Shape y;
    Why why = pool_shape(g, &n->attr.window, &n->shape, &y);

    if (why)
        return why;
    return shape_equal(&y, &n->in[0]->shape)
               ? shape_reals(g, n, 0, 1)
               : WHY("dy has not the pooling's shape");
}

static Why shape_rule_maxpool_dx(Graph *g, Node *n)
{
    if (n->in[1]->type != place_type(&n->attr.window) ||
        !shape_equal(&n->in[0]->shape, &n->in[1]->shape))
        return WHY("the places do not belong to the gradient");
    return shape_rule_pool_dx(g, n);
}

static Why scan_inputs(Graph *g, const Node *n)
{
    const Scan *scan = n->attr.scan;

    for (int i = 0; i < scan->n[PORT_SEQUENCE]; i++)
        if (n->in[i]->shape.rank < 2 || n->in[i]->shape.dim[0] != scan->steps)
            return WHY("sequence %d has not %lld steps", i,
                       (long long)scan->steps);
    for (int k = 0; k < scan->body->nodes.n; k++) {
        const Node *arg = scan->body->nodes.at[k], *in;
        Port p = arg->attr.port;
        Shape want;

        if (arg->op != OP_ARG)
            continue;
        if (p.kind >= PORT_STACK || p.index < 0 || p.index >= scan->n[p.kind])
            return WHY("the body reads a port that is not there");
        in = n->in[scan_place(scan, p.kind, p.index)];
        want = p.kind == PORT_SEQUENCE ? shape_rest(&in->shape) : in->shape;
        if (!shape_equal(&want, &arg->shape) || arg->type != in->type)
            return WHY("port %d has another shape in the body", p.index);
    }
    return NULL;
}

/* Roots stand in the order of their ports, states first. */
static Why scan_roots(Graph *g, const Node *n)
{
    const Scan *scan = n->attr.scan;
    int states = scan->n[PORT_STATE], all = states + scan->n[PORT_STACK];

    if (scan->body->roots.n != all)
        return WHY("%d states and outputs have %d values", all,
                   scan->body->roots.n);
    for (int i = 0; i < all; i++) {
        const Root *r = &scan->body->roots.at[i];
        const Node *first;

        if (r->role != (i < states ? ROOT_STATE : ROOT_STACK) ||
            r->index != (i < states ? i : i - states))
            return WHY("value %d of the body is out of order", i);
        if (i >= states)
            continue;
        first = n->in[scan_place(scan, PORT_STATE, i)];
        if (r->node->type != first->type ||
            !shape_equal(&r->node->shape, &first->shape))
            return WHY("state %d does not keep its shape", i);
    }
    return NULL;
}

static Why shape_rule_scan(Graph *g, Node *n)
{
    const Scan *scan = n->attr.scan;
    Why why;

    n->type = TYPE_NONE;
    n->shape = (Shape){0};
    if (scan->steps < 1 || n->n_in != scan_place(scan, PORT_STACK, 0))
        return WHY("%d inputs are not one for each port", n->n_in);
    why = scan_roots(g, n);
    return why ? why : scan_inputs(g, n);
}

static Why shape_rule_pick(Graph *g, Node *n)
{
    const Scan *scan;
    const Node *root;
    Port p = n->attr.port;

    if (n->in[0]->op != OP_SCAN)
        return WHY("only a scan has several outputs");
    scan = n->in[0]->attr.scan;
    if ((p.kind != PORT_STATE && p.kind != PORT_STACK) || p.index < 0 ||
        p.index >= scan->n[p.kind])
        return WHY("the scan has no output %d", p.index);
    root = scan_root(scan, p.kind, p.index)->node;
    n->shape = p.kind == PORT_STATE ? root->shape
                                    : shape_prepend(scan->steps, &root->shape);
    n->type = root->type;
    return NULL;
}

ShapeRule *const shape_rules[OP_COUNT] = {
#define OP(id, class, kernel, section, n, shape, ...)                          \
    [OP_##id] = shape_rule_##shape,
#include "ir/ops.def"
};

Why shape_rule(Graph *g, Node *n)
{
    OpClass class = op_table[n->op].class;

    if (class == CLASS_VIEW && n->n_in > 0)
        n->type = n->in[0]->type;
    else if (class != CLASS_LEAF)
        n->type = TYPE_REAL;
    return shape_rules[n->op](g, n);
}
