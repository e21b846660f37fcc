/* elaborate_carry.c: states that one batch of training hands to the next.
 *
 * With `stateful true` the first value of a loop's state is a tensor of the
 * kind that is carried, [batch, ...], and the last one its new value: a row of
 * a batch goes on where that row stopped in the batch before. No gradient goes
 * through a tensor to what computed it. Other entries begin as the text says.
 */
#include "front/carry.h"

static bool is_carried(const Elab *e, const Value *first)
{
    return e->mode == MODE_STEP && e->program->train.stateful &&
           first->kind != VAL_POISON;
}

Node *elab_carry(Elab *e, const Decl *decl, const Shape *row,
                 const Value *first, Span span, int *tensor)
{
    Tensor t = {.kind = TENSOR_CARRIED,
                .shape = shape_prepend(e->batch, row),
                .init = {.kind = INIT_CONSTANT, .a = first->number},
                .span = elab_place(e, decl->name.span)};
    int nth = e->frame->layer->applied;
    const char *name = decl->name.text;

    *tensor = -1;
    if (!is_carried(e, first))
        return NULL;
    if (first->kind != VAL_NUMBER) {
        diag_help(elab_error(e, span,
                             "with `stateful true` the state `%s` goes on from "
                             "the batch before, and begins with a number",
                             name),
                  "leave out `stateful true`, or this first value");
        return NULL;
    }
    *tensor = e->leaves.n;
    if (nth > 1)
        name = arena_printf(e->arena, "%s.%d", name, nth);
    return elab_leaf(e, t, name)->node;
}

/* A node along whose way to the inputs time is turned around, or NULL. */
static const Node *turned(const Elab *e, const Node *from)
{
    bool *met = NEWN(e->arena, bool, from->id + 1);

    met[from->id] = true;
    for (int i = from->id; i >= 0; i--) {
        const Node *n = e->top->nodes.at[i];

        if (met[i] && n->op == OP_REVERSE)
            return n;
        for (int k = 0; met[i] && k < n->n_in; k++)
            met[n->in[k]->id] = true;
    }
    return NULL;
}

void elab_hand_on(Elab *e, const ScanFrame *frame, Node *scan)
{
    for (int i = 0; i < frame->states.n; i++)
        if (frame->states.at[i].carried >= 0)
            graph_root(e->top, graph_pick(e->top, scan, PORT_STATE, i),
                       ROOT_TENSOR, frame->states.at[i].carried);
}

/* Windows that follow each other without a gap. */
static bool follow(const Flow *flow)
{
    const Stage *last = &flow->stages[flow->n_stages - 1];
    const Setting *length = flow_setting(last, "length");
    const Setting *stride = flow_setting(last, "stride");

    return length && stride && length->number == stride->number;
}

/* Whether what is left for training is one piece of the series. */
static bool in_one_piece(const Split *s)
{
    return s->kind == SPLIT_NONE || s->kind == SPLIT_OWN ||
           (s->kind != SPLIT_FOLD && s->last && s->stratified < 0);
}

static void refuse(Elab *e, const char *why, const char *help)
{
    diag_help(diag_error(e->diag, e->program->train.stateful_at,
                         "`stateful true` %s", why),
              "%s", help);
}

static void check_loops(Elab *e)
{
    const Node *around;

    for (int i = 0; i < e->top->roots.n; i++) {
        const Root *root = &e->top->roots.at[i];

        if (root->role != ROOT_TENSOR ||
            e->program->tensors.at[root->index].kind != TENSOR_CARRIED)
            continue;
        around = turned(e, root->node);
        if (!around)
            continue;
        diag_note(diag_error(e->diag, around->span,
                             "a loop behind this ends where its row begins: "
                             "no batch goes on from there"),
                  "`stateful true` hands states from batch to batch");
        return;
    }
}

void elab_check_stateful(Elab *e)
{
    const Program *p = e->program;
    bool carried = false, rows = true;

    if (!p->train.stateful || e->mode != MODE_STEP)
        return;
    for (int i = 0; i < p->tensors.n; i++)
        carried |= p->tensors.at[i].kind == TENSOR_CARRIED;
    for (int i = 0; i < p->flows.n; i++)
        rows &= p->flows.at[i].part != PART_ALL || follow(&p->flows.at[i]);
    if (!carried)
        refuse(e, "hands states of loops on, and there is none",
               "leave it out, or add a layer such as lstm(64)");
    else if (!rows)
        refuse(e, "needs windows that follow each other",
               "write: x, y = ... -> windows(n, ahead: 1), where y is a "
               "sequence of n steps too");
    else if (!in_one_piece(&p->test) || !in_one_piece(&p->validation))
        refuse(e, "needs one piece of the series to train on",
               "set parts aside at its end: test last 10%;");
    else if (p->train.patience > 0 && p->validation.kind == SPLIT_NONE &&
             !p->test.last)
        refuse(e,
               "needs one piece of the series to train on, and "
               "`early_stop` sets rows aside",
               "say which: validation last 10%;");
    else
        check_loops(e);
}
