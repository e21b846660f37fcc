/* ast_file.h: the syntax tree of a whole file as text. */
#ifndef NNC_TESTS_AST_FILE_H
#define NNC_TESTS_AST_FILE_H

#include "base/str.h"
#include "ir/ast.h"

/* Appends a file as text that parses back to an equal AST (but for places,
 * needless parentheses, order of `use`). */
void ast_file_print(Text *out, const File *file);

#endif
