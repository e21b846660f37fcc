/* memplan.c: assigns buffers whose lifetimes do not overlap to the same
 * bytes.
 *
 * A buffer is live from the first kernel that writes into it to the last that
 * reads it. The largest are placed first, each at the lowest offset where
 * none of those already placed that live at the same time is in the way
 * (greedy by size; Pisarchyk, Lee 2020). A scan's body is planned by itself
 * and stands inside its kernel's scratch. */
#include <stdlib.h>

#include "pass/backend.h"

enum { ALIGNMENT = 64 };

static int64_t round_up(int64_t n)
{
    return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* A vector may be read past a buffer's end, so each has room behind it. */
static int64_t bytes_of(const Buffer *b, bool plain)
{
    int64_t size = b->type == TYPE_BYTE  ? 1
                   : b->type == TYPE_INT ? 4
                   : plain               ? 8
                                         : 4;
    return round_up(b->count * size + ALIGNMENT);
}

static void live_at(Buffer *b, int position)
{
    if (b->first < 0 || position < b->first)
        b->first = position;
    if (position > b->last)
        b->last = position;
}

/* A body lives inside its scan's kernel: what it touches of the plans around
 * is live there. */
static void touch(Plan *plan, const Plan *toucher, const Node *n, int position)
{
    const Value *v = &toucher->value[n->id];
    if (v->buffer && v->buffer->plan == plan)
        live_at(v->buffer, position);
}

static void touch_kernels(Plan *plan, const Plan *of, int position)
{
    for (int i = 0; i < of->kernels.n; i++) {
        const Kernel *k = of->kernels.at[i];
        int at = position >= 0 ? position : k->position;
        for (int j = 0; j < k->nodes.n; j++) {
            const Node *n = k->nodes.at[j];
            touch(plan, of, n, at);
            for (int x = 0; x < n->n_in; x++)
                touch(plan, of, n->in[x], at);
        }
        for (int j = 0; j < k->stores.n; j++)
            touch(plan, of, k->stores.at[j], at);
        if (k->body)
            touch_kernels(plan, k->body, at);
    }
}

/* What runs in the loop of a scan reads and writes there. */
static void touch_fed(Plan *plan)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        const Kernel *k = plan->kernels.at[i];
        for (int j = 0; k->feeds && j < k->nodes.n; j++) {
            const Node *n = k->nodes.at[j];
            touch(plan, plan, n, k->feeds->position);
            for (int x = 0; x < n->n_in; x++)
                touch(plan, plan, n->in[x], k->feeds->position);
        }
    }
}

static void touch_roots(Plan *plan)
{
    for (int i = 0; i < plan->graph->roots.n; i++) {
        const Root *r = &plan->graph->roots.at[i];
        if (r->role == ROOT_LOSS || r->role == ROOT_METRIC)
            touch(plan, plan, r->node, plan->kernels.n);
    }
}

static void find_makers(Plan *plan)
{
    for (int i = 0; i < plan->graph->nodes.n; i++) {
        const Value *v = &plan->value[i];
        if (v->buffer && v->buffer->plan == plan && !v->buffer->maker)
            v->buffer->maker = v->kernel;
    }
}

static bool planned(const Buffer *b)
{
    return b->first >= 0 && buffer_in_work(b);
}

static int by_size(const void *a, const void *b)
{
    const Buffer *x = *(Buffer *const *)a, *y = *(Buffer *const *)b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

/* What is asked of a placed buffer, side by side, since it is asked often. */
typedef struct Placed {
    int64_t at, end;
    int first, last;
} Placed;

/* The lowest free offset for a buffer among the n placed before it, which are
 * in order of their offsets. */
static int64_t find_place(const Placed *placed, int n, const Buffer *b,
                          int64_t size)
{
    int64_t at = 0;
    for (int i = 0; i < n && placed[i].at < at + size; i++) {
        const Placed *o = &placed[i];
        if (b->first <= o->last && o->first <= b->last && o->end > at)
            at = o->end;
    }
    return at;
}

/* Puts b among the n that are in order of their offsets. */
static void insert(Placed *placed, int n, Placed b)
{
    for (; n > 0 && placed[n - 1].at > b.at; n--)
        placed[n] = placed[n - 1];
    placed[n] = b;
}

static void plan_scratch(Plan *plan, const CodeOptions *options)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        Kernel *k = plan->kernels.at[i];
        if (k->body)
            k->scratch = memplan(k->body, options)->workspace;
        if (k->scratch == 0)
            continue;
        Buffer *b = NEW(plan->arena, Buffer);
        *b = (Buffer){.place = PLACE_WORK,
                      .type = TYPE_BYTE,
                      .count = k->scratch,
                      .name = "scratch",
                      .first = i,
                      .last = k->feeds ? k->feeds->position : i,
                      .plan = plan};
        vec_push(plan->arena, &plan->buffers, b);
        k->scratch_buffer = b;
    }
}

static void shift(Plan *body, int64_t base)
{
    for (int i = 0; i < body->buffers.n; i++)
        body->buffers.at[i]->at += base;
    for (int i = 0; i < body->kernels.n; i++)
        if (body->kernels.at[i]->body)
            shift(body->kernels.at[i]->body, base);
}

Plan *memplan(Plan *plan, const CodeOptions *options)
{
    touch_kernels(plan, plan, -1);
    touch_fed(plan);
    touch_roots(plan);
    find_makers(plan);
    plan_scratch(plan, options);
    Buffer **sorted = NEWN(plan->arena, Buffer *, plan->buffers.n + 1);
    Placed *placed = NEWN(plan->arena, Placed, plan->buffers.n + 1);
    int n = 0;
    for (int i = 0; i < plan->buffers.n; i++)
        if (planned(plan->buffers.at[i]))
            sorted[n++] = plan->buffers.at[i];
    qsort(sorted, (size_t)n, sizeof *sorted, by_size);
    for (int i = 0; i < n; i++) {
        Buffer *b = sorted[i];
        if (b->place == PLACE_INPUT)
            b->first = 0;
        int64_t size = bytes_of(b, options->plain);
        b->at = find_place(placed, i, b, size);
        int64_t end = b->at + size;
        insert(placed, i, (Placed){b->at, end, b->first, b->last});
        plan->workspace = end > plan->workspace ? end : plan->workspace;
    }
    for (int i = 0; i < plan->kernels.n; i++)
        if (plan->kernels.at[i]->body)
            shift(plan->kernels.at[i]->body,
                  plan->kernels.at[i]->scratch_buffer
                      ? plan->kernels.at[i]->scratch_buffer->at
                      : 0);
    return plan;
}
