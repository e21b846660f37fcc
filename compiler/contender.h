/* contender.h: a program that is timed: ours, or a peer's. It prints `ready
 * KIB ...` with its first result, and answers a line by a line. */
#ifndef NNC_CONTENDER_H
#define NNC_CONTENDER_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/arena.h"

typedef struct Contender {
    const char *name;        /* "nnc", "onnxruntime" */
    const char *const *argv; /* closed by NULL */
    const char *log;         /* file for what it says besides */
    pid_t pid;
    FILE *to, *from;
    const char *greeting; /* what it said behind `ready` */
    double start;         /* seconds until then */
    const char *why;      /* it is of no use any more; NULL: it is */
} Contender;

/* Starts it on the first `processors` of those that nnc may use, and waits for
 * its first result. False with `why` set. */
bool contender_start(Arena *arena, Contender *c, int processors);

/* One line of the answer, NULL with `why` set. */
const char *contender_ask(Arena *arena, Contender *c, const char *line);

/* The last line of a log that says anything. */
const char *contender_words(Arena *arena, const char *log);

/* Ends it and waits for that. */
void contender_end(Contender *c);

#endif
