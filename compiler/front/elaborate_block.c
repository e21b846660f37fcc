/* elaborate_block.c: instances of blocks and cells.
 *
 * An instance is a Frame: the head's parameters bound to arguments, `in`, and
 * the names that its items define. */
#include <string.h>

#include "front/elab_rule.h"

static bool declares_param(const Def *def, const char *name)
{
    for (int i = 0; i < def->items.n; i++) {
        const Item *item = def->items.at[i];

        if (unit_keeps(item->kind) && item->decls.n > 0 &&
            strcmp(item->decls.at[0]->name.text, name) == 0)
            return true;
    }
    return false;
}

static int find_formal(const Def *def, const char *name)
{
    for (int i = 0; i < def->params.n; i++)
        if (strcmp(def->params.at[i].name.text, name) == 0)
            return i;
    return -1;
}

static void unknown_argument(Elab *e, const Def *def, const Arg *arg)
{
    Words words = unit_arguments(e->arena, def);

    names_unknown_of(e->arena, e->diag, arg->label_span, arg->label, "argument",
                     arena_printf(e->arena, "`%s`", def->name.text), &words);
}

/* "it takes `n`, and by name `weight`, `bias`" */
static void note_formals(Elab *e, Message *m, const Def *def)
{
    Words words = {0};

    for (int i = 0; i < def->params.n; i++)
        vec_push(e->arena, &words, def->params.at[i].name.text);
    diag_note(m, "it takes %s", names_list(e->arena, &words));
}

/* Puts one argument where it belongs: a formal, or the frame's extra ones.
 * Index is the number of positional arguments before it. */
static bool place_arg(Elab *e, Frame *f, const Arg *arg, int index,
                      const Arg **bound)
{
    const Def *def = f->def;
    int i = arg->label ? find_formal(def, arg->label) : index;

    if (!arg->label && i >= def->params.n) {
        note_formals(e,
                     diag_error(e->diag, arg->span,
                                "`%s` does not take this argument",
                                def->name.text),
                     def);
        return false;
    }
    if (i >= 0 && bound[i]) {
        diag_error(e->diag, arg->label_span, "`%s` is given twice",
                   def->params.at[i].name.text);
        return false;
    }
    if (i >= 0) {
        bound[i] = arg;
        return true;
    }
    if (e->rule || (!str_among(names_common, N_COMMON, arg->label) &&
                    !declares_param(def, arg->label))) {
        unknown_argument(e, def, arg);
        return false;
    }
    vec_push(e->arena, &f->extra, *arg);
    return true;
}

/* A formal's value: its argument, or its default seen from inside. */
static bool bind_formal(Elab *e, const Formal *formal, const Arg *arg,
                        Span span)
{
    Value *v = arg ? arg->value : NULL;
    Message *m;

    if (!v && formal->value)
        v = elab_expr(e, formal->value);
    if (v) {
        elab_bind(e, formal->name.text, false, v);
        return v->kind != VAL_POISON;
    }
    m = diag_error(e->diag, span, "`%s` needs `%s`", e->frame->def->name.text,
                   formal->name.text);
    note_formals(e, m, e->frame->def);
    elab_bind(e, formal->name.text, false, e->poison);
    return false;
}

bool elab_learning(Elab *e, const char *label, const Value *v, Span span,
                   Learning *out)
{
    bool frozen = strcmp(label, "frozen") == 0, l1 = strcmp(label, "l1") == 0;

    if (!frozen && !l1 && strcmp(label, "l2") != 0)
        return true;
    if (v->kind != (frozen ? VAL_BOOL : VAL_NUMBER) || v->number < 0) {
        Message *m =
            elab_error(e, span, "`%s` must be %s", label,
                       frozen ? "`true` or `false`" : "a number of at least 0");

        diag_note(m, "this is %s", value_what(e->arena, v));
        return false;
    }
    if (frozen)
        out->frozen = v->number != 0;
    else
        *(l1 ? &out->l1 : &out->l2) = v->number;
    return true;
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
    int n = def->params.n, positional = 0;
    const Arg **bound = NEWN(e->arena, const Arg *, n ? n : 1);
    bool ok = true;

    if (!may_enter(e, site.span))
        return false;
    f->up = e->frame;
    f->def = def;
    f->call = site.span;
    f->bound = bound;
    if (f->up)
        f->learning = f->up->learning;
    for (int i = 0; i < args->n; i++) {
        const Arg *arg = &args->at[i];

        ok &= place_arg(e, f, arg, arg->label ? 0 : positional++, bound);
    }
    e->frame = f;
    e->depth++;
    for (int i = 0; i < n; i++)
        if (ok || bound[i])
            ok &= bind_formal(e, &def->params.at[i], bound[i], site.span);
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
        Message *m =
            elab_error(e, item->value->span, "%d values are wanted here", n);

        diag_note(m, "this is %s", value_what(e->arena, v));
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
            diag_note(elab_error(e, item->value->span,
                                 "`layer` takes a layer not yet applied, such "
                                 "as dense(10)"),
                      "this is %s", value_what(e->arena, v));
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
