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

/* What a whole value becomes another from: both layouts under one shape. */
typedef struct Move {
    const Node *to, *from;
    Shape shape;
    Layout lt, lf;
    bool gaps;      /* to be cleared */
    bool scattered; /* no shape fits both: places by the element's number */
} Move;

static Loops move_nest(Scope *s, const Move *m)
{
    Loops l = loops_over(s, &m->shape);
    nest_operand(&l.nest, &m->shape, &m->lt);
    nest_operand(&l.nest, &m->shape, plan_is_number(m->from) ? &m->lt : &m->lf);
    if (writes_rows(s, m->to)) {
        Layout row = loops_counter(&m->shape, 0);
        nest_operand(&l.nest, &m->shape, &row);
    }
    nest_build(&l.nest, 0);
    for (int i = 0; i < l.nest.n_loops; i++)
        l.nest.loop[i].rows = writes_rows(s, m->to) && l.nest.loop[i].axis == 0;
    return l;
}

/* Two loops of a move that are turned into each other, in blocks. */
typedef struct Turn {
    int lanes; /* of a block's rows and columns; 0: nothing is turned */
    Loop down, across;
} Turn;

/* Whether each turn of the outermost loop has its own stretch of memory and
 * all of them together the whole value's, so that each may clear its gaps. */
static bool clears_apart(const Loops *l, const Turn *t, const Layout *to)
{
    const Loop *first = &l->nest.loop[0];
    return l->nest.n_loops > (t->lanes == 0) && !first->rows &&
           first->stride[0] > 0 &&
           first->stride[0] * first->count == to->extent;
}

/* Gaps in a layout hold zeros; its first place may lie before element 0. */
static void clear(Loops *l, const Node *n, int64_t offset, const char *place,
                  int64_t size)
{
    Arena *arena = l->scope->e->arena;
    const char *at = scope_pointer(l->scope, n);
    if (place)
        at = arena_printf(arena, "%s + %s", at, place);
    if (offset)
        at = arena_printf(arena, "%s - %lld", at, (long long)offset);
    loops_line(l, "memset(%s, 0, %lld * sizeof(nn_real));", at,
               (long long)size);
}

static void clear_all(Scope *s, const Node *n, const Layout *l)
{
    Loops none = {.scope = s, .indent = 1};
    clear(&none, n, l->offset, NULL, l->extent);
}

/* The loops of a move, the gaps cleared a turn of the outermost at a time. */
static void open_cleared(Loops *l, const Move *m)
{
    const Loop *first = &l->nest.loop[0];
    loops_open(l, first, 0, first->count, 1, l->scope->kernel->parts > 1);
    const char *place =
        first->stride[0] == 1
            ? first->var
            : arena_printf(l->scope->e->arena, "%s * %lld", first->var,
                           (long long)first->stride[0]);
    clear(l, m->to, m->lt.offset, place, first->stride[0]);
    for (int i = 1; i < l->nest.n_loops; i++)
        loops_open(l, &l->nest.loop[i], 0, l->nest.loop[i].count, 1, false);
}

/* The loop along which operand `near` lies side by side and `far` does not,
 * or NULL. */
static Loop *along(Nest *nest, int near, int far)
{
    for (int i = 0; i < nest->n_loops; i++) {
        Loop *l = &nest->loop[i];
        if (l->stride[near] == 1 && l->stride[far] > 1 && !l->rows)
            return l;
    }
    return NULL;
}

/* Takes a loop out of the nest. */
static Loop take(Nest *nest, Loop *loop)
{
    Loop taken = *loop;
    Loop *end = nest->loop + --nest->n_loops;
    for (; loop < end; loop++)
        loop[0] = loop[1];
    return taken;
}

/* Takes the two loops out of a move's nest that run against each other, side
 * by side in one memory and apart in the other: blocks of lanes x lanes are
 * turned in registers. */
static Turn take_turn(Loops *l, const Move *m)
{
    Turn t = {.lanes = l->scope->e->lanes};
    Loop *down = along(&l->nest, 1, 0), *across = along(&l->nest, 0, 1);
    bool inner;
    if (plan_is_number(m->from) || m->to->type != TYPE_REAL || !down ||
        !across || nest_guard(&l->nest, &inner))
        return (Turn){0};
    while (t.lanes > down->count || t.lanes > across->count)
        t.lanes /= 2;
    if (t.lanes < TARGET_NARROWEST)
        return (Turn){0};
    t.down = take(&l->nest, down);
    t.across = take(&l->nest, along(&l->nest, 0, 1));
    return t;
}

/* The statement that turns, from the places where the other loops stand. */
static void turn(Loops *l, const Move *m, const Turn *t)
{
    const Emit *e = l->scope->e;
    loops_line(l, "%svturn(%s + %s, %lld, %s + %s, %lld, %lld, %lld);",
               target_prefix(e->arena, e->target, t->lanes),
               scope_pointer(l->scope, m->from), loops_place(l, 1),
               (long long)t->across.stride[1], scope_pointer(l->scope, m->to),
               loops_place(l, 0), (long long)t->down.stride[0],
               (long long)t->down.count, (long long)t->across.count);
}

static void move_one(Loops *l, const Move *m)
{
    Scope *s = l->scope;
    const char *x =
        plan_is_number(m->from)
            ? scope_number(s, m->from)
            : arena_printf(s->e->arena, "%s[%s]", scope_pointer(s, m->from),
                           loops_place(l, 1));
    loops_guard(l);
    loops_line(l, "%s[%s] = %s;", scope_pointer(s, m->to), loops_place(l, 0),
               x);
}

static void move(Scope *s, const Move *m)
{
    Loops l = move_nest(s, m);
    Turn t = take_turn(&l, m);
    if (m->gaps && clears_apart(&l, &t, &m->lt)) {
        open_cleared(&l, m);
    } else {
        if (m->gaps)
            clear_all(s, m->to, &m->lt);
        loops_open_all(&l, false);
    }
    if (t.lanes)
        turn(&l, m, &t);
    else
        move_one(&l, m);
    loops_close(&l, 1);
}

/* The layout as one axis over all elements in row-major order; false where it
 * leaves gaps between them. */
static bool flat(const Node *n, const Layout *l, Layout *view)
{
    Node whole = {.op = OP_RESHAPE, .n_in = 1, .in = (Node *[]){(Node *)n}};
    whole.shape = shape_of(1, shape_count(&n->shape));
    return layout_view(&whole, l, view);
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
    const char *place = loops_place(&l, 0);
    if (at != 0)
        place = arena_printf(s->e->arena, "%s + %lld", place, (long long)at);
    loops_line(&l, "%s[%s] = %s;", pointer, place, x);
    loops_close(&l, 1);
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

/* Part of an axis from another value, or zeros. */
static void fill_part(Scope *s, const Node *n, const Node *from, int64_t begin,
                      int64_t size)
{
    int axis = n->attr.part.axis;
    Node zero = {.op = OP_CONST, .shape = n->shape};
    zero.shape.dim[axis] = size;
    if (size > 0)
        copy_slice(s, n, from ? from : &zero, axis, begin);
}

static void copy_pad(Scope *s, const Node *n)
{
    int axis = n->attr.part.axis;
    int64_t begin = n->attr.part.begin, size = n->in[0]->shape.dim[axis];
    fill_part(s, n, NULL, 0, begin);
    fill_part(s, n, n->in[0], begin, size);
    fill_part(s, n, NULL, begin + size, n->shape.dim[axis] - begin - size);
}

/* The indices of a view's element become those of its source's. */
static void turn_back(Arena *arena, const Node *n, const char **index)
{
    const Attr *a = &n->attr;
    int axis = n->op == OP_SLICE     ? a->part.axis
               : n->op == OP_WINDOWS ? a->slide.axis
                                     : a->axis;
    if (n->op == OP_SLICE)
        index[axis] = arena_printf(arena, "(%s + %lld)", index[axis],
                                   (long long)a->part.begin);
    else if (n->op == OP_WINDOWS)
        index[axis] =
            arena_printf(arena, "(%s * %lld + %s * %lld)", index[axis],
                         (long long)a->slide.stride, index[n->shape.rank - 1],
                         (long long)a->slide.apart);
    else
        index[axis] =
            arena_printf(arena, "(%lld - %s)",
                         (long long)n->shape.dim[axis] - 1, index[axis]);
}

/* A view that no layout describes: the source's place from the indices. */
static void copy_view(Scope *s, const Node *n)
{
    const Node *from = n->in[0];
    const char *index[MAX_RANK];
    Loops l = open_indices(s, &n->shape, index);
    const char *to =
        emit_index(s->e->arena, &s->plan->value[n->id].layout, index);
    turn_back(s->e->arena, n, index);
    loops_line(
        &l, "%s[%s] = %s[%s];", scope_pointer(s, n), to, scope_pointer(s, from),
        emit_index(s->e->arena, &s->plan->value[from->id].layout, index));
    loops_close(&l, 1);
}

/* The loops over all elements of all windows, the first operand what they
 * slide over. */
static Loops windows_nest(Scope *s, const Node *n)
{
    const Node *from = n->in[0];
    Node windows = {.op = OP_WINDOWS,
                    .n_in = 1,
                    .in = (Node *[]){(Node *)n},
                    .shape = from->shape,
                    .attr = n->attr};
    Layout slid;
    Loops l = loops_over(s, &from->shape);
    if (!layout_view(&windows, &s->plan->value[n->id].layout, &slid))
        nnc_bug("windows cannot slide along node %d", n->id);
    nest_operand(&l.nest, &from->shape, &slid);
    nest_operand(&l.nest, &from->shape,
                 plan_is_number(from) ? &slid
                                      : &s->plan->value[from->id].layout);
    nest_build(&l.nest, 0);
    return l;
}

/* Each element of a window is added to the place where it came from. */
static void add_windows(Scope *s, const Node *n)
{
    const Node *from = n->in[0];
    Move m = {.to = n, .lt = s->plan->value[n->id].layout};
    Loops l = windows_nest(s, n);
    if (clears_apart(&l, &(Turn){0}, &m.lt)) {
        open_cleared(&l, &m);
    } else {
        clear_all(s, n, &m.lt);
        loops_open_all(&l, false);
    }
    loops_line(&l, "%s[%s] += %s;", scope_pointer(s, n), loops_place(&l, 0),
               plan_is_number(from)
                   ? scope_number(s, from)
                   : arena_printf(s->e->arena, "%s[%s]", scope_pointer(s, from),
                                  loops_place(&l, 1)));
    loops_close(&l, 1);
}

static Move reshape_of(const Scope *s, const Node *n)
{
    const Node *from = n->in[0];
    const Value *to = &s->plan->value[n->id];
    const Value *v = &s->plan->value[from->id];
    Move m = {n, from, n->shape, to->layout, v->layout, false, false};
    m.gaps = to->want && to->layout.extent > shape_count(&n->shape);
    if (shape_equal(&n->shape, &from->shape) || plan_is_number(from))
        return m;
    m.scattered =
        !flat(n, &to->layout, &m.lt) || !flat(from, &v->layout, &m.lf);
    m.shape = shape_of(1, shape_count(&n->shape));
    return m;
}

/* The element of a value with this number in row-major order. */
static const char *numbered(Scope *s, const Node *n, const char *number)
{
    Arena *arena = s->e->arena;
    const char *index[MAX_RANK];
    int64_t inner = 1;
    for (int a = n->shape.rank - 1; a >= 0; a--) {
        index[a] = emit_digit(arena, number, inner, n->shape.dim[a], a == 0);
        inner *= n->shape.dim[a];
    }
    return arena_printf(
        arena, "%s[%s]", scope_pointer(s, n),
        emit_index(arena, &s->plan->value[n->id].layout, index));
}

/* One element after the other, each by its number. */
static void move_scattered(Scope *s, const Move *m)
{
    const char *number[MAX_RANK];
    if (m->gaps)
        clear_all(s, m->to, &s->plan->value[m->to->id].layout);
    Loops l = open_indices(s, &m->shape, number);
    loops_line(&l, "%s = %s;", numbered(s, m->to, number[0]),
               numbered(s, m->from, number[0]));
    loops_close(&l, 1);
}

static void copy_reshape(Scope *s, const Node *n)
{
    Move m = reshape_of(s, n);
    (m.scattered ? move_scattered : move)(s, &m);
}

int64_t copies_turns(Scope *s)
{
    const Node *n = s->kernel->anchor;
    const Value *v = &s->plan->value[n->id];
    bool gaps = v->want && v->layout.extent > shape_count(&n->shape);
    if (v->buffer->place == PLACE_OUTPUT || (gaps && n->op == OP_CONCAT))
        return 1;
    if (n->op == OP_OVERLAP) {
        Loops l = windows_nest(s, n);
        return clears_apart(&l, &(Turn){0}, &v->layout) ? l.nest.loop[0].count
                                                        : 1;
    }
    if (n->op != OP_RESHAPE)
        return shape_count(&n->shape);
    Move m = reshape_of(s, n);
    if (m.scattered)
        return gaps ? 1 : m.shape.dim[0];
    Loops l = move_nest(s, &m);
    Turn t = take_turn(&l, &m);
    bool apart = !gaps || clears_apart(&l, &t, &m.lt);
    return !apart || l.nest.n_loops == 0 ? 1 : l.nest.loop[0].count;
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
    else if (n->op == OP_OVERLAP)
        add_windows(s, n);
    else if (n->op == OP_RESHAPE)
        copy_reshape(s, n);
    else
        copy_view(s, n);
}
