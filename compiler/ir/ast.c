/* ast.c: nodes of the syntax tree, and the words of its kinds.
 *
 * Every node lives in the arena; depth is kept while a node is built, so that
 * the limit AST_DEPTH can be checked without a walk. */
#include "ir/ast.h"

Expr *ast_expr(Arena *arena, ExprKind kind, Span span)
{
    Expr *expr = NEW(arena, Expr);

    expr->kind = kind;
    expr->depth = 1;
    expr->span = span;
    expr->at = span;
    return expr;
}

void ast_add(Arena *arena, Expr *expr, Expr *kid)
{
    vec_push(arena, &expr->kids, kid);
    if (expr->depth <= kid->depth)
        expr->depth = kid->depth + 1;
}

const char *ast_def_word(DefKind kind)
{
    static const char *const words[] = {
        [DEF_MODEL] = "model",
        [DEF_BLOCK] = "block",
        [DEF_CELL] = "cell",
    };

    return words[kind];
}

const char *ast_sign(ExprKind kind)
{
    static const char *const signs[EXPR_KINDS] = {
        [EXPR_PIPE] = "->", [EXPR_RANGE] = "..", [EXPR_OR] = "or",
        [EXPR_AND] = "and", [EXPR_NOT] = "not",  [EXPR_EQ] = "==",
        [EXPR_NE] = "!=",   [EXPR_LT] = "<",     [EXPR_GT] = ">",
        [EXPR_LE] = "<=",   [EXPR_GE] = ">=",    [EXPR_ADD] = "+",
        [EXPR_SUB] = "-",   [EXPR_MUL] = "*",    [EXPR_DIV] = "/",
        [EXPR_NEG] = "-",   [EXPR_FIELD] = ".",
    };

    return signs[kind];
}

const char *ast_item_word(ItemKind kind)
{
    static const char *const words[ITEM_KINDS] = {
        [ITEM_INPUT] = "input",       [ITEM_TARGET] = "target",
        [ITEM_STATE] = "state",       [ITEM_PARAM] = "param",
        [ITEM_LAYER] = "layer",       [ITEM_OUTPUT] = "output",
        [ITEM_LOSS] = "loss",         [ITEM_METRIC] = "metric",
        [ITEM_GENERATE] = "generate", [ITEM_DATA] = "data",
        [ITEM_TRAIN] = "train",
    };

    return words[kind];
}
