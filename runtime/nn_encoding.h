/* Bytes that are to be text: whether they are UTF-8, and windows-1252 made
 * into it. A text comes in pieces, cut anywhere. */
#ifndef NN_ENCODING_H
#define NN_ENCODING_H

#include <stddef.h>
#include <stdint.h>

#include "nn_error.h"

typedef struct {
    const char *path;      /* for messages */
    uint64_t line, column; /* of the character that comes next, from 0 */
} nn_encoding;

/* Looks at the next piece. *used becomes n, or less where the piece ends
 * within a character; what is left over begins the next piece. `last` says
 * that none follows. Refuses what is not UTF-8, zero bytes and UTF-16, naming
 * line and column. */
bool nn_encoding_check(nn_encoding *s, const unsigned char *bytes, size_t n,
                       bool last, size_t *used, nn_error *e);

/* Bytes of UTF-8 that one byte of windows-1252 takes at most. */
enum { NN_ENCODING_MOST = 3 };

/* Writes the next n bytes of windows-1252 as UTF-8 into `out`; *size becomes
 * how many bytes these are. Refuses a byte that stands for nothing. */
bool nn_encoding_decode(nn_encoding *s, const unsigned char *bytes, size_t n,
                        char *out, size_t *size, nn_error *e);

/* All of a text of windows-1252 as UTF-8, malloc'ed. */
bool nn_encoding_decode_all(const char *path, const unsigned char *bytes,
                            size_t n, char **out, size_t *size, nn_error *e);

#endif
