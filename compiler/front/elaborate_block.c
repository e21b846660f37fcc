/* elaborate_block.c: instances of blocks and cells.
 *
 * An instance is a Frame: the head's parameters bound to arguments, `in`, and
 * the names that its items define. */
#include <string.h>

#include "front/elab.h"

static Head head_of(Elab *e, const Def *def)
{
    Head head = {.what = def->name.text, .all = unit_arguments(e->arena, def)};

    for (int i = 0; i < def->params.n; i++)
        vec_push(e->arena, &head.names, def->params.at[i].name.text);
    return head;
}

/* Whether an argument or default is what the head asks for; where `none` is
 * the default, `none` may be given too. */
static bool of_kind(Elab *e, const Head *head, const Formal *formal,
                    const Arg *arg)
{
    const Expr *rest = formal->value;
    bool none =
        rest && rest->kind == EXPR_NAME && strcmp(rest->name, "none") == 0 &&
        arg->value->kind == VAL_WORD && strcmp(arg->value->text, "none") == 0;

    return !formal->kind.text || !spec_is_kind(formal->kind.text) || none ||
           spec_check(e->arena, e->diag, formal->kind.text, formal->name.text,
                      head->what, arg);
}

/* A formal's value: its argument, or its default seen from inside. */
static bool bind_formal(Elab *e, const Head *head, const Formal *formal,
                        const Arg *arg, Span span)
{
    Arg own = {0};

    if (!arg && formal->value) {
        own.value = elab_expr(e, formal->value);
        own.span = elab_place(e, formal->value->span);
        arg = &own;
    }
    if (arg) {
        bool ok = of_kind(e, head, formal, arg);

        elab_bind(e, formal->name.text, false, ok ? arg->value : e->poison);
        return ok && arg->value->kind != VAL_POISON;
    }
    diag_note(diag_error(e->diag, span, "`%s` needs `%s`", head->what,
                         formal->name.text),
              "it takes %s", names_list(e->arena, &head->names));
    elab_bind(e, formal->name.text, false, e->poison);
    return false;
}

/* sema refuses a block that contains itself; the limit catches what a recipe
 * handed on may do. */
static bool may_enter(Elab *e, Span span)
{
    if (e->depth < ELAB_DEPTH)
        return true;
    elab_error(e, span, "blocks are nested deeper than %d", ELAB_DEPTH);
    return false;
}

bool elab_enter(Elab *e, Frame *f, const Def *def, const Args *args, Site site)
{
    Head head = head_of(e, def);
    bool ok;

    if (!may_enter(e, site.span))
        return false;
    f->up = e->frame;
    f->def = def;
    f->call = site.span;
    f->bound = NEWN(e->arena, const Arg *, def->params.n + 1);
    if (f->up)
        f->learning = f->up->learning;
    ok = spec_place(e->arena, e->diag, &head, args, f->bound, &f->extra);
    e->frame = f;
    e->depth++;
    for (int i = 0; i < def->params.n; i++)
        if (ok || f->bound[i])
            ok &= bind_formal(e, &head, &def->params.at[i], f->bound[i],
                              site.span);
    for (int i = 0; i < f->extra.n; i++)
        ok &= elab_learning(e, f->extra.at[i].label, f->extra.at[i].value,
                            f->extra.at[i].span, &f->learning);
    if (!ok)
        elab_leave(e);
    return ok;
}

void elab_leave(Elab *e)
{
    e->frame = e->frame->up;
    e->depth--;
}

/* What an expression gave is named after it only if it made it: `skip = in`
 * and `if` with such a branch are other names for what has one. */
static void bind_name(Elab *e, const Name *name, Value *v, Span span, int mark)
{
    if (name->primed &&
        (elab_prime(e, name, v, span) || elab_gather(e, name, v, span)))
        return;
    if (strcmp(name->text, "state") == 0)
        e->frame->state = v;
    else
        elab_bind(e, name->text, name->primed, v);
    if (elab_made(e, v, mark) &&
        (e->frame->def->kind == DEF_MODEL || strcmp(name->text, "out") != 0))
        elab_name(e, v, name->text);
}

static void define(Elab *e, const Item *item)
{
    int mark = e->graph->nodes.n, n = item->names.n;
    Value *v;

    if (n == 1 && elab_rests(e, &item->names.at[0]))
        return;
    v = elab_expr(e, item->value);
    if (n == 1) {
        bind_name(e, &item->names.at[0], v, item->value->span, mark);
        return;
    }
    if (v->kind != VAL_POISON &&
        ((v->kind != VAL_TUPLE && v->kind != VAL_LIST) || v->n != n)) {
        elab_wrong(e, item->value->span, v, "%d values are wanted here", n);
        v = e->poison;
    }
    for (int i = 0; i < n; i++)
        bind_name(e, &item->names.at[i], v->kind == VAL_POISON ? v : v->at[i],
                  item->value->span, mark);
}

/* layer f = recipe; one set of weights for all its uses. */
static void shared_layer(Elab *e, const Item *item)
{
    Value *v = elab_expr(e, item->value);
    Site site = {.given = item->name.text,
                 .place = item->name.span.begin,
                 .span = elab_place(e, item->name.span)};
    Value *copy = value_new(e->arena, VAL_RECIPE);

    if (v->kind != VAL_RECIPE) {
        if (v->kind != VAL_POISON)
            elab_wrong(e, item->value->span, v,
                       "`layer` takes a layer not yet applied, such as "
                       "dense(10)");
        elab_bind(e, item->name.text, false, e->poison);
        return;
    }
    copy->recipe = NEW(e->arena, Recipe);
    *copy->recipe = *v->recipe;
    if (!copy->recipe->shared)
        copy->recipe->shared = elab_layer(e, e->frame->layer, v->recipe->def,
                                          v->recipe->name, &site);
    elab_bind(e, item->name.text, false, copy);
}

bool elab_item(Elab *e, const Item *item)
{
    switch (item->kind) {
    case ITEM_DEFINE:
        define(e, item);
        return true;
    case ITEM_LAYER:
        shared_layer(e, item);
        return true;
    case ITEM_PARAM:
    case ITEM_STATISTIC:
        elab_param(e, item);
        return true;
    case ITEM_CHECK:
        elab_check(e, item);
        return true;
    case ITEM_STATE:
        if (!e->scan)
            return false;
        elab_state(e, item);
        return true;
    default:
        return false;
    }
}

Value *elab_run(Elab *e)
{
    const Def *def = e->frame->def;
    int errors = diag_errors(e->diag);
    Value *out;

    for (int i = 0; i < def->items.n; i++) {
        const Item *item = def->items.at[i];
        bool library = def->span.source->prelude && !unit_keeps(item->kind);

        if (library && diag_errors(e->diag) > errors)
            return e->poison;
        if (item->kind != ITEM_CHECK)
            elab_item(e, item);
        else if (!elab_check(e, item))
            return e->poison;
    }
    elab_extra_args(e, def);
    out = elab_lookup(e, "out", false);
    return out ? out : e->poison;
}

/* What it gathers is gathered once a step, not once a turn of a loop. */
static bool gathers_in_loop(Elab *e)
{
    const Def *def = e->frame->def;

    for (int i = 0; e->scan && !e->frame->learning.frozen && i < def->items.n;
         i++)
        if (def->items.at[i]->kind == ITEM_STATISTIC) {
            diag_help(elab_error(e, e->frame->call,
                                 "`%s` gathers statistics and cannot stand in "
                                 "a loop over time",
                                 def->name.text),
                      "with `frozen: true` it gathers none");
            return true;
        }
    return false;
}

Value *elab_apply_def(Elab *e, const Recipe *r, Value *in, Site site)
{
    int mark = e->graph->nodes.n;
    Frame *f;
    Value *out, *result;

    if (r->def->kind == DEF_CELL)
        return elab_scan(e, r, in, NULL, site);
    f = NEW(e->arena, Frame);
    f->in = in;
    f->layer = r->shared ? r->shared
                         : elab_layer(e, e->frame->layer, r->def,
                                      r->def->name.text, &site);
    elab_layer_begin(e, f->layer);
    if (!elab_enter(e, f, r->def, &r->args, site))
        return e->poison;
    out = gathers_in_loop(e) ? e->poison : elab_run(e);
    elab_leave(e);
    if (out->kind != VAL_TENSOR)
        return out;
    result = NEW(e->arena, Value);
    *result = *out;
    result->layer = f->layer;
    result->state = f->state;
    if (elab_made(e, out, mark))
        vec_push(e->arena, &e->named,
                 ((Named){.node = out->node, .layer = f->layer}));
    return elab_from(e, result, r->args.n == 0 ? in : NULL, r->name, site);
}
