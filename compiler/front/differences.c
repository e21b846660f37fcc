/* differences.c: walks down from losses and metrics; see differences.h.
 *
 * A path is PLAIN until a function other than a sum is met, then BENT: there
 * a difference compares its sides. A sum with another value makes it MIXED,
 * until the next function. Below a difference nothing else is compared. */
#include "front/differences.h"

#include "ir/same.h"

/* Of a row whose units are looked for, one by one. */
enum { MOST_VALUES = 1 << 20 };

typedef enum Path { PLAIN, BENT, MIXED, BELOW, PATHS } Path;

/* What a spot shows is compared with a value of this unit. */
typedef struct Mark {
    struct Mark *next; /* in the same bucket */
    Spot spot;
    Measure unit, other;
    bool clash; /* with another one of other unit as well */
} Mark;

typedef struct Visit {
    const Node *node;
    Path path;
    bool joined; /* with a transformed number, on the way down */
} Visit;

typedef bool Seen[PATHS][2]; /* joined or not */

struct Differences {
    Elab *e;
    Node **first; /* by node id: the first that computes the same */
    bool *used;   /* by input: something is made of it */
    /* by node id */
    bool *varies;  /* depends on an input or parameter */
    bool *tainted; /* made element by element of transformed numbers */
    bool *met;     /* some of its way to the loss is joined with such */
    Seen *seen;
    Mark **marks; /* by a hash of node and element */
    unsigned buckets, n_marks;
    VEC(Visit) todo;
};

/* Whether elements of the result come from elements of the inputs, a few. */
static bool is_local(const Node *n)
{
    OpClass class = op_table[n->op].class;

    return class == CLASS_MAP || class == CLASS_REDUCE || class == CLASS_VIEW;
}

static void color(Differences *d, const Node *n)
{
    const Program *p = d->e->program;
    bool input = n->op == OP_INPUT;

    d->varies[n->id] = input || n->op == OP_TENSOR;
    d->tainted[n->id] = input && elab_changes(p, n->attr.index);
    for (int i = 0; i < n->n_in; i++) {
        if (n->in[i]->op == OP_INPUT)
            d->used[n->in[i]->attr.index] = true;
        d->varies[n->id] |= d->varies[n->in[i]->id];
        d->tainted[n->id] |= is_local(n) && d->tainted[n->in[i]->id];
    }
}

static void push(Differences *d, const Node *n, Path path, bool joined)
{
    bool *seen = &d->seen[n->id][path][joined];

    if (!*seen)
        vec_push(d->e->arena, &d->todo, ((Visit){n, path, joined}));
    *seen = true;
}

/* Goes on with every input that is no number; one is joined with others. */
static void push_all(Differences *d, const Visit *v, Path path, bool joins)
{
    const Node *n = v->node;

    for (int i = 0; i < n->n_in; i++) {
        bool joined = v->joined;

        for (int k = 0; joins && k < n->n_in; k++)
            joined |= k != i && d->tainted[n->in[k]->id];
        if (d->varies[n->in[i]->id])
            push(d, n->in[i], path, joined);
    }
}

/* What a spot shows, by the first node that computes it: what is written
 * twice is one value. */
static Spot first_of(const Differences *d, Spot s)
{
    s.node = d->first[s.node->id];
    return s;
}

/* The bucket of an element. */
static Mark **bucket(const Differences *d, Spot s)
{
    uint64_t key = (uint64_t)s.at * 0x9e3779b97f4a7c15u + (uint64_t)s.node->id;

    return &d->marks[(key ^ key >> 32) % d->buckets];
}

/* The mark of a spot; with `any`, also times or plus another number. */
static Mark *find_mark(const Differences *d, Spot s, bool any)
{
    Mark *m;

    s = first_of(d, s);
    m = *bucket(d, s);
    while (m && (m->spot.node != s.node || m->spot.at != s.at ||
                 (!any && (m->spot.by != s.by || m->spot.plus != s.plus))))
        m = m->next;
    return m;
}

static void add_mark(Differences *d, Mark *m)
{
    Mark **old = d->marks;
    unsigned n = d->buckets;

    if (d->n_marks++ >= d->buckets) {
        d->buckets *= 2;
        d->marks = NEWN(d->e->arena, Mark *, d->buckets);
        for (unsigned i = 0; i < n; i++)
            while (old[i]) {
                Mark *moved = old[i], **to = bucket(d, moved->spot);

                old[i] = moved->next;
                moved->next = *to;
                *to = moved;
            }
    }
    m->next = *bucket(d, m->spot);
    *bucket(d, m->spot) = m;
}

/* Notes that two values are equal where the model is right. Targets win over
 * inputs; otherwise there is to be one unit. */
static void mark(Differences *d, Spot value, Spot known, Measure u)
{
    const Program *p = d->e->program;
    bool target = u.input >= p->n_inputs;
    Mark *m;

    value.plus = (value.plus - known.plus) / known.by;
    value.by /= known.by;
    m = find_mark(d, value, false);
    if (!m) {
        m = NEW(d->e->arena, Mark);
        *m = (Mark){.spot = first_of(d, value), .unit = u};
        add_mark(d, m);
    } else if (m->unit.input < p->n_inputs && target) {
        m->unit = u;
        m->clash = false;
    } else if (target == (m->unit.input >= p->n_inputs) &&
               !elab_same_unit(p, m->unit, u)) {
        m->clash = true;
        m->other = u;
    }
}

/* The unit of an input itself. */
static bool input_unit(const Differences *d, Spot s, Measure *u)
{
    const Input *in;

    if (s.node->op != OP_INPUT)
        return false;
    in = &d->e->program->inputs.at[s.node->attr.index];
    *u = (Measure){s.node->attr.index, s.at};
    return in->type == TYPE_REAL && s.at < shape_count(&in->shape);
}

/* The two sides of a difference; of a sum with a negated one too. */
static void sides(const Node *n, int64_t i, Spot out[2])
{
    for (int k = 0; k < 2; k++)
        out[k] = trace_operand(n, i, k);
    if (n->op == OP_ADD) {
        out[1].by = -out[1].by;
        out[1].plus = -out[1].plus;
    }
}

static bool is_difference(const Node *n)
{
    Spot s[2];

    if (n->op == OP_SUB)
        return true;
    if (n->op != OP_ADD)
        return false;
    sides(n, 0, s);
    return s[0].by * s[1].by > 0;
}

static void compare(Differences *d, const Node *n)
{
    int64_t count = trace_row(n);

    for (int64_t i = 0; count <= MOST_VALUES && i < count; i++) {
        Spot s[2];
        Measure u;

        sides(n, i, s);
        for (int k = 0; k < 2; k++)
            if (s[1 - k].node->op != OP_INPUT && input_unit(d, s[k], &u))
                mark(d, s[1 - k], s[k], u);
    }
}

/* A sum or difference of two values. */
static void visit_sum(Differences *d, const Visit *v)
{
    bool compares = v->path == BENT && is_difference(v->node);
    Path path = v->path;

    if (compares)
        compare(d, v->node);
    if (compares || (path == MIXED && v->node->op == OP_SUB))
        path = BELOW;
    else if (path == BENT)
        path = MIXED;
    push_all(d, v, path, path != PLAIN);
}

/* Whether a difference behind the operator is one before it, but for a factor
 * or something added that do not vary. */
static bool is_linear(const Differences *d, const Node *n)
{
    unsigned linear = op_table[n->op].linear;
    int varying = 0;

    if (op_table[n->op].class != CLASS_MAP)
        return true;
    while (varying < n->n_in - 1 && !d->varies[n->in[varying]->id])
        varying++;
    for (int i = varying + 1; i < n->n_in; i++)
        if (d->varies[n->in[i]->id])
            return false;
    return linear & (OP_TOGETHER | OP_IN(varying));
}

static void visit(Differences *d, const Visit *v)
{
    const Node *n = v->node;

    d->met[n->id] |= v->joined;
    if (!is_local(n))
        return;
    if (is_linear(d, n) || v->path == BELOW)
        push_all(d, v, v->path, v->path == BELOW);
    else if (n->op == OP_ADD || n->op == OP_SUB)
        visit_sum(d, v);
    else
        push_all(d, v, BENT, true);
}

Differences *differences_find(Elab *e)
{
    Differences *d = NEW(e->arena, Differences);
    int n = e->graph->nodes.n + 1;

    d->e = e;
    d->first = same_first(e->graph);
    d->used = NEWN(e->arena, bool, e->program->inputs.n + 1);
    d->varies = NEWN(e->arena, bool, n);
    d->tainted = NEWN(e->arena, bool, n);
    d->met = NEWN(e->arena, bool, n);
    d->buckets = 64;
    d->marks = NEWN(e->arena, Mark *, d->buckets);
    d->seen = NEWN(e->arena, Seen, n);
    for (int i = 0; i < e->graph->nodes.n; i++)
        color(d, e->graph->nodes.at[i]);
    for (int i = 0; i < e->losses.n; i++)
        push(d, e->losses.at[i]->node, PLAIN, false);
    for (int i = 0; i < e->metrics.n; i++)
        push(d, e->metrics.at[i]->node, PLAIN, false);
    while (d->todo.n > 0) {
        Visit v = d->todo.at[--d->todo.n];

        visit(d, &v);
    }
    return d;
}

bool differences_unit(const Differences *d, Spot spot, bool any, Measure *unit)
{
    const Mark *m = find_mark(d, spot, any);

    if (input_unit(d, spot, unit))
        return any || (spot.by == 1 && spot.plus == 0);
    if (!m || m->clash)
        return false;
    *unit = m->unit;
    return true;
}

bool differences_uses(const Differences *d, int input)
{
    return d->used[input];
}

bool differences_clash(const Differences *d, const Node *node, Measure two[2])
{
    for (int64_t i = 0; i < trace_row(node); i++) {
        const Mark *m = find_mark(d, trace(node, i), false);

        if (!m || !m->clash)
            continue;
        two[0] = m->unit;
        two[1] = m->other;
        return true;
    }
    return false;
}

bool differences_meet(const Differences *d, const Node *node)
{
    Arena *scratch = arena_scratch(d->e->arena); /* many losses ask this */
    bool *seen = NEWN(scratch, bool, d->e->graph->nodes.n), meets = false;
    VEC(const Node *) todo = {0};

    vec_push(scratch, &todo, node);
    while (todo.n > 0 && !meets) {
        const Node *n = todo.at[--todo.n];

        meets = d->met[n->id] || d->tainted[n->id];
        for (int i = 0; i < n->n_in && is_local(n); i++)
            if (!seen[n->in[i]->id]) {
                seen[n->in[i]->id] = true;
                vec_push(scratch, &todo, n->in[i]);
            }
    }
    arena_free(scratch);
    return meets;
}
