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

/* What `name: type = value` gives where it declares no state. */
static void no_first_value(Parse *p, const Item *item)
{
    bool init = item->kind == ITEM_PARAM || item->kind == ITEM_STATISTIC;

    for (int i = 0; i < item->decls.n; i++) {
        const Expr *value = item->decls.at[i]->value;
        Message *m = value ? diag_error(p->diag, value->span,
                                        "only a `state` has a first value")
                           : NULL;

        if (m && init)
            diag_help(m, "a `%s` starts from `, init: ...`",
                      ast_item_word(item->kind));
    }
}

Item *build_item(Parse *p, Item item)
{
    Item *made = NEW(p->arena, Item);

    *made = item;
    if (item.kind != ITEM_STATE)
        no_first_value(p, made);
    return made;
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

Expr *build_expr(Parse *p, ExprKind kind, Span span, Span at, int n,
                 Expr *const *kids)
{
    Expr *expr = ast_expr(p->arena, kind, span);

    expr->at = at;
    for (int i = 0; i < n; i++)
        ast_add(p->arena, expr, kids[i]);
    if (expr->depth <= AST_DEPTH)
        return expr;
    build_too_deep(p, at);
    return ast_expr(p->arena, EXPR_ERROR, span);
}

/* Arguments are positional, then named. */
Exprs build_args(Parse *p, Exprs args, Expr *next)
{
    const Name *before = &args.at[args.n - 1]->label;

    if (before->text && !next->label.text) {
        diag_help(diag_error(p->diag, next->span,
                             "an argument without a name stands before those "
                             "with one"),
                  "move it before `%s:`, or name it", before->text);
        next = ast_expr(p->arena, EXPR_ERROR, next->span);
    }
    vec_push(p->arena, &args, next);
    return args;
}

Expr *build_call(Parse *p, Span span, Name name, Exprs args)
{
    Expr *expr = build_expr(p, EXPR_CALL, span, name.span, args.n, args.at);

    expr->name = name.text;
    return expr;
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
