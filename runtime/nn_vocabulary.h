/* Words and their ids: `first`, first + 1, ... in the order of the list. */
#ifndef NN_VOCABULARY_H
#define NN_VOCABULARY_H

#include <stddef.h>
#include <stdint.h>

#include "nn_error.h"

typedef struct {
    char **text; /* count strings */
    int64_t count, first;
    uint32_t *slots; /* a hash table: 0, or 1 + the place in text */
    size_t slot_count;
} nn_vocabulary;

/* Takes over `count` strings; fails where one stands there twice. Closing
 * frees them, also after a failure. */
bool nn_vocabulary_take(nn_vocabulary *v, char **text, int64_t count,
                        int64_t first, nn_error *e);
void nn_vocabulary_close(nn_vocabulary *v);

/* The id of this word, or -1. */
int64_t nn_vocabulary_find(const nn_vocabulary *v, const char *text,
                           size_t length);

/* A hash of these bytes. */
uint64_t nn_vocabulary_hash(const char *text, size_t length);

#endif
