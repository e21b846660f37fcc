/* layout_scan.c: places for what goes into a scan, round it and out of it.
 *
 * A state has a buffer of the plan around: two slots that alternate, or
 * steps + 1 where some stack is the state itself before or after each step,
 * so that the stack needs neither memory nor copying:
 *
 *     slot      0      1      2   ...  steps
 *     stacked before:  [0 .. steps - 1];  after: [1 .. steps]
 *
 * Slot 0 is filled by a copy kernel before the loop; the last state is read
 * from the slot where the loop ends. */
#include "pass/layout.h"

typedef enum Held { HELD_NOT, HELD_BEFORE, HELD_AFTER } Held;

/* Whether stack j is state i itself. Only forwards: backwards the slots run
 * against time. */
static Held held(const Scan *s, int stack, int state)
{
    const Node *n = scan_root(s, PORT_STACK, stack)->node;
    if (s->backward)
        return HELD_NOT;
    if (scan_is_arg(n, PORT_STATE) && n->attr.port.index == state)
        return HELD_BEFORE;
    const Node *next = scan_root(s, PORT_STATE, state)->node;
    return n == next && n->op != OP_ARG ? HELD_AFTER : HELD_NOT;
}

static Held holder(const Scan *s, int stack, int *state)
{
    for (*state = 0; *state < s->n[PORT_STATE]; ++*state) {
        Held h = held(s, stack, *state);
        if (h != HELD_NOT)
            return h;
    }
    return HELD_NOT;
}

static bool keeps_all(const Scan *s, int state)
{
    for (int j = 0; j < s->n[PORT_STACK]; j++) {
        int holds;
        if (holder(s, j, &holds) != HELD_NOT && holds == state)
            return true;
    }
    return false;
}

static void around_state(Plan *plan, Node *scan, int i)
{
    const Scan *s = scan->attr.scan;
    Node **first = scan_input(scan, (Port){PORT_STATE, i});
    int64_t count = shape_count(&(*first)->shape);
    int64_t slots = keeps_all(s, i) ? s->steps + 1 : 2;
    *first = layout_copy(plan, *first);
    layout_bind(plan, *first,
                layout_buffer(plan, PLACE_WORK, *first, slots * count),
                layout_dense(&(*first)->shape));
}

static void around_pick(Plan *plan, Kernel *k, Node *pick)
{
    const Scan *s = k->anchor->attr.scan;
    Value *v = &plan->value[pick->id];
    v->kernel = k;
    Layout l = layout_dense(&pick->shape);
    Port p = pick->attr.port;
    int state = p.index;
    Held h = p.kind == PORT_STACK ? holder(s, p.index, &state) : HELD_NOT;
    if (p.kind == PORT_STATE || h != HELD_NOT) {
        const Node *first = *scan_input(k->anchor, (Port){PORT_STATE, state});
        int64_t slot = h == HELD_BEFORE ? 0 : 1;
        if (h == HELD_NOT)
            slot = keeps_all(s, state) ? s->steps : s->steps % 2;
        l.offset = slot * shape_count(&first->shape);
        layout_bind(plan, pick, plan->value[first->id].buffer, l);
    } else {
        layout_bind(plan, pick, layout_buffer(plan, PLACE_WORK, pick, l.extent),
                    l);
    }
}

/* The body reads its arguments from memory, also what is one number. */
void layout_scan_around(Plan *plan, Kernel *k)
{
    const Scan *s = k->anchor->attr.scan;
    for (int i = 0; i < k->anchor->n_in; i++)
        if (plan_is_number(k->anchor->in[i]))
            k->anchor->in[i] = layout_copy(plan, k->anchor->in[i]);
    for (int i = 0; i < s->n[PORT_STATE]; i++)
        around_state(plan, k->anchor, i);
    for (int i = 0; i < plan->graph->nodes.n; i++) {
        Node *n = plan->graph->nodes.at[i];
        if (n->op == OP_PICK && n->in[0] == k->anchor)
            around_pick(plan, k, n);
    }
}

/* One step of a value over time. */
static Value step_of(const Value *outer)
{
    Value v = *outer;
    v.kernel = NULL;
    v.moves = MOVES_TIME;
    v.step = layout_stride(&outer->layout, 0);
    v.layout.rank--;
    for (int a = 0; a < v.layout.rank; a++)
        v.layout.axis[a] = outer->layout.axis[a + 1];
    return v;
}

static Value state_slot(const Plan *outer, const Node *scan, int i, Moves moves)
{
    const Scan *s = scan->attr.scan;
    const Node *first = *scan_input(scan, (Port){PORT_STATE, i});
    Value v = outer->value[first->id];
    v.kernel = NULL;
    v.moves = moves;
    v.step = shape_count(&first->shape);
    v.wraps = !keeps_all(s, i);
    return v;
}

static void body_args(const Plan *outer, Plan *body, const Node *scan)
{
    for (int i = 0; i < body->graph->nodes.n; i++) {
        const Node *n = body->graph->nodes.at[i];
        if (n->op != OP_ARG)
            continue;
        Port p = n->attr.port;
        Value *v = &body->value[n->id];
        const Value *from = &outer->value[(*scan_input(scan, p))->id];
        *v = *from;
        v->kernel = NULL;
        if (p.kind == PORT_SEQUENCE)
            *v = step_of(from);
        else if (p.kind == PORT_STATE)
            *v = state_slot(outer, scan, p.index, MOVES_NOW);
    }
}

static void body_root_at(Plan *body, Root *r, Value place)
{
    r->node = layout_root(body, r->node);
    place.kernel = body->value[r->node->id].kernel;
    body->value[r->node->id] = place;
}

/* By stack, the first PICK of it, or NULL. */
static const Node **find_picks(const Plan *outer, const Node *scan)
{
    const Node **pick =
        NEWN(outer->arena, const Node *, scan->attr.scan->n[PORT_STACK] + 1);
    for (int i = outer->graph->nodes.n - 1; i >= 0; i--) {
        const Node *n = outer->graph->nodes.at[i];
        if (n->op == OP_PICK && n->in[0] == scan &&
            n->attr.port.kind == PORT_STACK)
            pick[n->attr.port.index] = n;
    }
    return pick;
}

static void body_roots(const Plan *outer, Plan *body, const Node *scan)
{
    const Scan *s = scan->attr.scan;
    const Node **pick = find_picks(outer, scan);
    int state;
    for (int j = 0; j < s->n[PORT_STACK]; j++)
        if (holder(s, j, &state) != HELD_NOT)
            pick[j] = NULL;
    for (int i = 0; i < s->n[PORT_STATE]; i++)
        body_root_at(body, scan_root(s, PORT_STATE, i),
                     state_slot(outer, scan, i, MOVES_NEXT));
    for (int j = 0; j < s->n[PORT_STACK]; j++)
        if (pick[j])
            body_root_at(body, scan_root(s, PORT_STACK, j),
                         step_of(&outer->value[pick[j]->id]));
}

/* Time must be one run of a stride. */
static void settle_sequences(Plan *plan, Node *scan)
{
    for (int i = 0; i < scan->attr.scan->n[PORT_SEQUENCE]; i++) {
        Node **x = scan_input(scan, (Port){PORT_SEQUENCE, i});
        Layout dense = layout_dense(&(*x)->shape);
        if (plan->value[(*x)->id].layout.axis[0].n != 1)
            *x = layout_copy_as(plan, *x, &dense);
    }
}

void layout_scan_body(Plan *plan, Kernel *k, const CodeOptions *options)
{
    settle_sequences(plan, k->anchor);
    body_args(plan, k->body, k->anchor);
    body_roots(plan, k->body, k->anchor);
    layout(k->body, options);
}
