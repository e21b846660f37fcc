/* ctoken.h: a C text as a row of tokens, for the template filler.
 *
 * Just enough of the lexical rules of C to replace names, fold literal index
 * arithmetic and print statements again. Identifiers may contain `$`. */
#ifndef NNC_TILE_CTOKEN_H
#define NNC_TILE_CTOKEN_H

#include <stdbool.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"

typedef enum TokenKind {
    TOKEN_NAME,
    TOKEN_NUMBER,
    TOKEN_STRING,   /* string or character constant */
    TOKEN_PUNCT,    /* operator or bracket, as long as C takes it */
    TOKEN_COMMENT,  /* with its delimiters */
    TOKEN_DIRECTIVE /* a whole # line, with continuation lines */
} TokenKind;

typedef struct Token {
    TokenKind kind;
    bool space; /* white space stood before it */
    bool blank; /* an empty line stood before it */
    bool first; /* on its line */
    int line;   /* in its template */
    const char *text;
} Token;

typedef VEC(Token) Tokens;

/* The tokens of text[0..n), whose first line has the number `line`. */
Tokens ctoken_lex(Arena *arena, const char *text, size_t n, int line);

/* True where the token is spelled so. */
static inline bool ctoken_is(const Token *token, const char *text)
{
    return token->text[0] == text[0] && strcmp(token->text, text) == 0;
}

/* True where the token is a plain decimal integer; *value gets it. */
bool ctoken_int(const Token *token, long long *value);

/* A token with the text of a decimal integer, placed like `like`. */
Token ctoken_number(Arena *arena, long long value, const Token *like);

/* The index of the bracket that closes the one at `open`, or n. */
int ctoken_close(const Token *token, int open, int n);

/* Folds what is literal: 2 * 400 + 3 becomes 803, and x + 0 and 1 * x become
 * x. Sums that begin with a name are gathered in subscripts only, where all
 * is integer. Floating constants are never touched. */
void ctoken_fold(Arena *arena, Tokens *tokens);

/* Prints n tokens as one line at `indent` levels of four spaces, broken
 * where it would pass 100 columns, and ends it with a newline. */
void ctoken_print(Text *out, const Token *token, int n, int indent);

#endif
