/* process.h: other programs: finding, running and becoming them. */
#ifndef NNC_PROCESS_H
#define NNC_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"

/* The file that PATH gives for a program's name (or the name itself where it
 * holds a slash), or NULL. */
const char *process_find(Arena *arena, const char *name);

typedef struct Process {
    const char *const *argv; /* closed by NULL */
    const char *log;         /* file for what it says; NULL: nowhere */
    int status;              /* exit status; 128 + signal; -1: not started */
} Process;

/* Runs all of them, at most as many at a time as there are processors. True
 * where each ended with 0. */
bool process_run(Process *processes, int n);

/* In a child of nnc: it ends with nnc, where the system can see to that. */
void process_tie(pid_t nnc);

/* Becomes another program; returns only where that fails, with errno set. */
void process_become(const char *path, const char *const *argv);

#endif
