/* target.h: what the generated C is tuned for.
 *
 * A fixed table: the same model gives the same text on every machine, so
 * sizes come from here and never from the machine that compiles. */
#ifndef NNC_TILE_TARGET_H
#define NNC_TILE_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

typedef struct Target {
    const char *name;
    const char *about; /* which processors, for help and documents */
    int lanes;         /* floats in a vector; 1: there are no vectors */
    int registers;     /* vector registers */
    bool fma;          /* multiply-add is one instruction */
    bool broadcast;    /* a multiply-add may take a scalar from memory as its
                          broadcast operand, which costs no register */
    int fmas;          /* vector multiply-adds a cycle */
    int latency;       /* cycles of one */
    int l1, l2;        /* bytes per core */
    double l2_rate;    /* bytes a cycle read from level 2 */
    double l3_rate;    /* bytes a cycle read from level 3 */
    int l3_latency;    /* cycles until a line of level 3 arrives */
    const char *flags; /* for the C compiler */
    const char *gcc;   /* what the text asks of gcc besides, or NULL */
    const char *own;   /* the file of sections that its vectors have instead of
                          those of vector.h, or NULL */
    const char *guard; /* C condition that the flags make true, or NULL */
    /* what compiles for it where nnc runs on another processor; NULL: what
       compiles for that one */
    const char *triple; /* GNU's name, of aarch64-linux-gnu-gcc */
    const char *debian; /* Debian's name of the same, of its libraries */
    bool clang;         /* clang makes it, by --target=TRIPLE */
    bool bare;          /* no operating system: no programs, no heap */
    int64_t memory;     /* bytes that its pointers reach, or 0: more than any
                           machine has */
} Target;

/* By name; NULL for a name that is none. */
const Target *target_find(const char *name);

/* The names in order, NULL behind the last. */
const char *target_name(int i);

/* Whether its programs need another kind of processor than nnc's own. */
bool target_foreign(const Target *target);

/* The best target that the running processor can execute (--target=native).*/
const Target *target_native(void);

/* Registers that a tile must leave for a step's scalars, beside one that it has
 * for them anyway: compilers load all of them ahead where there are many vector
 * registers and no multiply-add takes a scalar from memory. */
int target_ahead(const Target *target, int scalars);

/* The fewest lanes of a vector that is narrower than the target's. */
enum { TARGET_NARROWEST = 4 };

/* What the names of templates/vector.h begin with for vectors of that many
 * lanes: "nn_" for the target's own, nn8_ for narrower ones of 8. */
const char *target_prefix(Arena *arena, const Target *target, int lanes);

/* Appends a helper called `name`, and an empty line, so that of two generated
 * files in one only the first defines it. */
void target_once(Text *out, const char *name, const char *text);

/* What stands at the head of a generated file of floats: the guard with
 * #error, and of templates/lanes.h with vector.h or scalar.h for this target
 * the items that `body` (the text of the file's functions) uses. */
void target_prelude(Text *out, const Target *target, const char *body);

/* The same for plain files, whose numbers are nn_real: NN_EXP, NN_LOG,
 * NN_SQRT, NN_TANH and NN_ABS of templates/real.h as far as body uses them,
 * with <math.h>, which INFINITY needs too; an empty line before them. */
void target_prelude_plain(Text *out, const char *body);

#endif
