/* cache.h: compiled things, kept in folders that are named after everything
 * they depend on.
 *
 * A folder of the cache is made under a name of its own and renamed when it
 * is complete, so whoever finds it finds all of it, however many nnc run at
 * the same time. */
#ifndef NNC_CACHE_H
#define NNC_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* The cache's folder: $XDG_CACHE_HOME/nnc or ~/.cache/nnc, made where it is
 * missing; NULL, with a message printed, where that fails. */
const char *cache_root(Arena *arena);

/* A digest of texts: cache_start, then add them one by one. */
typedef struct CacheKey {
    uint64_t a, b;
} CacheKey;

CacheKey cache_start(void);
CacheKey cache_add(CacheKey key, const char *text);

/* ROOT/NAME-KEY. */
const char *cache_folder(Arena *arena, const char *root, const char *name,
                         CacheKey key);

/* Whether the folder is there; marks it as used now. */
bool cache_has(const char *folder);

/* A new empty folder below root, to be filled; NULL with a message. */
const char *cache_begin(Arena *arena, const char *root);

/* Renames a filled folder; where another nnc was faster, its result stays and
 * the new one is removed. False with a message where neither works. Folders
 * that nobody has used for 30 days are removed on the way. */
bool cache_commit(Arena *arena, const char *root, const char *filled,
                  const char *folder);

/* Asked when a compiler failed: whether there is next to no room left on the
 * disk of the folder; then that has been printed. */
bool cache_full(const char *folder);

/* Removes a folder and the files in it. */
void cache_remove(Arena *arena, const char *folder);

/* Makes a folder and those above it. False with errno set. */
bool cache_make_folders(Arena *arena, const char *path);

#endif
