/* Files that are packed with gzip. */
#ifndef NN_GZIP_H
#define NN_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nn_error.h"

/* Where bytes go that come in pieces. */
typedef struct {
    bool (*take)(void *context, const void *bytes, size_t size, nn_error *e);
    void *context;
} nn_sink;

/* Where pieces come from: *bytes and *size, which is 0 at the end; they stay
 * until the next is asked for. */
typedef struct {
    bool (*more)(void *context, const unsigned char **bytes, size_t *size,
                 nn_error *e);
    void *context;
} nn_source;

/* True where these first bytes are those of a file packed with gzip. */
bool nn_gzip_begins(const unsigned char *bytes, size_t n);

/* What a file of `packed` bytes may unpack to: `mebibytes`, or where that is 0
 * 64 MiB, or 100 times the packed size where that is more. */
uint64_t nn_gzip_bound(uint64_t packed, int64_t mebibytes);

/* Hands the sink what is packed, at most `bound` bytes of it and what was
 * unpacked with the last. Members that follow each other count as one file, and
 * zeros behind them as padding of a tape or block, as gunzip has it. Messages
 * name the path. */
bool nn_gunzip(const nn_source *from, const nn_sink *to, uint64_t bound,
               const char *path, nn_error *e);

#endif
