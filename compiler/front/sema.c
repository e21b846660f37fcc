/* sema.c: reads every definition once, also those that no model uses.
 *
 * What depends on shapes or values is left to elaboration, which stays silent
 * about names: those are all resolved here. */
#include "front/sema.h"

#include <ctype.h>
#include <string.h>

#include "front/recursion.h"
#include "front/settings.h"
#include "front/spec.h"
#include "ir/ast_print.h"

enum {
    IN_MODEL = 1 << DEF_MODEL,
    IN_BLOCK = 1 << DEF_BLOCK,
    IN_CELL = 1 << DEF_CELL,
    IN_RULE = 1 << DEF_OPTIMIZER | 1 << DEF_CLIP,
    IN_LAYER = IN_MODEL | IN_BLOCK | IN_CELL,
};

/* Of a model, whose files have endings and those of temporary ones behind it;
 * file systems take 255 bytes. */
enum { NAME_MOST = 100 };

/* Where each kind of statement may stand. */
static const unsigned legal[ITEM_KINDS] = {
    [ITEM_INPUT] = IN_MODEL,
    [ITEM_TARGET] = IN_MODEL,
    [ITEM_STATE] = IN_CELL | 1 << DEF_OPTIMIZER,
    [ITEM_PARAM] = IN_LAYER,
    [ITEM_STATISTIC] = IN_MODEL | IN_BLOCK,
    [ITEM_DEFINE] = IN_LAYER | IN_RULE,
    [ITEM_LAYER] = IN_LAYER,
    [ITEM_CHECK] = IN_LAYER | IN_RULE,
    [ITEM_OUTPUT] = IN_MODEL,
    [ITEM_LOSS] = IN_MODEL,
    [ITEM_METRIC] = IN_MODEL,
    [ITEM_GENERATE] = IN_MODEL,
    [ITEM_DATA] = IN_MODEL,
    [ITEM_TRAIN] = IN_MODEL,
};

static void coming_expr(Scope *s, const Expr *x)
{
    if (x->as.text)
        scope_coming(s, &x->as);
    for (int i = 0; i < x->kids.n; i++)
        coming_expr(s, x->kids.at[i]);
}

/* Every name that the definition gives, to tell "too early" from "unknown". */
static void coming(Scope *s)
{
    for (int i = 0; i < s->def->items.n; i++) {
        const Item *item = s->def->items.at[i];

        if (item->kind == ITEM_DATA || item->kind == ITEM_TRAIN)
            continue;
        for (int k = 0; k < item->names.n; k++)
            scope_coming(s, &item->names.at[k]);
        for (int k = 0; k < item->decls.n; k++)
            scope_coming(s, &item->decls.at[k]->name);
        if (item->kind == ITEM_LAYER)
            scope_coming(s, &item->name);
        if (item->value)
            coming_expr(s, item->value);
        for (int k = 0; k < item->values.n; k++)
            coming_expr(s, item->values.at[k]);
    }
}

static void formals(Scope *s)
{
    for (int i = 0; i < s->def->params.n; i++) {
        const Formal *f = &s->def->params.at[i];

        if (f->kind.text && !spec_is_kind(f->kind.text)) {
            Words kinds = spec_kinds(s->arena);

            names_unknown(s->diag, f->kind.span, f->kind.text,
                          "kind of argument", &kinds);
        }
        if (f->value)
            scope_expr(s, f->value);
        scope_add(s, &f->name, KNOWN_FORMAL);
    }
}

static void declarations(Scope *s, const Item *item, KnownKind kind)
{
    for (int i = 0; i < item->decls.n; i++) {
        const Decl *d = item->decls.at[i];

        if (d->type->count)
            scope_expr(s, d->type->count);
        scope_exprs(s, &d->type->dims);
        if (d->value)
            scope_expr(s, d->value);
        scope_add(s, &d->name, kind);
    }
}

/* `param a: f32[2], b: f32[2];`: options could belong to either. */
static void undeclared(Scope *s, const Item *item, const Name *name)
{
    const char *word = ast_item_word(item->kind);

    scope_add(s, name, KNOWN_PARAM);
    diag_help(diag_error(s->diag, name->span,
                         "each `%s` has a statement of its own", word),
              "write: %s %s: f32[...];", word, name->text);
}

static void param(Scope *s, const Item *item)
{
    bool learned = item->kind == ITEM_PARAM;
    const char *what = learned ? "`param`" : "`statistic`";
    Words words = {0};

    declarations(s, item, learned ? KNOWN_PARAM : KNOWN_STATISTIC);
    for (int i = 0; i < (learned ? N_COMMON : 1); i++)
        vec_push(s->arena, &words, names_common[i]);
    if (learned)
        vec_push(s->arena, &words, "padding");
    for (int i = 0; i < item->options.n; i++) {
        const Expr *x = item->options.at[i];

        if (str_among(words.at, words.n, x->label.text))
            scope_expr(s, x);
        else if (x->kind == EXPR_NAME && strcmp(x->name, "f32") == 0)
            undeclared(s, item, &x->label);
        else
            names_unknown_of(s->arena, s->diag, x->label.span, x->label.text,
                             "option", what, &words);
    }
}

static void generate(Scope *s, const Item *item)
{
    static const char *const options[] = {"start", "stop", "beam"};
    Expr name = {.kind = EXPR_NAME,
                 .span = item->name.span,
                 .at = item->name.span,
                 .name = item->name.text};
    Words words = {0};

    scope_expr(s, &name);
    scope_expr(s, item->value);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        vec_push(s->arena, &words, options[i]);
    for (int i = 0; i < item->options.n; i++) {
        const Expr *x = item->options.at[i];

        if (str_among(words.at, words.n, x->label.text))
            scope_expr(s, x);
        else
            names_unknown_of(s->arena, s->diag, x->label.span, x->label.text,
                             "option", "`generate`", &words);
    }
}

static void prime(Scope *s, const Name *name)
{
    bool state = scope_has_next(s, name->text);

    if (!state && !(legal[ITEM_STATE] >> s->def->kind & 1))
        diag_help(diag_error(s->diag, name->span,
                             "`%s'` is the next value of a state, and only "
                             "cells have states",
                             name->text),
                  "a block has statistics: statistic %s: f32[n];", name->text);
    else if (!state && !unit_lost(s->def, name->text))
        diag_help(
            diag_error(s->diag, name->span, "`%s` is not a state", name->text),
            "write: state %s: f32%s;", name->text,
            s->def->kind == DEF_CELL ? "[n]" : "");
    scope_add(s, name, KNOWN_VALUE);
}

static void define(Scope *s, const Item *item)
{
    scope_expr(s, item->value);
    for (int i = 0; i < item->names.n; i++) {
        const Name *name = &item->names.at[i];

        if (name->primed) {
            prime(s, name);
        } else if (strcmp(name->text, "state") == 0) {
            if (s->def->kind != DEF_BLOCK)
                diag_error(s->diag, name->span, "only a block sets `state`");
        } else {
            scope_add(s, name, KNOWN_VALUE);
        }
    }
}

/* A source, transform or schedule with its arguments. */
static void named_row(Scope *s, const Expr *x, SettingGroup group)
{
    if (x->parens || (x->kind != EXPR_NAME && x->kind != EXPR_CALL)) {
        scope_expr(s, x);
        return;
    }
    if (!settings_find(group, x->name))
        settings_unknown(s->arena, s->diag, x->at, group, x->name);
    scope_exprs(s, &x->kids);
}

static void flow(Scope *s, const Expr *x)
{
    int n = x->kind == EXPR_PIPE ? x->kids.n : 1;

    for (int i = 0; i < n; i++)
        named_row(s, x->kind == EXPR_PIPE ? x->kids.at[i] : x,
                  i ? GROUP_TRANSFORM : GROUP_SOURCE);
}

/* `before = shift(word, start: 1)`: a flow from another one, for later. */
static void data(Scope *s, const Item *block)
{
    for (int i = 0; i < block->items.n; i++) {
        const Item *item = block->items.at[i];

        if (item->kind == ITEM_PART)
            data(s, item);
        else if (item->kind == ITEM_DEFINE)
            flow(s, item->value);
        else if (item->value)
            scope_expr(s, item->value);
        else
            scope_exprs(s, &item->values);
    }
}

/* `optimizer adam(rate: 1e-3)`, `clip norm 1`: a definition of this kind. */
static void rule(Scope *s, const Item *item, DefKind kind)
{
    Applies rule = unit_applies(item);
    Words words = unit_names(s->arena, s->unit, kind);

    if (!rule.name.text && !rule.lost)
        diag_help(
            diag_error(s->diag, item->name.span,
                       "`%s` takes a name with its arguments", item->name.text),
            "write: %s",
            kind == DEF_CLIP ? "clip norm(1);" : "optimizer adam(rate: 1e-3);");
    else if (!rule.lost && !str_among(words.at, words.n, rule.name.text))
        names_unknown(s->diag, rule.name.span, rule.name.text,
                      kind == DEF_CLIP ? "clip" : "optimiser", &words);
    scope_exprs(s, &rule.args);
}

static void setting(Scope *s, const Item *item)
{
    const char *name = item->name.text;
    SettingGroup group = GROUP_SETTING;

    if (strcmp(name, "clip") == 0) {
        rule(s, item, DEF_CLIP);
        return;
    }
    if (item->other.text)
        name = arena_printf(s->arena, "%s %s", name, item->other.text);
    if (!settings_find(GROUP_SETTING, name)) {
        settings_unknown(s->arena, s->diag, item->name.span, GROUP_SETTING,
                         name);
        return;
    }
    if (strcmp(name, "optimizer") == 0) {
        rule(s, item, DEF_OPTIMIZER);
        return;
    }
    if (strcmp(name, "schedule") == 0)
        group = GROUP_SCHEDULE;
    for (int i = 0; i < item->values.n; i++)
        if (group == GROUP_SETTING)
            scope_expr(s, item->values.at[i]);
        else
            named_row(s, item->values.at[i], group);
}

/* What `output y unit t;` names: an input or target, or `none`. */
static void unit(Scope *s, const Name *name)
{
    Words words = {0};
    const Known *known = name->text ? scope_find(s, name->text, false) : NULL;

    if (!name->text || (known && known->kind == KNOWN_INPUT) ||
        (!known && strcmp(name->text, "none") == 0) ||
        unit_lost(s->def, name->text))
        return;
    for (int i = 0; i < s->names.n; i++)
        if (s->names.at[i].name && s->names.at[i].kind == KNOWN_INPUT)
            vec_push(s->arena, &words, s->names.at[i].name);
    vec_push(s->arena, &words, "none");
    names_unknown(s->diag, name->span, name->text, "input or target", &words);
}

static void one_item(Scope *s, const Item *item)
{
    switch (item->kind) {
    case ITEM_INPUT:
    case ITEM_TARGET:
        declarations(s, item, KNOWN_INPUT);
        break;
    case ITEM_STATE:
        declarations(s, item, KNOWN_STATE);
        break;
    case ITEM_PARAM:
    case ITEM_STATISTIC:
        param(s, item);
        break;
    case ITEM_DEFINE:
        define(s, item);
        break;
    case ITEM_LAYER:
        scope_expr(s, item->value);
        scope_add(s, &item->name, KNOWN_LAYER);
        break;
    case ITEM_OUTPUT:
        scope_expr(s, item->value);
        unit(s, &item->other);
        break;
    case ITEM_CHECK:
        scope_expr(s, item->value);
        break;
    case ITEM_LOSS:
    case ITEM_METRIC:
        scope_exprs(s, &item->values);
        break;
    case ITEM_DATA:
        s->fixed = "`data`";
        data(s, item);
        s->fixed = NULL;
        break;
    case ITEM_TRAIN:
        s->fixed = "`train`";
        for (int i = 0; i < item->items.n; i++)
            setting(s, item->items.at[i]);
        s->fixed = NULL;
        break;
    case ITEM_GENERATE:
        generate(s, item);
        break;
    default:
        break;
    }
}

static void misplaced(Scope *s, const Item *item)
{
    const char *where = legal[item->kind] == IN_MODEL ? "a model"
                        : item->kind == ITEM_STATE    ? "a cell or an optimizer"
                        : item->kind == ITEM_STATISTIC
                            ? "a model or block"
                            : "a model, block or cell";

    diag_error(s->diag, item->span, "`%s` stands in %s only",
               ast_item_word(item->kind), where);
}

static void items(Scope *s)
{
    bool seen[ITEM_KINDS] = {false};

    for (int i = 0; i < s->def->items.n; i++) {
        const Item *item = s->def->items.at[i];
        bool once = item->kind == ITEM_DATA || item->kind == ITEM_TRAIN;

        if (!(legal[item->kind] >> s->def->kind & 1)) {
            misplaced(s, item);
            continue;
        }
        if (once && seen[item->kind])
            diag_error(s->diag, item->span, "a model has one `%s` block",
                       ast_item_word(item->kind));
        seen[item->kind] = true;
        one_item(s, item);
    }
}

/* `out`, next values of states, and names that nothing uses. */
static void complete(Scope *s)
{
    bool model = s->def->kind == DEF_MODEL;

    if (!model && !scope_find(s, "out", false) && !unit_lost(s->def, "out"))
        diag_help(diag_error(s->diag, s->def->name.span, "%s `%s` has no `out`",
                             ast_def_word(s->def->kind), s->def->name.text),
                  "write: out = ...;");
    for (int i = 0; i < s->names.n; i++) {
        const Known *k = &s->names.at[i];

        if (!k->name || unit_lost(s->def, k->name))
            continue;
        if ((k->kind == KNOWN_STATE || k->kind == KNOWN_STATISTIC) &&
            !scope_find(s, k->name, true))
            diag_help(diag_error(s->diag, k->span,
                                 "the %s `%s` has no next value",
                                 k->kind == KNOWN_STATE ? "state" : "statistic",
                                 k->name),
                      "write: %s' = ...;", k->name);
        if (!k->used && !k->primed &&
            (k->kind == KNOWN_VALUE || k->kind == KNOWN_LAYER))
            diag_warning(s->diag, k->span, "`%s` is not used", k->name);
    }
}

/* The names that an optimiser or clip finds; its head names the rate. */
static void given(Scope *s)
{
    static const char *const optimizer[] = {"gradient", "weight", "step", NULL};
    static const char *const clip[] = {"gradient", "norm", NULL};
    const char *const *names = s->def->kind == DEF_OPTIMIZER ? optimizer : clip;
    bool rate = false;

    if (!unit_is_rule(s->def->kind))
        return;
    for (int i = 0; names[i]; i++) {
        Name name = {.text = arena_name(s->arena, names[i]),
                     .span = s->def->name.span};

        scope_add(s, &name, KNOWN_FORMAL);
    }
    for (int i = 0; i < s->def->params.n; i++)
        rate |= strcmp(s->def->params.at[i].name.text, "rate") == 0;
    if (s->def->kind == DEF_OPTIMIZER && !rate)
        diag_help(diag_error(s->diag, s->def->name.span,
                             "optimizer `%s` has no `rate`", s->def->name.text),
                  "write: optimizer %s(rate = 0.01)", s->def->name.text);
}

static void definition(Scope *s, const Def *def)
{
    bool rule = unit_is_rule(def->kind);

    s->def = def;
    scope_begin(s);
    coming(s);
    given(s);
    s->fixed = rule                     ? "an optimizer or clip"
               : def->kind == DEF_MODEL ? "a model's parameter"
                                        : NULL;
    formals(s);
    s->fixed = rule ? s->fixed : NULL;
    items(s);
    complete(s);
}

/* A model's name begins those of its functions, and `nn_` those of nnc's own.
 */
static void model_name(Scope *s, const Name *name)
{
    const char *own = "nn_";
    int n = 0;

    if (strlen(name->text) > NAME_MOST)
        diag_help(diag_error(s->diag, name->span,
                             "this name of a model has %zu letters",
                             strlen(name->text)),
                  "its files are called so: take one of at most %d letters",
                  NAME_MOST);
    while (own[n] && tolower((unsigned char)name->text[n]) == own[n])
        n++;
    if (n < 2 || (n == 2 && name->text[2]))
        return;
    diag_help(diag_error(s->diag, name->span,
                         "a model cannot be called `%s`: all that nnc brings "
                         "with it begins with `nn_`",
                         name->text),
              "take another name, such as `my_%s`", name->text);
}

/* Two definitions of one name, and names that hide the library's. */
static void definitions(Scope *s)
{
    const Defs *own = &s->unit->own;

    for (int i = 0; i < own->n; i++) {
        const Name *name = &own->at[i]->name;
        const char *key = unit_key(s->arena, own->at[i]->kind, name->text);
        int first = map_get(&s->unit->own_place, key);

        if (own->at[i]->kind == DEF_MODEL)
            model_name(s, name);
        if (first < i)
            diag_note(diag_error(s->diag, name->span, "`%s` is defined already",
                                 name->text),
                      "at %s:%d", own->at[first]->span.source->path,
                      own->at[first]->span.line);
        if (own->at[i]->kind == DEF_MODEL)
            continue;
        if (map_get(&s->unit->library_place, key) >= 0)
            diag_warning(s->diag, name->span, "this `%s` hides the prelude's",
                         name->text);
        if (surface_find(key))
            diag_warning(s->diag, name->span, "this `%s` hides the core's",
                         name->text);
    }
}

bool sema_check(Arena *arena, Diag *diag, const Unit *unit)
{
    Scope s = {.arena = arena, .diag = diag, .unit = unit};

    definitions(&s);
    for (int i = 0; i < unit->own.n; i++)
        definition(&s, unit->own.at[i]);
    return recursion_check(&s);
}
