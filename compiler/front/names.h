/* names.h: finding names, and what to say of one that is not found. */
#ifndef NNC_FRONT_NAMES_H
#define NNC_FRONT_NAMES_H

#include "front/value.h"

typedef VEC(const char *) Words;

/* A word that arguments use: `same`, `features`, `left`, ... */
bool names_word(const char *name);

/* An initialiser's argument string, "" where it takes none, or NULL where no
 * initialiser has this name. *kind and *value say what it is without one. */
const char *names_init(const char *name, InitKind *kind, double *value);

/* Reports that `name` is unknown where a `what` is wanted ("layer"), as one
 * that a later version knows or with the word that it may have meant. */
void names_unknown(Diag *diag, Span span, const char *name, const char *what,
                   const Words *words);
/* The same of a name that only one owner has, such as the arguments of
 * "`conv`": all of them are listed. */
void names_unknown_of(Arena *arena, Diag *diag, Span span, const char *name,
                      const char *what, const char *owner, const Words *words);
/* "`n`, `bias`", or "none" */
const char *names_list(Arena *arena, const Words *words);

/* Adds the surface names of operators, of initialisers. */
void names_add_forms(Arena *arena, Words *words);
void names_add_inits(Arena *arena, Words *words);
void names_add_words(Arena *arena, Words *words);

/* Arguments that every block and cell takes beside its own. */
enum { N_COMMON = 4 };
extern const char *const names_common[N_COMMON];

#endif
