/* message.h: a collected message; shared by diag.c, which collects, and
 * diag_print.c, which shows. */
#ifndef NNC_BASE_MESSAGE_H
#define NNC_BASE_MESSAGE_H

#include "base/diag.h"
#include "base/vec.h"

struct Message {
    Arena *arena;
    bool error;
    int number; /* order of creation */
    Span span;
    const char *text;
    VEC(Span) marks;
    VEC(const char *) notes;
    VEC(const char *) help;
};

enum { DIAG_SHOWN = 20 }; /* errors, and as many warnings */

struct Diag {
    Arena *arena;
    int errors, warnings;
    VEC(Message *) messages;
    VEC(const Source *) sources;
};

#endif
