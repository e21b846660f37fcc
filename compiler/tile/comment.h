/* comment.h: what templates say about themselves, in generated files. */
#ifndef NNC_TILE_COMMENT_H
#define NNC_TILE_COMMENT_H

#include <stdint.h>

#include "tile/expand.h"

/* Prints a comment where the template has it: behind what its line holds, or
 * on lines of its own. `before` is where the text of the statement before it
 * begins in f->out; a comment on the line of a statement that came out empty
 * goes with it. */
#define COMMENT_OPENS SIZE_MAX /* no statement: it opens its block */
void comment_print(Fill *f, const Token *t, const Bind *env, int indent,
                   size_t before);

/* Appends a comment with the formula of a packed template: the n-th, from 0,
 * of the indented blocks in its opening comment. */
void comment_formula(Text *out, const char *path, int n);

#endif
