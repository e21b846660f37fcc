/* loops.c: element-wise kernels, reductions and copies as loop nests.
 *
 * The body of the innermost loop is one statement a node, in the user's
 * names, then the stores. Sums of the plain form are in double. */
#include <stdarg.h>
#include <stdio.h>

#include "emit/emit.h"
#include "emit/nest.h"

typedef struct Term {
    const Node *node;
    const char *text; /* C expression of its value inside the loops */
} Term;

typedef struct Loops {
    Scope *scope;
    Nest nest;
    VEC(Term) terms;
    VEC(const Node *) read; /* operand numbers of what is loaded or stored */
    VEC(int) operand;
    int indent;
    int lanes; /* elements of a vector, or 1 */
} Loops;

static Loops loops_over(Scope *s, const Shape *shape)
{
    return (Loops){
        .scope = s, .nest.shape = *shape, .indent = 1, .lanes = 1};
}

static int operand_of(Loops *l, const Node *n)
{
    for (int i = 0; i < l->read.n; i++)
        if (l->read.at[i] == n)
            return l->operand.at[i];
    int o = nest_operand(&l->nest, &n->shape,
                         &l->scope->plan->value[n->id].layout);
    vec_push(l->scope->e->arena, &l->read, n);
    vec_push(l->scope->e->arena, &l->operand, o);
    return o;
}

static bool inside(const Kernel *k, const Node *n)
{
    for (int j = 0; j < k->nodes.n; j++)
        if (k->nodes.at[j] == n)
            return true;
    return false;
}

/* A layout whose places are the index along one axis, or (axis -1) the
 * row-major index of the element. */
static Layout counter(const Shape *shape, int axis)
{
    Layout l = layout_dense(shape);
    for (int a = 0; axis >= 0 && a < shape->rank; a++)
        l.axis[a].piece[0].stride = a == axis;
    return l;
}

static bool counts(const Node *n)
{
    return n->op == OP_ROWS_MASK || n->op == OP_DROP_MASK;
}

static void add_operands(Loops *l, const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        for (int i = 0; i < n->n_in; i++)
            if (!inside(k, n->in[i]) && !plan_is_number(n->in[i]))
                operand_of(l, n->in[i]);
        if (counts(n)) {
            int axis = n->op == OP_ROWS_MASK ? n->attr.axis : -1;
            Layout places = counter(&n->shape, axis);
            vec_push(l->scope->e->arena, &l->read, NULL);
            vec_push(l->scope->e->arena, &l->operand,
                     nest_operand(&l->nest, &n->shape, &places));
        }
    }
}

static void line(Loops *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void line(Loops *l, const char *format, ...)
{
    va_list args;
    char text[2048];
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text)
        nnc_bug("a line of %d characters", n);
    text_printf(&l->scope->body, "%*s%s\n", 4 * l->indent, "", text);
}

/* The loop's turns first..last - 1 in steps; a kernel in parts does its share
 * of them. */
static void open_loop(Loops *l, const Loop *loop, int64_t first, int64_t last,
                      int step, bool split)
{
    Arena *arena = l->scope->e->arena;
    long long n = (long long)((last - first) / step);
    const char *from = arena_printf(arena, "%lld", (long long)first);
    const char *to = arena_printf(arena, "%lld", (long long)last);
    const char *by = step == 1 ? "" : arena_printf(arena, " * %d", step);
    if (loop->rows) {
        to = "f->rows";
    } else if (split) {
        int parts = l->scope->kernel->parts;
        from = arena_printf(arena, "(size_t)part * %lld / %d%s", n, parts, by);
        to = arena_printf(arena, "((size_t)part + 1) * %lld / %d%s", n, parts,
                          by);
    }
    line(l, "for (size_t %s = %s; %s < %s; %s%s) {", loop->var, from,
         loop->var, to, loop->var,
         step == 1 ? "++" : arena_printf(arena, " += %d", step));
    l->indent++;
}

/* All loops of a kind but the innermost of the nest. */
static void open_outer(Loops *l, bool reduced)
{
    for (int i = 0; i + 1 < l->nest.n_loops; i++)
        if (l->nest.loop[i].reduced == reduced)
            open_loop(l, &l->nest.loop[i], 0, l->nest.loop[i].count, 1,
                      i == 0 && !reduced && l->scope->kernel->parts > 1);
}

static void open_inner(Loops *l, bool reduced)
{
    int i = l->nest.n_loops - 1;
    if (i >= 0 && l->nest.loop[i].reduced == reduced)
        open_loop(l, &l->nest.loop[i], 0, l->nest.loop[i].count, 1,
                  i == 0 && !reduced && l->scope->kernel->parts > 1);
}

static void open_loops(Loops *l, bool reduced)
{
    open_outer(l, reduced);
    open_inner(l, reduced);
}

static void close_loops(Loops *l, int to)
{
    while (l->indent > to) {
        l->indent--;
        line(l, "}");
    }
}

/* Behind the innermost loop: what keeps the body inside the shape. */
static void open_guard(Loops *l)
{
    bool inner;
    const char *guard = nest_guard(l->scope->e->arena, &l->nest, &inner);
    if (guard) {
        line(l, "if (%s) {", guard);
        l->indent++;
    }
}

static const char *place(Loops *l, int operand)
{
    return nest_place(l->scope->e->arena, &l->nest, operand);
}

static int64_t inner_stride(const Loops *l, int operand)
{
    int i = l->nest.n_loops - 1;
    return i < 0 ? 0 : l->nest.loop[i].stride[operand];
}

static const char *element(Loops *l, const Node *n)
{
    return arena_printf(l->scope->e->arena, "%s[%s]",
                        scope_pointer(l->scope, n), place(l, operand_of(l, n)));
}

static const char *load(Loops *l, const Node *n)
{
    Arena *arena = l->scope->e->arena;
    if (l->lanes == 1)
        return element(l, n);
    if (inner_stride(l, operand_of(l, n)) == 0)
        return arena_printf(arena, "nn_vset(%s)", element(l, n));
    return arena_printf(arena, "nn_vload(&%s)", element(l, n));
}

static const char *value(Loops *l, const Node *n)
{
    if (plan_is_number(n))
        return l->lanes == 1
                   ? scope_number(l->scope, n)
                   : arena_printf(l->scope->e->arena, "nn_vset(%s)",
                                  scope_number(l->scope, n));
    for (int i = 0; i < l->terms.n; i++)
        if (l->terms.at[i].node == n)
            return l->terms.at[i].text;
    return load(l, n);
}

/* Fills $a $b $c of an operator's C. */
static const char *fill(Loops *l, const Node *n)
{
    Text out = {.arena = l->scope->e->arena};
    const OpInfo *op = &op_table[n->op];
    for (const char *c = l->lanes == 1 ? op->scalar : op->vector; *c; c++) {
        if (*c == '$') {
            c++;
            text_add(&out, value(l, n->in[*c - 'a']));
        } else {
            text_add_n(&out, c, 1);
        }
    }
    return text_str(&out);
}

static int counter_operand(const Loops *l, const Node *of)
{
    const Kernel *k = l->scope->kernel;
    int wanted = 0;
    for (int j = 0; k->nodes.at[j] != of; j++)
        wanted += counts(k->nodes.at[j]);
    for (int i = 0; i < l->read.n; i++)
        if (!l->read.at[i] && wanted-- == 0)
            return l->operand.at[i];
    nnc_bug("node %d has no counter", of->id);
}

static const char *expression(Loops *l, const Node *n)
{
    Arena *arena = l->scope->e->arena;
    if (n->op == OP_ROWS_MASK)
        return arena_printf(arena, "%s < f->rows ? %s : %s",
                            place(l, counter_operand(l, n)),
                            value(l, n->in[0]),
                            l->lanes == 1 ? "0" : "nn_vset(0)");
    if (n->op == OP_DROP_MASK)
        return arena_printf(arena, "nn_drop(f->s, %d, %s, %.9g)",
                            n->attr.random.stream,
                            place(l, counter_operand(l, n)),
                            n->attr.random.rate);
    return fill(l, n);
}

static void statements(Loops *l, const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        if (n == k->anchor)
            continue;
        const char *name = scope_name(l->scope, n->name ? n->name : "z");
        line(l, "const %s %s = %s;", l->lanes == 1 ? "nn_real" : "nn_vec",
             name, expression(l, n));
        vec_push(l->scope->e->arena, &l->terms, ((Term){n, name}));
    }
}

static void stores(Loops *l, const Kernel *k)
{
    for (int j = 0; j < k->stores.n; j++) {
        const Node *n = k->stores.at[j];
        if (n == k->anchor)
            continue;
        if (l->lanes == 1)
            line(l, "%s = %s;", element(l, n), value(l, n));
        else
            line(l, "nn_vstore(&%s, %s);", element(l, n), value(l, n));
    }
}

/* Whether the innermost loop can run on whole vectors: every value lies side
 * by side along it or stays the same. */
static bool vectors(const Loops *l, int64_t *count)
{
    const Kernel *k = l->scope->kernel;
    int lanes = l->scope->e->lanes, last = l->nest.n_loops - 1;
    bool guarded;
    nest_guard(l->scope->e->arena, &l->nest, &guarded);
    if (lanes == 1 || last < 0 || l->nest.loop[last].count < lanes || guarded)
        return false;
    for (int i = 0; i < l->read.n; i++) {
        int64_t stride = inner_stride(l, l->operand.at[i]);
        bool counter = !l->read.at[i];
        if (counter ? stride != 0 : stride != 0 && stride != 1)
            return false;
        if (!counter && l->read.at[i]->type != TYPE_REAL)
            return false;
    }
    for (int j = 0; j < k->nodes.n; j++)
        if (k->nodes.at[j]->op == OP_DROP_MASK)
            return false;
    *count = l->nest.loop[last].count / lanes * lanes;
    return true;
}

static void map_body(Loops *l, const Kernel *k, int64_t first, int64_t last)
{
    int inner = l->nest.n_loops - 1, indent = l->indent;
    bool split = inner == 0 && k->parts > 1 && first == 0;
    if (inner >= 0)
        open_loop(l, &l->nest.loop[inner], first, last, l->lanes, split);
    open_guard(l);
    l->terms.n = 0;
    statements(l, k);
    stores(l, k);
    close_loops(l, indent);
}

void emit_map(Scope *s)
{
    const Kernel *k = s->kernel;
    Loops l = loops_over(s, &k->space);
    int64_t whole = 0;
    for (int j = 0; j < k->stores.n; j++)
        operand_of(&l, k->stores.at[j]);
    add_operands(&l, k);
    nest_build(&l.nest, 0);
    open_outer(&l, false);
    int64_t count = l.nest.n_loops ? l.nest.loop[l.nest.n_loops - 1].count : 1;
    if (vectors(&l, &whole)) {
        l.lanes = s->e->lanes;
        map_body(&l, k, 0, whole);
        l.lanes = 1;
    }
    if (whole < count && l.nest.n_loops == 1 && k->parts > 1 && whole > 0) {
        line(&l, "if (part == %d) {", k->parts - 1);
        l.indent++;
    }
    if (whole < count)
        map_body(&l, k, whole, count);
    close_loops(&l, 1);
}

static const char *step_of(Loops *l, const Kernel *k, const char *sum)
{
    const char *x = value(l, k->anchor->in[0]);
    if (k->anchor->op != OP_RMAX)
        return arena_printf(l->scope->e->arena, "%s += %s;", sum, x);
    if (l->lanes == 1)
        return arena_printf(l->scope->e->arena, "%s = %s > %s ? %s : %s;", sum,
                            x, sum, x, sum);
    return arena_printf(l->scope->e->arena, "%s = nn_vmax(%s, %s);", sum, sum,
                        x);
}

static const char *start_of(const Loops *l, const Kernel *k)
{
    const char *first = k->anchor->op == OP_RMAX ? "-INFINITY" : "0";
    return l->lanes == 1 ? first
                         : arena_printf(l->scope->e->arena, "nn_vset(%s)",
                                        first);
}

static const char *sum_type(const Loops *l, const Kernel *k)
{
    bool exact = l->scope->e->options->plain && k->anchor->op == OP_SUM;
    return l->lanes > 1 ? "nn_vec" : exact ? "double" : "nn_real";
}

/* The sums of one kept place, or of a vector of them side by side. */
static void reduce_kept(Loops *l, const Kernel *k)
{
    int kept = l->indent;
    l->terms.n = 0;
    line(l, "%s sum = %s;", sum_type(l, k), start_of(l, k));
    for (int i = 0; i < l->nest.n_loops; i++)
        if (l->nest.loop[i].reduced)
            open_loop(l, &l->nest.loop[i], 0, l->nest.loop[i].count, 1, false);
    open_guard(l);
    statements(l, k);
    line(l, "%s", step_of(l, k, "sum"));
    close_loops(l, kept);
    if (l->lanes == 1)
        line(l, "%s = (nn_real)sum;", element(l, k->anchor));
    else
        line(l, "nn_vstore(&%s, sum);", element(l, k->anchor));
}

/* Sums along the innermost loop: a vector of partial sums, folded at the end
 * in a fixed order, then the elements that fill no vector. */
static void reduce_along(Loops *l, const Kernel *k, int64_t whole)
{
    const Loop *inner = &l->nest.loop[l->nest.n_loops - 1];
    int kept = l->indent;
    l->lanes = l->scope->e->lanes;
    l->terms.n = 0;
    line(l, "nn_vec sums = %s;", start_of(l, k));
    line(l, "nn_real sum = %s;",
         k->anchor->op == OP_RMAX ? "-INFINITY" : "0");
    open_outer(l, true);
    int outer = l->indent;
    open_loop(l, inner, 0, whole, l->lanes, false);
    statements(l, k);
    line(l, "%s", step_of(l, k, "sums"));
    close_loops(l, outer);
    l->lanes = 1;
    l->terms.n = 0;
    if (whole < inner->count) {
        open_loop(l, inner, whole, inner->count, 1, false);
        statements(l, k);
        line(l, "%s", step_of(l, k, "sum"));
    }
    close_loops(l, kept);
    if (k->anchor->op == OP_RMAX)
        line(l, "sum = nn_vlargest(sums) > sum ? nn_vlargest(sums) : sum;");
    else
        line(l, "sum += nn_vsum(sums);");
    line(l, "%s = sum;", element(l, k->anchor));
}

/* The last kept loop, where it and not a reduced one lies side by side. */
static int kept_lane_loop(const Loops *l, const Kernel *k)
{
    int at = -1;
    for (int i = 0; i < l->nest.n_loops; i++)
        if (!l->nest.loop[i].reduced)
            at = i;
    if (at < 0 || l->scope->e->lanes == 1 ||
        l->nest.guarded[l->nest.loop[at].axis] ||
        l->nest.loop[at].count < l->scope->e->lanes)
        return -1;
    for (int i = 0; i < l->read.n; i++) {
        int64_t stride = l->nest.loop[at].stride[l->operand.at[i]];
        bool counter = !l->read.at[i];
        if ((stride != 0 && stride != 1) || (counter && stride != 0) ||
            (!counter && l->read.at[i]->type != TYPE_REAL))
            return -1;
    }
    return l->nest.loop[at].stride[0] == 1 && k->parts == 1 ? at : -1;
}

/* Columns: the lane loop becomes the nest's innermost for loads. */
static void reduce_columns(Loops *l, const Kernel *k, int at)
{
    const Loop lane = l->nest.loop[at];
    int64_t whole = lane.count / l->scope->e->lanes * l->scope->e->lanes;
    for (int i = at; i + 1 < l->nest.n_loops; i++)
        l->nest.loop[i] = l->nest.loop[i + 1];
    l->nest.loop[l->nest.n_loops - 1] = lane;
    l->nest.loop[l->nest.n_loops - 1].reduced = false;
    for (int i = 0; i + 1 < l->nest.n_loops; i++)
        if (!l->nest.loop[i].reduced)
            open_loop(l, &l->nest.loop[i], 0, l->nest.loop[i].count, 1, false);
    int outer = l->indent;
    l->lanes = l->scope->e->lanes;
    open_loop(l, &lane, 0, whole, l->lanes, false);
    reduce_kept(l, k);
    close_loops(l, outer);
    l->lanes = 1;
    if (whole < lane.count) {
        open_loop(l, &lane, whole, lane.count, 1, false);
        reduce_kept(l, k);
    }
}

void emit_reduce(Scope *s)
{
    const Kernel *k = s->kernel;
    Loops l = loops_over(s, &k->space);
    int64_t whole;
    operand_of(&l, k->anchor);
    add_operands(&l, k);
    nest_build(&l.nest, k->anchor->attr.axes);
    int at = kept_lane_loop(&l, k);
    if (at >= 0) {
        reduce_columns(&l, k, at);
    } else {
        open_loops(&l, false);
        if (vectors(&l, &whole) && l.nest.loop[l.nest.n_loops - 1].reduced)
            reduce_along(&l, k, whole);
        else
            reduce_kept(&l, k);
    }
    close_loops(&l, 1);
}

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
        Layout row = counter(shape, 0);
        nest_operand(&l.nest, shape, &row);
    }
    nest_build(&l.nest, 0);
    for (int i = 0; i < l.nest.n_loops; i++)
        l.nest.loop[i].rows = writes_rows(s, to) && l.nest.loop[i].axis == 0;
    const char *x = plan_is_number(from)
                        ? scope_number(s, from)
                        : arena_printf(s->e->arena, "%s[%s]",
                                       scope_pointer(s, from), place(&l, 1));
    open_loops(&l, false);
    open_guard(&l);
    line(&l, "%s[%s] = %s;", scope_pointer(s, to), place(&l, 0), x);
    close_loops(&l, 1);
}

/* The layout as one axis over all elements in row-major order. */
static Layout flat(Scope *s, const Node *n, const Layout *l)
{
    Node whole = {.op = OP_RESHAPE, .n_in = 1, .in = (Node *[]){(Node *)n}};
    whole.shape = shape_of(1, shape_count(&n->shape));
    Layout view;
    (void)s;
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
    open_loops(&l, false);
    int64_t at = begin * layout_stride(whole, axis);
    const char *x = plan_is_number(from)
                        ? scope_number(s, from)
                        : arena_printf(s->e->arena, "%s[%s]",
                                       scope_pointer(s, from), place(&l, 1));
    line(&l, "%s[%s + %lld] = %s;", pointer, place(&l, 0), (long long)at, x);
    close_loops(&l, 1);
}

static void copy_concat(Scope *s, const Node *n)
{
    int64_t begin = 0;
    const Value *whole = &s->plan->value[n->id];
    for (int i = 0; i < n->n_in; i++) {
        const Node *x = n->in[i];
        const Value *v = &s->plan->value[x->id];
        if (plan_is_number(x) || v->buffer != whole->buffer)
            copy_slice(s, n, x, n->attr.axis, begin);
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

static const char *const index_var[MAX_RANK] = {"i", "j", "k",
                                                "l", "i2", "j2"};

/* A view that no layout describes: the source's place from the indices. */
static void copy_view(Scope *s, const Node *n)
{
    Loops l = loops_over(s, &n->shape);
    const Node *from = n->in[0];
    const char *index[MAX_RANK];
    for (int a = 0; a < n->shape.rank; a++) {
        Loop loop = {.count = n->shape.dim[a], .var = index_var[a]};
        open_loop(&l, &loop, 0, loop.count, 1, false);
        index[a] = index_var[a];
    }
    const char *to = emit_index(s->e->arena, &s->plan->value[n->id].layout,
                                index);
    int axis = n->op == OP_SLICE ? n->attr.part.axis : n->attr.axis;
    index[axis] = n->op == OP_SLICE
                      ? arena_printf(s->e->arena, "(%s + %lld)", index[axis],
                                     (long long)n->attr.part.begin)
                      : arena_printf(s->e->arena, "(%lld - %s)",
                                     (long long)n->shape.dim[axis] - 1,
                                     index[axis]);
    line(&l, "%s[%s] = %s[%s];", scope_pointer(s, n), to,
         scope_pointer(s, from),
         emit_index(s->e->arena, &s->plan->value[from->id].layout, index));
    close_loops(&l, 1);
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
    Layout a = flat(s, n, &to->layout), b = flat(s, from, &v->layout);
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
