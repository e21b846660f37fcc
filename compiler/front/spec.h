/* spec.h: what arguments an operator, source or setting takes, as one string
 * of its table row, and the check of a call against it.
 *
 *     "window:pair, stride:pair=window, pad:pad=0, exact:bool=false"
 *
 * name:type, or name:type=default, where a default is a number, `true`,
 * `false`, a word, the name of an argument before it, or `none` for nothing.
 * The types are the table `types` of spec.c. What stands in the head of a
 * block names them too: `block dense(n: int)`. */
#ifndef NNC_FRONT_SPEC_H
#define NNC_FRONT_SPEC_H

#include "front/names.h"

enum { SPEC_MAX = 8 };

/* Arguments as a row's string names them; at[i] is NULL where the default is
 * `none`. `given` has bit i where the call names argument i. */
typedef struct Bound {
    int n;
    const char *name[SPEC_MAX];
    Value *at[SPEC_MAX];
    Span span[SPEC_MAX];
    unsigned given;
} Bound;

/* What takes arguments: its name, those that it can be given in their order,
 * and all that it can be given by name. */
typedef struct Head {
    const char *what;
    Words names, all;
} Head;

/* Where each argument belongs: owner[i] is that of names.at[i], or stays NULL;
 * those that only `all` has go to extra. False after a message. */
bool spec_place(Arena *arena, Diag *diag, const Head *head, const Args *args,
                const Arg **owner, Args *extra);

/* Binds args, the positional ones first, to the row's string. What is unknown,
 * missing, given twice or of the wrong type is reported at its place (`where`
 * for what is missing) under the name `what`, and false comes back. */
bool spec_bind(Arena *arena, Diag *diag, const char *spec, const char *what,
               Span where, const Args *args, Bound *out);

/* Whether arg, `name` of `what`, is of a kind (`int`, see above): true, or
 * false with a message. */
bool spec_check(Arena *arena, Diag *diag, const char *kind, const char *name,
                const char *what, const Arg *arg);

/* Whether there is such a kind; the names of all. */
bool spec_is_kind(const char *name);
Words spec_kinds(Arena *arena);

/* The names of a row's arguments. */
Words spec_words(Arena *arena, const char *spec);

#endif
