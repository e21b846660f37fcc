/* memplan.c: assigns buffers whose lifetimes do not overlap to the same
 * bytes.
 *
 * A buffer is live from the first kernel that writes into it to the last that
 * reads it. The largest are placed first, each at the lowest offset where
 * none of those already placed that live at the same time is in the way
 * (greedy by size; Pisarchyk, Lee 2020). What is taken is kept for
 * stretches of the sequence, halved again and again, so that a long life
 * concerns few of them. A scan's body is planned by itself and stands inside
 * its kernel's scratch. */
#include <stdlib.h>
#include <string.h>

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

static void touch_kernel(Plan *plan, const Plan *of, const Kernel *k,
                         int position)
{
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        touch(plan, of, n, position);
        for (int x = 0; x < n->n_in; x++)
            touch(plan, of, n->in[x], position);
    }
    for (int i = 0; k->body && i < k->body->kernels.n; i++)
        touch_kernel(plan, k->body, k->body->kernels.at[i], position);
}

/* What runs in the loop of a scan reads and writes there too. */
static void touch_kernels(Plan *plan)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        const Kernel *k = plan->kernels.at[i];
        touch_kernel(plan, plan, k, k->position);
        if (k->feeds)
            touch_kernel(plan, plan, k, k->feeds->position);
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

typedef struct Range {
    int64_t from, to;
} Range;

/* Bytes that buffers lie in: ranges from the highest down, where most are
 * added, with room between them. */
typedef VEC(Range) Taken;

/* The kernels between two, what is taken in all of their time, and what in some
 * of it, as far as that is not said of a stretch around. */
typedef struct Stretch Stretch;
struct Stretch {
    int first, last;
    Taken all, some;
    Stretch *half[2]; /* NULL for a single kernel */
};

static Stretch *stretch_new(Arena *arena, int first, int last)
{
    Stretch *s = NEW(arena, Stretch);
    int middle = first + (last - first) / 2;
    *s = (Stretch){.first = first, .last = last};
    if (first < last) {
        s->half[0] = stretch_new(arena, first, middle);
        s->half[1] = stretch_new(arena, middle + 1, last);
    }
    return s;
}

/* How many ranges end at a byte or behind it. */
static int count_up_to(const Taken *t, int64_t byte)
{
    int from = 0, to = t->n;
    while (from < to) {
        int middle = from + (to - from) / 2;
        if (t->at[middle].to < byte)
            to = middle;
        else
            from = middle + 1;
    }
    return from;
}

static void take(Arena *arena, Taken *t, Range r)
{
    int to = count_up_to(t, r.from), from = to, below = t->n - to;
    if (to > 0 && t->at[to - 1].from <= r.from && r.to <= t->at[to - 1].to)
        return;
    for (; from > 0 && t->at[from - 1].from <= r.to; from--) {
        const Range *o = &t->at[from - 1];
        r.from = o->from < r.from ? o->from : r.from;
        r.to = o->to > r.to ? o->to : r.to;
    }
    if (from == to)
        vec_push(arena, t, r);
    else
        t->n -= to - from - 1;
    if (below > 0 && to != from + 1)
        memmove(&t->at[from + 1], &t->at[to], (size_t)below * sizeof *t->at);
    t->at[from] = r;
}

/* The lowest range that meets another, or -1. */
static int find_meeting(const Taken *t, const Range *r)
{
    int i = count_up_to(t, r->from + 1) - 1;
    return i >= 0 && t->at[i].from < r->to ? i : -1;
}

/* Raises a range to where it finds room. */
static void rise(Range *r, const Taken *t)
{
    int64_t size = r->to - r->from;
    for (int i = find_meeting(t, r); i >= 0 && t->at[i].from < r->to; i--)
        *r = (Range){t->at[i].to, t->at[i].to + size};
}

/* The same for a buffer's whole life; the late first, where much of what is
 * kept for gradients lies from the first byte on. */
static void rise_in(Range *r, const Stretch *s, const Buffer *b)
{
    if (find_meeting(&s->some, r) < 0)
        return;
    if (b->first <= s->first && s->last <= b->last) {
        rise(r, &s->some);
        return;
    }
    rise(r, &s->all);
    if (b->last >= s->half[1]->first)
        rise_in(r, s->half[1], b);
    if (b->first <= s->half[0]->last)
        rise_in(r, s->half[0], b);
}

static void take_in(Arena *arena, Stretch *s, const Buffer *b, Range r)
{
    take(arena, &s->some, r);
    if (b->first <= s->first && s->last <= b->last) {
        take(arena, &s->all, r);
        return;
    }
    if (b->first <= s->half[0]->last)
        take_in(arena, s->half[0], b, r);
    if (b->last >= s->half[1]->first)
        take_in(arena, s->half[1], b, r);
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

/* Finds the buffer's place; returns where it ends. */
static int64_t place(Arena *arena, Stretch *all, Buffer *b, int64_t size)
{
    Range r = {0, size};
    if (b->place == PLACE_INPUT)
        b->first = 0;
    do {
        b->at = r.from;
        rise_in(&r, all, b);
    } while (r.from != b->at);
    take_in(arena, all, b, r);
    return r.to;
}

static void place_all(Plan *plan, bool plain)
{
    Buffer **sorted = NEWN(plan->arena, Buffer *, plan->buffers.n + 1);
    Stretch *all = stretch_new(plan->arena, 0, plan->kernels.n);
    int n = 0;
    for (int i = 0; i < plan->buffers.n; i++)
        if (planned(plan->buffers.at[i]))
            sorted[n++] = plan->buffers.at[i];
    qsort(sorted, (size_t)n, sizeof *sorted, by_size);
    for (int i = 0; i < n; i++) {
        int64_t size = bytes_of(sorted[i], plain);
        int64_t end = place(plan->arena, all, sorted[i], size);
        plan->workspace = end > plan->workspace ? end : plan->workspace;
    }
}

Plan *memplan(Plan *plan, const CodeOptions *options)
{
    touch_kernels(plan);
    touch_roots(plan);
    find_makers(plan);
    plan_scratch(plan, options);
    place_all(plan, options->plain);
    for (int i = 0; i < plan->kernels.n; i++)
        if (plan->kernels.at[i]->body)
            shift(plan->kernels.at[i]->body,
                  plan->kernels.at[i]->scratch_buffer
                      ? plan->kernels.at[i]->scratch_buffer->at
                      : 0);
    return plan;
}
