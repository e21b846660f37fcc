/* diag.h: what the compiler says to the user about a source text.
 *
 *     slots.nn:9:31: error: these two shapes cannot be added
 *         h = main + skip;
 *             ~~~~ ^ ~~~~
 *         main is [32, 16, 16]   from conv at line 4
 *         help: give the convolution on line 6 `stride: 2`
 *
 * Messages are collected, then sorted by place and printed once; after 20
 * errors or warnings the rest are only counted. Bugs of nnc itself go through
 * nnc_bug. */
#ifndef NNC_BASE_DIAG_H
#define NNC_BASE_DIAG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/bug.h"

typedef struct Source {
    const char *path; /* as the user gave it; "prelude.nn" for the prelude */
    const char *text;
    size_t size;
    bool prelude; /* mistakes inside are shown at the user's call */
} Source;

/* Bytes begin..end (end excluded) of a source; line and column count from 1.
 * A span whose source is NULL stands for no place. */
typedef struct Span {
    const Source *source;
    int begin, end;
    int line, column;
} Span;

typedef struct Diag Diag;
typedef struct Message Message;

Diag *diag_new(Arena *arena);

/* A new error or warning at a place. The returned message takes further
 * spans, notes and help; it belongs to diag. Of errors that are about the same
 * piece of text, and of equal warnings, the first one is kept. */
Message *diag_error(Diag *diag, Span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
Message *diag_warning(Diag *diag, Span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A further span underlined by ~~~~ on the message's line. */
void diag_mark(Message *message, Span span);
/* A line below the source line: "main is [32, 16, 16]   from conv at line 4".*/
void diag_note(Message *message, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A line that begins with `help:`. */
void diag_help(Message *message, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

int diag_errors(const Diag *diag);

/* The texts that were read from files, in order. */
void diag_add_source(Diag *diag, const Source *source);
int diag_sources(const Diag *diag);
const Source *diag_source(const Diag *diag, int i);

/* Prints all messages in order of place: as text, or (json) as one JSON array
 * of {file, line, column, endLine, endColumn, severity, message, notes, help}.
 */
void diag_print(const Diag *diag, FILE *out, bool json);

/* The smallest span that covers both. */
Span span_join(Span a, Span b);

#endif
