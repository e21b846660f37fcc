/* parts.c: into how many parts a kernel is divided; see parts.h. */
#include "emit/parts.h"

#include "emit/loops.h"

/* Elements that are worth another thread; parts at most. An exponential counts
 * as several elements. */
enum { SHARE = 32768, MOST = 16, ROW_WORK = 8 };

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int parts_of(int64_t work, int64_t turns)
{
    int64_t parts = smaller(smaller(work / SHARE, MOST), turns);
    return parts > 1 ? (int)parts : 1;
}

/* A batch of products that has no tile. */
static int product_parts(const Node *n)
{
    const Shape *y = &n->shape;
    int64_t all = shape_count(&n->in[0]->shape) * y->dim[y->rank - 1];
    return y->rank == 3 ? parts_of(all, y->dim[0]) : 1;
}

static int row_parts(const Node *n)
{
    bool puts = op_has(n->op, OPF_SHAPED);
    const Shape *wide = puts ? &n->shape : &n->in[0]->shape;
    int axis =
        op_table[n->op].attr == ATTR_AXIS ? n->attr.axis : wide->rank - 1;
    int64_t all = shape_count(wide);
    if (n->op == OP_MATMUL_AT)
        return parts_of(shape_count(&n->shape) * wide->dim[0], n->shape.dim[0]);
    return parts_of(ROW_WORK * all, all / wide->dim[axis]);
}

/* Rows that are read are divided, or those of the table that is added to. */
static int gather_parts(const Node *n)
{
    const Shape *rows = &n->shape;
    int64_t all = shape_count(rows);
    if (n->op == OP_ADD_ROWS)
        all = shape_count(&n->in[2]->shape);
    return parts_of(all, n->op == OP_GATHER   ? all / rows->dim[rows->rank - 1]
                         : n->op == OP_NUMBER ? 1
                                              : rows->dim[0]);
}

int parts_plain(const Plan *plan, const Kernel *k, const Target *target)
{
    const Node *n = k->anchor;
    Emit e = {.arena = plan->arena, .lanes = target->lanes};
    Scope s = scope_new(&e, plan, k);
    int64_t space = shape_count(&k->space);
    switch (k->kind) {
    case KERNEL_MAP:
    case KERNEL_REDUCE:
        return space / SHARE < 2 ? 1 : parts_of(space, loops_turns(&s));
    case KERNEL_COPY:
        return parts_of(space, copies_turns(&s));
    case KERNEL_MATMUL:
        return product_parts(n);
    case KERNEL_ROW:
        return row_parts(n);
    case KERNEL_GATHER:
        return gather_parts(n);
    case KERNEL_POOL:
        return parts_of(space + shape_count(&n->in[0]->shape), n->shape.dim[0]);
    default:
        return 1;
    }
}

const char *parts_bound(Arena *arena, int parts, int64_t n, bool end)
{
    if (parts == 1)
        return arena_printf(arena, "%lld", end ? (long long)n : 0);
    return arena_printf(arena, "%s * %lld / %d",
                        end ? "((size_t)part + 1)" : "(size_t)part",
                        (long long)n, parts);
}

const char *parts_units(Arena *arena, int parts, int units)
{
    if (parts == 1)
        return arena_printf(arena, "0, %d", units);
    if (parts == units)
        return "part, part + 1";
    return arena_printf(arena, "part * %d / %d, (part + 1) * %d / %d", units,
                        parts, units, parts);
}
