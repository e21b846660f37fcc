/* loops.c: element-wise kernels as loop nests; reduce.c does the reductions,
 * copies.c the rest of what has no tile.
 *
 * The body of the innermost loop is one statement a node, in the user's
 * names, then the stores. */
#include "emit/loops.h"

#include <stdarg.h>

Loops loops_over(Scope *s, const Shape *shape)
{
    return (Loops){.scope = s,
                   .nest = {.arena = s->e->arena, .shape = *shape},
                   .indent = 1,
                   .lanes = 1,
                   .used = 1};
}

void loops_lanes(Loops *l, int64_t used)
{
    l->lanes = l->scope->e->lanes;
    l->used = (int)used;
}

void loops_scalars(Loops *l)
{
    l->lanes = l->used = 1;
}

/* The operand of a value that is loaded or stored: a new one at first. */
static int operand_of(Loops *l, const Node *n)
{
    for (int i = 0; i < l->read.n; i++)
        if (l->read.at[i] == n)
            return l->operand.at[i];
    int o =
        nest_operand(&l->nest, &n->shape, &l->scope->plan->value[n->id].layout);
    vec_push(l->scope->e->arena, &l->read, n);
    vec_push(l->scope->e->arena, &l->counts, NULL);
    vec_push(l->scope->e->arena, &l->operand, o);
    return o;
}

Layout loops_counter(const Shape *shape, int axis)
{
    Layout l = layout_dense(shape);
    for (int a = 0; a < shape->rank; a++)
        l.axis[a].piece[0].stride = a == axis;
    return l;
}

/* The places of a mask's elements among those that are drawn. Padding makes
 * some axes longer, which changes no place: so they come behind all others, but
 * for the last axis, whose elements lie side by side: it has room. */
static Layout drawn(const Node *mask)
{
    enum { ROOM = 4096 };
    const Shape *shape = &mask->shape;
    unsigned longer = mask->attr.random.axes, last = 1U << (shape->rank - 1);
    Layout l = layout_dense(shape);
    int64_t stride = 1;
    for (int turn = 0; turn < 2; turn++)
        for (int a = shape->rank - 1; a >= 0; a--) {
            bool later = longer & ~last & 1U << a;
            if (later != turn)
                continue;
            l.axis[a].piece[0].stride = stride;
            stride *=
                longer >> a & 1 && shape->dim[a] < ROOM ? ROOM : shape->dim[a];
        }
    return l;
}

static bool counts(const Node *n)
{
    return op_has(n->op, OPF_MIXES_ROWS) || op_has(n->op, OPF_RANDOM);
}

static void add_operands(Loops *l, const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        for (int i = 0; i < n->n_in; i++)
            if (!kernel_has(k, n->in[i]) && !plan_is_number(n->in[i]))
                operand_of(l, n->in[i]);
        if (counts(n)) {
            Layout places = op_has(n->op, OPF_RANDOM)
                                ? drawn(n)
                                : loops_counter(&n->shape, n->attr.axis);
            vec_push(l->scope->e->arena, &l->read, NULL);
            vec_push(l->scope->e->arena, &l->counts, n);
            vec_push(l->scope->e->arena, &l->operand,
                     nest_operand(&l->nest, &n->shape, &places));
        }
    }
}

void loops_line(Loops *l, const char *format, ...)
{
    Text *body = &l->scope->body;
    va_list args;
    text_printf(body, "%*s", 4 * l->indent, "");
    va_start(args, format);
    text_vprintf(body, format, args);
    va_end(args);
    text_add(body, "\n");
}

void loops_open(Loops *l, const Loop *loop, int64_t first, int64_t last,
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
    loops_line(l, "for (size_t %s = %s; %s < %s; %s%s) {", loop->var, from,
               loop->var, to, loop->var,
               step == 1 ? "++" : arena_printf(arena, " += %d", step));
    l->indent++;
}

/* All loops of a kind but the innermost of the nest. */
static void open_outer(Loops *l, bool reduced)
{
    for (int i = 0; i + 1 < l->nest.n_loops; i++)
        if (l->nest.loop[i].reduced == reduced)
            loops_open(l, &l->nest.loop[i], 0, l->nest.loop[i].count, 1,
                       i == 0 && !reduced && l->scope->kernel->parts > 1);
}

static void open_inner(Loops *l, bool reduced)
{
    int i = l->nest.n_loops - 1;
    if (i >= 0 && l->nest.loop[i].reduced == reduced)
        loops_open(l, &l->nest.loop[i], 0, l->nest.loop[i].count, 1,
                   i == 0 && !reduced && l->scope->kernel->parts > 1);
}

void loops_last_part(Loops *l)
{
    loops_line(l, "if (part == %d) {", l->scope->kernel->parts - 1);
    l->indent++;
}

void loops_open_all(Loops *l, bool reduced)
{
    if (l->nest.n_loops == 0 && l->scope->kernel->parts > 1)
        loops_last_part(l);
    open_outer(l, reduced);
    open_inner(l, reduced);
}

void loops_close(Loops *l, int to)
{
    while (l->indent > to) {
        l->indent--;
        loops_line(l, "}");
    }
}

void loops_guard(Loops *l)
{
    bool inner;
    const char *guard = nest_guard(&l->nest, &inner);
    if (guard) {
        loops_line(l, "if (%s) {", guard);
        l->indent++;
    }
}

const char *loops_place(Loops *l, int operand)
{
    return nest_place(&l->nest, operand);
}

static int64_t inner_stride(const Loops *l, int operand)
{
    int i = l->nest.n_loops - 1;
    return i < 0 ? 0 : l->nest.loop[i].stride[operand];
}

static const char *element(Loops *l, const Node *n)
{
    return arena_printf(l->scope->e->arena, "%s[%s]",
                        scope_pointer(l->scope, n),
                        loops_place(l, operand_of(l, n)));
}

static const char *load(Loops *l, const Node *n)
{
    Arena *arena = l->scope->e->arena;
    if (l->lanes == 1)
        return element(l, n);
    if (inner_stride(l, operand_of(l, n)) == 0)
        return arena_printf(arena, "nn_vset(%s)", element(l, n));
    if (l->used < l->lanes)
        return scope_load_part(l->scope, n, element(l, n), l->used);
    return arena_printf(arena, "nn_vload(&%s)", element(l, n));
}

void loops_store(Loops *l, const Node *n, const char *x)
{
    if (l->lanes == 1)
        loops_line(l, "%s = %s;", element(l, n), x);
    else if (l->used < l->lanes)
        loops_line(l, "nn_vstore_n(&%s, %s, %d);", element(l, n), x, l->used);
    else
        loops_line(l, "nn_vstore(&%s, %s);", element(l, n), x);
}

const char *loops_value(Loops *l, const Node *n)
{
    if (plan_is_number(n))
        return l->lanes == 1 ? scope_number(l->scope, n)
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
            text_add(&out, loops_value(l, n->in[*c - 'a']));
        } else {
            text_add_n(&out, c, 1);
        }
    }
    return text_str(&out);
}

static int counter_operand(const Loops *l, const Node *of)
{
    for (int i = 0; i < l->counts.n; i++)
        if (l->counts.at[i] == of)
            return l->operand.at[i];
    nnc_bug("node %d has no counter", of->id);
}

/* The place from where the element of a mask is drawn. */
static const char *draw_place(Loops *l, const Node *mask)
{
    Arena *arena = l->scope->e->arena;
    const char *place = loops_place(l, counter_operand(l, mask));
    Layout places = drawn(mask);
    int k = 0;
    for (int a = 0; a < mask->shape.rank; a++) {
        if (!(mask->attr.random.axes >> a & 1))
            continue;
        const Node *n = mask->in[k++];
        place = arena_printf(arena, "%s - (size_t)%s * %lld", place,
                             plan_is_number(n) ? scope_number(l->scope, n)
                                               : element(l, n),
                             (long long)places.axis[a].piece[0].stride);
    }
    return place;
}

static const char *drop(Loops *l, const Node *n)
{
    Arena *arena = l->scope->e->arena;
    int counter = counter_operand(l, n);
    long long stride = (long long)inner_stride(l, counter);
    const char *name = l->lanes == 1 ? "nn_drop"
                       : stride == 1 ? "nn_vdrop"
                                     : "nn_vdrop_apart";
    const char *apart = l->lanes > 1 && stride != 1
                            ? arena_printf(arena, "%lld, ", stride)
                            : "";
    return arena_printf(arena, "%s(f->s, %d, %s, %s%.9g)", name,
                        n->attr.random.stream, draw_place(l, n), apart,
                        n->attr.random.rate);
}

static const char *expression(Loops *l, const Node *n)
{
    Arena *arena = l->scope->e->arena;
    if (n->op == OP_ROWS_MASK)
        return arena_printf(arena, "%s < f->rows ? %s : %s",
                            loops_place(l, counter_operand(l, n)),
                            loops_value(l, n->in[0]),
                            l->lanes == 1 ? "0" : "nn_vset(0)");
    if (n->op == OP_DROP_MASK)
        return drop(l, n);
    return fill(l, n);
}

void loops_statements(Loops *l, const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        if (n == k->anchor)
            continue;
        const char *name = scope_name(l->scope, n->name);
        loops_line(l, "const %s %s = %s;", l->lanes == 1 ? "nn_real" : "nn_vec",
                   name, expression(l, n));
        vec_push(l->scope->e->arena, &l->terms, ((Term){n, name}));
    }
}

static void stores(Loops *l, const Kernel *k)
{
    for (int j = 0; j < k->stores.n; j++) {
        const Node *n = k->stores.at[j];
        if (n != k->anchor)
            loops_store(l, n, loops_value(l, n));
    }
}

/* Whether places of a mask are counted from a value. */
static bool counts_from(const Loops *l, const Node *n)
{
    for (int i = 0; i < l->counts.n; i++)
        for (int k = 0; l->counts.at[i] && k < l->counts.at[i]->n_in; k++)
            if (l->counts.at[i]->in[k] == n)
                return true;
    return false;
}

bool loops_lie_along(const Loops *l, const Loop *loop)
{
    for (int i = 0; i < l->read.n; i++) {
        int64_t stride = loop->stride[l->operand.at[i]];
        const Node *n = l->read.at[i], *mask = l->counts.at[i];
        if (mask ? !op_has(mask->op, OPF_RANDOM) && stride != 0
                 : (stride != 0 && (stride != 1 || counts_from(l, n))) ||
                       n->type != TYPE_REAL)
            return false;
    }
    return true;
}

int64_t loops_whole_turns(const Loops *l, const Loop *loop)
{
    return loop->count / l->scope->e->lanes * l->scope->e->lanes;
}

bool loops_fit_vectors(const Loops *l)
{
    int last = l->nest.n_loops - 1;
    bool guarded;
    nest_guard(&l->nest, &guarded);
    return l->scope->e->lanes > 1 && last >= 0 && !guarded &&
           l->nest.loop[last].count > 1 &&
           loops_lie_along(l, &l->nest.loop[last]);
}

static void map_body(Loops *l, const Kernel *k, int64_t first, int64_t last)
{
    int inner = l->nest.n_loops - 1, indent = l->indent;
    bool split = inner == 0 && k->parts > 1 && first == 0;
    if (inner >= 0)
        loops_open(l, &l->nest.loop[inner], first, last, l->lanes, split);
    loops_guard(l);
    l->terms.n = 0;
    loops_statements(l, k);
    stores(l, k);
    loops_close(l, indent);
}

static Loops map_nest(Scope *s)
{
    const Kernel *k = s->kernel;
    Loops l = loops_over(s, &k->space);
    for (int j = 0; j < k->stores.n; j++)
        operand_of(&l, k->stores.at[j]);
    add_operands(&l, k);
    nest_build(&l.nest, 0);
    return l;
}

Loops loops_of_reduce(Scope *s)
{
    const Kernel *k = s->kernel;
    Loops l = loops_over(s, &k->space);
    operand_of(&l, k->anchor);
    add_operands(&l, k);
    l.nest.apart = s->e->lanes > 1 && s->plan->program->lengths;
    nest_build(&l.nest, k->anchor->attr.axes);
    return l;
}

int64_t loops_turns(Scope *s)
{
    Loops l = s->kernel->kind == KERNEL_MAP ? map_nest(s) : loops_of_reduce(s);
    const Loop *first = &l.nest.loop[0], *second = &l.nest.loop[1];
    if (l.nest.n_loops == 0 || first->reduced)
        return 1;
    bool alone = l.nest.n_loops == 1 || second->reduced;
    return alone ? first->count / s->e->lanes : first->count;
}

void emit_map(Scope *s)
{
    const Kernel *k = s->kernel;
    Loops l = map_nest(s);
    int64_t whole = 0;
    open_outer(&l, false);
    int64_t count = l.nest.n_loops ? l.nest.loop[l.nest.n_loops - 1].count : 1;
    if (loops_fit_vectors(&l)) {
        whole = loops_whole_turns(&l, &l.nest.loop[l.nest.n_loops - 1]);
        loops_lanes(&l, s->e->lanes);
        if (whole > 0)
            map_body(&l, k, 0, whole);
        loops_lanes(&l, count - whole);
    }
    if (whole < count && l.nest.n_loops == 1 && k->parts > 1 && whole > 0)
        loops_last_part(&l);
    if (whole < count)
        map_body(&l, k, whole, count);
    loops_close(&l, 1);
}
