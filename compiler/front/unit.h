/* unit.h: all definitions that a model text may use: its own, those of the
 * files it names with `use`, and the prelude's. */
#ifndef NNC_FRONT_UNIT_H
#define NNC_FRONT_UNIT_H

#include "base/map.h"
#include "front/names.h"

typedef VEC(Def *) Defs;

typedef struct Unit {
    const File *main;
    Defs own;     /* of all files but the prelude, a used file's first */
    Defs library; /* the prelude's */
    Map own_place, library_place; /* of the first of a key */
    bool partial;                 /* one of the files is, see File */
} Unit;

/* Reads and parses the prelude and what `use` names, relative to the file that
 * names it; a file named twice is read once. A missing file and a cycle are
 * reported. */
Unit *unit_load(Arena *arena, Diag *diag, const File *file);

/* The definition of this name, or NULL; the user's own before the prelude's,
 * or for a name inside the prelude the other way round. A model, which cannot
 * be applied, hides nothing: `model lstm` may use the prelude's lstm. */
const Def *unit_find(const Unit *unit, const char *name, bool library_first);

/* Whether a statement declares a tensor that outlives a step. */
static inline bool unit_keeps(ItemKind kind)
{
    return kind == ITEM_PARAM || kind == ITEM_STATISTIC;
}

/* How many values the text of a block or cell takes `in` apart into: 1 where it
 * does not. */
int unit_inputs(const Def *def);

/* What a setting applies: `adam(rate: 1)`, `cosine`, `norm 1`; without a name
 * where it is nothing of the kind. */
typedef struct Applies {
    Name name;
    Exprs args;
    bool lost; /* it could not be parsed */
} Applies;

Applies unit_applies(const Item *setting);

/* The first statement of this kind, or NULL. */
const Item *unit_item(const Def *def, ItemKind kind);

/* Whether it is of an optimiser or clip, which are no layers. */
bool unit_is_rule(DefKind kind);

/* The key of a definition in the maps: its name, and for an optimiser or clip
 * its word before it ("clip norm"). */
const char *unit_key(Arena *arena, DefKind kind, const char *name);

/* The optimiser or clip of this name, the user's own before the prelude's, or
 * NULL. */
const Def *unit_rule(Arena *arena, const Unit *unit, DefKind kind,
                     const char *name);

/* The names of all definitions of a kind. */
Words unit_names(Arena *arena, const Unit *unit, DefKind kind);

/* Every name that an argument of a definition may have: of its head, of its
 * parameters, and those that all layers take. */
Words unit_arguments(Arena *arena, const Def *def);

/* Whether a lost statement of the definition holds this word: then it may have
 * given the name, or used it. */
bool unit_lost(const Def *def, const char *word);

#endif
