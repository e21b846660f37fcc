/* keep.h: what programs are built from, in a folder of the user's: their C,
 * the files of the runtime that they need, and a Makefile. */
#ifndef NNC_KEEP_H
#define NNC_KEEP_H

#include "programs.h"

typedef struct Keep {
    Driver *driver;
    const Program *program;
    const char *folder;
    VEC(ProgramText) texts;
} Keep;

/* Prints the C of one more program; the exit status, all being said. */
int keep_add(Keep *keep, ProgramKind kind);

/* Writes all files, or none where one would replace a file that no earlier
 * call for this model wrote; the exit status, all being said. */
int keep_write(const Keep *keep);

#endif
