/* term.h: expressions of Python, each built once.
 *
 * A graph becomes terms, of which no two print alike: nodes that compute the
 * same become one term, even where they belong to different graphs. So two
 * graphs do the same where their terms are the same. A term's text has its
 * inputs as $a $b ...; all other words of a form have been filled in. */
#ifndef NNC_EXPORT_TERM_H
#define NNC_EXPORT_TERM_H

#include "base/map.h"
#include "ir/graph.h"

typedef struct Term Term;
typedef struct Method Method;

/* How tightly the outermost operator of a text binds. */
typedef enum Level {
    LEVEL_CHOICE,  /* a if b else c */
    LEVEL_COMPARE, /* a > b */
    LEVEL_AND,     /* a & b */
    LEVEL_SUM,
    LEVEL_PRODUCT, /* a * b, a @ b */
    LEVEL_SIGN,    /* -a */
    LEVEL_POWER,
    LEVEL_ATOM, /* a name, a call */
} Level;

struct Term {
    const char *text; /* of a block of lines: what it is called */
    Term **in;
    int n_in;
    int id; /* inputs stand before their users */
    Level level;
    bool atom;  /* never given a name: a weight, an argument, a number */
    bool drawn; /* always given one: what is drawn is drawn once */
    bool truth; /* its elements are true or false, not numbers */
    const Shape *shape; /* at the first of two numbers of rows */
    const char *name;   /* the user's, in Python; or NULL */
    const char *hint;   /* what a value without a name is called: "relu" */
    Span span;
    void (*block)(const Term *t, Method *m); /* prints lines; else NULL */
    const void *what;                        /* of the block */
};

typedef struct Terms {
    Arena *arena;
    VEC(Term *) all;
    Map places; /* by text and inputs */
} Terms;

/* The term of this text and these inputs; `made` is true where it is new. */
Term *term_of(Terms *t, const char *text, int n_in, Term *const *in,
              bool *made);

/* The same for what is an atom. */
Term *term_atom(Terms *t, const char *text);

/* Which input a `$a` of a text stands for, or -1; *end is what follows it. */
int term_hole(const char *at, const char **end);

/* How often the text has input k. */
int term_times(const char *text, int k);

/* How tightly it binds. */
Level term_level(const char *text);

/* Appends the text with inputs as they are written by themselves; binds as it
 * must for what stands around them. */
void term_fill(Text *out, const Term *t, const char *const *in,
               const Level *levels);

#endif
