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
 *   - the entry's record tells what kinds of tensors get new values;
 *   - a tensor's old value is read by nobody once the new one is
 *     written, within one kernel only element by element;
 *   - every value lies inside its buffer. */
#include "pass/backend.h"

#include <stdlib.h>

typedef enum Held { HELD_NOTHING, HELD_VALUES, HELD_OTHERS } Held;

typedef struct Note {
    const Buffer *buffer;
    int64_t from, to; /* bytes */
    int first, end;   /* slots */
    int written;      /* which write filled it; 0: none yet */
} Note;

typedef struct Replay {
    Arena *arena;
    const char *entry;
    int64_t workspace; /* bytes */
    bool plain;
    VEC(Note) notes;           /* in the order of their buffers' addresses */
    VEC(int64_t) edges;        /* of slots, in which nothing begins or ends */
    int *last;                 /* by slot: the last write into it */
    int writes;                /* so far */
    VEC(const Kernel *) ahead; /* that wait for the scan that runs them */
    bool *updated;             /* by tensor */
} Replay;

static int64_t element_bytes(const Replay *r, Type type)
{
    return type == TYPE_BYTE ? 1 : type == TYPE_INT || !r->plain ? 4 : 8;
}

static const char *name_of(const Buffer *b)
{
    return b->name ? b->name : "a value";
}

static bool has_place(const Buffer *b)
{
    return buffer_in_work(b) && b->first >= 0;
}

static void add_notes(Replay *r, const Plan *plan)
{
    for (int i = 0; i < plan->buffers.n; i++) {
        const Buffer *b = plan->buffers.at[i];
        if (!has_place(b))
            continue;
        Note note = {.buffer = b, .from = b->at};
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

static int by_byte(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int slot_of(const Replay *r, int64_t byte)
{
    const int64_t *at = bsearch(&byte, r->edges.at, (size_t)r->edges.n,
                                sizeof *r->edges.at, by_byte);
    return (int)(at - r->edges.at);
}

/* Cuts the workspace where buffers begin and end. */
static void cut(Replay *r)
{
    int n = 0;
    for (int i = 0; i < r->notes.n; i++) {
        vec_push(r->arena, &r->edges, r->notes.at[i].from);
        vec_push(r->arena, &r->edges, r->notes.at[i].to);
    }
    qsort(r->edges.at, (size_t)r->edges.n, sizeof *r->edges.at, by_byte);
    for (int i = 0; i < r->edges.n; i++)
        if (n == 0 || r->edges.at[i] != r->edges.at[n - 1])
            r->edges.at[n++] = r->edges.at[i];
    r->edges.n = n;
    r->last = NEWN(r->arena, int, n + 1);
    for (int i = 0; i < r->notes.n; i++) {
        r->notes.at[i].first = slot_of(r, r->notes.at[i].from);
        r->notes.at[i].end = slot_of(r, r->notes.at[i].to);
    }
}

static Held held(const Replay *r, const Note *note)
{
    if (note->written == 0)
        return HELD_NOTHING;
    for (int i = note->first; i < note->end; i++)
        if (r->last[i] != note->written)
            return HELD_OTHERS;
    return HELD_VALUES;
}

/* A scan's scratch is its body's workspace: nobody reads it as such. */
static void write(Replay *r, const Buffer *b)
{
    if (!buffer_in_work(b))
        return;
    Note *to = note_of(r, b);
    if (held(r, to) == HELD_OTHERS)
        nnc_bug("%s: %s is written again after its place was given away",
                r->entry, name_of(b));
    to->written = ++r->writes;
    for (int i = to->first; i < to->end; i++)
        r->last[i] = r->writes;
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
    if (r->updated[b->index] == old)
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
    else if (buffer_in_work(b) && held(r, note_of(r, b)) != HELD_VALUES)
        nnc_bug("%s: kernel %d reads %s, whose place is %s", r->entry,
                k->position, name_of(b),
                note_of(r, b)->written ? "overwritten" : "not written");
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

static void run_kernel(Replay *r, const Plan *plan, const Kernel *k);

/* What the loop of a scan runs for itself. */
static void run_ahead(Replay *r, const Plan *plan, const Kernel *scan)
{
    int wait = 0;
    for (int i = 0; i < r->ahead.n; i++)
        if (r->ahead.at[i]->feeds == scan)
            run_kernel(r, plan, r->ahead.at[i]);
        else
            r->ahead.at[wait++] = r->ahead.at[i];
    r->ahead.n = wait;
}

static void run_kernel(Replay *r, const Plan *plan, const Kernel *k)
{
    if (k->empty)
        return;
    if (k->body)
        run_ahead(r, plan, k);
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
            r->updated[b->index] = true;
    }
}

static void run(Replay *r, const Plan *plan)
{
    for (int i = 0; plan->scan && i < plan->buffers.n; i++)
        if (has_place(plan->buffers.at[i]))
            note_of(r, plan->buffers.at[i])->written = 0;
    for (int i = 0; i < plan->kernels.n; i++) {
        run_kernel(r, plan, plan->kernels.at[i]);
        if (plan->kernels.at[i]->feeds)
            vec_push(r->arena, &r->ahead, plan->kernels.at[i]);
    }
    for (int i = 0; i < plan->graph->nodes.n; i++)
        check_places(r, plan, plan->graph->nodes.at[i]);
}

static void check_record(const Plan *plan)
{
    const Entry *e = plan->entry;
    for (int i = 0; i < plan->graph->roots.n; i++) {
        const Root *root = &plan->graph->roots.at[i];
        if (root->role != ROOT_TENSOR)
            continue;
        const Tensor *t = &plan->program->tensors.at[root->index];
        bool carried = t->kind == TENSOR_CARRIED || t->kind == TENSOR_HANDED;
        if (!(carried ? e->carries != CARRIES_NOTHING : e->updates))
            nnc_bug("%s: its record tells of no new value of %s", e->name,
                    t->name);
    }
}

void plan_check(const Plan *plan, const CodeOptions *options)
{
    check_record(plan);
    Replay r = {.arena = plan->arena,
                .entry = plan->entry->name,
                .workspace = plan->workspace,
                .plain = options->plain,
                .updated =
                    NEWN(plan->arena, bool, plan->program->tensors.n + 1)};
    add_notes(&r, plan);
    if (r.notes.n > 0) {
        qsort(r.notes.at, (size_t)r.notes.n, sizeof *r.notes.at, by_buffer);
        cut(&r);
    }
    for (int i = 0; i < r.notes.n; i++)
        if (r.notes.at[i].buffer->place == PLACE_INPUT)
            write(&r, r.notes.at[i].buffer);
    run(&r, plan);
    for (int i = 0; i < plan->graph->roots.n; i++) {
        const Root *root = &plan->graph->roots.at[i];
        const Buffer *b = plan->value[root->node->id].buffer;
        bool scalar = root->role == ROOT_LOSS || root->role == ROOT_METRIC;
        if (scalar && b && buffer_in_work(b) &&
            held(&r, note_of(&r, b)) != HELD_VALUES)
            nnc_bug("%s: a sum is gone before it is read", r.entry);
    }
}
