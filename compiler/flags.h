/* flags.h: rows of the table of flags, and what their values may be. */
#ifndef NNC_FLAGS_H
#define NNC_FLAGS_H

#include "options.h"

typedef enum FlagKind {
    FLAG_SWITCH, /* bool */
    FLAG_TEXT,   /* const char * */
    FLAG_COUNT,  /* int, at least 1 */
    FLAG_DEFINE, /* NAME=VALUE, gathered */
    FLAG_UNROLL, /* auto, full, none or a number */
    FLAG_TARGET, /* native or a name of target.c */
    FLAG_PASS    /* for the program; kept where `at` says so */
} FlagKind;

typedef struct FlagRow {
    const char *name, *value; /* value is NULL for a switch */
    const char *help;
    unsigned on; /* the commands that take it */
    FlagKind kind;
    size_t at; /* the field of Options */
} FlagRow;

enum { NOWHERE = 0 }; /* the arena's place is no flag's */

/* Reads a value, NULL for none, into the flag's field. False where it is none
 * of the flag's. */
bool flag_set(Options *o, const FlagRow *flag, const char *value);

/* What the flag's value may be, for a message. */
const char *flag_choices(Arena *arena, const FlagRow *flag);

/* Prints all targets, a line each, for the help of a flag. */
void flag_print_targets(void);

#endif
