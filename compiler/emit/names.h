/* names.h: the names of locals in generated functions.
 *
 * While a function is being written nobody knows all names that it will hold:
 * templates bring theirs. So a local is written under a stand-in, and gets
 * its name when the function is complete: the wish itself, or with _2, _3, ...
 * behind it where the function uses that name for something else. */
#ifndef NNC_EMIT_NAMES_H
#define NNC_EMIT_NAMES_H

#include "base/str.h"
#include "base/vec.h"

/* An identifier; below `next`, all numbers behind it make others of its set. */
typedef struct TakenName {
    const char *text; /* NULL: a free place */
    int next;
} TakenName;

/* A set of identifiers: open addressing, a power of two of places. */
typedef struct NameSet {
    TakenName *at;
    size_t n, room;
} NameSet;

typedef struct LocalNames {
    VEC(const char *) wish; /* by the number of the stand-in; NULL: none */
    NameSet global;         /* taken at file level, or never to be taken */
} LocalNames;

/* A name that is not taken yet at file level: the wish itself, or with _2,
 * _3, ... behind it; characters that C does not know become _. */
const char *names_global(Arena *arena, LocalNames *names, const char *wish);

/* Whether names_global would not grant the wish as it is. */
bool names_taken(Arena *arena, LocalNames *names, const char *wish);

/* A stand-in for a local that wishes to be called so; a wish of NULL is
 * granted after all others. */
const char *names_local(Arena *arena, LocalNames *names, const char *wish);

/* Gives all stand-ins in the functions that were written to `out` since it
 * had `start` bytes their names, function by function. */
void names_settle(Text *out, size_t start, LocalNames *names);

/* Forgets the stand-ins, once all functions that hold them are settled. */
void names_forget(LocalNames *names);

#endif
