/* build.c: the constructors that the grammar calls, one a rule.
 *
 * In: interned names, spans and nodes built before. Out: nodes of ast.h whose
 * depth is within AST_DEPTH. Reported here, because the grammar cannot say it
 * well: a stage that is no layer, first values where there are none, numbers
 * and strings that have no value. */
#include "front/build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ir/ast_print.h"
#include "nn_say.h"

bool build_lost(Parse *p, Span span)
{
    vec_push(p->arena, &p->lost, span);
    return !p->in_brackets;
}

bool build_lost_def(Parse *p)
{
    p->file->partial = true;
    p->lost.n = 0;
    return !p->in_brackets;
}

void build_lost_head(Parse *p)
{
    p->file->partial = true;
    p->skip = false;
}

Names build_names(Parse *p, Names names, Name name)
{
    vec_push(p->arena, &names, name);
    return names;
}

Exprs build_exprs(Parse *p, Exprs exprs, Expr *expr)
{
    vec_push(p->arena, &exprs, expr);
    return exprs;
}

Decls build_decl_list(Parse *p, Decls decls, Decl *decl)
{
    vec_push(p->arena, &decls, decl);
    return decls;
}

Formals build_formals(Parse *p, Formals formals, Formal formal)
{
    vec_push(p->arena, &formals, formal);
    return formals;
}

Items build_items(Parse *p, Items items, Item *item)
{
    if (item)
        vec_push(p->arena, &items, item);
    return items;
}

/* What stands for the escape at `at`, in *meant; false after a message. */
static bool escaped(Parse *p, const char *at, Span span, char *meant)
{
    static const char letters[] = "\"\\nt", meanings[] = "\"\\\n\t";
    const char *letter = strchr(letters, at[1]);

    if (letter) {
        *meant = meanings[letter - letters];
        return true;
    }
    diag_help(diag_error(p->diag, span, "`\\%.*s` means nothing in a string",
                         (int)nn_utf8(at + 1, strlen(at + 1)), at + 1),
              "write `\\\\` for a backslash; a string knows `\\\"`, `\\\\`, "
              "`\\n` and `\\t`");
    return false;
}

/* The text of a string token, without quotes and escapes. */
static const char *unquote(Parse *p, const char *token, Span span)
{
    const char *end = token + strlen(token) - 1;
    Text out = {.arena = p->arena};

    for (const char *at = token + 1; at < end; at++) {
        char meant = *at;

        if (meant == '\\' && escaped(p, at, span, &meant)) {
            at++;
        } else if ((unsigned char)meant < ' ' || meant == 0x7f) {
            diag_help(diag_error(p->diag, span,
                                 "a string holds the control character 0x%02x",
                                 (unsigned)meant),
                      "write `\\t` for a tab and `\\n` for the end of a line");
            break;
        }
        text_add_n(&out, &meant, 1);
    }
    return arena_intern(p->arena, text_str(&out), out.n);
}

void build_use(Parse *p, const char *string, Span span)
{
    Name path = {unquote(p, string, span), span, false};

    vec_push(p->arena, &p->file->uses, path);
}

void build_def(Parse *p, DefKind kind, Span span, Name name, Formals params,
               Items items)
{
    Def *def = NEW(p->arena, Def);

    *def = (Def){.kind = kind,
                 .span = span,
                 .name = name,
                 .params = params,
                 .items = items};
    for (int i = 0; i < p->lost.n; i++)
        vec_push(p->arena, &def->lost, p->lost.at[i]);
    p->lost.n = 0;
    vec_push(p->arena, &p->file->defs, def);
}

Item *build_item(Parse *p, ItemKind kind, Span span, Name name, Expr *value)
{
    Item *item = NEW(p->arena, Item);

    item->kind = kind;
    item->span = span;
    item->name = name;
    item->value = value;
    return item;
}

Item *build_output(Parse *p, Span span, Name name, Expr *value, Name unit)
{
    Item *item = build_item(p, ITEM_OUTPUT, span, name, value);

    item->other = unit;
    return item;
}

Item *build_check(Parse *p, Span span, Expr *truth, Expr *reason)
{
    Item *item = build_item(p, ITEM_CHECK, span, (Name){0}, truth);

    if (reason)
        vec_push(p->arena, &item->values, reason);
    return item;
}

Item *build_values(Parse *p, ItemKind kind, Span span, Exprs values)
{
    Item *item = build_item(p, kind, span, (Name){0}, NULL);

    item->values = values;
    return item;
}

Item *build_decls(Parse *p, ItemKind kind, Span span, Decls decls)
{
    Item *item = build_item(p, kind, span, (Name){0}, NULL);

    item->decls = decls;
    for (int i = 0; i < decls.n && kind != ITEM_STATE; i++)
        if (decls.at[i]->value)
            diag_error(p->diag, decls.at[i]->value->span,
                       "only a `state` has a first value");
    return item;
}

Item *build_param(Parse *p, ItemKind kind, Span span, Decl *decl, Exprs options)
{
    Item *item = build_item(p, kind, span, (Name){0}, NULL);

    vec_push(p->arena, &item->decls, decl);
    item->options = options;
    if (decl->value) {
        Message *m = diag_error(p->diag, decl->value->span,
                                "only a `state` has a first value");

        diag_help(m, "a `%s` starts from `, init: ...`", ast_item_word(kind));
    }
    return item;
}

Item *build_define(Parse *p, Span span, Names names, Expr *value)
{
    Item *item = build_item(p, ITEM_DEFINE, span, (Name){0}, value);

    item->names = names;
    return item;
}

Item *build_generate(Parse *p, Span span, Name name, Expr *value, Exprs options)
{
    Item *item = build_item(p, ITEM_GENERATE, span, name, value);

    item->options = options;
    return item;
}

Item *build_group(Parse *p, ItemKind kind, Span span, Name name, Items items)
{
    Item *item = build_item(p, kind, span, name, NULL);

    item->items = items;
    return item;
}

Item *build_split(Parse *p, Span span, Name part, Item *split)
{
    (void)p;
    split->span = span;
    split->name = part;
    return split;
}

Item *build_amount(Parse *p, Span span, bool last, Expr *amount, Name by)
{
    Item *item = build_item(p, ITEM_SPLIT, span, (Name){0}, amount);

    item->last = last;
    item->other = by;
    return item;
}

Item *build_fold(Parse *p, Span span, Expr *k, Expr *n)
{
    Item *item = build_item(p, ITEM_FOLD, span, (Name){0}, NULL);

    vec_push(p->arena, &item->values, k);
    vec_push(p->arena, &item->values, n);
    return item;
}

Item *build_setting(Parse *p, Span span, Name word, Name second, Expr *value)
{
    Item *item = build_item(p, ITEM_SETTING, span, word, NULL);

    item->other = second;
    vec_push(p->arena, &item->values, value);
    return item;
}

Item *build_call_setting(Parse *p, Span span, Name word, Exprs args)
{
    Item *item = build_item(p, ITEM_SETTING, span, word, NULL);

    item->call = true;
    item->values = args;
    return item;
}

Decl *build_decl(Parse *p, Name name, TypeExpr *type, Expr *value)
{
    Decl *decl = NEW(p->arena, Decl);

    *decl = (Decl){name, type, value};
    return decl;
}

TypeExpr *build_type(Parse *p, Span span, Name name, Expr *count, Exprs dims)
{
    TypeExpr *type = NEW(p->arena, TypeExpr);

    *type = (TypeExpr){span, name, count, dims};
    return type;
}

Name build_primed(const Parse *p, const char *text, Span span)
{
    size_t n = strlen(text) - 1; /* without the prime */

    return (Name){arena_intern(p->arena, text, n), span, true};
}

/* Replaces an expression that is too deep by poison. */
static Expr *checked(Parse *p, Expr *expr)
{
    if (expr->depth <= AST_DEPTH)
        return expr;
    build_too_deep(p, expr->at);
    return ast_expr(p->arena, EXPR_ERROR, expr->span);
}

Expr *build_leaf(Parse *p, ExprKind kind, Span span, const char *name)
{
    Expr *expr = ast_expr(p->arena, kind, span);

    expr->name = name;
    return expr;
}

Expr *build_number(Parse *p, Span span, const char *text)
{
    Expr *expr = build_leaf(p, EXPR_NUMBER, span, text);
    char *end;

    expr->number = strtod(text, &end);
    if (strcmp(end, "%") == 0)
        expr->number /= 100;
    else if (*end || end[-1] == '.')
        expr->kind = EXPR_ERROR; /* the scanner has said so */
    if (isinf(expr->number)) {
        diag_error(p->diag, span, "this number is too large");
        expr->kind = EXPR_ERROR;
    }
    return expr;
}

Expr *build_string(Parse *p, Span span, const char *text)
{
    return build_leaf(p, EXPR_STRING, span, unquote(p, text, span));
}

Expr *build_bool(Parse *p, Span span, int value)
{
    Expr *expr = ast_expr(p->arena, EXPR_BOOL, span);

    expr->number = value;
    return expr;
}

Expr *build_expr(Parse *p, ExprKind kind, Span span, Span at, Exprs kids)
{
    Expr *expr = ast_expr(p->arena, kind, span);

    expr->at = at;
    for (int i = 0; i < kids.n; i++)
        ast_add(p->arena, expr, kids.at[i]);
    return checked(p, expr);
}

Expr *build_unary(Parse *p, ExprKind kind, Span span, Span at, Expr *k0)
{
    Exprs kids = build_exprs(p, (Exprs){0}, k0);

    return build_expr(p, kind, span, at, kids);
}

Expr *build_binary(Parse *p, ExprKind kind, Span span, Span at, Expr *k0,
                   Expr *k1)
{
    Exprs kids = build_exprs(p, build_exprs(p, (Exprs){0}, k0), k1);

    return build_expr(p, kind, span, at, kids);
}

Expr *build_call(Parse *p, Span span, Name name, Exprs args)
{
    Expr *expr = build_expr(p, EXPR_CALL, span, name.span, args);

    expr->name = name.text;
    return expr;
}

Expr *build_field(Parse *p, Span span, Expr *k0, Name word)
{
    Expr *expr = build_unary(p, EXPR_FIELD, span, word.span, k0);

    expr->name = word.text;
    return expr;
}

Expr *build_parens(Parse *p, Span span, Expr *inner)
{
    (void)p;
    inner->parens = true;
    inner->span = span;
    return inner;
}

Expr *build_tuple(Parse *p, Span span, Expr *first, Exprs others)
{
    Expr *expr = build_unary(p, EXPR_TUPLE, span, span, first);

    for (int i = 0; i < others.n && expr->kind == EXPR_TUPLE; i++)
        ast_add(p->arena, expr, others.at[i]);
    return checked(p, expr);
}

Expr *build_if(Parse *p, Span span, Span at, Expr *k0, Expr *k1, Expr *k2)
{
    Exprs kids = build_exprs(p, build_exprs(p, (Exprs){0}, k0), k1);

    return build_expr(p, EXPR_IF, span, at, build_exprs(p, kids, k2));
}

Expr *build_for(Parse *p, Span span, Name name, Expr *k0, Expr *k1)
{
    Expr *expr = build_binary(p, EXPR_FOR, span, name.span, k0, k1);

    expr->name = name.text;
    return expr;
}

Expr *build_pipe(Parse *p, Span span, Expr *first, Exprs stages)
{
    Expr *expr = build_unary(p, EXPR_PIPE, span, span, first);

    for (int i = 0; i < stages.n && expr->kind == EXPR_PIPE; i++)
        ast_add(p->arena, expr, stages.at[i]);
    return checked(p, expr);
}

Expr *build_stage(Parse *p, Expr *stage, Name as)
{
    bool layer = stage->parens || stage->kind == EXPR_NAME ||
                 stage->kind == EXPR_CALL || stage->kind == EXPR_ERROR;

    if (!layer) {
        diag_error(p->diag, stage->span,
                   "`->` needs a layer on its right: a name, a call, or "
                   "something in parentheses");
        stage->kind = EXPR_ERROR;
    }
    stage->as = as;
    return stage;
}

Expr *build_label(Parse *p, Name label, Expr *expr)
{
    (void)p;
    expr->label = label;
    return expr;
}
