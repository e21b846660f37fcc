/* fuse_pool.c: poolings, their gradients and those of convolutions.
 *
 * A pooling of what a convolution still holds in registers is computed there,
 * and the places of maxima together with the maxima. The gradient of a
 * pooling that only gradients of its convolution read is computed in each of
 * these. */
#include "ir/conv.h"
#include "ir/same.h"
#include "pass/conv_spec.h"
#include "pass/fuse.h"

/* Whether all that reads a convolution's result is this pooling, and the
 * place of its maxima. */
static bool only_pooled(const Fuser *f, const Node *conv, const Node *pool)
{
    const Users *users = &f->users[conv->id];
    for (int i = 0; i < users->n; i++) {
        const Node *n = users->at[i];
        bool kin = n->op == pool->op ||
                   (n->op == OP_MAXPOOL_AT && pool->op == OP_MAXPOOL);
        if (!kin || !same_attr(n, pool))
            return false;
    }
    return users->n == f->uses[conv->id];
}

/* Windows side by side that registers can hold. */
static bool pools_in_registers(const Fuser *f, const Node *conv,
                               const Node *pool)
{
    const Window *w = &pool->attr.window;
    for (int i = 0; i < 2; i++)
        if (w->kernel[i] != w->stride[i] || w->pad[i] || w->pad[i + 2])
            return false;
    ConvSpec s = conv_spec(conv, pool);
    return conv_pools(&s, target_find(f->options->target));
}

/* The kernel that finds the maxima whose places n wants, or NULL. */
static Kernel *maxima(const Fuser *f, const Node *n)
{
    const Users *readers = &f->users[n->in[0]->id];
    if (f->plain || n->op != OP_MAXPOOL_AT || n->type != TYPE_BYTE)
        return NULL;
    for (int i = 0; readers->at[i] != n; i++) {
        const Node *m = readers->at[i];
        if (m->op == OP_MAXPOOL && same_attr(m, n) &&
            f->of[m->id]->kind == KERNEL_POOL)
            return f->of[m->id];
    }
    return NULL;
}

/* Pooling inside of the convolution before it, or a kernel of its own; the
 * places of maxima with the maxima. */
static void place_pool(Fuser *f, Node *n)
{
    Kernel *k = f->of[n->in[0]->id], *largest = maxima(f, n);
    bool conv =
        !f->plain && k && k->kind == KERNEL_CONV && k->anchor == n->in[0];
    if (conv && n->op == OP_MAXPOOL_AT && k->result->op == OP_MAXPOOL &&
        same_attr(n, k->result)) {
        fuse_append(f, k, n);
    } else if (conv && n->op != OP_MAXPOOL_AT && k->nodes.n == 1 &&
               only_pooled(f, n->in[0], n) &&
               pools_in_registers(f, n->in[0], n)) {
        fuse_append(f, k, n);
        k->space = n->shape;
        k->result = n;
    } else if (largest) {
        fuse_append(f, largest, n);
    } else {
        fuse_alone(f, KERNEL_POOL, n);
    }
}

static bool conv_gradient(const Node *n)
{
    KernelKind kind = op_table[n->op].kernel;
    return kind == KERNEL_CONV_DX || kind == KERNEL_CONV_DW;
}

static Node *conv_dy(const Node *n)
{
    return *conv_input(n, CONV_Y);
}

/* The gradient of a pooling. */
static bool spreads(const Node *n)
{
    return op_table[n->op].kernel == KERNEL_POOL && op_has(n->op, OPF_SHAPED);
}

/* The gradient of a pooling that only gradients of its convolution read is
 * computed inside each of them, and never stored. */
static bool vanishes(const Fuser *f, const Node *n)
{
    const Users *users = &f->users[n->id];
    if (f->plain || !spreads(n))
        return false;
    for (int i = 0; i < users->n; i++) {
        const Node *user = users->at[i];
        if (!conv_gradient(user) || user->in[0] == user->in[1] ||
            conv_dy(user) != n || !pools_in_registers(f, user, n))
            return false;
    }
    return users->n == f->uses[n->id];
}

static void place_conv_gradient(Fuser *f, Node *n)
{
    Node *dy = conv_dy(n);
    Kernel *k = fuse_alone(f, op_table[n->op].kernel, n);
    if (!spreads(dy) || f->of[dy->id])
        return;
    fuse_append(f, k, dy);
    f->of[dy->id] = NULL; /* another gradient may compute it as well */
}

bool fuse_pool(Fuser *f, Node *n)
{
    bool pool = op_table[n->op].kernel == KERNEL_POOL;
    if (conv_gradient(n))
        place_conv_gradient(f, n);
    else if (pool && !spreads(n))
        place_pool(f, n);
    else if (pool && !vanishes(f, n))
        fuse_alone(f, KERNEL_POOL, n);
    return pool || conv_gradient(n);
}
