/* A text that stays in its file: checked once, then read from any place. */
#ifndef NN_TEXTFILE_H
#define NN_TEXTFILE_H

#include "nn_file.h"

/* UTF-8 without zero bytes. */
typedef struct {
    char *path;        /* for messages, malloc'ed */
    int fd;            /* -1: the text lies in memory */
    const char *bytes; /* that */
    char *owned;       /* malloc'ed, or NULL */
    uint64_t begin;    /* behind a byte order mark */
    uint64_t size;
    nn_stamp stamp;  /* of the file at path */
    uint64_t digest; /* of the text */
} nn_textfile;

/* Opens the file at path ("-" is standard input) and checks all of it. What is
 * compressed, in another encoding or no plain file is written to a file of its
 * own first, in the folder TMPDIR or /var/tmp, which has no name and is gone
 * with the program. An empty file is an error. */
bool nn_textfile_open(nn_textfile *f, const char *path,
                      const nn_unpacker *unpacker, nn_charset charset,
                      nn_error *e);

/* The same of a file that has been read, which must stay. */
bool nn_textfile_over(nn_textfile *f, const nn_file *file, const char *path,
                      nn_charset charset, nn_error *e);

void nn_textfile_close(nn_textfile *f);

/* Closes the text, which is `file` from now on, mapped where it lies in one. */
bool nn_textfile_map(nn_textfile *f, nn_file *file, nn_error *e);

/* Reads up to n bytes from `at` on into room; *got is how many, which is 0
 * only at the end. */
bool nn_textfile_read(const nn_textfile *f, uint64_t at, char *room, size_t n,
                      size_t *got, nn_error *e);

#endif
