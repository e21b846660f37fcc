/* expand.h: holes, hooks and registers within one statement of a template.
 *
 * The inner half of the template filler (template.c walks the statements):
 * a row of tokens goes in, the row with everything of the generator's
 * replaced comes out. */
#ifndef NNC_TILE_EXPAND_H
#define NNC_TILE_EXPAND_H

#include "tile/ctoken.h"
#include "tile/template.h"

typedef struct Bind Bind;
struct Bind { /* a loop variable or a formal of a hook, innermost first */
    const char *name;
    bool plain; /* the variable of a C loop that runs once: without $ */
    Tokens value;
    const Bind *outer;
};

typedef struct Register {
    const char *name;
    int rank;
} Register;

typedef struct Frame Frame;
struct Frame { /* holes, looked up from the innermost on */
    const Hole *holes;
    int n;
    const Frame *outer;
};

typedef struct Fill {
    Arena *arena;
    Text *out;
    const char *path;
    const char *file; /* the text of the whole template */
    const Frame *frame;
    VEC(Register) registers;
    int depth;    /* of hooks within hooks */
    bool last;    /* the statement at hand ends its block, */
    bool tail;    /* or will if it ends the tokens at hand */
    size_t start; /* of the function at hand, in out */
} Fill;

/* The binding of a name (without its $; plain: that has none), or NULL. */
const Bind *expand_bind(const Bind *env, const char *name, bool plain);

/* The hole of a name without its $, or NULL. */
const Hole *expand_find(const Fill *f, const char *name);

/* Appends an operator or bracket, placed like `like`. */
void expand_punct(Fill *f, Tokens *to, const char *text, const Token *like);

/* The tokens as text. */
const char *expand_plain(Fill *f, const Tokens *tokens);

/* The tokens that the $name at t (the first of n) stands for, not yet expanded
 * themselves; *used counts what they replace. *env becomes the environment to
 * expand them in, NULL where they are final (a loop variable or formal). */
Tokens expand_hole(Fill *f, const Token *t, int n, const Bind **env, int *used);

/* The tokens with holes and registers replaced and literals folded. */
Tokens expand_tokens(Fill *f, const Token *t, int n, const Bind *env);

/* The integer that the tokens come to; *ok tells whether they do. */
long long expand_literal(Fill *f, const Token *t, int n, const Bind *env,
                         bool *ok);

#endif
