/* plan_check.c: proves that a finished plan can be run; see backend.h.
 *
 * In: a plan behind memplan. The kernels are replayed in their order, bodies
 * of scans twice, with a note for every buffer of the workspace: not written
 * yet, holding its values, or overwritten by another one. Nothing that the
 * planner believes about lifetimes is used. What must hold:
 *   - a kernel reads only values whose kernels have run, and whose bytes
 *     nobody has written since;
 *   - what a kernel writes, its scratch included, lies apart from what it
 *     reads and inside the workspace;
 *   - a tensor's old value is read by nobody once the new one is
 *     written, within one kernel only element by element;
 *   - every value lies inside its buffer. */
#include "pass/backend.h"

#include <stdlib.h>

typedef enum Held { HELD_NOTHING, HELD_VALUES, HELD_OTHERS } Held;

typedef struct Note {
    const Buffer *buffer;
    const Plan *plan; /* whose it is */
    int64_t from, to; /* bytes */
    Held held;
} Note;

typedef struct Replay {
    Arena *arena;
    const char *entry;
    int64_t workspace; /* bytes */
    bool plain;
    VEC(Note) notes;             /* in the order of their buffers' addresses */
    VEC(Note *) holding;         /* those that hold values, and some that did */
    VEC(const Buffer *) updated; /* tensors, in order */
} Replay;

static int64_t element_bytes(const Replay *r, Type type)
{
    return type == TYPE_BYTE ? 1 : type == TYPE_INT || !r->plain ? 4 : 8;
}

static const char *name_of(const Buffer *b)
{
    return b->name ? b->name : "a value";
}

static void add_notes(Replay *r, const Plan *plan)
{
    for (int i = 0; i < plan->buffers.n; i++) {
        const Buffer *b = plan->buffers.at[i];
        if (!buffer_in_work(b) || b->first < 0)
            continue;
        Note note = {.buffer = b, .plan = plan, .from = b->at};
        note.to = b->at + b->count * element_bytes(r, b->type);
        if (note.from < 0 || note.to > r->workspace)
            nnc_bug("%s: %s lies outside the workspace", r->entry, name_of(b));
        vec_push(r->arena, &r->notes, note);
    }
    for (int i = 0; i < plan->kernels.n; i++)
        if (plan->kernels.at[i]->body)
            add_notes(r, plan->kernels.at[i]->body);
}

static int by_buffer(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const Note *)a)->buffer;
    uintptr_t y = (uintptr_t)((const Note *)b)->buffer;
    return (x > y) - (x < y);
}

static Note *note_of(Replay *r, const Buffer *b)
{
    Note key = {.buffer = b}, *note = NULL;
    if (r->notes.n > 0)
        note = bsearch(&key, r->notes.at, (size_t)r->notes.n,
                       sizeof *r->notes.at, by_buffer);
    if (!note)
        nnc_bug("%s: %s has no place", r->entry, name_of(b));
    return note;
}

/* A scan's scratch is its body's workspace: they overlap by intent. */
static bool nested(const Note *a, const Note *b)
{
    for (const Plan *p = a->plan; p; p = p->outer)
        for (int i = 0; p->outer && i < p->outer->kernels.n; i++)
            if (p->outer->kernels.at[i]->body == p &&
                p->outer->kernels.at[i]->scratch_buffer == b->buffer)
                return true;
    return false;
}

static void hold(Replay *r, Note *note)
{
    note->held = HELD_VALUES;
    vec_push(r->arena, &r->holding, note);
}

static void write(Replay *r, const Buffer *b)
{
    if (!buffer_in_work(b))
        return;
    Note *to = note_of(r, b);
    if (to->held == HELD_OTHERS)
        nnc_bug("%s: %s is written again after its place was given away",
                r->entry, name_of(b));
    int kept = 0;
    for (int i = 0; i < r->holding.n; i++) {
        Note *n = r->holding.at[i];
        if (n != to && n->held == HELD_VALUES && n->from < to->to &&
            to->from < n->to && !nested(to, n))
            n->held = HELD_OTHERS;
        if (n != to && n->held == HELD_VALUES)
            r->holding.at[kept++] = n;
    }
    r->holding.n = kept;
    hold(r, to);
}

/* What a node shows: through views, and out of scans' bodies. */
static const Node *origin(const Plan **plan, const Node *n)
{
    for (;;) {
        if (plan_is_view(n) && !(*plan)->value[n->id].kernel) {
            n = n->in[0];
        } else if (n->op == OP_ARG && (*plan)->around) {
            n = *scan_input((*plan)->around, n->attr.port);
            *plan = (*plan)->outer;
        } else {
            return n;
        }
    }
}

static bool updated(const Replay *r, const Buffer *b)
{
    for (int i = 0; i < r->updated.n; i++)
        if (r->updated.at[i]->index == b->index)
            return true;
    return false;
}

/* The value with which kernel k writes the tensor itself, or NULL. */
static const Value *updates(const Plan *plan, const Kernel *k, const Buffer *b)
{
    for (int j = 0; j < k->stores.n; j++) {
        const Value *v = &plan->value[k->stores.at[j]->id];
        if (v->buffer && v->buffer->place == PLACE_TENSOR &&
            v->buffer->index == b->index)
            return v;
    }
    return NULL;
}

static void read_tensor(const Replay *r, const Plan *plan, const Kernel *k,
                        const Node *user, const Node *n, const Node *from)
{
    const Layout *l = &plan->value[n->id].layout;
    const Buffer *b = plan->value[n->id].buffer;
    const Value *to = updates(plan, k, b);
    bool old = from->op == OP_TENSOR;
    bool each = to && plan_reads_each(user, n) &&
                l->offset == to->layout.offset && layout_equal(l, &to->layout);
    if (updated(r, b) == old)
        nnc_bug("%s: kernel %d reads %s too %s", r->entry, k->position,
                name_of(b), old ? "late" : "early");
    if (old && !each && to)
        nnc_bug("%s: kernel %d overwrites %s while it is read", r->entry,
                k->position, name_of(b));
}

/* A value that is read from memory: in its place, and already computed. */
static void read(Replay *r, const Plan *plan, const Kernel *k, const Node *user,
                 const Node *n)
{
    const Buffer *b = plan->value[n->id].buffer;
    const Plan *at = plan;
    const Node *from = origin(&at, n);
    const Kernel *made = at->value[from->id].kernel;
    if (!b)
        nnc_bug("%s: kernel %d reads node %d, which is not stored", r->entry,
                k->position, n->id);
    if (at == plan && made && made->position >= k->position)
        nnc_bug("%s: kernel %d reads node %d before it is computed", r->entry,
                k->position, n->id);
    if (b->place == PLACE_TENSOR)
        read_tensor(r, plan, k, user, n, from);
    else if (buffer_in_work(b) && note_of(r, b)->held != HELD_VALUES)
        nnc_bug("%s: kernel %d reads %s, whose place is %s", r->entry,
                k->position, name_of(b),
                note_of(r, b)->held == HELD_OTHERS ? "overwritten"
                                                   : "not written");
}

static void read_inputs(Replay *r, const Plan *plan, const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        for (int i = 0; i < n->n_in; i++)
            if (!kernel_has(k, n->in[i]) && !plan_is_number(n->in[i]))
                read(r, plan, k, n, n->in[i]);
    }
}

/* All bytes that a value's places can take, time and slots included. */
static void check_places(const Replay *r, const Plan *plan, const Node *n)
{
    const Value *v = &plan->value[n->id];
    int64_t low = v->layout.offset, high = low;
    if (!v->buffer)
        return;
    for (int a = 0; a < v->layout.rank; a++)
        for (int i = 0; i < v->layout.axis[a].n; i++) {
            Piece p = v->layout.axis[a].piece[i];
            *(p.stride < 0 ? &low : &high) += (p.size - 1) * p.stride;
        }
    int64_t turns = v->moves == MOVES_NOT    ? 0
                    : v->moves == MOVES_TIME ? plan->scan->steps - 1
                    : v->wraps               ? 1
                               : plan->scan->steps - (v->moves == MOVES_NOW);
    high += turns * v->step;
    if (low < 0 || high >= v->buffer->count)
        nnc_bug("%s: node %d lies outside %s", r->entry, n->id,
                name_of(v->buffer));
}

static void run(Replay *r, const Plan *plan);

static void run_kernel(Replay *r, const Plan *plan, const Kernel *k)
{
    if (k->empty)
        return;
    for (int i = 0; i < k->position; i++)
        if (plan->kernels.at[i]->feeds == k)
            run_kernel(r, plan, plan->kernels.at[i]);
    read_inputs(r, plan, k);
    if (k->scratch_buffer)
        write(r, k->scratch_buffer);
    if (k->body) {
        run(r, k->body);
        run(r, k->body);
    }
    for (int j = 0; j < k->stores.n; j++) {
        const Buffer *b = plan->value[k->stores.at[j]->id].buffer;
        if (b && buffer_in_work(b))
            write(r, b);
    }
    read_inputs(r, plan, k);
    for (int j = 0; j < k->stores.n; j++) {
        const Buffer *b = plan->value[k->stores.at[j]->id].buffer;
        if (b && b->place == PLACE_TENSOR)
            vec_push(r->arena, &r->updated, b);
    }
}

static void run(Replay *r, const Plan *plan)
{
    for (int i = 0; i < r->notes.n; i++)
        if (r->notes.at[i].plan == plan && plan->scan)
            r->notes.at[i].held = HELD_NOTHING;
    for (int i = 0; i < plan->kernels.n; i++)
        run_kernel(r, plan, plan->kernels.at[i]);
    for (int i = 0; i < plan->graph->nodes.n; i++)
        check_places(r, plan, plan->graph->nodes.at[i]);
}

void plan_check(const Plan *plan, const CodeOptions *options)
{
    Replay r = {.arena = plan->arena,
                .entry = plan->entry->name,
                .workspace = plan->workspace,
                .plain = options->plain};
    add_notes(&r, plan);
    if (r.notes.n > 1)
        qsort(r.notes.at, (size_t)r.notes.n, sizeof *r.notes.at, by_buffer);
    for (int i = 0; i < r.notes.n; i++)
        if (r.notes.at[i].buffer->place == PLACE_INPUT)
            hold(&r, &r.notes.at[i]);
    run(&r, plan);
    for (int i = 0; i < plan->graph->roots.n; i++) {
        const Root *root = &plan->graph->roots.at[i];
        const Buffer *b = plan->value[root->node->id].buffer;
        bool scalar = root->role == ROOT_LOSS || root->role == ROOT_METRIC;
        if (scalar && b && buffer_in_work(b) &&
            note_of(&r, b)->held != HELD_VALUES)
            nnc_bug("%s: a sum is gone before it is read", r.entry);
    }
}
