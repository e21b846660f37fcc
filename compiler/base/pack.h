/* pack.h: the text files that travel inside the compiler: templates/,
 * runtime/ and compiler/prelude.nn, under these paths. The table behind it is
 * written by pack.awk when nnc is built. */
#ifndef NNC_BASE_PACK_H
#define NNC_BASE_PACK_H

#include <stdbool.h>

#include "base/arena.h"

/* The text of a packed file, e.g. pack_find("templates/matmul_tiled.c"), or
 * NULL where no file has this path. */
const char *pack_find(const char *path);

/* The path of packed file i, counted from 0 in order of strcmp; NULL behind
 * the last. */
const char *pack_path(int i);

/* From now on pack_find gives the files of a folder, as far as they are there,
 * instead of those packed as templates/NAME. False, with a message printed,
 * where a file cannot be read or none of the names is there. The texts live
 * as long as the arena. */
bool pack_override(Arena *arena, const char *folder);

#endif
