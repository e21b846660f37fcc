/* reference.c: the plain kernels of the core operators, and those that work
 * on rows, which have a tuned form too (templates/row_tiled.c and
 * gather_tiled.c).
 *
 * One template section an operator; the hooks $A $B $X $W $Y $T $D give the
 * element of an operand at the given indices, wherever its layout puts it.
 * Works for every shape and layout: the text to read, and what the tuned
 * kernels are compared with. */
#include <ctype.h>
#include <string.h>

#include "base/pack.h"
#include "emit/parts.h"

enum { MAX_HOLES = 32, MOST_ACROSS = 16 };

typedef struct Filler {
    Scope *scope;
    Hole hole[MAX_HOLES];
    int n;
} Filler;

static void hole_number(Filler *f, const char *name, int64_t value)
{
    f->hole[f->n++] = hole_int(f->scope->e->arena, name, value);
}

typedef struct Operand {
    Filler *filler;
    const char *pointer;
    Layout layout;
} Operand;

static const char *wrap(Arena *arena, const char *arg)
{
    for (const char *c = arg; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return arena_printf(arena, "(%s)", arg);
    return arg;
}

static void write_operand(Text *out, void *context, int n,
                          const char *const *args)
{
    Operand *o = context;
    Arena *arena = o->filler->scope->e->arena;
    const char *index[MAX_RANK];
    if (n != o->layout.rank)
        nnc_bug("%d indices for an operand of rank %d", n, o->layout.rank);
    for (int a = 0; a < n; a++)
        index[a] = wrap(arena, args[a]);
    text_printf(out, "%s[%s]", o->pointer,
                emit_index(arena, &o->layout, index));
}

static void operand(Filler *f, const char *name, const Node *n, Layout layout)
{
    Operand *o = NEW(f->scope->e->arena, Operand);
    *o = (Operand){f, scope_pointer(f->scope, n), layout};
    f->hole[f->n++] =
        (Hole){.name = name, .write = write_operand, .context = o};
}

/* The same of a number, which has no place. */
static void write_number(Text *out, void *context, int n,
                         const char *const *args)
{
    const Operand *o = context;
    (void)n, (void)args;
    text_add(out, o->pointer);
}

static void number_operand(Filler *f, const char *name, const Node *n)
{
    Operand *o = NEW(f->scope->e->arena, Operand);
    *o = (Operand){.filler = f, .pointer = scope_number(f->scope, n)};
    f->hole[f->n++] = (Hole){.name = name, .write = write_number, .context = o};
}

static const Layout *layout_at(const Filler *f, const Node *n)
{
    return &f->scope->plan->value[n->id].layout;
}

static void fill(Filler *f, const char *path, const char *section)
{
    template_fill(&f->scope->body, path, pack_find(path), section, f->hole,
                  f->n, 1);
}

/* [G][rows][columns] of a product's operand: a leading axis of one where
 * there is none, the last two swapped where `swap`. */
static Layout as_matrix(const Layout *l, bool swap)
{
    Layout m = {.rank = 3, .offset = l->offset};
    AxisLayout one = {.n = 1, .piece = {{1, 0}}};
    int first = l->rank - 2;
    m.axis[0] = l->rank == 3 ? l->axis[0] : one;
    m.axis[1] = l->axis[first + swap];
    m.axis[2] = l->axis[first + 1 - swap];
    return m;
}

/* What the part at hand does of n rows, images or products. */
static void range_holes(Filler *f, int64_t n)
{
    Arena *arena = f->scope->e->arena;
    int parts = f->scope->kernel->parts;
    f->hole[f->n++] = hole_text("FROM", parts_bound(arena, parts, n, false));
    f->hole[f->n++] = hole_text("TO", parts_bound(arena, parts, n, true));
}

static void matmul(Filler *f, const Node *n)
{
    const Node *a = n->in[0], *b = n->in[1];
    int r = n->shape.rank;
    range_holes(f, r == 3 ? n->shape.dim[0] : 1);
    hole_number(f, "M", n->shape.dim[r - 2]);
    hole_number(f, "N", n->shape.dim[r - 1]);
    hole_number(f, "K", a->shape.dim[n->attr.mm.ta ? r - 2 : r - 1]);
    operand(f, "A", a, as_matrix(layout_at(f, a), n->attr.mm.ta));
    operand(f, "B", b, as_matrix(layout_at(f, b), n->attr.mm.tb));
    operand(f, "Y", n, as_matrix(layout_at(f, n), false));
    fill(f, "templates/matmul_ref.c", "body");
}

static void window_holes(Filler *f, const Window *w)
{
    hole_number(f, "KH", w->kernel[0]);
    hole_number(f, "KW", w->kernel[1]);
    hole_number(f, "SY", w->stride[0]);
    hole_number(f, "SX", w->stride[1]);
    hole_number(f, "TOP", w->pad[0]);
    hole_number(f, "LEFT", w->pad[1]);
}

/* The larger side (before the window slides) and the smaller one. */
static void side_holes(Filler *f, const Shape *large, const Shape *small)
{
    hole_number(f, "N", large->dim[0]);
    hole_number(f, "C", large->dim[1]);
    hole_number(f, "H", large->dim[2]);
    hole_number(f, "WD", large->dim[3]);
    hole_number(f, "O", small->dim[1]);
    hole_number(f, "YH", small->dim[2]);
    hole_number(f, "YW", small->dim[3]);
}

static void windowed(Filler *f, const Node *n, const char *path,
                     const Node *large, const Node *small)
{
    window_holes(f, &n->attr.window);
    range_holes(f, large->shape.dim[0]);
    side_holes(f, &large->shape, &small->shape);
    operand(f, "X", n->in[0], *layout_at(f, n->in[0]));
    if (n->n_in > 1)
        operand(f, "W", n->in[1], *layout_at(f, n->in[1]));
    operand(f, "Y", n, *layout_at(f, n));
    f->hole[f->n++] =
        hole_text("PLACE", n->type == TYPE_BYTE ? "unsigned char" : "int32_t");
    fill(f, path, op_table[n->op].section);
}

/* All axes but one as rows, that one as columns. */
static Layout as_rows(const Node *n, const Layout *l, int axis)
{
    Node turn = {.op = OP_TRANSPOSE, .n_in = 1, .in = (Node *[]){(Node *)n}};
    Node flat = {.op = OP_RESHAPE, .n_in = 1, .in = (Node *[]){&turn}};
    Layout turned, rows;
    int r = n->shape.rank;
    turn.shape.rank = r;
    for (int a = 0, to = 0; a < r; a++) {
        int at = a == axis ? r - 1 : to++;
        turn.attr.perm[at] = a;
        turn.shape.dim[at] = n->shape.dim[a];
    }
    int64_t columns = n->shape.dim[axis];
    flat.shape = shape_of(2, shape_count(&n->shape) / columns, columns);
    if (!layout_view(&turn, l, &turned) || !layout_view(&flat, &turned, &rows))
        nnc_bug("node %d cannot be seen as rows", n->id);
    return rows;
}

/* Classes: one a row. */
static Layout as_list(const Node *n, const Layout *l)
{
    Node flat = {.op = OP_RESHAPE, .n_in = 1, .in = (Node *[]){(Node *)n}};
    Layout list;
    flat.shape = shape_of(1, shape_count(&n->shape));
    if (!layout_view(&flat, l, &list))
        nnc_bug("node %d cannot be seen as a list", n->id);
    return list;
}

/* An operand of a row kernel: rows where it is as wide as they are, else one
 * number a row. */
static void row_operand(Filler *f, const char *name, const Node *n, bool wide,
                        int axis)
{
    const Layout *l = layout_at(f, n);
    if (plan_is_number(n))
        number_operand(f, name, n);
    else
        operand(f, name, n, wide ? as_rows(n, l, axis) : as_list(n, l));
}

/* Whether the rows of a value lie side by side. */
static bool beside(const Filler *f, const Node *n, int axis)
{
    if (plan_is_number(n))
        return false;
    Layout l = as_rows(n, layout_at(f, n), axis);
    return l.axis[1].n == 1 && l.axis[1].piece[0].stride == 1;
}

/* The tuned form's section for softmax and cross-entropy, NULL where it has
 * none. Rows of up to MOST_ACROSS numbers, less than four vectors, lie across
 * the lanes, where enough of them fill these. A loss whose row fills a quarter
 * of a vector at most keeps its sum in double: vectors would not make it
 * faster. Where rows have lengths, the form depends on neither size: either may
 * be padded. */
static const char *tuned_section(const Filler *f, const Node *n, int axis)
{
    const Shape *wide = &n->in[0]->shape;
    int64_t lanes = f->scope->e->lanes, columns = wide->dim[axis];
    bool shares = n->op == OP_SOFTMAX || n->op == OP_XENT_DX;
    if (lanes == 1 || (!shares && n->op != OP_XENT))
        return NULL;
    bool padded = f->scope->plan->program->lengths;
    if (!padded && shares && columns <= MOST_ACROSS && columns < 4 * lanes &&
        2 * shape_count(wide) / columns > lanes)
        return "across";
    if ((!padded && 4 * columns <= lanes) || !beside(f, n->in[0], axis))
        return NULL;
    if (n->op == OP_XENT)
        return "xent";
    return beside(f, n, axis) ? "softmax" : NULL;
}

/* Leaves a section of the template out. */
static void drop(Filler *f, const char *section)
{
    f->hole[f->n++] = hole_text(section, "");
}

static void lane_holes(Filler *f, int64_t columns)
{
    int lanes = f->scope->e->lanes;
    hole_number(f, "LANES", lanes);
    hole_number(f, "WHOLE", columns / lanes * lanes);
    hole_number(f, "REST", columns % lanes);
    if (columns % lanes == 0)
        drop(f, "rest");
}

static void rows(Filler *f, const Node *n)
{
    bool puts = op_has(n->op, OPF_SHAPED);
    const Node *x = n->in[0], *wide = puts ? n : x;
    int axis =
        op_table[n->op].attr == ATTR_AXIS ? n->attr.axis : wide->shape.rank - 1;
    int64_t columns = wide->shape.dim[axis];
    bool to_rows = puts || n->op == OP_SOFTMAX || n->op == OP_XENT_DX;
    hole_number(f, "C", columns);
    range_holes(f, shape_count(&wide->shape) / columns);
    row_operand(f, "X", x, !puts, axis);
    row_operand(f, "Y", n, to_rows, axis);
    if (n->n_in > 1)
        row_operand(f, "T", n->in[1], false, 0);
    if (n->n_in > 2)
        row_operand(f, "D", n->in[2], false, 0);
    const char *tuned = tuned_section(f, n, axis);
    if (tuned) {
        lane_holes(f, columns);
        drop(f, n->op == OP_SOFTMAX ? "share" : "whole");
    }
    fill(f, tuned ? "templates/row_tiled.c" : "templates/row_ref.c",
         tuned ? tuned : op_table[n->op].section);
}

/* Vectors of a row that are added side by side, so that few are left over. */
static int64_t vectors_beside(const Target *t, int64_t columns)
{
    int64_t best = 1, cost = INT64_MAX;
    for (int64_t v = 1; v <= t->registers * 3 / 4; v++) {
        int64_t blocks = (columns - 1) / (v * t->lanes) + 1;
        if (v * t->lanes <= columns && blocks * (v + 1) < cost) {
            cost = blocks * (v + 1);
            best = v;
        }
    }
    return best;
}

/* Whether the columns of a's rows lie side by side in some order, in which y's
 * run as well; both are put into it. */
static bool side_by_side(Layout *a, Layout *y)
{
    AxisOrder order = layout_order(&a->axis[1]);
    Layout x = *a, z = *y;
    if (!layout_reorder(&x.axis[1], &order, &a->axis[1]) ||
        !layout_reorder(&z.axis[1], &order, &y->axis[1]))
        return false;
    return a->axis[1].n == 1 && a->axis[1].piece[0].stride == 1;
}

/* Sums of picked rows. */
static void picked(Filler *f, const Node *n)
{
    const Scope *s = f->scope;
    Layout a = *layout_at(f, n->in[2]), y = *layout_at(f, n);
    int64_t groups = n->in[0]->shape.dim[0], k = n->shape.dim[1];
    bool tuned = s->e->lanes > 1 && k >= s->e->lanes && side_by_side(&a, &y);
    range_holes(f, n->shape.dim[0]);
    hole_number(f, "G", groups);
    hole_number(f, "R", n->in[2]->shape.dim[0] / groups);
    hole_number(f, "K", k);
    operand(f, "D", n->in[0], *layout_at(f, n->in[0]));
    operand(f, "T", n->in[1], *layout_at(f, n->in[1]));
    operand(f, "A", n->in[2], tuned ? a : *layout_at(f, n->in[2]));
    operand(f, "Y", n, tuned ? y : *layout_at(f, n));
    if (tuned) {
        int64_t v = vectors_beside(target_find(s->e->options->target), k);
        hole_number(f, "LANES", s->e->lanes);
        hole_number(f, "V", v);
        hole_number(f, "SPAN", v * s->e->lanes);
    }
    fill(f, tuned ? "templates/row_tiled.c" : "templates/row_ref.c", "picked");
}

/* Whether a table's rows are added to where they stand. */
static bool in_place(const Filler *f, const Node *n)
{
    const Value *value = f->scope->plan->value;
    const Buffer *b = value[n->id].buffer, *old = value[n->in[0]->id].buffer;
    return b == old || (b->place == PLACE_TENSOR &&
                        old->place == PLACE_TENSOR && b->index == old->index);
}

static void ids_holes(Filler *f, const Node *ids)
{
    int64_t n = shape_count(&ids->shape);
    hole_number(f, "M", n);
    operand(f, "T", ids, as_list(ids, layout_at(f, ids)));
}

static void numbers(Filler *f, const Node *n)
{
    range_holes(f, shape_count(&n->shape));
    ids_holes(f, n->in[0]);
    operand(f, "Y", n, as_list(n, layout_at(f, n)));
    fill(f, "templates/gather_ref.c", op_table[n->op].section);
}

/* Reads rows W of a table, or adds rows D to those of Y. */
static void gathered(Filler *f, const Node *n)
{
    bool reads = n->op == OP_GATHER, adds = n->op == OP_ADD_ROWS;
    const Node *table = reads ? n->in[1] : n, *ids = n->in[adds];
    const Node *rows = reads ? n : n->in[1 + adds];
    int last = rows->shape.rank - 1;
    int64_t columns = table->shape.dim[1];
    bool tuned =
        f->scope->e->lanes > 1 && beside(f, table, 1) && beside(f, rows, last);
    hole_number(f, "C", columns);
    hole_number(f, "FIRST", n->attr.index);
    range_holes(f, reads ? shape_count(&rows->shape) / columns
                         : table->shape.dim[0]);
    ids_holes(f, ids);
    row_operand(f, "Y", n, true, reads ? last : 1);
    if (!reads)
        row_operand(f, "D", rows, true, last);
    if (reads || (adds && !in_place(f, n)))
        row_operand(f, "W", n->in[reads], true, 1);
    else
        drop(f, "copy");
    if (adds)
        drop(f, "clear");
    if (n->attr.index == 0)
        drop(f, "padded");
    if (tuned)
        lane_holes(f, columns);
    fill(f, tuned ? "templates/gather_tiled.c" : "templates/gather_ref.c",
         op_table[n->op].section);
}

/* The side before the window slides; windows that spread are its gradient. */
static void window_sides(Filler *f, const Node *n, const char *path)
{
    KernelKind kind = op_table[n->op].kernel;
    const Node *large = n->in[0], *small = n;
    if (kind == KERNEL_CONV_DW) {
        small = n->in[1];
    } else if (op_has(n->op, OPF_SHAPED)) {
        large = n;
        small = n->in[0];
    }
    windowed(f, n, path, large, small);
}

void emit_reference(Scope *s, const Node *n)
{
    Filler f = {.scope = s};
    switch (op_table[n->op].kernel) {
    case KERNEL_MATMUL:
        matmul(&f, n);
        break;
    case KERNEL_CONV:
    case KERNEL_CONV_DX:
    case KERNEL_CONV_DW:
        window_sides(&f, n, "templates/conv2d_ref.c");
        break;
    case KERNEL_POOL:
        window_sides(&f, n, "templates/pool2d_ref.c");
        break;
    case KERNEL_ROW:
        (n->op == OP_MATMUL_AT ? picked : rows)(&f, n);
        break;
    case KERNEL_GATHER:
        (n->op == OP_NUMBER ? numbers : gathered)(&f, n);
        break;
    default:
        nnc_bug("%s has no plain kernel", op_table[n->op].id);
    }
}
