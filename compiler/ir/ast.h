/* ast.h: a source text as its writer wrote it, with places, not yet resolved.
 *
 * All names are interned in the arena of the parse and compare with ==. What
 * could not be parsed is missing from its list, or an EXPR_ERROR; a message
 * about it has been given. No expression is nested deeper than AST_DEPTH. */
#ifndef NNC_IR_AST_H
#define NNC_IR_AST_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/vec.h"

enum { AST_DEPTH = 200 };

typedef struct Expr Expr;
typedef struct Item Item;

/* A name where it stands; text is NULL where an optional one is absent. */
typedef struct Name {
    const char *text;
    Span span;
    bool primed; /* h' : the state's next value; text is without the prime */
} Name;

typedef VEC(Name) Names;
typedef VEC(Expr *) Exprs;
typedef VEC(Item *) Items;

/* clang-format off */
typedef enum ExprKind { /* k0, k1, ... are the kids */
    EXPR_ERROR,  /* could not be parsed: poison, already reported */
    EXPR_NUMBER, /* number; name is the spelling (`80%` has number 0.8) */
    EXPR_STRING, /* name is the text between the quotes, escapes replaced */
    EXPR_BOOL,   /* number 0 or 1 */
    EXPR_NAME,   /* name */
    EXPR_PRIMED, /* name' ; name is without the prime */
    EXPR_IN,     /* in: a block's or cell's input; name is "in" */
    EXPR_CALL,   /* name(kids); a kid with a label is a named argument */
    EXPR_FIELD,  /* k0.name */
    EXPR_LIST,   /* [kids] */
    EXPR_TUPLE,  /* (k0, k1, ...), at least two */
    EXPR_PIPE,   /* k0 -> k1 -> ...: later ones NAME, CALL or in parentheses */
    EXPR_IF,     /* if k0 then k1 else k2 */
    EXPR_FOR,    /* for name in k0: k1 */
    EXPR_RANGE,  /* k0..k1, both ends included */
    EXPR_OR, EXPR_AND, EXPR_NOT, /* NOT and NEG have k0, the others k0, k1 */
    EXPR_EQ, EXPR_NE, EXPR_LT, EXPR_GT, EXPR_LE, EXPR_GE,
    EXPR_ADD, EXPR_SUB, EXPR_MUL, EXPR_DIV, EXPR_NEG, EXPR_KINDS
} ExprKind;

typedef enum ItemKind { /* how it is written, and the fields that are used */
    ITEM_INPUT,    /* input a: T, b: T;              decls */
    ITEM_TARGET,   /* target a: T;                   decls */
    ITEM_STATE,    /* state h: T = e;                decls */
    ITEM_PARAM, ITEM_STATISTIC, /* param w: T, init: e; decls[0], options */
    ITEM_DEFINE,   /* a, b = e; h' = e; state = e;   names, value */
    ITEM_LAYER,    /* layer f = e;                   name, value */
    ITEM_CHECK,    /* check e; check e, "text";      value, values: text */
    ITEM_OUTPUT,   /* output e; output n = e unit t; name, value, other */
    ITEM_LOSS,     /* loss e, e;                     values */
    ITEM_METRIC,   /* metric e, e;                   values */
    ITEM_GENERATE, /* generate a from e, stop: 2;    name, value, options */
    ITEM_DATA,     /* data { }                       items: DEFINE, PART ... */
    ITEM_TRAIN,    /* train { }                      items: SETTING */
    ITEM_PART,     /* test { }                       name, items */
    ITEM_SPLIT,    /* test last 20% stratified by y; name, last, value, other */
    ITEM_FOLD,     /* test fold 3 of 10;             name, values: 3, 10 */
    ITEM_SETTING,  /* W e; W W e; W(args);           name, other, values */
    ITEM_KINDS
} ItemKind;

typedef enum DefKind {
    DEF_MODEL, DEF_BLOCK, DEF_CELL, DEF_OPTIMIZER, DEF_CLIP
} DefKind;
/* clang-format on */

struct Expr {
    ExprKind kind;
    int depth;        /* 1 + that of the deepest kid */
    bool parens;      /* stood in parentheses */
    Span span;        /* all of it */
    Span at;          /* where a message points: operator, called name, word */
    const char *name; /* see the kinds; otherwise NULL */
    double number;
    Exprs kids;
    Name label; /* argument or option: `label: expression` */
    Name as;    /* stage of a pipe: `stage as name` */
};

/* f32[3, 4], token(vocab)[length], class(n). */
typedef struct TypeExpr {
    Span span;
    Name name;
    Expr *count; /* classes or vocabulary; NULL where none is written */
    Exprs dims;  /* without the batch axis */
} TypeExpr;

/* NAME: type = value. */
typedef struct Decl {
    Name name;
    TypeExpr *type;
    Expr *value; /* a state's first value, or NULL */
} Decl;
typedef VEC(Decl *) Decls;

struct Item {
    ItemKind kind;
    bool last, call; /* SPLIT: the last rows; SETTING: WORD(args) */
    Span span;       /* all of it */
    Name name;       /* PART, SPLIT, FOLD: `test` or `validation` */
    Name other;      /* SPLIT: by; SETTING: the second word; OUTPUT: unit */
    Names names;     /* DEFINE: what is assigned; one of them may be primed */
    Expr *value;     /* NULL where the kind has none */
    Exprs values;    /* a SETTING's arguments may have labels */
    Exprs options;   /* all with labels */
    Decls decls;
    Items items;
};

/* NAME, NAME: kind or NAME: kind = value, in the head of a definition. */
typedef struct Formal {
    Name name, kind; /* kind: empty where it takes anything */
    Expr *value;     /* default, or NULL */
} Formal;
typedef VEC(Formal) Formals;

typedef struct Def {
    DefKind kind;
    Span span; /* from the word to the closing brace */
    Name name;
    Formals params;
    Items items;
    VEC(Span) lost; /* statements that could not be parsed */
    int number;     /* among all of the user's own, counted from 1; or 0 */
} Def;

typedef struct File {
    const Source *source;
    Names uses; /* use "path"; the text is the path as written */
    VEC(Def *) defs;
    bool partial; /* definitions are missing, so nothing is known of names */
} File;

/* A new expression without kids; its `at` is its span. */
Expr *ast_expr(Arena *arena, ExprKind kind, Span span);
/* Adds a kid and grows depth; the span stays. */
void ast_add(Arena *arena, Expr *expr, Expr *kid);

#endif
