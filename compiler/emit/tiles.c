/* tiles.c: matrix products as register tiles; see tiles.h and gemm.h.
 *
 * The operand whose elements lie side by side along the result's lanes is B,
 * the other is read as scalars. Where the result wants its lanes along M
 * (the gradient by a packed weight), the transposed product is computed. */
#include "emit/tiles.h"

#include <limits.h>

#include "emit/lanes.h"
#include "emit/parts.h"
#include "emit/places.h"
#include "emit/share.h"
#include "pass/layout.h"

/* A matrix operand: rows r and columns c, after ta or tb. */
typedef struct Matrix {
    AxisLayout r, c;
} Matrix;

/* The last two axes; one before them counts the products of a batch. A number
 * has no layout before it is copied, and no pieces here. */
static Matrix matrix_of(const Plan *plan, const Node *n, bool swap)
{
    const Layout *l = &plan->value[n->id].layout;
    if (l->rank < 2)
        return (Matrix){0};
    const AxisLayout *axis = &l->axis[l->rank - 2];
    return (Matrix){axis[swap], axis[!swap]};
}

static Matrix turn(Matrix m)
{
    return (Matrix){m.c, m.r};
}

/* Scalars: rows and columns in at most two pieces each, whose groups and
 * blocks they fill. */
static bool as_scalars(const Matrix *m, int64_t rows, int64_t k, Scalars *s)
{
    if (m->r.n < 1 || m->r.n > 2 || m->c.n < 1 || m->c.n > 2)
        return false;
    Piece last = m->c.piece[m->c.n - 1], row = m->r.piece[m->r.n - 1];
    *s = (Scalars){.row = row.stride, .column = last.stride};
    if (m->r.n == 2) {
        if (m->r.piece[0].size * row.size != rows)
            return false;
        s->group = row.size;
        s->next = m->r.piece[0].stride;
    }
    if (m->c.n == 1 || k <= last.size)
        return true;
    s->block = last.size;
    s->outer = m->c.piece[0].stride;
    return k % last.size == 0;
}

/* Lanes along the columns: plain rows, or panels of a multiple of lanes. */
static bool as_panels(const Matrix *m, int lanes, Panels *p)
{
    if (m->r.n != 1)
        return false;
    Piece last = m->c.piece[m->c.n - 1];
    if (last.stride != 1 && last.size > 1)
        return false;
    *p = (Panels){.row = m->r.piece[0].stride};
    if (m->c.n == 1)
        return true;
    p->width = (int)last.size;
    p->panel = m->c.piece[0].stride;
    return m->c.n == 2 && last.size % lanes == 0;
}

/* Whether rows have room for whole vectors behind n columns. */
static bool rough(const Panels *p, int64_t n, int lanes)
{
    return p->width == 0 && n % lanes != 0;
}

/* Memory of the caller's, behind which nothing may be read. */
static bool of_caller(const Plan *plan, const Node *n)
{
    const Buffer *b = plan->value[n->id].buffer;
    return b && b->place == PLACE_INPUT;
}

/* Both axes in the order in which the first lies in memory, unless they are
 * simple enough as they are: at most `most` pieces, and one. */
static bool agree(AxisLayout *first, AxisLayout *second, int most,
                  AxisOrder *order)
{
    if (first->n <= most && second->n <= 1)
        return true;
    *order = layout_order(first);
    AxisLayout a = *first, b = *second;
    return layout_reorder(&a, order, first) &&
           (b.n == 0 || layout_reorder(&b, order, second));
}

static bool set_up(const Plan *plan, const Kernel *k, const Target *target,
                   bool turned, Product *p)
{
    const Node *n = k->anchor;
    Matrix a = matrix_of(plan, n->in[0], n->attr.mm.ta);
    Matrix b = matrix_of(plan, n->in[1], n->attr.mm.tb);
    Matrix y = {{0}, {0}};
    bool has_y = kernel_stores(k, n);
    *p = (Product){.turned = turned};
    if (has_y)
        y = matrix_of(plan, n, false);
    if (turned) {
        Matrix swap = turn(a);
        a = turn(b);
        b = swap;
        y = turn(y);
    }
    GemmSpec *s = &p->spec;
    int row = n->shape.rank - 2;
    s->m = n->shape.dim[row + turned];
    s->n = n->shape.dim[row + !turned];
    s->k = n->in[0]->shape.dim[row + !n->attr.mm.ta];
    s->in_order = plan->program->lengths;
    p->batch = row > 0 ? (int)n->shape.dim[0] : 1;
    if (!agree(&a.c, &b.r, 2, &p->inner) || !agree(&a.r, &y.r, 1, &p->rows) ||
        !as_scalars(&a, s->m, s->k, &s->a) ||
        !as_panels(&b, target->lanes, &s->b))
        return false;
    if (k->gates) {
        p->sums = s->c.row = gemm_gates_row(s->n, target);
        s->b_rough =
            rough(&s->b, s->n, target->lanes) && of_caller(plan, n->in[1]);
        return !turned;
    }
    p->direct = has_y && k->nodes.n == 1 && as_panels(&y, target->lanes, &s->c);
    s->c_rough = !p->direct || rough(&s->c, s->n, target->lanes);
    s->b_rough = rough(&s->b, s->n, target->lanes) &&
                 (!s->c_rough || of_caller(plan, n->in[!turned]));
    return row == 0 || p->direct;
}

/* Hooks are set when the tile is printed; the cost needs to know of them. */
static void no_hook(Text *out, void *context, const GemmCell *cell)
{
    (void)out;
    (void)context;
    (void)cell;
}

static bool set_up_either(const Plan *plan, const Kernel *k,
                          const Target *target, Product *p)
{
    const Layout *want = plan->value[k->anchor->id].want;
    bool packs = want && layout_stride(want, 0) == 1;
    return set_up(plan, k, target, packs, p) ||
           set_up(plan, k, target, !packs, p);
}

/* The operand in one run, its columns (after ta or tb) side by side. */
static void copy_operand(Plan *plan, Node **x, bool swap)
{
    const Shape *shape = &(*x)->shape;
    Layout l = layout_dense(shape);
    int row = shape->rank - 2;
    if (swap) {
        l.axis[row].piece[0].stride = 1;
        l.axis[row + 1].piece[0].stride = shape->dim[row];
    }
    *x = layout_copy_as(plan, *x, &l);
}

/* No orientation suits the operands' layouts: copies do. Those of a batch are
 * multiplied as they stand, by B's columns, and so are gates. */
static void copy_operands(Plan *plan, const Kernel *k, const Target *target,
                          Product *p)
{
    Node *n = k->anchor;
    int first = n->shape.rank > 2 || k->gates;
    copy_operand(plan, &n->in[first], first ? n->attr.mm.tb : n->attr.mm.ta);
    if (set_up_either(plan, k, target, p))
        return;
    copy_operand(plan, &n->in[!first], first ? n->attr.mm.ta : n->attr.mm.tb);
    if (!set_up_either(plan, k, target, p))
        nnc_bug("no tile for the product at node %d", n->id);
}

/* A result that tiles can write: a batch of them only row by row. */
static bool tiled(const Plan *plan, const Node *n)
{
    Panels rows;
    Matrix m = matrix_of(plan, n, false);
    return n->shape.rank == 2 || (m.c.n == 1 && as_panels(&m, 1, &rows));
}

/* A scan that wants the product a few steps at a time gets its rows in the
 * order of steps. */
static void by_steps(Plan *plan, Kernel *k, const Target *target, Product *p)
{
    Node *n = k->anchor;
    if (!p->turned && (p->rows.n > 0 || p->spec.a.group > 0)) {
        copy_operand(plan, &n->in[0], n->attr.mm.ta);
        if (!set_up_either(plan, k, target, p))
            nnc_bug("no tile for the product at node %d", n->id);
    }
    if (p->turned || p->rows.n > 0)
        k->blocks = 0;
    else
        p->spec.chunk = p->spec.m / k->blocks;
}

/* The masked scan that stacks n, whose rows are those of its steps: the first
 * `rows` are those of the first step. NULL: none does. */
static Kernel *masked_rows(const Plan *plan, const Node *n, int64_t *rows)
{
    const Node *from = n;
    while (from->op == OP_RESHAPE && !plan->value[from->id].kernel)
        from = from->in[0];
    if (from->op != OP_PICK || from->attr.port.kind != PORT_STACK)
        return NULL;
    const Node *scan = from->in[0];
    const Scan *s = scan->attr.scan;
    const Buffer *b = plan->value[from->id].buffer;
    bool states = false; /* a stack that is a state is not 0 there */
    for (int i = 0; i < s->n[PORT_STATE]; i++)
        states |= plan->value[(*scan_input(scan, (Port){PORT_STATE, i}))->id]
                      .buffer == b;
    *rows = n->shape.dim[0] / s->steps;
    return s->masked && !states && n->shape.dim[0] == s->steps * *rows &&
                   from->shape.dim[1] == *rows
               ? plan->value[from->id].kernel
               : NULL;
}

/* A product that sums over the steps of a masked scan need not go over those
 * that no row has. */
static void stay_within(const Plan *plan, Kernel *k, Product *p)
{
    const Node *n = k->anchor;
    int64_t rows;
    if (n->shape.rank != 2 || p->inner.n || p->plan->block >= p->spec.k)
        return;
    if (n->attr.mm.ta)
        k->within = masked_rows(plan, n->in[0], &rows);
    if (!k->within && !n->attr.mm.tb)
        k->within = masked_rows(plan, n->in[1], &rows);
}

/* That take as long as moving an element. */
enum { OPERATIONS = 4 };

static void plan_product(Plan *plan, Kernel *k, const CodeOptions *o)
{
    const Target *target = target_find(o->target);
    Product *p = NEW(plan->arena, Product);
    if (!tiled(plan, k->anchor))
        return;
    if (!set_up_either(plan, k, target, p))
        copy_operands(plan, k, target, p);
    if (k->blocks)
        by_steps(plan, k, target, p);
    p->spec.unroll = tiles_unroll(o);
    bool stores = p->direct || p->sums;
    p->spec.store = stores ? NULL : no_hook;
    p->spec.operations = stores ? 0 : lane_operations(k);
    p->plan = gemm_plan(plan->arena, &p->spec, target);
    stay_within(plan, k, p);
    k->tile = p;
    k->parts = p->batch > 1 ? p->batch : p->plan->units;
    k->scratch = (p->spec.m * p->sums + p->plan->scratch * k->parts) * 4;
    if (p->sums)
        k->finish = parts_of(p->spec.m * p->spec.n / k->gates *
                                 lane_operations(k) / OPERATIONS,
                             p->spec.m);
    k->why = p->plan->why;
}

Plan *tiles(Plan *plan, const CodeOptions *o)
{
    if (!o->plain)
        feed_wish(plan, target_find(o->target));
    for (int i = 0; i < plan->kernels.n && !o->plain; i++) {
        Kernel *k = plan->kernels.at[i];
        if (k->body)
            tiles(k->body, o);
        if (k->kind == KERNEL_MATMUL)
            plan_product(plan, k, o);
        if (k->kind == KERNEL_CONV || k->kind == KERNEL_CONV_DX ||
            k->kind == KERNEL_CONV_DW)
            tile_conv(plan, k, o);
        if (k->kind == KERNEL_POOL)
            tile_pool(plan, k, o);
        if (!k->tile)
            k->parts = parts_plain(plan, k, target_find(o->target));
    }
    return plan;
}

static const char *bracket(Arena *arena, const char *x)
{
    return x[0] == '(' ? x : arena_printf(arena, "(%s)", x);
}

static void hook(Text *out, void *context, const GemmCell *cell)
{
    LaneWriter *w = context;
    const Product *p = w->scope->kernel->tile;
    LanePoint at = {.axis = p->turned ? 0 : 1, .count = cell->lanes};
    at.index[at.axis] = bracket(out->arena, cell->column);
    at.index[!at.axis] = bracket(out->arena, cell->row);
    bool braces = w->scope->kernel->nodes.n > 1 && cell->n == 1;
    text_add(out, braces ? "{\n" : "");
    lane_print(out, w, cell->acc, &at);
    text_add(out, braces ? "}\n" : "");
}

/* An operand of the product that a part computes, of a batch. */
static const char *of_part(Scope *s, const Product *p, const Node *n)
{
    const char *pointer = scope_pointer(s, n), *part = "part";
    Layout one = {.rank = 1, .axis = {s->plan->value[n->id].layout.axis[0]}};
    return p->batch > 1 ? arena_printf(s->e->arena, "%s + %s", pointer,
                                       emit_index(s->e->arena, &one, &part))
                        : pointer;
}

/* The sums of gates. */
static const char *sums_of(const Scope *s)
{
    return arena_printf(s->e->arena, "(float *)nn_at(f, %s)",
                        places_at(s->e, s->kernel->scratch_buffer));
}

/* NAME_finish computes what becomes of gates. */
static void write_gates(Scope *s, const Product *p)
{
    const Kernel *k = s->kernel;
    Scope last = scope_new(s->e, s->plan, k);
    LaneWriter w = lane_writer(&last, NULL);
    w.order[0] = p->rows;
    GateSpec gates = {.gates = k->gates,
                      .n = p->spec.n / k->gates,
                      .row = p->sums,
                      .store = hook,
                      .context = &w,
                      .params = w.params};
    Arena *arena = s->e->arena;
    const char *name =
        emit_name(s->e, arena_printf(arena, "%s_gates", s->tile));
    size_t start = s->e->out->n;
    text_add(s->e->out, "\n");
    gemm_gates(s->e->out, &gates, s->e->target, name);
    share_tile(&last, start, name);
    s->start = last.start;
    text_printf(s->e->out,
                "\nstatic void %s_finish(void *frame, int part)\n{\n"
                "    const nn_frame *f = frame;\n%s%s"
                "    %s(%s%s, %s);\n}\n",
                k->name, k->finish == 1 ? "    (void)part;\n" : "",
                text_str(&last.head), last.tile, sums_of(s), w.args,
                parts_units(arena, k->finish, (int)p->spec.m));
}

/* Lets k run over the steps that some row has. */
static void steps_within(Scope *s, const Product *p, LaneWriter *w)
{
    Arena *arena = s->e->arena;
    const Kernel *scan = s->kernel->within;
    GemmSpec *spec = &p->plan->spec;
    long long steps = (long long)scan->anchor->attr.scan->steps;
    spec->first = scope_name(s, "first");
    spec->last = scope_name(s, "last");
    text_printf(&s->body,
                "    ptrdiff_t %s, %s;\n"
                "    %s_range(f, %lld, &%s, &%s);\n"
                "    %s = %s / %lld * %lld;\n",
                spec->first, spec->last, scan->name, (long long)spec->k / steps,
                spec->first, spec->last, spec->first, spec->first,
                (long long)p->plan->block, (long long)p->plan->block);
    w->params = arena_printf(arena, "%s, ptrdiff_t %s, ptrdiff_t %s", w->params,
                             spec->first, spec->last);
    w->args =
        arena_printf(arena, "%s, %s, %s", w->args, spec->first, spec->last);
}

void emit_product(Scope *s)
{
    const Kernel *k = s->kernel;
    Product *p = k->tile;
    const Node *n = k->anchor;
    const char *a = of_part(s, p, n->in[p->turned]);
    const char *b = of_part(s, p, n->in[!p->turned]);
    const char *c = p->direct ? of_part(s, p, n) : p->sums ? sums_of(s) : NULL;
    LaneWriter w = {.params = "", .args = ""};
    if (!p->sums)
        w = lane_writer(s, p->direct ? n : NULL);
    w.order[p->turned] = p->rows;
    if (k->within)
        steps_within(s, p, &w);
    p->plan->spec.params = w.params;
    p->plan->spec.store = c ? NULL : hook;
    p->plan->spec.context = &w;
    const char *name = share_name(s);
    size_t start = s->e->out->n;
    text_add(s->e->out, "\n");
    gemm_emit(s->e->out, p->plan, name);
    share_tile(s, start, name);
    text_printf(&s->body, "    %s(%s, %s", s->tile, a, b);
    if (c)
        text_printf(&s->body, ", %s", c);
    if (p->plan->scratch)
        text_printf(
            &s->body, ",\n        (float *)nn_at(f, %s) + %lld + part * %lld",
            places_at(s->e, k->scratch_buffer),
            (long long)(p->spec.m * p->sums), (long long)p->plan->scratch);
    if (p->batch > 1)
        text_printf(&s->body, "%s, 0, %d);\n", w.args, p->plan->units);
    else
        text_printf(&s->body, "%s, part, part + 1);\n", w.args);
    if (p->sums)
        write_gates(s, p);
}
