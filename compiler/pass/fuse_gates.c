/* fuse_gates.c: slices of a product's rows stay in its kernel.
 *
 * Where a row of results is cut into slices of one size, its gates, the kernel
 * keeps the sums in scratch until all are there. So what combines gates
 * element by element, the cell of a recurrent layer, joins the product as an
 * activation does, whatever the width of a gate. */
#include "pass/fuse.h"

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
    const Users *users = &f->users[x->id];
    for (int u = 0; u < users->n; u++)
        if (!is_gate(users->at[u]) || users->at[u]->attr.part.size != size)
            return false;
    return users->n == f->uses[x->id];
}

/* Whether something is computed of it element by element. */
static bool has_map(const Fuser *f, const Node *n)
{
    const Users *users = &f->users[n->id];
    for (int u = 0; u < users->n; u++)
        if (op_is_map(users->at[u]->op) &&
            shape_equal(&users->at[u]->shape, &n->shape))
            return true;
    return false;
}

void fuse_gate(Fuser *f, Node *n)
{
    Kernel *k = f->of[n->in[0]->id];
    if (!k || k->kind != KERNEL_MATMUL || k->space.rank != 2 ||
        k->anchor->attr.mm.ta || !shape_equal(&k->space, &n->in[0]->shape))
        return;
    int64_t size = n->attr.part.size;
    int gates = (int)(k->space.dim[1] / size);
    if (!is_gate(n) || gates < 2 || (k->gates && k->gates != gates) ||
        !only_gates(f, n->in[0], size) || !has_map(f, n))
        return;
    k->gates = gates;
    fuse_append(f, k, n);
}
