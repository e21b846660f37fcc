/* parse.h: a source text to its syntax tree, or to its lexemes.
 *
 * Mistakes go to diag, all of a text in one run; the tree holds what could be
 * understood. Whoever goes on must ask diag_errors first. */
#ifndef NNC_FRONT_PARSE_H
#define NNC_FRONT_PARSE_H

#include "ir/ast.h"

/* The tree of a text; never NULL. The text is closed by a zero and lives as
 * long as the tree. */
File *parse_text(Arena *arena, Diag *diag, const Source *source);

/* Reads the file first; NULL, with an error in diag, where that fails. */
File *parse_file(Arena *arena, Diag *diag, const char *path);

/* The most bytes that a text may have within the arena's budget. */
size_t parse_limit(const Arena *arena);

typedef enum LexemeKind {
    LEXEME_WORD, /* name, primed name or word of the language */
    LEXEME_NUMBER,
    LEXEME_STRING,
    LEXEME_SIGN,
    LEXEME_COMMENT /* from # to the end of the line */
} LexemeKind;

typedef struct Lexeme {
    LexemeKind kind;
    Span span;
} Lexeme;

typedef VEC(Lexeme) Lexemes;

/* All lexemes of a text, in order; mistakes go to diag and are left out. */
Lexemes parse_lexemes(Arena *arena, Diag *diag, const Source *source);

#endif
