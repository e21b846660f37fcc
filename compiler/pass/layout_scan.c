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

static Root *body_root(const Scan *s, Role role, int index)
{
    Graph *g = s->body;
    for (int i = 0; i < g->roots.n; i++)
        if (g->roots.at[i].role == role && g->roots.at[i].index == index)
            return &g->roots.at[i];
    nnc_bug("a scan's body lacks root %d", index);
}

static bool is_arg(const Node *n, int index)
{
    return n->op == OP_ARG && n->attr.index == index;
}

typedef enum Held { HELD_NOT, HELD_BEFORE, HELD_AFTER } Held;

/* Whether stack j is state i itself. Only forwards: backwards the slots run
 * against time. */
static Held held(const Scan *s, int stack, int state)
{
    const Node *n = body_root(s, ROOT_STACK, stack)->node;
    if (s->backward)
        return HELD_NOT;
    if (is_arg(n, s->n_seq + state))
        return HELD_BEFORE;
    const Node *next = body_root(s, ROOT_STATE, state)->node;
    return n == next && n->op != OP_ARG ? HELD_AFTER : HELD_NOT;
}

static Held holder(const Scan *s, int stack, int *state)
{
    for (*state = 0; *state < s->n_state; ++*state) {
        Held h = held(s, stack, *state);
        if (h != HELD_NOT)
            return h;
    }
    return HELD_NOT;
}

static bool keeps_all(const Scan *s, int state)
{
    for (int j = 0; j < s->n_stack; j++) {
        int holds;
        if (holder(s, j, &holds) != HELD_NOT && holds == state)
            return true;
    }
    return false;
}

static void around_state(Plan *plan, Node *scan, int i)
{
    const Scan *s = scan->attr.scan;
    Node **first = &scan->in[s->n_seq + i];
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
    int state = pick->attr.index;
    Held h = HELD_NOT;
    if (state >= s->n_state)
        h = holder(s, pick->attr.index - s->n_state, &state);
    if (pick->attr.index < s->n_state || h != HELD_NOT) {
        const Node *first = k->anchor->in[s->n_seq + state];
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
    for (int i = 0; i < s->n_state; i++)
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
    Value v = outer->value[scan->in[s->n_seq + i]->id];
    v.kernel = NULL;
    v.moves = moves;
    v.step = shape_count(&scan->in[s->n_seq + i]->shape);
    v.wraps = !keeps_all(s, i);
    return v;
}

static void body_args(const Plan *outer, Plan *body, const Node *scan)
{
    const Scan *s = scan->attr.scan;
    for (int i = 0; i < s->body->nodes.n; i++) {
        const Node *n = s->body->nodes.at[i];
        if (n->op != OP_ARG)
            continue;
        int index = n->attr.index;
        Value *v = &body->value[n->id];
        if (index < s->n_seq) {
            *v = step_of(&outer->value[scan->in[index]->id]);
        } else if (index < s->n_seq + s->n_state) {
            *v = state_slot(outer, scan, index - s->n_seq, MOVES_NOW);
        } else {
            *v = outer->value[scan->in[index]->id];
            v->kernel = NULL;
        }
    }
}

static void body_root_at(Plan *body, Root *r, Value place)
{
    r->node = layout_root(body, r->node);
    place.kernel = body->value[r->node->id].kernel;
    body->value[r->node->id] = place;
}

static const Node *pick_of(const Plan *outer, const Node *scan, int index)
{
    for (int i = 0; i < outer->graph->nodes.n; i++) {
        const Node *n = outer->graph->nodes.at[i];
        if (n->op == OP_PICK && n->in[0] == scan && n->attr.index == index)
            return n;
    }
    return NULL;
}

static void body_roots(const Plan *outer, Plan *body, const Node *scan)
{
    const Scan *s = scan->attr.scan;
    int state;
    bool *alias = NEWN(body->arena, bool, s->n_stack);
    for (int j = 0; j < s->n_stack; j++)
        alias[j] = holder(s, j, &state) != HELD_NOT;
    for (int i = 0; i < s->n_state; i++)
        body_root_at(body, body_root(s, ROOT_STATE, i),
                     state_slot(outer, scan, i, MOVES_NEXT));
    for (int j = 0; j < s->n_stack; j++) {
        const Node *pick = pick_of(outer, scan, s->n_state + j);
        if (pick && !alias[j])
            body_root_at(body, body_root(s, ROOT_STACK, j),
                         step_of(&outer->value[pick->id]));
    }
}

/* Time must be one run of a stride. */
static void settle_sequences(Plan *plan, Node *scan)
{
    for (int i = 0; i < scan->attr.scan->n_seq; i++) {
        Node **x = &scan->in[i];
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
