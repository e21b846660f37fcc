/* scope.h: the names of one model, block or cell while sema reads it. */
#ifndef NNC_FRONT_SCOPE_H
#define NNC_FRONT_SCOPE_H

#include "front/names.h"
#include "front/unit.h"

typedef enum KnownKind {
    KNOWN_FORMAL, /* of the head */
    KNOWN_VALUE,  /* name = ...; */
    KNOWN_LAYER,  /* layer name = ...; */
    KNOWN_STATE,
    KNOWN_INPUT, /* input or target */
    KNOWN_PARAM,
    KNOWN_STATISTIC,
    KNOWN_LOOP, /* for name in ... */
    KNOWN_AS,
} KnownKind;

typedef struct Known {
    const char *name; /* NULL once a loop is over */
    bool primed, used;
    bool branch; /* of the other branch of an `if`: may be given again */
    int before;  /* the place of an older one of this name, or -1 */
    KnownKind kind;
    Span span;
} Known;

/* One block names another: for finding blocks that contain themselves. */
typedef struct Edge {
    const Def *from, *to;
} Edge;

typedef struct Scope {
    Arena *arena;
    Diag *diag;
    const Unit *unit;
    const Def *def;
    const char *fixed; /* read now: the same in all entries; or NULL */
    VEC(Known) names;
    Map place[2];     /* of a name, plain and primed: the newest */
    VEC(Name) coming; /* every name that the definition gives somewhere */
    Map coming_place; /* of the first plain one */
    VEC(Edge) edges;  /* of all definitions, in the order of `from` */
} Scope;

/* Forgets the names of the definition before. */
void scope_begin(Scope *s);

/* Notes that the definition gives this name somewhere. */
void scope_coming(Scope *s, const Name *name);

/* Whether the name is, or was, that of a state or statistic. */
bool scope_has_next(const Scope *s, const char *name);

/* Adds a name, or reports that it has a value already. */
void scope_add(Scope *s, const Name *name, KnownKind kind);

/* The visible name, marked as used, or NULL. */
Known *scope_find(Scope *s, const char *name, bool primed);

/* Reads an expression: uses and `as` names, in the order of the text. */
void scope_expr(Scope *s, const Expr *x);
void scope_exprs(Scope *s, const Exprs *list);

#endif
