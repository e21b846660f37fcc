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

/* Reads the file at path ("-" is standard input), unpacked where its first
 * bytes are those of gzip: then to at most `mebibytes`, where that is not 0. An
 * empty file is an error; messages name the path. */
bool nn_file_read(nn_file *f, const char *path, int64_t mebibytes, nn_error *e);
void nn_file_close(nn_file *f);

/* Reads the file at path into memory: nothing is mapped, so that no signal can
 * come of it. Otherwise as nn_file_read. */
bool nn_file_load(nn_file *f, const char *path, nn_error *e);

/* folder and path joined, malloc'ed; path alone where it is absolute, "-" or
 * folder is NULL. NULL where memory ran out. */
char *nn_file_join(const char *folder, const char *path);

/* The name behind the last slash, within path; the folder before it, malloc'ed:
 * "." where there is none. NULL where memory ran out. */
const char *nn_file_name(const char *path);
char *nn_file_folder(const char *path);

#endif
