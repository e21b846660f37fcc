/* copies.c: kernels that only move elements: concatenation, zeros around a
 * slice, another layout, views that no layout describes.
 *
 * In: a kernel whose anchor names what moves. Out: the body of its function,
 * a loop nest over the elements. */
#include "emit/loops.h"
#include "pass/layout.h"

/* An output holds the rows that are present and no more. */
static bool writes_rows(const Scope *s, const Node *to)
{
    const Buffer *b = s->plan->value[to->id].buffer;
    return b->place == PLACE_OUTPUT && s->plan->entry->mode != MODE_STEP;
}

/* Copies a value under a shape into a layout. */
static void copy_into(Scope *s, const Node *to, const Node *from,
                      const Shape *shape, const Layout *lt, const Layout *lf)
{
    Loops l = loops_over(s, shape);
    nest_operand(&l.nest, shape, lt);
    nest_operand(&l.nest, shape, plan_is_number(from) ? lt : lf);
    if (writes_rows(s, to)) {
        Layout row = loops_counter(shape, 0);
        nest_operand(&l.nest, shape, &row);
    }
    nest_build(&l.nest, 0);
    for (int i = 0; i < l.nest.n_loops; i++)
        l.nest.loop[i].rows = writes_rows(s, to) && l.nest.loop[i].axis == 0;
    const char *x = plan_is_number(from) ? scope_number(s, from)
                                         : arena_printf(s->e->arena, "%s[%s]",
                                                        scope_pointer(s, from),
                                                        loops_place(&l, 1));
    loops_open_all(&l, false);
    loops_guard(&l);
    loops_line(&l, "%s[%s] = %s;", scope_pointer(s, to), loops_place(&l, 0), x);
    loops_close(&l, 1);
}

/* The layout as one axis over all elements in row-major order. */
static Layout flat(const Node *n, const Layout *l)
{
    Node whole = {.op = OP_RESHAPE, .n_in = 1, .in = (Node *[]){(Node *)n}};
    whole.shape = shape_of(1, shape_count(&n->shape));
    Layout view;
    if (!layout_view(&whole, l, &view))
        nnc_bug("node %d has a padded layout and cannot be flattened", n->id);
    return view;
}

static Layout slice_layout(const Layout *whole, int axis, int64_t begin,
                           int64_t size)
{
    Layout l = *whole;
    l.offset = begin * layout_stride(whole, axis);
    l.axis[axis].piece[0].size = size;
    return l;
}

static void copy_slice(Scope *s, const Node *n, const Node *from, int axis,
                       int64_t begin)
{
    const Layout *whole = &s->plan->value[n->id].layout;
    Layout to = slice_layout(whole, axis, begin, from->shape.dim[axis]);
    to.offset = 0;
    const char *pointer = scope_pointer(s, n);
    const Value *v = &s->plan->value[from->id];
    Loops l = loops_over(s, &from->shape);
    nest_operand(&l.nest, &from->shape, &to);
    if (!plan_is_number(from))
        nest_operand(&l.nest, &from->shape, &v->layout);
    nest_build(&l.nest, 0);
    loops_open_all(&l, false);
    int64_t at = begin * layout_stride(whole, axis);
    const char *x = plan_is_number(from) ? scope_number(s, from)
                                         : arena_printf(s->e->arena, "%s[%s]",
                                                        scope_pointer(s, from),
                                                        loops_place(&l, 1));
    loops_line(&l, "%s[%s + %lld] = %s;", pointer, loops_place(&l, 0),
               (long long)at, x);
    loops_close(&l, 1);
}

/* Gaps in a layout hold zeros; its first place may lie before element 0. */
static void clear_all(Scope *s, const Node *n, const Layout *l)
{
    const char *pointer = scope_pointer(s, n);
    if (l->offset)
        pointer = arena_printf(s->e->arena, "%s - %lld", pointer,
                               (long long)l->offset);
    text_printf(&s->body, "    memset(%s, 0, %lld * sizeof(nn_real));\n",
                pointer, (long long)l->extent);
}

static const char *const index_var[MAX_RANK] = {"i", "j", "k", "l", "i2", "j2"};

/* Loops over all indices of a shape, one an axis. */
static Loops open_indices(Scope *s, const Shape *shape, const char **index)
{
    Loops l = loops_over(s, shape);
    for (int a = 0; a < shape->rank; a++) {
        Loop loop = {.count = shape->dim[a], .var = index_var[a]};
        loops_open(&l, &loop, 0, loop.count, 1, a == 0 && s->kernel->parts > 1);
        index[a] = index_var[a];
    }
    return l;
}

/* The same where the axis lies in several pieces. */
static void copy_pieces(Scope *s, const Node *n, const Node *from, int axis,
                        int64_t begin)
{
    Arena *a = s->e->arena;
    const char *index[MAX_RANK];
    Loops l = open_indices(s, &from->shape, index);
    const char *x =
        plan_is_number(from)
            ? scope_number(s, from)
            : arena_printf(
                  a, "%s[%s]", scope_pointer(s, from),
                  emit_index(a, &s->plan->value[from->id].layout, index));
    if (begin > 0)
        index[axis] =
            arena_printf(a, "(%s + %lld)", index[axis], (long long)begin);
    loops_line(&l, "%s[%s] = %s;", scope_pointer(s, n),
               emit_index(a, &s->plan->value[n->id].layout, index), x);
    loops_close(&l, 1);
}

static void copy_concat(Scope *s, const Node *n)
{
    const Layout *whole = &s->plan->value[n->id].layout;
    bool pieces = whole->axis[n->attr.axis].n > 1;
    int64_t begin = 0;
    if (s->plan->value[n->id].want && whole->extent > shape_count(&n->shape))
        clear_all(s, n, whole);
    for (int i = 0; i < n->n_in; i++) {
        const Node *x = n->in[i];
        if (!layout_in_place(s->plan, n, i))
            (pieces ? copy_pieces : copy_slice)(s, n, x, n->attr.axis, begin);
        begin += x->shape.dim[n->attr.axis];
    }
}

static void copy_pad(Scope *s, const Node *n)
{
    const Layout *l = &s->plan->value[n->id].layout;
    Node zero = {.op = OP_CONST, .shape = n->shape};
    copy_into(s, n, &zero, &n->shape, l, l);
    copy_slice(s, n, n->in[0], n->attr.part.axis, n->attr.part.begin);
}

/* A view that no layout describes: the source's place from the indices. */
static void copy_view(Scope *s, const Node *n)
{
    const Node *from = n->in[0];
    const char *index[MAX_RANK];
    Loops l = open_indices(s, &n->shape, index);
    const char *to =
        emit_index(s->e->arena, &s->plan->value[n->id].layout, index);
    int axis = n->op == OP_SLICE ? n->attr.part.axis : n->attr.axis;
    index[axis] =
        n->op == OP_SLICE
            ? arena_printf(s->e->arena, "(%s + %lld)", index[axis],
                           (long long)n->attr.part.begin)
            : arena_printf(s->e->arena, "(%lld - %s)",
                           (long long)n->shape.dim[axis] - 1, index[axis]);
    loops_line(
        &l, "%s[%s] = %s[%s];", scope_pointer(s, n), to, scope_pointer(s, from),
        emit_index(s->e->arena, &s->plan->value[from->id].layout, index));
    loops_close(&l, 1);
}

static void copy_reshape(Scope *s, const Node *n)
{
    const Node *from = n->in[0];
    const Value *to = &s->plan->value[n->id];
    const Value *v = &s->plan->value[from->id];
    if (to->want && to->layout.extent > shape_count(&n->shape))
        clear_all(s, n, &to->layout);
    if (shape_equal(&n->shape, &from->shape) || plan_is_number(from)) {
        copy_into(s, n, from, &n->shape, &to->layout, &v->layout);
        return;
    }
    Layout a = flat(n, &to->layout), b = flat(from, &v->layout);
    Shape all = shape_of(1, shape_count(&n->shape));
    copy_into(s, n, from, &all, &a, &b);
}

void emit_copy(Scope *s)
{
    const Node *n = s->kernel->anchor;
    if (s->plan->value[n->id].buffer->place == PLACE_OUTPUT)
        text_printf(&s->body, "    if (!f->outputs[%d])\n        return;\n",
                    s->plan->value[n->id].buffer->index);
    if (n->op == OP_CONCAT)
        copy_concat(s, n);
    else if (n->op == OP_PAD)
        copy_pad(s, n);
    else if (n->op == OP_RESHAPE)
        copy_reshape(s, n);
    else
        copy_view(s, n);
}
