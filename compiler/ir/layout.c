/* layout.c: layouts of values and of their views; see layout.h. Everything
 * here is arithmetic on pieces; no memory is touched. */
#include "ir/layout.h"

static AxisLayout axis_one(int64_t size, int64_t stride)
{
    return (AxisLayout){.n = 1, .piece = {{size, stride}}};
}

Layout layout_dense(const Shape *shape)
{
    Layout l = {.rank = shape->rank};
    int64_t stride = 1;
    for (int a = shape->rank - 1; a >= 0; a--) {
        l.axis[a] = axis_one(shape->dim[a], stride);
        stride *= shape->dim[a];
    }
    l.extent = stride;
    return l;
}

int64_t layout_stride(const Layout *l, int axis)
{
    return l->axis[axis].piece[l->axis[axis].n - 1].stride;
}

static bool axis_equal(const AxisLayout *a, const AxisLayout *b)
{
    if (a->n != b->n)
        return false;
    for (int i = 0; i < a->n; i++) {
        Piece p = a->piece[i], q = b->piece[i];
        if (p.size != q.size || (p.size > 1 && p.stride != q.stride))
            return false;
    }
    return true;
}

bool layout_equal(const Layout *a, const Layout *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank; i++)
        if (!axis_equal(&a->axis[i], &b->axis[i]))
            return false;
    return true;
}

int64_t layout_place(const Layout *l, const int64_t *index)
{
    int64_t place = l->offset;
    for (int a = 0; a < l->rank; a++) {
        int64_t rest = index[a];
        for (int i = l->axis[a].n - 1; i >= 0; i--) {
            Piece p = l->axis[a].piece[i];
            place += rest % p.size * p.stride;
            rest /= p.size;
        }
    }
    return place;
}

static int64_t axis_span(const AxisLayout *axis)
{
    int64_t product = 1;
    for (int i = 0; i < axis->n; i++)
        product *= axis->piece[i].size;
    return product;
}

/* Cuts elements begin.. of an axis: drops outer digits that are the same for
 * all of them, and shortens the outermost that is left. */
static bool slice_axis(AxisLayout *axis, int64_t begin, int64_t size,
                       int64_t *offset)
{
    while (axis->n > 0) {
        int64_t inner = axis_span(axis) / axis->piece[0].size;
        Piece *outer = &axis->piece[0];
        if (begin % inner == 0 && (size % inner == 0 || axis->n == 1)) {
            *offset += begin / inner * outer->stride;
            outer->size = size / inner;
            return true;
        }
        if (begin / inner != (begin + size - 1) / inner)
            return false;
        *offset += begin / inner * outer->stride;
        begin %= inner;
        axis->n--;
        for (int i = 0; i < axis->n; i++)
            axis->piece[i] = axis->piece[i + 1];
    }
    return false;
}

/* Whether the n pieces take in p: as one run with the last, or for nothing. */
static bool joins(Piece *piece, int n, Piece p)
{
    if (p.size == 1)
        return true;
    if (n == 0 || piece[n - 1].stride != p.stride * p.size)
        return false;
    piece[n - 1] = (Piece){piece[n - 1].size * p.size, p.stride};
    return true;
}

static bool push_piece(AxisLayout *axis, Piece p)
{
    if (joins(axis->piece, axis->n, p))
        return true;
    if (axis->n == MAX_PIECES)
        return false;
    axis->piece[axis->n++] = p;
    return true;
}

/* Deals the pieces of input axes in [i0, i1) out to output axes [o0, o1),
 * whose sizes have the same product. */
static bool regroup(const Layout *from, int i0, int i1, const Shape *shape,
                    int o0, int o1, Layout *to)
{
    Piece piece[MAX_RANK * MAX_PIECES];
    int n = 0, at = 0;
    for (int i = i0; i < i1; i++)
        for (int k = 0; k < from->axis[i].n; k++)
            if (!joins(piece, n, from->axis[i].piece[k]))
                piece[n++] = from->axis[i].piece[k];
    for (int o = o0; o < o1; o++) {
        AxisLayout *axis = &to->axis[o];
        int64_t need = shape->dim[o];
        *axis = (AxisLayout){0};
        while (need > 1) {
            if (at == n)
                return false;
            Piece *p = &piece[at];
            if (need % p->size == 0) {
                need /= p->size;
                at++;
                if (!push_piece(axis, *p))
                    return false;
            } else if (p->size % need == 0) {
                int64_t rest = p->size / need;
                if (!push_piece(axis, (Piece){need, p->stride * rest}))
                    return false;
                p->size = rest;
                need = 1;
            } else {
                return false;
            }
        }
        if (axis->n == 0)
            *axis = axis_one(1, 0);
    }
    return true;
}

static bool exact_axes(const Layout *l, const Shape *shape, int a, int b)
{
    for (; a < b; a++)
        if (axis_span(&l->axis[a]) != shape->dim[a])
            return false;
    return true;
}

static bool reshape_layout(const Layout *l, const Shape *from, const Shape *to,
                           Layout *view)
{
    *view =
        (Layout){.rank = to->rank, .offset = l->offset, .extent = l->extent};
    int i = 0, o = 0;
    while (i < from->rank || o < to->rank) {
        int i0 = i, o0 = o;
        int64_t p = i < from->rank ? from->dim[i++] : 1;
        int64_t q = o < to->rank ? to->dim[o++] : 1;
        while (p != q) {
            if (p < q && i < from->rank)
                p *= from->dim[i++];
            else if (o < to->rank)
                q *= to->dim[o++];
            else
                return false;
        }
        if (i - i0 == 1 && o - o0 == 1)
            view->axis[o0] = l->axis[i0];
        else if (!exact_axes(l, from, i0, i) ||
                 !regroup(l, i0, i, to, o0, o, view))
            return false;
    }
    return true;
}

static bool reverse_axis(AxisLayout *axis, int64_t size, int64_t *offset)
{
    if (axis->n != 1)
        return false;
    *offset += (size - 1) * axis->piece[0].stride;
    axis->piece[0].stride = -axis->piece[0].stride;
    return true;
}

/* An axis that windows slide along: it counts them, a last one is theirs. Only
 * of values whose axes lie in a piece each, so that all further views of the
 * windows can be described. */
static bool windows_layout(const Node *n, Layout *l)
{
    int axis = n->attr.slide.axis;
    for (int a = 0; a < l->rank; a++)
        if (l->axis[a].n != 1)
            return false;
    int64_t stride = layout_stride(l, axis);
    l->axis[axis] = axis_one(n->shape.dim[axis], n->attr.slide.stride * stride);
    l->axis[l->rank++] =
        axis_one(n->attr.slide.size, n->attr.slide.apart * stride);
    return true;
}

bool layout_view(const Node *n, const Layout *l, Layout *view)
{
    const Shape *from = &n->in[0]->shape;
    *view = *l;
    switch (n->op) {
    case OP_RESHAPE:
        return reshape_layout(l, from, &n->shape, view);
    case OP_TRANSPOSE:
        for (int a = 0; a < n->shape.rank; a++)
            view->axis[a] = l->axis[n->attr.perm[a]];
        return true;
    case OP_SLICE:
        return slice_axis(&view->axis[n->attr.part.axis], n->attr.part.begin,
                          n->attr.part.size, &view->offset);
    case OP_REVERSE:
        return reverse_axis(&view->axis[n->attr.axis],
                            n->shape.dim[n->attr.axis], &view->offset);
    case OP_WINDOWS:
        return windows_layout(n, view);
    case OP_BROADCAST:
        for (int a = 0; a < n->shape.rank; a++)
            if (from->dim[a] != n->shape.dim[a])
                view->axis[a] = axis_one(n->shape.dim[a], 0);
        return true;
    default:
        return false;
    }
}

bool layout_unview(const Node *n, const Layout *view, Layout *l)
{
    const Layout from = *view;
    *l = from;
    switch (n->op) {
    case OP_RESHAPE:
        return reshape_layout(&from, &n->shape, &n->in[0]->shape, l);
    case OP_TRANSPOSE:
        for (int a = 0; a < n->shape.rank; a++)
            l->axis[n->attr.perm[a]] = from.axis[a];
        return true;
    case OP_REVERSE:
        return reverse_axis(&l->axis[n->attr.axis], n->shape.dim[n->attr.axis],
                            &l->offset);
    default:
        return false;
    }
}

AxisOrder layout_order(const AxisLayout *axis)
{
    AxisOrder o = {.n = axis->n};
    bool moved = false;
    for (int i = 0; i < axis->n; i++) {
        int at = i;
        o.size[i] = axis->piece[i].size;
        for (; at > 0; at--) {
            if (axis->piece[o.perm[at - 1]].stride >= axis->piece[i].stride)
                break;
            o.perm[at] = o.perm[at - 1];
            moved = true;
        }
        o.perm[at] = i;
    }
    if (!moved)
        o.n = 0;
    return o;
}

bool layout_reorder(const AxisLayout *axis, const AxisOrder *order,
                    AxisLayout *to)
{
    *to = *axis;
    if (order->n == 0 || (axis->n == 1 && axis->piece[0].stride == 0))
        return true;
    Layout from = {.rank = 1, .axis = {*axis}}, digits = {.rank = order->n};
    Shape shape = {.rank = order->n};
    for (int i = 0; i < order->n; i++)
        shape.dim[i] = order->size[i];
    if (!regroup(&from, 0, 1, &shape, 0, order->n, &digits))
        return false;
    *to = (AxisLayout){0};
    for (int i = 0; i < order->n; i++) {
        const AxisLayout *digit = &digits.axis[order->perm[i]];
        for (int k = 0; k < digit->n; k++)
            if (!push_piece(to, digit->piece[k]))
                return false;
    }
    if (to->n == 0)
        *to = axis_one(1, 0);
    return true;
}

AxisLayout layout_ordered(int64_t size, const AxisOrder *order, int64_t stride)
{
    AxisLayout a = {.n = order->n};
    if (order->n == 0)
        return axis_one(size, stride);
    for (int i = order->n - 1; i >= 0; i--) {
        int digit = order->perm[i];
        a.piece[digit] = (Piece){order->size[digit], stride};
        stride *= order->size[digit];
    }
    return a;
}

void layout_print(Text *out, const Layout *l)
{
    for (int a = 0; a < l->rank; a++) {
        text_add(out, a ? " (" : "(");
        for (int i = 0; i < l->axis[a].n; i++)
            text_printf(out, "%s%lld: %lld", i ? ", " : "",
                        (long long)l->axis[a].piece[i].size,
                        (long long)l->axis[a].piece[i].stride);
        text_add(out, ")");
    }
    if (l->offset)
        text_printf(out, " + %lld", (long long)l->offset);
}
