/* Files written so that the old one stays until the new one is complete. */
#ifndef NN_WRITER_H
#define NN_WRITER_H

#include <stdio.h>

#include "nn_error.h"

/* A file being written beside its place, under PATH.XXXXXX.tmp. */
typedef struct {
    FILE *stream;
    char *path, *temporary; /* path: behind all links */
} nn_writer;

/* Opens a temporary file with the rights, and where possible the owner, of
 * the file that it will replace. Refuses folders, devices, pipes, and links
 * that lie in a folder to which everyone may write. */
bool nn_writer_open(nn_writer *w, const char *path, nn_error *e);

/* Writes all, syncs and renames; where anything failed, also before, removes
 * the temporary file and leaves the old file as it was. */
bool nn_writer_finish(nn_writer *w, nn_error *e);

/* Gives up: removes the temporary file. */
void nn_writer_cancel(nn_writer *w);

/* Removes temporary files of path that killed programs left; those of
 * programs at work stay. */
void nn_writer_sweep(const char *path);

/* Where a file written to path would lie, behind all links, malloc'ed; NULL
 * where nn_writer_open refuses. */
char *nn_writer_target(const char *path, nn_error *e);

#endif
