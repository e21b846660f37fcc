/* cache.h: compiled things, kept in folders that are named after everything
 * they depend on.
 *
 *     ROOT/iris-train-0123456789abcdef0123456789abcdef/     an entry
 *     ROOT/nnc-new-k3Xz0q/                                  one being made
 *     ROOT/lock                        held while folders come and go
 *
 * An entry is made under a name of its own and renamed when it is complete
 * and on the disk, so whoever finds it finds all of it, however many nnc run
 * at the same time. Its file `sum` holds a digest of each of the others: what
 * was damaged is made anew. That file is locked by whoever makes the entry or
 * uses it, so nobody removes it meanwhile, and what an interrupted nnc left
 * is known by its lock that nobody holds.
 *
 * Only folders with names of these forms are touched, only where they belong
 * to the user; links are not followed. Root and entries are 0700, and neither
 * they nor files of them are used where another user owns or may write them. */
#ifndef NNC_CACHE_H
#define NNC_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/vec.h"
#include "keeper.h"

/* A digest of texts: cache_start, then add them one by one. */
typedef struct CacheKey {
    uint64_t a, b;
} CacheKey;

CacheKey cache_start(void);
CacheKey cache_add(CacheKey key, const char *text);

typedef struct Cache {
    Arena *arena;
    const char *root;       /* $XDG_CACHE_HOME/nnc or ~/.cache/nnc */
    int64_t most;           /* bytes that entries may have together */
    VEC(const char *) held; /* names of the folders that this process uses */
    const char *making;     /* the folder between begin and commit, and */
    int sum;                /* its open file `sum` */
    Keeper keeper;          /* of that folder */
} Cache;

/* Makes the root where it is missing. False, with a message printed, where
 * there is no place for it, or where others could put programs into it. */
bool cache_open(Cache *cache, Arena *arena);

/* The entry's folder, where it is there and sound; marked as used now, and
 * kept as long as this process lives. NULL otherwise. */
const char *cache_find(Cache *cache, const char *name, CacheKey key);

/* A new empty folder, to be filled with files; NULL with a message. */
const char *cache_begin(Cache *cache);

/* Makes the folder that was begun the entry; where another nnc was faster, its
 * result stays. Returns the entry's folder, or NULL with a message. On the way
 * go leftovers, entries that nobody has used for 30 days and, while all are
 * larger than $NNC_CACHE_SIZE MiB (1024), those whose use is longest ago. */
const char *cache_commit(Cache *cache, const char *name, CacheKey key);

/* Removes the folder that was begun. */
void cache_drop(Cache *cache);

/* Asked when a compiler failed: whether there is next to no room left on the
 * cache's disk; then that has been printed. */
bool cache_full(const Cache *cache);

#endif
