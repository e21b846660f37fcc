/* scope.c: resolves the names in expressions. */
#include "front/scope.h"

#include <string.h>

#include "front/foreign.h"
#include "front/spec.h"

enum { SUGGESTED = 20 }; /* mistakes for which a near name is sought */

static Known *find(const Scope *s, const char *name, bool primed)
{
    int i = map_get(&s->place[primed], name);

    return i < 0 ? NULL : &s->names.at[i];
}

void scope_begin(Scope *s)
{
    s->names.n = s->coming.n = 0;
    s->place[0] = s->place[1] = s->coming_place = (Map){.arena = s->arena};
}

void scope_coming(Scope *s, const Name *name)
{
    if (!name->primed && map_get(&s->coming_place, name->text) < 0)
        map_set(&s->coming_place, name->text, s->coming.n);
    vec_push(s->arena, &s->coming, *name);
}

bool scope_has_next(const Scope *s, const char *name)
{
    const Known *k = find(s, name, false);

    while (k && k->kind != KNOWN_STATE && k->kind != KNOWN_STATISTIC)
        k = k->before < 0 ? NULL : &s->names.at[k->before];
    return k != NULL;
}

/* Takes the name at a place out of sight. */
static void hide(Scope *s, int at)
{
    Known *k = &s->names.at[at];

    map_set(&s->place[k->primed], k->name, k->before);
    k->name = NULL;
}

Known *scope_find(Scope *s, const char *name, bool primed)
{
    Known *k = find(s, name, primed);

    if (k)
        k->used = true;
    return k;
}

void scope_add(Scope *s, const Name *name, KnownKind kind)
{
    Known *before = find(s, name->text, name->primed);
    Known known = {.name = name->text,
                   .primed = name->primed,
                   .kind = kind,
                   .span = name->span};

    if (before && !before->branch) {
        Message *m =
            diag_error(s->diag, name->span, "`%s%s` has a value already",
                       name->text, name->primed ? "'" : "");

        diag_note(m, "it was given one at line %d", before->span.line);
        return;
    }
    known.before = map_get(&s->place[name->primed], name->text);
    map_set(&s->place[name->primed], name->text, s->names.n);
    vec_push(s->arena, &s->names, known);
}

static void add_layers(const Scope *s, Words *words, const Defs *defs)
{
    for (int i = 0; i < defs->n; i++)
        if (!unit_is_rule(defs->at[i]->kind))
            vec_push(s->arena, words, defs->at[i]->name.text);
}

/* Words that a name which is not found may have meant. */
static Words near_words(Scope *s, bool call)
{
    Words words = {0};

    for (int i = 0; i < s->names.n; i++)
        if (s->names.at[i].name && !s->names.at[i].primed)
            vec_push(s->arena, &words, s->names.at[i].name);
    add_layers(s, &words, &s->unit->own);
    add_layers(s, &words, &s->unit->library);
    names_add_forms(s->arena, &words);
    names_add_inits(s->arena, &words);
    if (!call)
        names_add_words(s->arena, &words);
    return words;
}

static void unknown(Scope *s, const Expr *x, bool call)
{
    int coming = map_get(&s->coming_place, x->name);
    Words words = {0};

    if (coming >= 0) {
        diag_note(diag_error(s->diag, x->at,
                             "`%s` is used before it has a value", x->name),
                  "it is given one at line %d", s->coming.at[coming].span.line);
        return;
    }
    if (unit_lost(s->def, x->name))
        return;
    if (diag_errors(s->diag) < SUGGESTED)
        words = near_words(s, call);
    names_unknown(s->diag, x->at, x->name, call ? "layer or function" : "value",
                  &words);
}

/* Whether a block, cell or operator has this name; remembers who named it. A
 * model's name takes no word away: `pad: left`. */
static bool is_layer(Scope *s, const Expr *x)
{
    const Def *def = unit_find(s->unit, x->name, s->def->span.source->prelude);
    Edge edge = {s->def, def};

    if (!def || (def->kind == DEF_MODEL && names_word(x->name)))
        return surface_find(x->name) != NULL;
    if (def->kind == DEF_MODEL)
        diag_error(s->diag, x->at,
                   "`%s` is a model, and only blocks and cells can be applied",
                   x->name);
    vec_push(s->arena, &s->edges, edge);
    return true;
}

/* Named arguments that the called layer does not have. */
static void labels(Scope *s, const Expr *x)
{
    const Def *def = unit_find(s->unit, x->name, s->def->span.source->prelude);
    const Form *form = surface_find(x->name);
    Words words = {0};
    bool labelled = false;

    for (int i = 0; i < x->kids.n; i++)
        labelled |= x->kids.at[i]->label.text != NULL;
    if (!labelled || find(s, x->name, false) || (!def && !form))
        return;
    words =
        def ? unit_arguments(s->arena, def) : spec_words(s->arena, form->attrs);
    for (int i = 0; i < x->kids.n; i++) {
        const Name *label = &x->kids.at[i]->label;

        if (label->text && !str_among(words.at, words.n, label->text))
            names_unknown_of(s->arena, s->diag, label->span, label->text,
                             "argument",
                             arena_printf(s->arena, "`%s`", x->name), &words);
    }
}

/* A layer of the prelude whose name means another elsewhere, called as there:
 * `linear(16)`. */
static void warn_other(Scope *s, const Expr *x)
{
    const Def *def = unit_find(s->unit, x->name, s->def->span.source->prelude);
    const char *meant = foreign_layer(x->name);
    const Expr *first = x->kids.n ? x->kids.at[0] : NULL;
    Message *m;

    if (!meant || !def || !def->span.source->prelude || !first ||
        first->kind != EXPR_NUMBER || first->label.text || first->number < 2)
        return;
    m = diag_warning(s->diag, x->at, "`%s` has no weights here", x->name);
    diag_help(m, "a layer with weights is `%s`; otherwise write `%s(%s: ...)`",
              meant, x->name, def->params.at[0].name.text);
}

/* A name that stands for a layer: called, or a stage of a pipe. */
static void layer_name(Scope *s, const Expr *x)
{
    if (find(s, x->name, false)) {
        scope_find(s, x->name, false);
        return;
    }
    if (is_layer(s, x))
        return;
    if (x->kind == EXPR_CALL && names_init(x->name, NULL, NULL))
        return;
    unknown(s, x, true);
}

static void plain_name(Scope *s, const Expr *x)
{
    if (scope_find(s, x->name, false) || is_layer(s, x))
        return;
    if (!names_word(x->name))
        unknown(s, x, false);
    else if (s->fixed && strcmp(x->name, "training") == 0)
        diag_error(s->diag, x->at, "%s cannot depend on `training`", s->fixed);
}

static void primed_name(Scope *s, const Expr *x)
{
    if (scope_find(s, x->name, true) || unit_lost(s->def, x->name))
        return;
    if (scope_has_next(s, x->name))
        diag_error(s->diag, x->at, "`%s'` is used before it has a value",
                   x->name);
    else
        diag_error(s->diag, x->at, "`%s` is not a state of this %s", x->name,
                   s->def->kind == DEF_CELL ? "cell" : "definition");
}

static void pipe(Scope *s, const Expr *x)
{
    scope_expr(s, x->kids.at[0]);
    for (int i = 1; i < x->kids.n; i++) {
        const Expr *stage = x->kids.at[i];

        if (stage->parens ||
            (stage->kind != EXPR_NAME && stage->kind != EXPR_CALL)) {
            scope_expr(s, stage);
        } else {
            layer_name(s, stage);
            labels(s, stage);
            warn_other(s, stage);
            scope_exprs(s, &stage->kids);
        }
        if (stage->as.text)
            scope_add(s, &stage->as, KNOWN_AS);
    }
}

static void loop(Scope *s, const Expr *x)
{
    Name name = {.text = x->name, .span = x->at};
    int at;

    scope_expr(s, x->kids.at[0]);
    at = s->names.n;
    scope_add(s, &name, KNOWN_LOOP);
    scope_expr(s, x->kids.at[1]);
    if (at < s->names.n && s->names.at[at].kind == KNOWN_LOOP)
        hide(s, at);
}

/* Only one branch is taken, so both may give the same name. */
static void branches(Scope *s, const Expr *x)
{
    int from, to;

    scope_expr(s, x->kids.at[0]);
    from = s->names.n;
    scope_expr(s, x->kids.at[1]);
    to = s->names.n;
    for (int i = from; i < to; i++)
        s->names.at[i].branch = true;
    scope_expr(s, x->kids.at[2]);
    for (int i = from; i < to; i++)
        s->names.at[i].branch = false;
}

void scope_exprs(Scope *s, const Exprs *list)
{
    for (int i = 0; i < list->n; i++)
        scope_expr(s, list->at[i]);
}

void scope_expr(Scope *s, const Expr *x)
{
    switch (x->kind) {
    case EXPR_NAME:
        plain_name(s, x);
        break;
    case EXPR_PRIMED:
        primed_name(s, x);
        break;
    case EXPR_IN:
        if (s->def->kind == DEF_MODEL)
            diag_error(s->diag, x->at,
                       "`in` is the input of a block or cell; a model has "
                       "named inputs");
        if (unit_is_rule(s->def->kind))
            diag_error(s->diag, x->at,
                       "`in` is the input of a block or cell; this has a "
                       "`gradient`");
        break;
    case EXPR_CALL:
        layer_name(s, x);
        labels(s, x);
        scope_exprs(s, &x->kids);
        break;
    case EXPR_PIPE:
        pipe(s, x);
        break;
    case EXPR_FOR:
        loop(s, x);
        break;
    case EXPR_IF:
        branches(s, x);
        break;
    default:
        scope_exprs(s, &x->kids);
        break;
    }
}
