/* A place in a text, from which it is read on. */
#ifndef NN_CURSOR_H
#define NN_CURSOR_H

#include "nn_textfile.h"

/* No word may be longer. */
enum { NN_CURSOR_ROOM = 1 << 16 };

/* at .. end is what is at hand: whole characters. */
typedef struct {
    const char *at, *end;
    bool last; /* nothing follows what is at hand */
    /* The rest is the cursor's own. */
    const nn_textfile *file; /* NULL: all is at hand */
    bool line;               /* ends where the line does */
    char *room;              /* malloc'ed where the file is not in memory */
    const char *loaded;      /* room, or the text in memory */
    uint64_t base;           /* of the file, where `loaded` begins */
    size_t have;             /* bytes loaded */
    size_t piece;            /* to be read next */
} nn_cursor;

/* A cursor for the file, at no place yet. */
bool nn_cursor_open(nn_cursor *c, const nn_textfile *file, nn_error *e);
void nn_cursor_close(nn_cursor *c);

/* All of this text, which needs no closing. */
nn_cursor nn_cursor_over(const char *text, size_t length);

/* Goes to a character's beginning; with `line`, what follows the line does not
 * count. Where everything is read in order, nothing is read twice. */
bool nn_cursor_go(nn_cursor *c, uint64_t offset, bool line, nn_error *e);

/* Adds what follows to what is at hand; only where that is not the last. */
bool nn_cursor_more(nn_cursor *c, nn_error *e);

/* The offset of c->at. */
uint64_t nn_cursor_offset(const nn_cursor *c);

/* Goes behind the end of `lines` lines; not where the cursor keeps to one. */
bool nn_cursor_skip(nn_cursor *c, uint64_t lines, nn_error *e);

#endif
