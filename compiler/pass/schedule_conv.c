/* schedule_conv.c: layouts around convolutions; see schedule.h.
 *
 * A convolution's weight lives in the layout that its forward form reads; an
 * image between two convolutions lies as the second likes to read it, with
 * its halo, otherwise as the first likes to write. */
#include "pass/schedule.h"

static Layout *keep(const Plan *plan, Layout l)
{
    Layout *to = NEW(plan->arena, Layout);
    *to = l;
    return to;
}

static bool pooled(const Kernel *k)
{
    return k->result != k->anchor;
}

ConvSpec schedule_conv_spec(const Plan *plan, const Kernel *k)
{
    ConvSpec s = conv_spec(k->anchor, pooled(k) ? k->result : NULL);
    for (int j = 0; j < k->nodes.n; j++)
        s.argmax |= k->nodes.at[j]->op == OP_MAXPOOL_AT;
    const Node *x = k->anchor->in[0];
    const Layout *want = plan->value[x->id].want;
    if (want)
        conv_image(&x->shape, want, &s.x);
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
        v->want = keep(plan, conv_layout(&x, in->shape.dim[0]));
    Node *out = schedule_conv_primary(k);
    Value *to = &plan->value[out->id];
    if (!to->want)
        to->want = keep(plan, conv_layout(&y, out->shape.dim[0]));
}

/* All other images that the kernel stores lie beside the primary one. */
static void wish_beside(Plan *plan, const Kernel *k)
{
    const Layout *l = plan->value[schedule_conv_primary(k)->id].want;
    for (int j = 0; j < k->stores.n; j++)
        plan->value[k->stores.at[j]->id].want = l;
}

static void pack_weight(Plan *plan, Kernel *k, const Target *target)
{
    ConvSpec s = schedule_conv_spec(plan, k);
    Node *w = k->anchor->in[1];
    const Layout *out = plan->value[schedule_conv_primary(k)->id].want;
    conv_image(&k->result->shape, out, &s.y);
    ConvPlan *p = conv_plan(plan->arena, &s, target);
    Layout l = conv_weight_layout(&w->shape, &p->weights);
    Param *param = w->op == OP_PARAM
                       ? &plan->program->params.at[w->attr.index]
                       : NULL;
    if (param && !param->layout)
        param->layout = keep(plan, l);
    if (param && layout_equal(param->layout, &l))
        return;
    k->anchor->in[1] = layout_copy(plan, w);
    plan->value[k->anchor->in[1]->id].want = keep(plan, l);
}

void schedule_convs(Plan *plan, const Target *target)
{
    int n = plan->kernels.n;
    for (int i = n - 1; i >= 0; i--)
        if (plan->kernels.at[i]->kind == KERNEL_CONV)
            wish_images(plan, plan->kernels.at[i], target);
    for (int i = 0; i < n; i++)
        if (plan->kernels.at[i]->kind == KERNEL_CONV)
            wish_beside(plan, plan->kernels.at[i]);
    for (int i = 0; i < n; i++)
        if (plan->kernels.at[i]->kind == KERNEL_CONV)
            pack_weight(plan, plan->kernels.at[i], target);
}
