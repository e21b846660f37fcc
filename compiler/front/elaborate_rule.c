/* elaborate_rule.c: optimisers and clips as the rules of a Program.
 *
 * `optimizer` and `clip` define, for one number of a tensor, what a step makes
 * of it. The walk through their statements is that of a block, in a graph of
 * its own in which everything has shape [1]. States that the result does not
 * need are left out: sgd without momentum keeps none. */
#include <string.h>

#include "front/elab.h"
#include "ir/ast_print.h"

/* A leaf of shape [1] under the name that formulas have for it. */
static Node *leaf(Elab *e, const char *name, Op op, Attr attr)
{
    Node *n = graph_add_shaped(e->graph, op, TYPE_REAL, shape_ones(1), 0, NULL,
                               attr, NULL);

    n->name = name;
    elab_bind(e, name, false, elab_scalar(e, n));
    return n;
}

Value *lower_pow(Elab *e, Call *call)
{
    const Value *base = call->in[0], *step = call->in[1];
    Attr attr = {.value = base->number};

    if (base->kind == VAL_NUMBER && step->kind == VAL_TENSOR &&
        step->node->op == OP_STEP)
        return elab_scalar(e, graph_add_shaped(e->graph, OP_POW_STEP, TYPE_REAL,
                                               shape_ones(1), 0, NULL, attr,
                                               NULL));
    diag_help(elab_error(e, call->site.span,
                         "`pow` takes a number and an optimizer's `step`"),
              "write: pow(0.9, step)");
    return e->poison;
}

static void states(Elab *e, const Item *item, Rule *rule)
{
    for (int i = 0; i < item->decls.n; i++) {
        const Decl *d = item->decls.at[i];
        const TypeExpr *type = d->type;

        if (strcmp(type->name.text, "f32") != 0 || type->count ||
            type->dims.n || d->value)
            diag_help(elab_error(e, type->span,
                                 "this state is one number that begins as 0"),
                      "write: state %s: f32;", d->name.text);
        leaf(e, d->name.text, OP_ARG,
             (Attr){.port = {PORT_FIXED, RULE_STATES + rule->states.n}});
        vec_push(e->arena, &rule->states, d->name.text);
    }
}

/* A check is of numbers: `rate` is one there. */
static bool check(Elab *e, const Item *item, double rate)
{
    int mark = e->frame->names.n;
    bool ok;

    elab_bind(e, "rate", false, value_number(e->arena, rate));
    ok = elab_check(e, item);
    elab_unbind(e, mark);
    return ok;
}

static bool items(Elab *e, const Def *def, Rule *rule, double rate)
{
    bool ok = true;

    for (int i = 0; i < def->items.n; i++)
        if (def->items.at[i]->kind == ITEM_STATE)
            states(e, def->items.at[i], rule);
        else if (def->items.at[i]->kind == ITEM_CHECK)
            ok &= check(e, def->items.at[i], rate);
        else
            elab_item(e, def->items.at[i]);
    return ok;
}

/* The value of a name as one number of the tensor, or NULL with a message. */
static Node *result(Elab *e, const char *name, bool primed)
{
    Value *v = elab_lookup(e, name, primed);

    if (v && v->kind == VAL_NUMBER)
        return elab_constant(e, v->number, shape_ones(1));
    if (v && v->kind == VAL_TENSOR && v->node->shape.rank == 1 &&
        v->node->type == TYPE_REAL)
        return v->node;
    if (v && v->kind != VAL_POISON)
        elab_note(e,
                  elab_error(e, e->frame->def->name.span,
                             "`%s%s` must be one number", name,
                             primed ? "'" : ""),
                  name, v);
    return NULL;
}

/* Whether everything in the body is done element by element, with numbers and
 * the leaves above alone: no tensor, which has places of its own. */
static bool by_element(Elab *e, const Def *def)
{
    for (int i = 0; i < e->graph->nodes.n; i++) {
        const Node *n = e->graph->nodes.at[i];
        bool leaf = n->op == OP_ARG || (op_table[n->op].flags & OPF_NUMBER);

        if (op_is_map(n->op) || leaf)
            continue;
        elab_error(e, n->span.source ? n->span : def->name.span,
                   "`%s` works on each number by itself", def->name.text);
        return false;
    }
    return true;
}

static void need(const Graph *g, bool *needed)
{
    for (int i = g->nodes.n - 1; i >= 0; i--)
        for (int k = 0; needed[i] && k < g->nodes.at[i]->n_in; k++)
            needed[g->nodes.at[i]->in[k]->id] = true;
}

static Node *state_leaf(const Elab *e, const Rule *rule, int state)
{
    return elab_lookup(e, rule->states.at[state], false)->node;
}

/* Takes the nodes away that nothing needs. */
static void prune(Graph *g, const bool *needed)
{
    int n = 0;

    for (int i = 0; i < g->nodes.n; i++)
        if (needed[i])
            g->nodes.at[n++] = g->nodes.at[i];
    g->nodes.n = n;
    for (int i = 0; i < n; i++)
        g->nodes.at[i]->id = i;
}

/* Roots of `out` and of the states that it needs, which are renumbered. */
static void close_body(Elab *e, Rule *rule, Node *out, Node *const *next)
{
    Graph *g = e->graph;
    bool *needed = NEWN(e->arena, bool, g->nodes.n);
    int n = rule->states.n, kept = 0;

    graph_root(g, out, ROOT_STACK, 0);
    needed[out->id] = true;
    for (int round = 0; round <= n; round++) { /* one may need another */
        need(g, needed);
        for (int i = 0; i < n; i++)
            if (needed[state_leaf(e, rule, i)->id])
                needed[next[i]->id] = true;
    }
    for (int i = 0; i < n; i++) {
        Node *state = state_leaf(e, rule, i);

        if (!needed[state->id])
            continue;
        state->attr.port.index = RULE_STATES + kept;
        graph_root(g, next[i], ROOT_STATE, kept);
        rule->states.at[kept++] = rule->states.at[i];
    }
    rule->states.n = kept;
    prune(g, needed);
}

static bool body(Elab *e, const Def *def, Rule *rule, double rate)
{
    int errors = diag_errors(e->diag);
    Node **next, *out;
    bool ok;

    leaf(e, "gradient", OP_ARG, (Attr){.port = {PORT_FIXED, RULE_GRADIENT}});
    if (def->kind == DEF_OPTIMIZER) {
        leaf(e, "weight", OP_ARG, (Attr){.port = {PORT_FIXED, RULE_WEIGHT}});
        leaf(e, "rate", OP_RATE, (Attr){0});
        leaf(e, "step", OP_STEP, (Attr){0});
    } else {
        leaf(e, "norm", OP_ARG, (Attr){.port = {PORT_FIXED, RULE_NORM}});
    }
    ok = items(e, def, rule, rate);
    next = NEWN(e->arena, Node *, rule->states.n + 1);
    out = result(e, "out", false);
    ok &= out != NULL;
    for (int i = 0; i < rule->states.n; i++) {
        next[i] = result(e, rule->states.at[i], true);
        ok &= next[i] != NULL;
    }
    if (!ok || diag_errors(e->diag) != errors || !by_element(e, def))
        return false;
    for (int i = 0; i < e->named.n; i++)
        if (e->named.at[i].local)
            graph_name(e->named.at[i].node, e->named.at[i].local);
    close_body(e, rule, out, next);
    return true;
}

/* The arguments but for the rate, which has a place of its own. */
static const char *arguments(Elab *e, const Def *def)
{
    Text out = {.arena = e->arena};

    for (int i = 0; i < def->params.n; i++) {
        const char *name = def->params.at[i].name.text;
        const Value *v = elab_lookup(e, name, false);

        if (strcmp(name, "rate") == 0)
            continue;
        text_printf(&out, "%s%s: %s", out.n ? ", " : "", name,
                    v->kind == VAL_BOOL ? v->number != 0 ? "true" : "false"
                                        : str_number(e->arena, v->number));
    }
    return text_str(&out);
}

static bool numbers(Elab *e, const Def *def, Span span)
{
    for (int i = 0; i < def->params.n; i++) {
        const char *name = def->params.at[i].name.text;
        const Value *v = elab_lookup(e, name, false);

        if (v->kind == VAL_NUMBER ? elab_float(e, span, v->number)
                                  : v->kind == VAL_BOOL)
            continue;
        if (v->kind != VAL_NUMBER)
            diag_note(diag_error(e->diag, span, "`%s` of `%s` is a number",
                                 name, def->name.text),
                      "this is %s", value_what(e->arena, v));
        return false;
    }
    return true;
}

Rule *elab_rule(Elab *outer, const Def *def, const Args *args, Span span,
                double *rate)
{
    Elab *e = NEW(outer->arena, Elab);
    Frame *f = NEW(outer->arena, Frame);
    Rule *rule = NEW(outer->arena, Rule);
    const Value *v;

    *e = *outer;
    e->top = e->graph = graph_new(e->arena, 1);
    e->rule = true;
    e->mode = MODE_STEP;
    e->named.n = e->named.cap = 0;
    f->layer = NEW(e->arena, Layer);
    if (!elab_enter(e, f, def, args, (Site){.span = span}) ||
        !numbers(e, def, span))
        return NULL;
    v = elab_lookup(e, "rate", false);
    *rate = v ? v->number : 0;
    rule->name = def->name.text;
    rule->arguments = arguments(e, def);
    rule->body = e->graph;
    return body(e, def, rule, *rate) ? rule : NULL;
}
