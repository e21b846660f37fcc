/* fuse_gates.c: slices of a product's rows stay in its registers.
 *
 * A row of results that is cut into slices of one size, its gates, is computed
 * by a tile that holds the same columns of every gate at once. So what combines
 * gates element by element, the cell of a recurrent layer, joins the product
 * as an activation does. Not where that costs more than it saves: gates that
 * end within a vector, and more of them than leave registers for rows. */
#include "pass/fuse.h"
#include "tile/gemm.h"

/* Whether n is one of the slices that its source falls into. */
static bool is_gate(const Node *n)
{
    int64_t size = n->attr.part.size;
    return n->op == OP_SLICE && n->attr.part.axis == 1 &&
           n->in[0]->shape.dim[1] % size == 0 && n->attr.part.begin % size == 0;
}

/* Whether all that reads x are gates of this size. */
static bool only_gates(const Fuser *f, const Node *x, int64_t size)
{
    const Nodes *users = &f->users[x->id];
    for (int u = 0; u < users->n; u++)
        if (!is_gate(users->at[u]) || users->at[u]->attr.part.size != size)
            return false;
    return users->n == f->uses[x->id];
}

/* Whether something is computed of it element by element. */
static bool has_map(const Fuser *f, const Node *n)
{
    const Nodes *users = &f->users[n->id];
    for (int u = 0; u < users->n; u++)
        if (op_is_map(users->at[u]->op) &&
            shape_equal(&users->at[u]->shape, &n->shape))
            return true;
    return false;
}

/* Whether a good tile, which has several rows, holds gates of this size. The
 * same for all entries, since they share the weights' layout. */
static bool suits(int gates, int64_t size, const Target *t)
{
    enum { ROWS = 4 };
    return size % t->lanes == 0 && gemm_tile_fits(ROWS, gates, t);
}

void fuse_gate(Fuser *f, Node *n)
{
    Kernel *k = f->of[n->in[0]->id];
    if (!k || k->kind != KERNEL_MATMUL || k->space.rank != 2 ||
        k->anchor->attr.mm.ta || !shape_equal(&k->space, &n->in[0]->shape))
        return;
    int64_t size = n->attr.part.size;
    int gates = (int)(k->space.dim[1] / size);
    const Target *target = target_find(f->options->target);
    if (!is_gate(n) || gates < 2 || (k->gates && k->gates != gates) ||
        !only_gates(f, n->in[0], size) || !has_map(f, n) ||
        !suits(gates, size, target))
        return;
    k->gates = gates;
    fuse_append(f, k, n);
}
