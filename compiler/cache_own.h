/* cache_own.h: the parts of the cache, for one another. */
#ifndef NNC_CACHE_OWN_H
#define NNC_CACHE_OWN_H

#include <sys/stat.h>

#include "cache.h"

/* For mkdtemp: the name of a folder that is being made, or taken apart. */
#define CACHE_NEW "nnc-new-XXXXXX"

/* Whether the user owns it and nobody else may write it. */
bool cache_is_ours(const struct stat *s);

/* A lock (F_RDLCK, F_WRLCK) on the open file, waited for or not. */
bool cache_lock(int file, short kind, bool wait);

/* The open file ROOT/lock, locked by this process; -1 where that cannot be.
 * Closing it unlocks. */
int cache_lock_root(const Cache *cache);

/* Writes digests of all files of the folder into its `sum`, closes them to
 * others and brings them to the disk. False with errno set. */
bool cache_sum_write(Arena *arena, int folder, int sum);

/* Whether the folder's files are those that its `sum` tells of. */
bool cache_sum_holds(Arena *arena, int folder, int sum);

/* Removes ROOT/NAME where it is ours and nobody uses it; the root is locked. */
bool cache_discard(const Cache *cache, const char *name);

/* Removes what cache_commit says. */
void cache_clean(const Cache *cache);

#endif
