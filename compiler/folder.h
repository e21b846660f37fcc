/* folder.h: folders made and emptied. */
#ifndef NNC_FOLDER_H
#define NNC_FOLDER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"

/* Makes a folder with this mode, and those above it. False with errno set. */
bool folder_make(Arena *arena, const char *path, mode_t mode);

/* A new folder for the files of a command, below TMPDIR or /tmp; NULL with a
 * message. */
const char *folder_own(Arena *arena, const char *command);

/* Opens a folder that is none behind a link; -1 with errno set. */
int folder_open(const char *path);

/* The names of what an open folder holds, in no order; NULL behind the last.
 * NULL, with errno set, where it cannot be read. */
const char **folder_names(Arena *arena, int folder);

/* Whether no folders are among the names in the open folder. */
bool folder_is_flat(int folder, const char *const *names);

/* Removes a folder and the files in it, the one called `last` (or NULL) at the
 * end; a folder that holds folders stays as it is. */
bool folder_remove(Arena *arena, const char *path, const char *last);

#endif
