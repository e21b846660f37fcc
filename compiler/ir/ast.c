/* ast.c: nodes of the syntax tree.
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
