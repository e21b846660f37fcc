/* schedule_image.c: layouts around poolings that stand alone, and of images
 * that are joined; see schedule.h.
 *
 * Such a kernel is fast where the channels of all its images are neighbours:
 * what it writes follows what it reads, and a gradient the places of the
 * maxima. Where channels lie in planes nothing is wished. */
#include "pass/schedule.h"

/* The channels that are neighbours in a value's image; 1 in planes, and 0
 * where that is not decided. */
static int neighbours(const Plan *plan, const Node *n)
{
    Layout l;
    Image image;
    if (!plan->value[n->id].want || !schedule_known(plan, n, &l) ||
        !conv_image(&n->shape, &l, &image))
        return 0;
    return image.block;
}

static void wish(Plan *plan, const Node *n, int block)
{
    Value *v = &plan->value[n->id];
    const int64_t *dim = n->shape.dim;
    if (v->want || !v->kernel)
        return;
    Image image =
        image_make((int)dim[1], (int)dim[2], (int)dim[3], block, NULL, 0);
    v->want = schedule_keep(plan, conv_layout(&image, dim[0]));
}

static void wish_around(Plan *plan, const Kernel *k)
{
    Node *n = k->anchor;
    bool back = n->op == OP_MAXPOOL_DX || n->op == OP_AVGPOOL_DX;
    const Node *from = n->in[n->op == OP_MAXPOOL_DX];
    int block = neighbours(plan, from);
    if (block == 0 && back)
        block = neighbours(plan, n);
    if (block <= 1)
        return;
    for (int j = 0; j < k->nodes.n; j++)
        wish(plan, k->nodes.at[j], block);
    if (back && plan_is_view(n->in[0]))
        n->in[0] = layout_copy(plan, n->in[0]);
    if (back)
        wish(plan, n->in[0], block);
}

/* Channels joined to those of other images are neighbours where they were:
 * whole vectors of them, for what writes one image may fill up its last
 * vector. */
static void wish_joined(Plan *plan, const Node *n, const Target *target)
{
    if (n->op != OP_CONCAT || n->shape.rank != 4 || n->attr.axis != 1)
        return;
    for (int i = 0; i < n->n_in; i++)
        if (neighbours(plan, n->in[i]) < n->in[i]->shape.dim[1] ||
            n->in[i]->shape.dim[1] % target->lanes != 0)
            return;
    wish(plan, n, (int)n->shape.dim[1]);
}

void schedule_images(Plan *plan, const Target *target)
{
    int n = plan->kernels.n;
    for (int i = 0; i < n; i++) {
        Kernel *k = plan->kernels.at[i];
        if (k->kind == KERNEL_COPY)
            wish_joined(plan, k->anchor, target);
        if (k->kind == KERNEL_POOL)
            wish_around(plan, k);
    }
}
