/* Whole files: read at once, or written so that the old one stays until the
 * new one is complete. */
#ifndef NN_FILE_H
#define NN_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "nn_data.h"
#include "nn_error.h"

/* A file's contents, mapped where it is a plain file. */
typedef struct {
    const unsigned char *bytes;
    size_t size;
    void *mapped, *owned; /* one of them, or neither */
} nn_file;

/* Turns compressed bytes into plain ones. */
struct nn_unpacker {
    const char *name;
    /* Sets *plain to malloc'ed bytes. */
    bool (*unpack)(const nn_file *packed, const char *path, nn_file *plain,
                   nn_error *e);
};

/* Reads the file at path ("-" is standard input), unpacked where it is
 * compressed with gzip. An empty file is an error; messages name the path.
 * unpacker may be NULL: a compressed file is refused then. */
bool nn_file_read(nn_file *f, const char *path, const nn_unpacker *unpacker,
                  nn_error *e);
void nn_file_close(nn_file *f);

/* folder and path joined, malloc'ed; path alone where it is absolute, "-" or
 * folder is NULL. NULL where memory ran out. */
char *nn_file_join(const char *folder, const char *path);

/* A file being written beside its place. */
typedef struct {
    FILE *stream;
    char *path, *temporary;
    bool hasty; /* no fsync: for checkpoints in quick succession */
} nn_writer;

/* Opens PATH.XXXXXX.tmp. */
bool nn_writer_open(nn_writer *w, const char *path, nn_error *e);

/* Writes all, syncs and renames; where anything failed, also before, removes
 * the temporary file and leaves the old file as it was. */
bool nn_writer_finish(nn_writer *w, nn_error *e);

/* Gives up: removes the temporary file. */
void nn_writer_cancel(nn_writer *w);

#endif
