/* ast_print.h: parts of the syntax tree as text. */
#ifndef NNC_IR_AST_PRINT_H
#define NNC_IR_AST_PRINT_H

#include "base/str.h"
#include "ir/ast.h"

/* A kind's word ("model"; "input"), or NULL. */
const char *ast_def_word(DefKind kind);
const char *ast_item_word(ItemKind kind);

/* Appends an expression on one line, as text that parses back to an equal one
 * (but for places and needless parentheses). */
void ast_print_expr(Text *out, const Expr *expr);

#endif
