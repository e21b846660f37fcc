/* build.h: what scanner, grammar and reader share: the state of one parse, and
 * a constructor for each rule of nn.y. Private to the parser; parse.h is the
 * way in. Constructors take interned names and return nodes of the arena;
 * mistakes that the grammar lets pass are reported here. */
#ifndef NNC_FRONT_BUILD_H
#define NNC_FRONT_BUILD_H

#include "base/str.h"
#include "ir/ast.h"

typedef struct Token {
    int kind;
    Span span;
    const char *name; /* where it has one */
} Token;

typedef struct Parse {
    Arena *arena;
    Diag *diag;
    const Source *source;
    File *file;
    void *scanner;
    int offset, line, column; /* of the scanner */
    Token ahead[2];           /* what the reader has looked at already */
    int n_ahead;
    VEC(Span) lost;      /* statements of this definition */
    int kind, last_kind; /* of the newest token and of the one before */
    Span token, last;    /* their places */
    Name first;          /* the name that begins the statement, or none */
    int count;           /* tokens of the statement so far */
    VEC(Span)
    open;               /* brackets that were open before the token, and
                           itself where it opens one */
    int braces;         /* how many `{` are open behind the token */
    bool bad;           /* the token is reported already */
    bool reserved;      /* it is a word that cannot be a name */
    bool last_reserved; /* so was the one before */
    bool open_told;     /* an open brace has been reported */
    bool skip;          /* after a mistake: to the end of a statement, */
    int skip_level;     /* leaving out what stands in deeper braces */
    bool in_brackets;   /* the last mistake stood in ( or [ */
    bool stopped;       /* given up: no more tokens, no more messages */
} Parse;

/* Scanner: sets *span to the n bytes at text and moves on. */
void build_place(Parse *p, Span *span, const char *text, size_t n);
const char *build_name(Parse *p, const char *text, size_t n);
void build_bad_number(Parse *p, Span span);
void build_open_string(Parse *p, Span span);
void build_stray(Parse *p, Span span);

/* Reports that the statement of the newest token has no `;`. */
void build_no_semicolon(Parse *p);

/* The parser met the newest token where only these n could stand (names of
 * nn.y): reports it, once, and lets the reader skip. */
void build_unexpected(Parse *p, const char *const *expected, int n);
/* Reports nesting deeper than AST_DEPTH and gives up. */
void build_too_deep(Parse *p, Span span);

/* A mistake is over, and what it covers is left out: a statement of this
 * definition, or a whole definition. True: messages may go on at once. */
bool build_lost(Parse *p, Span span);
bool build_lost_def(Parse *p);
/* The same of the parameters in a definition's head. */
void build_lost_head(Parse *p);
/* The empty span behind a symbol. */
Span build_point(Span before);

Items build_items(Parse *p, Items items, Item *item); /* NULL is left out */

/* Top level. */
void build_use(Parse *p, const char *string, Span span);
void build_def(Parse *p, DefKind kind, Span span, Name name, Formals params,
               Items items);

/* Statements. */
Item *build_item(Parse *p, Item item);
Decl *build_decl(Parse *p, Name name, TypeExpr *type, Expr *value);
TypeExpr *build_type(Parse *p, Span span, Name name, Expr *count, Exprs dims);

/* Expressions. */
Name build_primed(const Parse *p, const char *text, Span span);
Expr *build_leaf(Parse *p, ExprKind kind, Span span, const char *name);
Expr *build_number(Parse *p, Span span, const char *text);
Expr *build_string(Parse *p, Span span, const char *text);
Expr *build_bool(Parse *p, Span span, int value);
Expr *build_expr(Parse *p, ExprKind kind, Span span, Span at, int n,
                 Expr *const *kids); /* poison where it is too deep */
Exprs build_args(Parse *p, Exprs args, Expr *next);
Expr *build_call(Parse *p, Span span, Name name, Exprs args);
Expr *build_stage(Parse *p, Expr *stage, Name as);

#endif
