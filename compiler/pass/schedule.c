/* schedule.c: decides the layouts that fast kernels want, before layout.c
 * gives every value one.
 *
 * A product wishes that the tensor it reads as its weight lives packed in
 * panels of its tile. Where tensors lie is settled over all entries; then the
 * uses adapt: what is combined with a packed tensor element by element (its
 * gradient, its optimiser's state) wants the same layout, and a product that
 * needs other panels gets a copy, made once a run of the entry. */
#include "pass/schedule.h"
#include "tile/gemm.h"

static Layout panels_layout(const Panels *p, const GemmSpec *s, int lane_axis,
                            const Target *target)
{
    Layout l = {.rank = 2};
    AxisLayout *lanes = &l.axis[lane_axis], *rows = &l.axis[!lane_axis];
    *rows = (AxisLayout){.n = 1, .piece = {{s->k, p->row}}};
    *lanes = (AxisLayout){.n = 1, .piece = {{s->n, 1}}};
    if (p->width > 0)
        *lanes =
            (AxisLayout){.n = 2,
                         .piece = {{(s->n + p->width - 1) / p->width, p->panel},
                                   {p->width, 1}}};
    l.extent = gemm_size(p, s->k, s->n, target);
    return l;
}

static GemmSpec spec_of(const Plan *plan, const Node *n)
{
    return (GemmSpec){.m = n->shape.dim[0],
                      .n = n->shape.dim[1],
                      .k = n->in[0]->shape.dim[n->attr.mm.ta ? 0 : 1],
                      .in_order = plan->program->lengths,
                      .unroll = -1};
}

/* The layout in which a weight [N, K] (lanes along axis 0) or [K, N] is read
 * best. */
static Layout *packed(const Plan *plan, const Node *n, const Target *target)
{
    GemmSpec s = spec_of(plan, n);
    Panels p = gemm_panels(&s, target);
    Layout *l = NEW(plan->arena, Layout), x;
    *l = panels_layout(&p, &s, n->attr.mm.tb ? 0 : 1, target);
    int k_axis = n->attr.mm.tb ? 1 : 0;
    if (schedule_known(plan, n->in[0], &x)) {
        AxisOrder order = layout_order(&x.axis[n->attr.mm.ta ? 0 : 1]);
        l->axis[k_axis] = layout_ordered(s.k, &order, p.row);
    }
    return l;
}

/* A product's weight from outside of a scan's body: the scan's own input. */
static Node **fixed_input(const Plan *plan, const Node *w)
{
    return plan->scan && scan_is_arg(w, PORT_FIXED)
               ? scan_input(plan->around, w->attr.port)
               : NULL;
}

static bool is_product(const Kernel *k)
{
    return k->kind == KERNEL_MATMUL && k->space.rank == 2;
}

/* What a view shows, through further ones, and in *l how it must lie so that
 * the view lies as *l; NULL where no layout does that. */
static const Node *shown(const Plan *plan, const Node *n, Layout *l)
{
    for (; plan_is_view(n) && !plan->value[n->id].kernel; n = n->in[0])
        if (!layout_unview(n, l, l))
            return NULL;
    return n;
}

/* How a forward product would have its weight. */
static void wish_weight(Plan *top, const Plan *plan, const Node *n,
                        const Target *target)
{
    const Node *w = n->in[1];
    Node **outer = fixed_input(plan, w);
    if (!n->attr.mm.tb)
        return;
    Layout *l = packed(plan, n, target);
    w = outer ? shown(plan->outer, *outer, l) : shown(plan, w, l);
    if (w && w->op == OP_TENSOR)
        schedule_tensor(top, w, l);
}

/* A table that is read turned around would have its rows side by side. */
static void wish_table(Plan *top, const Node *n)
{
    const Node *turned = n->op == OP_GATHER ? n->in[1] : NULL;
    const Node *w = turned && turned->op == OP_TRANSPOSE ? turned->in[0] : NULL;
    if (!w || w->op != OP_TENSOR)
        return;
    Layout rows = layout_dense(&turned->shape), l = rows;
    l.axis[0] = rows.axis[1];
    l.axis[1] = rows.axis[0];
    schedule_tensor(top, w, schedule_keep(top, l));
}

/* Of the products in a plan, top or a body within it, and of its tables. */
static void wish_weights(Plan *top, const Plan *plan, const Target *target)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        const Kernel *k = plan->kernels.at[i];
        if (k->body)
            wish_weights(top, k->body, target);
        if (is_product(k))
            wish_weight(top, plan, k->anchor, target);
        if (k->kind == KERNEL_GATHER)
            wish_table(top, k->anchor);
    }
}

/* The order in which the inner axis of a product's other operand lies. */
static AxisOrder inner_order(const Plan *plan, const Node *n, int axis)
{
    Layout l;
    return schedule_known(plan, n, &l) ? layout_order(&l.axis[axis])
                                       : (AxisOrder){0};
}

/* Whether the operand's elements lie side by side along its columns (after
 * ta or tb), in whole vectors, and its rows at one stride in that order. */
static bool beside(const Plan *plan, const Node *n, bool swap, AxisOrder order,
                   const Target *target)
{
    Layout l;
    AxisLayout in_order;
    if (!schedule_known(plan, n, &l))
        return false;
    const AxisLayout *lanes = &l.axis[!swap], *rows = &l.axis[swap];
    if (layout_reorder(rows, &order, &in_order))
        rows = &in_order;
    Piece last = lanes->piece[lanes->n - 1];
    bool whole =
        lanes->n == 1 || (lanes->n == 2 && last.size % target->lanes == 0);
    return rows->n == 1 && whole && (last.stride == 1 || last.size == 1);
}

/* A node with the value of n under another layout: itself, where a joining of
 * several values is read here alone and can as well be written so. */
static Node *under(Plan *plan, Node *n, const Layout *l)
{
    Value *v = &plan->value[n->id];
    if (n->op != OP_CONCAT || v->want || graph_uses(plan->graph)[n->id] != 1)
        n = layout_copy(plan, n);
    plan->value[n->id].want = l;
    return n;
}

/* A weight of a scan's body that lies the wrong way is copied once, outside.
 * The body's argument has the wish noted, for the body's other products. */
static void settle_fixed(Plan *plan, const Node *n, const Target *target)
{
    Node *w = n->in[1], **outer = fixed_input(plan, w);
    Value *v = &plan->value[w->id];
    Layout l;
    if (!outer || v->want)
        return;
    if (schedule_known(plan->outer, *outer, &l)) {
        v->want = schedule_keep(plan, l);
        if (beside(plan, w, n->attr.mm.tb, (AxisOrder){0}, target))
            return;
    }
    v->want = packed(plan, n, target);
    *outer = under(plan->outer, *outer, v->want);
}

/* Makes sure that some orientation of every product has lanes. */
static void copy_operands(Plan *plan, const Target *target)
{
    int n_kernels = plan->kernels.n;
    for (int i = 0; i < n_kernels; i++) {
        Kernel *k = plan->kernels.at[i];
        Node *n = k->anchor;
        if (k->body)
            copy_operands(k->body, target);
        if (!is_product(k))
            continue;
        settle_fixed(plan, n, target);
        AxisOrder order = inner_order(plan, n->in[0], !n->attr.mm.ta);
        if (beside(plan, n->in[1], n->attr.mm.tb, order, target) ||
            (!k->gates &&
             beside(plan, n->in[0], !n->attr.mm.ta, (AxisOrder){0}, target)))
            continue;
        n->in[1] = under(plan, n->in[1], packed(plan, n, target));
    }
}

/* How a value wants to lie; all of a packed tensor, as a view shows it. */
static const Layout *wish_of(const Plan *plan, const Node *n)
{
    const Node *from = n;
    Layout l;
    while (plan_is_view(from) && !plan->value[from->id].kernel)
        from = from->in[0];
    if (from == n)
        return schedule_wish(plan, n);
    return from->op == OP_TENSOR && schedule_wish(plan, from) &&
                   shape_count(&from->shape) == shape_count(&n->shape) &&
                   schedule_known(plan, n, &l)
               ? schedule_keep(plan, l)
               : NULL;
}

static const Layout *kernel_wish(const Plan *plan, const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        if (schedule_wish(plan, n))
            return schedule_wish(plan, n);
        for (int i = 0; op_is_map(n->op) && i < n->n_in; i++)
            if (shape_equal(&n->in[i]->shape, &n->shape) &&
                wish_of(plan, n->in[i]))
                return wish_of(plan, n->in[i]);
    }
    return NULL;
}

/* A value of this shape, or the product that it shows, is to lie as l says. */
static bool wants(Plan *plan, const Node *n, const Shape *shape,
                  const Layout *l)
{
    Layout under = *l;
    if (!shape_equal(&n->shape, shape))
        return false;
    const Node *from = shown(plan, n, &under);
    Value *v = from ? &plan->value[from->id] : NULL;
    if (!v || v->want || !v->kernel || plan_is_view(from) ||
        from->op == OP_PICK || (from != n && !is_product(v->kernel)))
        return false;
    v->want = from == n ? l : schedule_keep(plan, under);
    return true;
}

/* Spreads wishes through element-wise nodes until nothing changes. */
static void spread(Plan *plan)
{
    bool changed = true;
    while (changed) {
        changed = false;
        for (int i = 0; i < plan->kernels.n; i++) {
            const Kernel *k = plan->kernels.at[i];
            bool spreads =
                k->kind == KERNEL_MAP || (is_product(k) && !k->gates);
            const Layout *l = spreads ? kernel_wish(plan, k) : NULL;
            for (int j = 0; l && j < k->nodes.n; j++) {
                const Node *n = k->nodes.at[j];
                changed |= wants(plan, n, &k->space, l);
                for (int x = 0; op_is_map(n->op) && x < n->n_in; x++)
                    changed |= wants(plan, n->in[x], &k->space, l);
            }
        }
    }
}

Plan *wishes(Plan *plan, const CodeOptions *options)
{
    if (options->plain)
        return plan;
    const Target *target = target_find(options->target);
    schedule_conv_images(plan, target);
    spread(plan);
    schedule_images(plan, target);
    spread(plan);
    schedule_conv_weights(plan, target);
    wish_weights(plan, plan, target);
    return plan;
}

Plan *schedule(Plan *plan, const CodeOptions *options)
{
    if (options->plain)
        return plan;
    copy_operands(plan, target_find(options->target));
    spread(plan);
    return plan;
}
