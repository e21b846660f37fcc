/* next.c: one step of a network that reads what it writes.
 *
 * In: a graph of inference over all steps of an input of ids. Out: a graph of
 * one step. A value of the first either stays, the same at all steps, or moves:
 * it has a part for each step of the input, which depends on that step and on
 * earlier ones alone. Of what moves the second graph has this part, an axis of
 * as many steps being one of 1; a loop over time is its body, once, and states
 * are carried from call to call. What stays because other inputs tell it is
 * computed once, before the first step. What would need a later step is refused
 * where the text says so. */
#include "front/next.h"

#include "front/next_walk.h"
#include "ir/scan.h"

/* Where an axis of so many steps is, of which one takes `flat` elements; false
 * where it is cut. */
static bool find_axis(const Next *s, const Shape *shape, int64_t flat,
                      Moment *m)
{
    int64_t within = shape_count(shape);

    for (int a = 0; a < shape->rank; a++) {
        within /= shape->dim[a];
        if (flat % within == 0 &&
            shape->dim[a] % (flat / within * s->steps) == 0) {
            *m = (Moment){.moves = true, .axis = a, .apart = flat / within};
            return true;
        }
    }
    return false;
}

/* Elements of all axes behind the one that m moves along, times `apart`. */
static int64_t flat_of(const Moment *m, const Shape *shape)
{
    int64_t flat = m->apart;

    for (int a = m->axis + 1; a < shape->rank; a++)
        flat *= shape->dim[a];
    return flat;
}

/* Whether the operator treats places along an axis together. */
static bool goes_along(const Node *n, int axis)
{
    switch (op_table[n->op].attr) {
    case ATTR_AXIS:
        return n->attr.axis == axis;
    case ATTR_AXES:
        return n->attr.axes >> axis & 1;
    case ATTR_PART:
        return n->attr.part.axis == axis;
    default:
        return false;
    }
}

/* The first input that moves. */
static const Moment *moving(const Next *s, const Node *n)
{
    for (int k = 0; k < n->n_in; k++)
        if (s->at[n->in[k]->id].moves)
            return &s->at[n->in[k]->id];
    return NULL;
}

/* What stays, of the one step that meets what moves as m says; NULL after a
 * message. */
static Node *met(Next *s, const Node *n, const Node *still, const Moment *m)
{
    Shape shape = still->shape;

    if (s->steps == 1 || shape.dim[m->axis] == 1)
        return next_still(s, still);
    shape.dim[m->axis] /= s->steps;
    if (still->op == OP_CONST)
        return graph_const_shaped(s->to, still->attr.value, shape, still);
    if (still->op == OP_BROADCAST && still->in[0]->shape.dim[m->axis] == 1)
        return graph_broadcast(s->to, next_still(s, still->in[0]), shape);
    if (m->apart == 1 && still->shape.dim[m->axis] == s->steps &&
        still->type == TYPE_REAL)
        return next_part(s, next_still(s, still), m->axis,
                         n->shape.dim[m->axis == 0]);
    next_refuse_later(s, n, "what has a value of its own for each step");
    return NULL;
}

/* Operators that keep their axes apart. */
static void axis_by_axis(Next *s, const Node *n)
{
    Moment m = *moving(s, n);
    Node **in = NEWN(s->to->arena, Node *, n->n_in);

    m.stack = NULL;
    for (int k = 0; k < n->n_in; k++)
        if (s->at[n->in[k]->id].past)
            m = s->at[n->in[k]->id];
    if (m.past && goes_along(n, m.past - 1) &&
        (n->op != OP_SOFTMAX || m.after != AFTER_HIDDEN)) {
        next_refuse_ahead(s, n);
        return;
    }
    if (s->steps > 1 && goes_along(n, m.axis)) {
        next_refuse_ahead(s, n);
        return;
    }
    for (int k = 0; k < n->n_in; k++) {
        const Moment *of = &s->at[n->in[k]->id];

        in[k] = of->moves ? of->node : met(s, n, n->in[k], &m);
        if (!in[k])
            return;
        if (of->moves && (of->axis != m.axis || of->apart != m.apart ||
                          (of->past && of->past != m.past))) {
            next_refuse_later(s, n, "a sum of steps with each other");
            return;
        }
    }
    if (m.past)
        m.after = next_after(s, n, &m);
    next_append(s, n, in, m);
}

static void reshape(Next *s, const Node *n)
{
    const Moment *of = &s->at[n->in[0]->id];
    Moment m, past = {.axis = of->past - 1, .apart = 1};

    if (!find_axis(s, &n->shape, flat_of(of, &n->in[0]->shape), &m)) {
        next_refuse_ahead(s, n);
        return;
    }
    if (of->past) {
        if (!find_axis(s, &n->shape, flat_of(&past, &n->in[0]->shape), &past) ||
            past.apart != 1 || n->shape.dim[past.axis] != s->steps) {
            next_refuse_ahead(s, n);
            return;
        }
        m.past = past.axis + 1;
        m.after = of->after;
    }
    next_append(s, n, &of->node, m);
}

static void transpose(Next *s, const Node *n)
{
    const Moment *of = &s->at[n->in[0]->id];
    Moment m = *of;

    for (int a = 0; a < n->shape.rank; a++) {
        if (n->attr.perm[a] == of->axis)
            m.axis = a;
        if (of->past && n->attr.perm[a] == of->past - 1)
            m.past = a + 1;
    }
    next_append(s, n, &of->node, m);
}

/* A product of what moves in its rows or columns with what stays. */
static void matmul(Next *s, const Node *n)
{
    const Moment *a = &s->at[n->in[0]->id], *b = &s->at[n->in[1]->id];
    const Moment *of = a->moves ? a : b;
    bool turned = a->moves ? n->attr.mm.ta : !n->attr.mm.tb;
    int last = n->shape.rank - 1, row = turned ? last : last - 1;
    Node *in[2] = {a->node, b->node};
    Moment m = *of;

    if (a->moves && b->moves) {
        next_matmul(s, n);
        return;
    }
    if (of->past) {
        next_refuse_ahead(s, n);
        return;
    }
    if (s->steps > 1 && of->axis < last - 1) {
        next_refuse_later(s, n, "a product of its own for each step");
        return;
    }
    if (s->steps > 1 && of->axis != row) {
        next_refuse_ahead(s, n);
        return;
    }
    m.axis = a->moves ? last - 1 : last;
    in[a->moves] = next_still(s, n->in[a->moves]);
    next_append(s, n, in, m);
}

/* Rows of a table that ids name. */
static void gather(Next *s, const Node *n)
{
    Node *in[2] = {s->at[n->in[0]->id].node, NULL};

    if (s->at[n->in[1]->id].moves) {
        next_refuse_ahead(s, n);
        return;
    }
    in[1] = next_still(s, n->in[1]);
    next_append(s, n, in, s->at[n->in[0]->id]);
}

/* What goes into the body for this leaf; NULL with a message. */
static Node *leaf(Next *s, const Node *scan, const Node *arg)
{
    Port port = arg->attr.port;
    const Node *outside = *scan_input(scan, port);
    const Moment *m = &s->at[outside->id];

    if (port.kind == PORT_SEQUENCE && m->moves)
        return graph_reshape(s->to, m->node, arg->shape);
    if (port.kind == PORT_SEQUENCE && outside->type == TYPE_REAL)
        return graph_reshape(
            s->to, next_part(s, next_still(s, outside), 0, s->to->batch),
            arg->shape);
    if (port.kind == PORT_FIXED && !m->moves)
        return next_still(s, outside);
    if (port.kind == PORT_STATE && !m->moves)
        return next_begun(s, outside, scan, arg->name ? arg->name : "state");
    if (m->moves)
        next_refuse_ahead(s, scan);
    else
        next_refuse_later(s, scan, "a loop over ids that are not generated");
    return NULL;
}

/* The body's nodes, once; NULL after a message. */
static Node **run_body(Next *s, const Node *scan)
{
    const Graph *body = scan->attr.scan->body;
    Node **in = NEWN(s->to->arena, Node *, body->nodes.n);

    for (int i = 0; i < body->nodes.n; i++) {
        const Node *n = body->nodes.at[i];

        in[i] = n->op == OP_ARG
                    ? leaf(s, scan, n)
                    : graph_copy(s->to, n, graph_mapped(body, n, in));
        if (!in[i])
            return NULL;
    }
    return in;
}

static void loop(Next *s, const Node *n)
{
    const Scan *scan = n->attr.scan;
    Moment *m = &s->at[n->id];
    Node **step;

    if (scan->backward) {
        next_refuse_ahead(s, n);
        return;
    }
    step = run_body(s, n);
    if (!step)
        return;
    for (int i = 0; i < scan->body->nodes.n; i++) {
        const Node *arg = scan->body->nodes.at[i];

        if (scan_is_arg(arg, PORT_STATE))
            graph_root(s->to,
                       step[scan_root(scan, PORT_STATE, arg->attr.port.index)
                                ->node->id],
                       ROOT_TENSOR, step[i]->attr.index);
    }
    *m = (Moment){.moves = true, .apart = 1};
    m->stack = NEWN(s->to->arena, Node *, scan->n[PORT_STACK] + 1);
    for (int i = 0; i < scan->n[PORT_STACK]; i++) {
        Node *value = step[scan_root(scan, PORT_STACK, i)->node->id];

        m->stack[i] =
            graph_reshape(s->to, value, shape_prepend(1, &value->shape));
    }
}

static void pick(Next *s, const Node *n)
{
    Moment m = s->at[n->in[0]->id];

    if (n->attr.port.kind == PORT_STATE) {
        next_refuse(s, n, "this looks ahead: the last state comes at the end");
        return;
    }
    m.node = m.stack[n->attr.port.index];
    m.stack = NULL;
    s->at[n->id] = m;
}

/* Zeros along time: before the first step they are what was before it. */
static void pad(Next *s, const Node *n)
{
    Moment m = s->at[n->in[0]->id];
    int64_t begin = n->attr.part.begin;

    if (n->attr.part.axis != m.axis) {
        axis_by_axis(s, n);
    } else if (m.apart > 1 || n->attr.part.size != begin + s->steps) {
        next_refuse_ahead(s, n);
    } else {
        m.before = begin;
        s->at[n->id] = m;
    }
}

/* Windows that end at their step: the steps before it are carried. */
static void windows(Next *s, const Node *n)
{
    Moment m = s->at[n->in[0]->id];
    int64_t reach = (n->attr.slide.size - 1) * n->attr.slide.apart;
    Shape shape = m.node->shape;
    Node *in[2], *all = m.node;

    if (n->attr.slide.axis != m.axis || n->attr.slide.stride != 1 ||
        reach != m.before) {
        next_refuse_ahead(s, n);
        return;
    }
    if (reach > 0) {
        shape.dim[m.axis] = reach;
        in[0] = next_carried(s, TENSOR_CARRIED, shape, 0, n, "before");
        in[1] = m.node;
        all = graph_concat(s->to, 2, in, m.axis);
        graph_root(s->to, graph_slice(s->to, all, m.axis, 1, reach),
                   ROOT_TENSOR, in[0]->attr.index);
    }
    m.node = graph_add(s->to, n->op, 1, &all, n->attr, n);
    m.before = 0;
    s->at[n->id] = m;
}

static void step_of(Next *s, const Node *n)
{
    if (moving(s, n)->before > 0 && n->op != OP_WINDOWS) {
        next_refuse_later(s, n, "zeros before the first step");
        return;
    }
    switch (n->op) {
    case OP_RESHAPE:
        reshape(s, n);
        break;
    case OP_TRANSPOSE:
        transpose(s, n);
        break;
    case OP_MATMUL:
        matmul(s, n);
        break;
    case OP_GATHER:
        gather(s, n);
        break;
    case OP_PAD:
        pad(s, n);
        break;
    case OP_WINDOWS:
        windows(s, n);
        break;
    case OP_SCAN:
        loop(s, n);
        break;
    case OP_PICK:
        pick(s, n);
        break;
    case OP_BROADCAST:
    case OP_SLICE:
    case OP_CONCAT:
    case OP_REVERSE:
    case OP_SOFTMAX:
    case OP_PUT:
    case OP_NUMBER:
        axis_by_axis(s, n);
        break;
    default:
        if (op_is_map(n->op) || op_table[n->op].class == CLASS_REDUCE)
            axis_by_axis(s, n);
        else
            next_refuse_later(s, n, "this layer");
    }
}

/* An input: the ids of one step, or what is not generated. */
static void input(Next *s, const Node *n)
{
    Moment m;

    if (n->attr.index != s->program->generate.input)
        s->at[n->id].given = true;
    else if (find_axis(s, &n->shape, 1, &m))
        next_append(s, n, NULL, m);
}

static void one(Next *s, const Node *n)
{
    if (n->op == OP_INPUT)
        input(s, n);
    else if (moving(s, n))
        step_of(s, n);
    else
        for (int k = 0; k < n->n_in; k++)
            s->at[n->id].given |= s->at[n->in[k]->id].given;
}

/* By id: whether `logits` depends on the node. */
static bool *needed(const Graph *g, const Node *logits)
{
    bool *need = NEWN(g->arena, bool, g->nodes.n);

    need[logits->id] = true;
    for (int i = logits->id; i >= 0; i--)
        for (int k = 0; need[i] && k < g->nodes.at[i]->n_in; k++)
            need[g->nodes.at[i]->in[k]->id] = true;
    return need;
}

Graph *next_step(Diag *diag, Program *p, const Graph *g, const Node *logits,
                 Graph **before)
{
    const Input *in = &p->inputs.at[p->generate.input];
    bool *need = needed(g, logits);
    const Moment *m;
    Node *last;
    Next s = {.diag = diag,
              .program = p,
              .to = graph_new(g->arena, g->batch),
              .steps = shape_count(&in->shape),
              .at = NEWN(g->arena, Moment, g->nodes.n),
              .good = true};

    for (int i = 0; s.good && i <= logits->id; i++)
        if (need[i])
            one(&s, g->nodes.at[i]);
    m = &s.at[logits->id];
    if (!s.good)
        return NULL;
    if (m->past) {
        next_refuse_ahead(&s, logits);
        return NULL;
    }
    if (!m->moves) {
        next_refuse(&s, logits, "this does not depend on what is read");
        return NULL;
    }
    last = graph_reshape(
        s.to, m->node,
        shape_of(2, g->batch, shape_count(&m->node->shape) / g->batch));
    last->name = logits->name;
    graph_root(s.to, last, ROOT_OUTPUT, 0);
    *before = next_before(&s, g);
    return s.to;
}
