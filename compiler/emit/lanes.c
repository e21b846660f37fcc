/* lanes.c: prints fused nodes on vectors; see lanes.h. A value that lies side
 * by side along the lanes is loaded as a vector, one that is the same for all
 * lanes is repeated, any other is gathered. */
#include "emit/lanes.h"

#include <string.h>

static const char *param(LaneWriter *w, const Node *n, bool writes)
{
    const char *name = scope_pointer(w->scope, n);
    const char *type = n->type == TYPE_BYTE  ? "unsigned char"
                       : n->type == TYPE_INT ? "int32_t"
                                             : "float";
    Arena *arena = w->scope->e->arena;
    if (strstr(w->args, arena_printf(arena, ", %s,", name)))
        return name;
    w->params = arena_printf(arena, "%s, %s%s *%s", w->params,
                             writes ? "" : "const ", type, name);
    w->args = arena_printf(arena, "%s %s,", w->args, name);
    return name;
}

static bool needs_frame(const Node *n)
{
    if (op_has(n->op, OPF_MIXES_ROWS))
        return true;
    for (int i = 0; i < n->n_in; i++)
        if (plan_is_number(n->in[i])) {
            const Node *x = n->in[i];
            while (plan_is_view(x))
                x = x->in[0];
            if (x->op != OP_CONST)
                return true;
        }
    return false;
}

static void declare(LaneWriter *w)
{
    const Kernel *k = w->scope->kernel;
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        if (!op_is_map(n->op))
            continue;
        w->frame |= needs_frame(n);
        for (int i = 0; i < n->n_in; i++)
            if (!kernel_has(k, n->in[i]) && !plan_is_number(n->in[i]))
                param(w, n->in[i], false);
    }
    for (int j = 0; j < k->stores.n; j++)
        if (k->stores.at[j] != w->primary && k->stores.at[j]->type == TYPE_REAL)
            param(w, k->stores.at[j], true);
}

static int gates_of(const Kernel *k)
{
    return k->gates ? k->gates : 1;
}

/* Whether a node has values for every gate. */
static bool is_whole(const Kernel *k, const Node *n)
{
    return k->gates && shape_equal(&n->shape, &k->space);
}

LaneWriter lane_writer(Scope *s, const Node *primary)
{
    LaneWriter w = {.scope = s, .params = "", .args = ",", .primary = primary};
    const Kernel *k = s->kernel;
    declare(&w);
    for (int j = 0; j < k->nodes.n; j++)
        for (int g = 0; g < gates_of(k); g++) {
            const Node *n = k->nodes.at[j];
            bool named = op_is_map(n->op) && (g == 0 || is_whole(k, n));
            const char *name = named ? scope_name(s, n->name) : NULL;
            vec_push(s->e->arena, &w.names, name);
        }
    Arena *arena = s->e->arena;
    if (w.frame) {
        w.params = arena_printf(arena, "%s, const nn_frame *f", w.params);
        w.args = arena_printf(arena, "%s f,", w.args);
    }
    size_t n = strlen(w.args);
    w.args = n > 1 ? arena_copy(arena, w.args, n - 1) : "";
    return w;
}

int lane_operations(const Kernel *k)
{
    int sum = 0;
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        sum += 1 + (op_is_map(n->op) ? op_table[n->op].flops : 0);
    }
    return sum;
}

typedef enum Way { WAY_SAME, WAY_BESIDE, WAY_APART } Way;

/* A value's layout with its axes in the order of the indices. */
static Layout ordered(const LaneWriter *w, const Node *n)
{
    Layout l = w->scope->plan->value[n->id].layout;
    for (int i = 0; i < l.rank; i++) {
        AxisLayout axis = l.axis[i];
        if (n->shape.dim[i] != 1 &&
            !layout_reorder(&axis, &w->order[i], &l.axis[i]))
            nnc_bug("node %d does not fit the order of its kernel", n->id);
    }
    return l;
}

/* Whether vectors of a gate's columns are vectors of the whole row. */
static bool gates_fit(const LaneWriter *w)
{
    const Kernel *k = w->scope->kernel;
    return k->gates == 0 ||
           k->space.dim[1] / k->gates % w->scope->e->lanes == 0;
}

static Way way_of(const LaneWriter *w, const Node *n, int axis)
{
    Layout l = ordered(w, n);
    const AxisLayout *a = &l.axis[axis];
    int lanes = w->scope->e->lanes;
    if (n->shape.dim[axis] == 1)
        return WAY_SAME;
    Piece last = a->piece[a->n - 1];
    bool whole = a->n == 1 || (last.size % lanes == 0 && gates_fit(w));
    return last.stride == 0 && a->n == 1 ? WAY_SAME
           : last.stride == 1 && whole   ? WAY_BESIDE
                                         : WAY_APART;
}

/* Element `lane` of n at a point; axes that n repeats count as 0. */
static const char *element(LaneWriter *w, const Node *n, const LanePoint *at,
                           int lane)
{
    Arena *arena = w->scope->e->arena;
    const char *index[MAX_RANK];
    for (int a = 0; a < n->shape.rank; a++) {
        index[a] = n->shape.dim[a] == 1 ? "0" : at->index[a];
        if (a == at->axis && lane > 0 && n->shape.dim[a] != 1)
            index[a] = arena_printf(arena, "(%s + %d)", index[a], lane);
    }
    Layout l = ordered(w, n);
    return arena_printf(arena, "%s[%s]", scope_pointer(w->scope, n),
                        emit_index(arena, &l, index));
}

static const char *gather(LaneWriter *w, const Node *n, const LanePoint *at)
{
    Text list = {.arena = w->scope->e->arena};
    for (int i = 0; i < w->scope->e->lanes; i++)
        text_printf(&list, "%s%s", i ? ", " : "",
                    i < at->count ? element(w, n, at, i) : "0");
    return arena_printf(list.arena, "(nn_vec){%s}", text_str(&list));
}

static const char *load(LaneWriter *w, const Node *n, const LanePoint *at)
{
    Arena *arena = w->scope->e->arena;
    const char *first = element(w, n, at, 0);
    switch (way_of(w, n, at->axis)) {
    case WAY_SAME:
        return arena_printf(arena, "nn_vset(%s)", first);
    case WAY_BESIDE:
        return at->count < w->scope->e->lanes
                   ? scope_load_part(w->scope, n, first, at->count)
                   : arena_printf(arena, "nn_vload(&%s)", first);
    default:
        return gather(w, n, at);
    }
}

/* The value of n at a point of gate g. */
static const char *value(LaneWriter *w, const Node *n, int g,
                         const char *const *acc, const LanePoint *at)
{
    const Kernel *k = w->scope->kernel;
    if (k->gates && n->op == OP_SLICE && kernel_has(k, n))
        return value(w, n->in[0], (int)(n->attr.part.begin / n->shape.dim[1]),
                     acc, at);
    if (n == k->result)
        return acc[g];
    if (plan_is_number(n))
        return arena_printf(w->scope->e->arena, "nn_vset(%s)",
                            scope_number(w->scope, n));
    for (int j = 0; j < k->nodes.n; j++)
        if (k->nodes.at[j] == n)
            return w->names.at[j * gates_of(k) + g];
    return load(w, n, at);
}

/* x in present rows. Lanes may be features of one row, or rows. */
static const char *present(LaneWriter *w, int axis, const char *x,
                           const LanePoint *at)
{
    const char *row = at->index[axis];
    return axis == at->axis
               ? arena_printf(w->scope->e->arena,
                              "nn_vfirst(%s, nn_vset(0), (int)f->rows - %s)", x,
                              row)
               : arena_printf(w->scope->e->arena,
                              "(size_t)%s < f->rows ? %s : nn_vset(0)", row, x);
}

static const char *expression(LaneWriter *w, const Node *n, int g,
                              const char *const *acc, const LanePoint *at)
{
    Text out = {.arena = w->scope->e->arena};
    if (n->op == OP_ROWS_MASK)
        return present(w, n->attr.axis, value(w, n->in[0], g, acc, at), at);
    for (const char *c = op_table[n->op].vector; *c; c++) {
        if (*c == '$')
            text_add(&out, value(w, n->in[*++c - 'a'], g, acc, at));
        else
            text_add_n(&out, c, 1);
    }
    return text_str(&out);
}

/* Whether n's last panel has room for a whole vector of lanes. */
static bool in_panels(const LaneWriter *w, const Node *n, int axis)
{
    Layout l = ordered(w, n);
    const AxisLayout *a = &l.axis[axis];
    return a->n > 1 && a->piece[a->n - 1].size % w->scope->e->lanes == 0;
}

/* Padding holds zeros: what reads panels later reads whole vectors. */
static void store_padded(Text *out, const char *first, const char *x, int count)
{
    text_printf(out, "nn_vstore(&%s, nn_vselect((nn_vec){", first);
    for (int i = 0; i < count; i++)
        text_add(out, i ? ", 1" : "1");
    text_printf(out, "}, %s, nn_vset(0)));\n", x);
}

static void store(Text *out, LaneWriter *w, const Node *n, const char *x,
                  const LanePoint *at)
{
    const char *first = element(w, n, at, 0);
    int lanes = w->scope->e->lanes;
    if (way_of(w, n, at->axis) == WAY_BESIDE && at->count == lanes)
        text_printf(out, "nn_vstore(&%s, %s);\n", first, x);
    else if (way_of(w, n, at->axis) == WAY_BESIDE && in_panels(w, n, at->axis))
        store_padded(out, first, x, at->count);
    else if (way_of(w, n, at->axis) == WAY_BESIDE)
        text_printf(out, "nn_vstore_n(&%s, %s, %d);\n", first, x, at->count);
    else
        for (int i = 0; i < at->count; i++)
            text_printf(out, "%s = NN_LANE(%s, %d);\n", element(w, n, at, i), x,
                        i);
}

/* The point in gate g's columns of a value that has all of them. */
static LanePoint in_gate(const LaneWriter *w, const Node *n, int g,
                         const LanePoint *at)
{
    const Kernel *k = w->scope->kernel;
    LanePoint p = *at;
    if (g > 0)
        p.index[1] =
            arena_printf(w->scope->e->arena, "(%s + %lld)", at->index[1],
                         (long long)(n->shape.dim[1] / k->gates * g));
    return p;
}

/* Whether gate g of a node is read or leaves the kernel. */
static bool needs_gate(const Kernel *k, const Node *n, int g)
{
    if (!is_whole(k, n) || kernel_stores(k, n))
        return true;
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *m = k->nodes.at[j];
        int64_t columns = n->shape.dim[1] / k->gates;
        for (int i = 0; i < m->n_in; i++)
            if (m->in[i] == n &&
                (m->op == OP_SLICE ? m->attr.part.begin / columns == g
                                   : needs_gate(k, m, g)))
                return true;
    }
    return false;
}

static void print_node(Text *out, LaneWriter *w, int j, const char *const *acc,
                       const LanePoint *at)
{
    const Kernel *k = w->scope->kernel;
    const Node *n = k->nodes.at[j];
    for (int g = 0; g < (is_whole(k, n) ? k->gates : 1); g++) {
        LanePoint p = in_gate(w, n, g, at);
        text_printf(out, "const nn_vec %s = %s;\n",
                    w->names.at[j * gates_of(k) + g],
                    expression(w, n, g, acc, &p));
        if (!needs_gate(k, n, g))
            text_printf(out, "(void)%s;\n", w->names.at[j * gates_of(k) + g]);
    }
}

static void print_store(Text *out, LaneWriter *w, const Node *n,
                        const char *const *acc, const LanePoint *at)
{
    const Kernel *k = w->scope->kernel;
    for (int g = 0; g < (is_whole(k, n) ? k->gates : 1); g++) {
        LanePoint p = in_gate(w, n, g, at);
        store(out, w, n, value(w, n, g, acc, &p), &p);
    }
}

void lane_print(Text *out, LaneWriter *w, const char *const *acc,
                const LanePoint *at)
{
    const Kernel *k = w->scope->kernel;
    for (int j = 0; j < k->nodes.n; j++)
        if (op_is_map(k->nodes.at[j]->op))
            print_node(out, w, j, acc, at);
    for (int j = 0; j < k->stores.n; j++) {
        const Node *n = k->stores.at[j];
        if (n != w->primary && n->type == TYPE_REAL)
            print_store(out, w, n, acc, at);
    }
    if (w->primary && w->primary != k->result)
        text_printf(out, "%s = %s;\n", acc[0],
                    value(w, w->primary, 0, acc, at));
}
