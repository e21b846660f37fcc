/* elaborate_scan.c: a cell run along time.
 *
 * The cell's body becomes a closed graph of its own, one step of one batch;
 * the scan node around it takes sequences [time, batch, ...], first states and
 * whatever else the body uses from outside. One scan has one set of weights.*/
#include <string.h>

#include "front/carry.h"
#include "front/extent.h"
#include "front/operand.h"

static bool ids_over_time(const Value *v)
{
    return v->node->type == TYPE_INT && v->axes.at[0] == AXIS_TIME;
}

/* One sequence of the scan's input; false with a message. */
static bool over_time(Elab *e, const Value *v, const char *cell, Span span,
                      int64_t *steps)
{
    Shape row = value_shape(v);
    Message *m;

    if (!v->rows || (!axes_over_time(&v->axes) && !ids_over_time(v))) {
        m = elab_error(e, span, "`%s` takes a value over time [time, features]",
                       cell);
        elab_note(e, m, "the value", v);
        if (v->rows && axes_vector(&v->axes))
            diag_help(m,
                      "a sequence is declared as f32[steps, features]; "
                      "`reshape([%lld, 1])` makes one of a row",
                      (long long)row.dim[0]);
        return false;
    }
    if (*steps && *steps != row.dim[0]) {
        m = elab_error(e, span, "these values have different lengths");
        diag_note(m, "%lld and %lld step%s", (long long)*steps,
                  (long long)row.dim[0], str_s(row.dim[0]));
        return false;
    }
    *steps = row.dim[0];
    return true;
}

static bool check_input(Elab *e, const Value *in, const Recipe *cell, Span span,
                        int64_t *steps)
{
    if (in->kind == VAL_TENSOR)
        return over_time(e, in, cell->name, span, steps);
    for (int i = 0; i < in->n; i++)
        if (in->at[i]->kind != VAL_TENSOR ||
            !over_time(e, in->at[i], cell->name, span, steps))
            return false;
    return in->n > 0;
}

/* `in` inside the cell: one step. */
static Value *step_of(Elab *e, const Value *in)
{
    Axes in_step = {{AXIS_FEATURES}};
    Loop *loop = e->scan->loop;
    Value *v;
    Node *node;

    if (in->kind != VAL_TENSOR) {
        v = value_list(e->arena, VAL_TUPLE, in->n, in->at);
        for (int i = 0; i < in->n; i++)
            v->at[i] = step_of(e, in->at[i]);
        return v;
    }
    node = in->node;
    if (ids_over_time(in)) {
        Shape steps = node->shape;

        steps.dim[steps.rank++] = 1;
        node = graph_reshape(loop->outer, node, steps);
        in_step = axes_of_ids(false);
    }
    node = loop_sequence(loop, loop_swap(loop->outer, node));
    node->name = "in";
    v = elab_tensor(e, node, true, in_step);
    v->input = in->input;
    v->token = in->token;
    v->origin = "the cell's input";
    return v;
}

/* What `start:` says of a state; NULL where it says nothing. */
static Value *started(Elab *e, const char *state)
{
    const Arg *start = e->scan->start;

    if (!start)
        return NULL;
    if (start->value->kind != VAL_RECORD)
        return start->value;
    for (int i = 0; i < start->value->n; i++)
        if (strcmp(start->value->keys[i], state) == 0)
            return start->value->at[i];
    diag_error(e->diag, start->span, "`start` has no state `%s`", state);
    return e->poison;
}

/* The first value, made outside of the body; after a mistake, zeros. */
static Node *first_value(Elab *e, const Shape *row, State *state)
{
    ScanFrame *scan = e->scan;
    const Decl *decl = state->decl;
    Value *v = started(e, decl->name.text);
    Span span = v ? scan->start->span : decl->name.span;
    Node *node;

    e->scan = scan->up;
    e->graph = scan->loop->outer;
    if (!v && decl->value) {
        v = elab_expr(e, decl->value);
        span = decl->value->span;
    }
    if (!v)
        v = value_number(e->arena, 0);
    node = elab_carry(e, decl, row, v, span, &state->carried);
    if (!node)
        node = elab_fitting(e, v, *row, true, "first", decl->name.text, span);
    state->started = node != NULL;
    if (!node)
        node = elab_constant(e, 0, shape_prepend(e->batch, row));
    e->scan = scan;
    e->graph = scan->loop->body;
    return node;
}

static void one_state(Elab *e, Decl *decl)
{
    ScanFrame *scan = e->scan;
    State state = {.decl = decl};
    const char *name = decl->name.text;
    Shape row;
    Node *arg;

    if (strcmp(decl->type->name.text, "f32") != 0 || decl->type->count) {
        elab_error(e, decl->type->span, "a state has type f32[...]");
        elab_bind(e, name, false, e->poison);
        return;
    }
    if (!elab_shape(e, &decl->type->dims, &row)) {
        elab_bind(e, name, false, e->poison);
        return;
    }
    arg = loop_state(scan->loop, first_value(e, &row, &state));
    arg->name = name;
    arg->span = elab_place(e, decl->name.span);
    state.now = elab_tensor(e, arg, true, axes_of_weight(&row));
    state.now->origin = arena_printf(e->arena, "the state `%s`", name);
    vec_push(e->arena, &scan->states, state);
    elab_bind(e, name, false, state.now);
}

void elab_state(Elab *e, const Item *item)
{
    for (int i = 0; i < item->decls.n; i++)
        one_state(e, item->decls.at[i]);
}

bool elab_prime(Elab *e, const Name *name, Value *v, Span span)
{
    for (int i = 0; e->scan && i < e->scan->states.n; i++) {
        State *state = &e->scan->states.at[i];
        Node *node;

        if (strcmp(state->decl->name.text, name->text) != 0)
            continue;
        node = elab_fitting(e, v, value_shape(state->now), true, "next",
                            name->text, span);
        state->next = node ? elab_like(e, node, state->now) : e->poison;
        elab_bind(e, name->text, true, state->next);
        elab_name(e, state->next,
                  arena_printf(e->arena, "%s_next", name->text));
        return true;
    }
    return false;
}

static int count_states(const Def *cell)
{
    int n = 0;

    for (int i = 0; i < cell->items.n; i++)
        if (cell->items.at[i]->kind == ITEM_STATE)
            n += cell->items.at[i]->decls.n;
    return n;
}

/* A record must not hold more than the cell has states, and a value alone
 * serves one state. */
static bool check_start(Elab *e, const Arg *start, const Def *cell)
{
    int n = count_states(cell);
    ValueKind kind = start ? start->value->kind : VAL_POISON;

    if (kind == VAL_POISON)
        return true;
    if (kind == VAL_RECORD && start->value->n > n) {
        diag_error(e->diag, start->span, "`start` holds %d states, `%s` has %d",
                   start->value->n, cell->name.text, n);
        return false;
    }
    if (kind == VAL_RECORD ||
        (n == 1 &&
         (kind == VAL_TENSOR || kind == VAL_NUMBER || kind == VAL_LIST)))
        return true;
    if (n == 1)
        elab_wrong(e, start->span, start->value,
                   "`start` must be the first value of `%s`", cell->name.text);
    else
        elab_wrong(e, start->span, start->value,
                   "`%s` has %d states: `start` must be a record of them, such "
                   "as r.state",
                   cell->name.text, n);
    return false;
}

/* The step's result as a node of the body; NULL where something is wrong. */
static Node *result(Elab *e, Value *out, const Def *def)
{
    ScanFrame *scan = e->scan;
    bool ok = out->kind == VAL_TENSOR;

    for (int i = 0; i < scan->states.n; i++) {
        const State *s = &scan->states.at[i];

        ok = ok && s->started && s->next && s->next->kind == VAL_TENSOR;
    }
    if (!ok)
        return NULL;
    if (!axes_vector(&out->axes) || out->node->type != TYPE_REAL) {
        Message *m =
            elab_error(e, def->name.span, "`out` of a cell must be [features]");

        elab_note(e, m, "out", out);
        return NULL;
    }
    return elab_rows(e, out);
}

static Value *last_states(Elab *e, const ScanFrame *frame, Node *scan)
{
    int n = frame->states.n;
    Value *record = value_new(e->arena, VAL_RECORD);

    record->n = n;
    record->at = NEWN(e->arena, Value *, n ? n : 1);
    record->keys = NEWN(e->arena, const char *, n ? n : 1);
    for (int i = 0; i < n; i++) {
        record->keys[i] = frame->states.at[i].decl->name.text;
        record->at[i] = elab_like(e, graph_pick(e->graph, scan, PORT_STATE, i),
                                  frame->states.at[i].now);
        record->at[i]->origin = "the last state";
    }
    return record;
}

/* Of a and b, in the body: a in rows that hold this step, else b. */
static Node *where_valid(const Loop *loop, Node *valid, Node *a, Node *b)
{
    Node *in[] = {valid, a, b};
    Shape row = shape_ones(a->shape.rank);

    row.dim[0] = valid->shape.dim[0];
    in[0] = graph_reshape(loop->body, valid, row);
    return graph_add(loop->body, OP_SELECT, 3, in, (Attr){0}, a);
}

/* 1 in rows that hold this step, else 0: in the body. */
static Node *valid_now(ScanFrame *frame)
{
    Loop *loop = frame->loop;

    if (!frame->now)
        frame->now = loop_sequence(loop, loop_swap(loop->outer, frame->valid));
    return frame->now;
}

Value *elab_step_only(Elab *e, Value *v, double otherwise)
{
    ScanFrame *frame = e->scan;
    Node *node;

    if (v->kind != VAL_TENSOR || !v->rows || !frame || !frame->extent)
        return v;
    node = elab_node(e, v);
    return elab_like(
        e,
        where_valid(frame->loop, valid_now(frame), node,
                    graph_const_shaped(frame->loop->body, otherwise,
                                       shape_ones(node->shape.rank), node)),
        v);
}

/* A row that is over, or has not begun, keeps its states and gives 0. */
static Node *hold(ScanFrame *frame, Node **next, Node *step)
{
    Loop *loop = frame->loop;
    Node *valid = valid_now(frame);

    loop_mask(loop, valid);

    for (int i = 0; i < frame->states.n; i++)
        next[i] =
            where_valid(loop, valid, next[i], frame->states.at[i].now->node);
    return where_valid(
        loop, valid, step,
        graph_const_shaped(loop->body, 0, shape_ones(step->shape.rank), step));
}

/* The scan's value after its body is complete: [batch, time, features]. */
static Value *finish(Elab *e, ScanFrame *frame, Node *step, Layer *layer,
                     Site site)
{
    int mark = e->graph->nodes.n, n = frame->states.n;
    Axes over_time = {{AXIS_TIME, AXIS_FEATURES}};
    Node **next = NEWN(e->arena, Node *, n ? n : 1), *scan, *out;
    int ends = 0;
    Value *v;

    for (int i = 0; i < n; i++) {
        next[i] = frame->states.at[i].next->node;
        if (next[i] == step)
            ends = i + 1;
    }
    if (frame->extent)
        step = hold(frame, next, step);
    scan = loop_end(frame->loop, next, step);
    out = loop_swap(e->graph, graph_pick(e->graph, scan, PORT_STACK, 0));
    v = elab_tensor(e, out, true, over_time);
    v->layer = layer;
    v->state = last_states(e, frame, scan);
    elab_hand_on(e, frame, scan);
    v->extent = frame->extent;
    v->final = frame->extent && ends ? v->state->at[ends - 1] : NULL;
    for (int i = mark; i < e->graph->nodes.n; i++)
        e->graph->nodes.at[i]->span = site.span;
    vec_push(e->arena, &e->named, ((Named){.node = out, .layer = layer}));
    vec_push(e->arena, &e->named, ((Named){.node = scan, .layer = layer}));
    return v;
}

static Node *run_scan(Elab *e, ScanFrame *scan, const Recipe *cell, Value *in,
                      Layer *layer, Site site)
{
    Frame *f = NEW(e->arena, Frame);
    Node *step = NULL;

    e->scan = scan;
    e->graph = scan->loop->body;
    f->in = step_of(e, in);
    f->layer = layer;
    if (elab_enter(e, f, cell->def, &cell->args, site)) {
        if (check_start(e, scan->start, f->def))
            step = result(e, elab_run(e), f->def);
        elab_leave(e);
    }
    e->scan = scan->up;
    e->graph = scan->loop->outer;
    return step;
}

/* The recipe without `start:`, which is put into *start. */
static Recipe *without_start(Elab *e, const Recipe *cell, const Arg **start)
{
    Recipe *r = NEW(e->arena, Recipe);

    *r = *cell;
    r->args = (Args){0};
    for (int i = 0; i < cell->args.n; i++) {
        const Arg *arg = &cell->args.at[i];

        if (!arg->label || strcmp(arg->label, "start") != 0)
            vec_push(e->arena, &r->args, *arg);
        else if (*start)
            diag_error(e->diag, arg->label_span, "`start` is given twice");
        else
            *start = arg;
    }
    return r;
}

/* What the cell takes, and which steps of it. */
static Value *steps_taken(Elab *e, ScanFrame *scan, Value *in)
{
    bool one = in->kind == VAL_TENSOR;
    int n = one ? 1 : in->n;
    Value **v = NEWN(e->arena, Value *, n), first;

    for (int i = 0; i < n; i++)
        v[i] = extent_columns(e, one ? in : in->at[i], 0);
    v = extent_join(e, n, v, &scan->extent);
    first = *v[0];
    first.extent = scan->extent;
    scan->valid = extent_mask(e, &first);
    return one ? v[0] : value_list(e->arena, in->kind, n, v);
}

Value *elab_scan(Elab *e, const Recipe *cell, Value *in, const Arg *start,
                 Site site)
{
    ScanFrame *scan = NEW(e->arena, ScanFrame);
    Recipe *r = without_start(e, cell, &start);
    Layer *layer = r->shared;
    Shape shape;
    int64_t steps = 0;
    Node *step;

    if (e->scan)
        return elab_poison(
            e, site.span,
            "a cell inside a cell is not something that this version "
            "knows");
    if (!check_input(e, in, cell, site.span, &steps))
        return e->poison;
    if (!layer)
        layer =
            elab_layer(e, e->frame->layer, r->def, r->def->name.text, &site);
    elab_layer_begin(e, layer);
    scan->up = e->scan;
    scan->loop = loop_begin(e->graph, e->scan ? e->scan->loop : NULL, steps);
    scan->start = start;
    in = steps_taken(e, scan, in);
    step = run_scan(e, scan, r, in, layer, site);
    if (!step)
        return e->poison;
    in = finish(e, scan, step, layer, site);
    shape = value_shape(in);
    if (!elab_fits(e, site.span, &shape))
        return e->poison;
    return elab_from(e, in, NULL, cell->name, site);
}
