/* tiles_pool.c: pooling kernels that stand alone, by pool.h; see tiles.h.
 *
 * Those behind a convolution are done in its registers. What pool.h does not
 * do (places of maxima without the maxima, places in 32 bits, values that do
 * not lie as an image) is left to the plain loops. */
#include "emit/parts.h"
#include "emit/share.h"
#include "emit/tiles.h"
#include "pass/conv_spec.h"
#include "tile/pool.h"

static const Layout *layout_of(const Plan *plan, const Node *n)
{
    return &plan->value[n->id].layout;
}

/* The image without its halo, which this kernel neither needs nor clears. */
static bool image_of(const Plan *plan, const Node *n, Image *m)
{
    if (!conv_image(&n->shape, layout_of(plan, n), m))
        return false;
    for (int i = 0; i < 4; i++)
        m->halo[i] = 0;
    return true;
}

/* The places of maxima that the kernel reads or writes, or NULL. */
static const Node *places_of(const Kernel *k)
{
    if (k->anchor->op == OP_MAXPOOL_DX)
        return k->anchor->in[1];
    return k->nodes.n > 1 ? k->nodes.at[1] : NULL;
}

static bool spec_of(const Plan *plan, const Kernel *k, PoolSpec *p)
{
    const Node *n = k->anchor;
    const Window *w = &n->attr.window;
    bool max = n->op == OP_MAXPOOL || n->op == OP_MAXPOOL_DX;
    bool back = n->op == OP_MAXPOOL_DX || n->op == OP_AVGPOOL_DX;
    *p = (PoolSpec){.batch = (int)n->shape.dim[0],
                    .kind = max ? POOL_MAX : POOL_MEAN,
                    .gradient = back};
    for (int i = 0; i < 2; i++) {
        p->window[i] = (int)w->kernel[i];
        p->stride[i] = (int)w->stride[i];
    }
    for (int i = 0; i < 4; i++)
        p->pad[i] = (int)w->pad[i];
    const Node *places = places_of(k);
    p->argmax = !back && places;
    if (places &&
        (places->type != TYPE_BYTE || !image_of(plan, places, &p->arg)))
        return false;
    return n->op != OP_MAXPOOL_AT && p->pad[0] < p->window[0] &&
           p->pad[1] < p->window[1] &&
           image_of(plan, back ? n : n->in[0], &p->x) &&
           image_of(plan, back ? n->in[0] : n, &p->y);
}

/* Whether the plain loops do better: compilers turn the maximum over windows
 * side by side that lie in the image wholly into vectors of columns. */
static bool simple(const PoolPlan *p)
{
    const PoolSpec *s = &p->spec;
    bool pads = s->pad[0] || s->pad[1] || s->pad[2] || s->pad[3];
    return p->axis == 'x' && s->kind == POOL_MAX && !s->argmax && !pads &&
           s->window[1] <= s->stride[1];
}

/* Where a value's layout begins; its pointer shows element 0. */
static const char *begin_of(Scope *s, const Node *n)
{
    const char *pointer = scope_pointer(s, n);
    long long offset = (long long)layout_of(s->plan, n)->offset;
    return offset == 0
               ? pointer
               : arena_printf(s->e->arena, "%s - %lld", pointer, offset);
}

void tile_pool(const Plan *plan, Kernel *k, const CodeOptions *o)
{
    PoolSpec spec;
    if (!spec_of(plan, k, &spec))
        return;
    PoolPlan *p = pool_plan(plan->arena, &spec, target_find(o->target));
    if (simple(p))
        return;
    k->tile = p;
    k->why = p->why;
    k->parts =
        parts_of(shape_count(&k->space) + shape_count(&k->anchor->in[0]->shape),
                 p->units);
}

void emit_pool(Scope *s)
{
    Arena *arena = s->e->arena;
    const Kernel *k = s->kernel;
    const PoolPlan *p = k->tile;
    const Node *n = k->anchor;
    const char *name = share_name(s);
    size_t start = s->e->out->n;
    text_add(s->e->out, "\n");
    pool_emit(s->e->out, p, name);
    share_tile(s, start, name);
    const Node *places = places_of(k);
    const char *at =
        places ? arena_printf(arena, "%s, ", begin_of(s, places)) : "";
    bool back = p->spec.gradient;
    text_printf(&s->body, "    %s(%s, %s%s, %s%s);\n", s->tile,
                begin_of(s, n->in[0]), back ? at : "", begin_of(s, n),
                back ? "" : at, parts_units(arena, k->parts, p->units));
}
