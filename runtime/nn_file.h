/* Whole files, read at once. */
#ifndef NN_FILE_H
#define NN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "nn_data.h"
#include "nn_error.h"
#include "nn_watch.h"

/* What tells whether a file is still the one that was read. */
typedef struct {
    bool plain; /* false: a pipe or a device, which cannot be looked at */
    uint64_t device, inode;
    int64_t size, seconds, nanoseconds; /* when it was last changed */
} nn_stamp;

/* A file's contents, mapped where it is a plain file. */
typedef struct {
    const unsigned char *bytes;
    size_t size;
    void *mapped, *owned; /* one of them, or neither */
    nn_watch *watch;      /* of what is mapped */
    nn_stamp stamp;       /* when it was opened, still packed */
} nn_file;

/* The stamp of the file at path now; not plain where there is none. */
nn_stamp nn_stamp_of(const char *path);

/* False where the file at path is not the one of the stamp, or is another
 * size or age; the message says which. */
bool nn_stamp_holds(const nn_stamp *s, const char *path, nn_error *e);

/* Where bytes go that come in pieces. */
typedef struct {
    bool (*take)(void *context, const void *bytes, size_t size, nn_error *e);
    void *context;
} nn_sink;

/* Turns compressed bytes into plain ones. */
struct nn_unpacker {
    const char *name;
    /* Sets *plain to malloc'ed bytes, at most self->most of them. */
    bool (*unpack)(const nn_unpacker *self, const nn_file *packed,
                   const char *path, nn_file *plain, nn_error *e);
    /* Hands what the open file at fd holds to the sink, piece by piece. */
    bool (*pour)(const nn_unpacker *self, int fd, const char *path,
                 const nn_sink *sink, nn_error *e);
    int64_t most; /* 0: what its own rule allows */
};

/* The unpacker with a bound of so many MiB (0: its own rule), made at room;
 * NULL where u is. */
const nn_unpacker *nn_unpacker_within(const nn_unpacker *u, int64_t mebibytes,
                                      nn_unpacker *room);

/* Opens a file to read; fails where it is a folder. *s becomes its stamp. */
bool nn_file_open(int *fd, nn_stamp *s, const char *path, nn_error *e);

/* Reads n bytes from `at` on; *got is less only at the end of the file. */
bool nn_file_read_at(int fd, uint64_t at, void *bytes, size_t n, size_t *got,
                     const char *path, nn_error *e);

/* Maps size bytes of the open file at fd, which may be closed then. */
bool nn_file_map(nn_file *f, int fd, size_t size, const char *path,
                 nn_error *e);

/* Gives the pages of a mapped file back: what is read later is loaded anew. */
void nn_file_forget(const nn_file *f);

/* True where these first bytes are those of a file packed with gzip. */
bool nn_file_is_gzip(const unsigned char *bytes, size_t n);

/* The message about a packed file that nothing here unpacks; false. */
bool nn_file_is_packed(const char *path, nn_error *e);

/* The message about a packed file within a packed one; false. */
bool nn_file_is_packed_twice(const char *path, nn_error *e);

/* Reads the file at path ("-" is standard input), unpacked where it is
 * compressed with gzip. An empty file is an error; messages name the path.
 * unpacker may be NULL: a compressed file is refused then. */
bool nn_file_read(nn_file *f, const char *path, const nn_unpacker *unpacker,
                  nn_error *e);
void nn_file_close(nn_file *f);

/* Reads the file at path into memory: nothing is mapped, so that no signal can
 * come of it. Otherwise as nn_file_read without an unpacker. */
bool nn_file_load(nn_file *f, const char *path, nn_error *e);

/* folder and path joined, malloc'ed; path alone where it is absolute, "-" or
 * folder is NULL. NULL where memory ran out. */
char *nn_file_join(const char *folder, const char *path);

/* The name behind the last slash, within path; the folder before it, malloc'ed:
 * "." where there is none. NULL where memory ran out. */
const char *nn_file_name(const char *path);
char *nn_file_folder(const char *path);

#endif
