/* schedule_conv.c: layouts around convolutions; see schedule.h.
 *
 * A convolution would have its weight in the layout that its forward form
 * reads; an image between two convolutions lies as the second likes to read it,
 * with its halo, otherwise as the first likes to write. */
#include "ir/conv.h"
#include "pass/schedule.h"

/* The pooling behind a convolution or before its gradients, or NULL. */
const Node *schedule_conv_pool(const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++)
        if (op_table[k->nodes.at[j]->op].kernel == KERNEL_POOL &&
            k->nodes.at[j]->type == TYPE_REAL)
            return k->nodes.at[j];
    return NULL;
}

/* The value whose layout is spec.x, and that of spec.y, as far as they are
 * read; what the kernel writes is its primary store. */
Node *schedule_conv_x(const Kernel *k)
{
    Node **x = conv_input(k->anchor, CONV_X);
    return x ? *x : schedule_conv_primary(k);
}

Node *schedule_conv_y(const Kernel *k)
{
    const Node *pool = schedule_conv_pool(k);
    Node **y = conv_input(k->anchor, CONV_Y);
    return !y ? schedule_conv_primary(k) : pool ? pool->in[0] : *y;
}

ConvSpec schedule_conv_spec(const Plan *plan, const Kernel *k)
{
    ConvSpec s = conv_spec(k->anchor, schedule_conv_pool(k));
    for (int j = 0; j < k->nodes.n; j++)
        s.argmax |= k->nodes.at[j]->op == OP_MAXPOOL_AT;
    const Node *x = schedule_conv_x(k), *y = schedule_conv_y(k);
    if (plan->value[x->id].want)
        conv_image(&x->shape, plan->value[x->id].want, &s.x);
    if (plan->value[y->id].want)
        conv_image(&y->shape, plan->value[y->id].want, &s.y);
    return s;
}

/* The value that leaves the kernel last: what the tile itself stores. */
Node *schedule_conv_primary(const Kernel *k)
{
    for (int j = k->stores.n - 1; j >= 0; j--)
        if (k->stores.at[j]->type == TYPE_REAL)
            return k->stores.at[j];
    nnc_bug("a convolution stores nothing");
}

static void wish_images(Plan *plan, const Kernel *k, const Target *target)
{
    ConvSpec s = schedule_conv_spec(plan, k);
    Image x, y;
    conv_images(&s, target, &x, &y);
    const Node *in = k->anchor->in[0];
    Value *v = &plan->value[in->id];
    if (v->kernel && v->kernel->kind == KERNEL_CONV)
        v->want = schedule_keep(plan, conv_layout(&x, in->shape.dim[0]));
    Node *out = schedule_conv_primary(k);
    Value *to = &plan->value[out->id];
    if (!to->want)
        to->want = schedule_keep(plan, conv_layout(&y, out->shape.dim[0]));
}

/* All other images that the kernel stores lie beside the primary one, but
 * the places of maxima as the tile records them best. */
static void wish_beside(Plan *plan, const Kernel *k, const Target *target)
{
    const Layout *l = plan->value[schedule_conv_primary(k)->id].want;
    ConvSpec s = schedule_conv_spec(plan, k);
    Image places = conv_arg_image(&s, target);
    for (int j = 0; j < k->stores.n; j++) {
        const Node *n = k->stores.at[j];
        plan->value[n->id].want =
            n->op == OP_MAXPOOL_AT
                ? schedule_keep(plan, conv_layout(&places, n->shape.dim[0]))
                : l;
    }
}

/* The gradient of the result: beside the places of the maxima where it was
 * pooled, otherwise as the kernel likes it. */
static void wish_gradient(Plan *plan, Kernel *k, const Target *target)
{
    Node *pool = (Node *)schedule_conv_pool(k), *n = k->anchor;
    Node **dy = pool ? &pool->in[0] : conv_input(n, CONV_Y);
    ConvSpec s = conv_spec(n, pool);
    Image x, y;
    conv_images(&s, target, &x, &y);
    const Layout *l =
        pool && pool->n_in > 1 ? plan->value[pool->in[1]->id].want : NULL;
    if (!l)
        l = schedule_keep(plan, conv_layout(&y, (*dy)->shape.dim[0]));
    if (plan_is_view(*dy))
        *dy = layout_copy(plan, *dy);
    if (!plan->value[(*dy)->id].want)
        plan->value[(*dy)->id].want = l;
}

/* What another layout than the one settled needs is copied when tiles are
 * chosen. */
static void wish_weight(Plan *plan, const Kernel *k, const Target *target)
{
    const Node *w = k->anchor->in[1];
    if (w->op != OP_TENSOR)
        return;
    ConvSpec s = schedule_conv_spec(plan, k);
    ConvPlan *p = conv_plan(plan->arena, &s, target);
    Layout l = conv_weight_layout(&w->shape, &p->weights);
    schedule_tensor(plan, w, schedule_keep(plan, l));
}

static bool is_kind(const Plan *plan, int i, KernelKind kind)
{
    return plan->kernels.at[i]->kind == kind;
}

void schedule_conv_images(Plan *plan, const Target *target)
{
    int n = plan->kernels.n;
    for (int i = n - 1; i >= 0; i--)
        if (is_kind(plan, i, KERNEL_CONV))
            wish_images(plan, plan->kernels.at[i], target);
    for (int i = 0; i < n; i++)
        if (is_kind(plan, i, KERNEL_CONV))
            wish_beside(plan, plan->kernels.at[i], target);
    for (int i = 0; i < n; i++)
        if (is_kind(plan, i, KERNEL_CONV_DX) ||
            is_kind(plan, i, KERNEL_CONV_DW))
            wish_gradient(plan, plan->kernels.at[i], target);
}

void schedule_conv_weights(Plan *plan, const Target *target)
{
    for (int i = 0; i < plan->kernels.n; i++)
        if (is_kind(plan, i, KERNEL_CONV))
            wish_weight(plan, plan->kernels.at[i], target);
}
