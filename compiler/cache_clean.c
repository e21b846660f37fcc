/* cache_clean.c: what the cache removes: see cache_own.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "cache_own.h"
#include "folder.h"

static const long keep_seconds = 30L * 24 * 3600;

typedef struct Entry {
    const char *name;
    int64_t bytes;
    struct timespec used;
} Entry;

typedef VEC(Entry) Entries;

/* nnc-new-k3Xz0q, as mkdtemp makes it. */
static bool is_new(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    return strncmp(name, "nnc-new-", 8) == 0 && strlen(name) == 14 &&
           strspn(name + 8, letters) == 6;
}

/* iris-train-0123456789abcdef0123456789abcdef */
static bool is_entry(const char *name)
{
    size_t n = strlen(name);

    return n > 33 && name[n - 33] == '-' &&
           strspn(name + n - 32, "0123456789abcdef") == 32;
}

/* Whether nobody uses or makes the folder; *sum keeps it so till closed. */
static bool is_free(int folder, int *sum)
{
    struct stat s;

    *sum = openat(folder, "sum", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (*sum < 0)
        return fstatat(folder, "sum", &s, AT_SYMLINK_NOFOLLOW) != 0;
    return cache_lock(*sum, F_WRLCK, false);
}

/* Takes the folder out of sight at once, then apart. */
static bool take_apart(const Cache *c, const char *path)
{
    char *away = arena_printf(c->arena, "%s/" CACHE_NEW, c->root);

    if (!mkdtemp(away))
        return false;
    if (rename(path, away) != 0) {
        rmdir(away);
        return false;
    }
    folder_remove(c->arena, away, "sum");
    return true;
}

bool cache_discard(const Cache *c, const char *name)
{
    const char *path = arena_printf(c->arena, "%s/%s", c->root, name);
    int folder = folder_open(path), sum = -1;
    struct stat s;
    const char **names = folder < 0 ? NULL : folder_names(c->arena, folder);
    bool gone = names && fstat(folder, &s) == 0 && s.st_uid == geteuid() &&
                folder_is_flat(folder, names) && is_free(folder, &sum) &&
                take_apart(c, path);

    if (sum >= 0)
        close(sum);
    if (folder >= 0)
        close(folder);
    return gone;
}

/* Bytes of an entry's files; -1 where it has no `sum`: it is none of ours. */
static int64_t size_of(const Cache *c, int folder)
{
    const char **names = folder_names(c->arena, folder);
    int64_t bytes = 0;
    struct stat s;

    if (fstatat(folder, "sum", &s, AT_SYMLINK_NOFOLLOW) != 0)
        return -1;
    for (; names && *names; names++)
        if (fstatat(folder, *names, &s, AT_SYMLINK_NOFOLLOW) == 0)
            bytes += s.st_size;
    return bytes;
}

static void measure(const Cache *c, const char *name, Entries *all)
{
    int folder = folder_open(arena_printf(c->arena, "%s/%s", c->root, name));
    struct stat s;

    if (folder < 0)
        return;
    if (fstat(folder, &s) == 0 && s.st_uid == geteuid()) {
        Entry entry = {name, size_of(c, folder), s.st_mtim};

        if (entry.bytes >= 0)
            vec_push(c->arena, all, entry);
    }
    close(folder);
}

static int by_use(const void *left, const void *right)
{
    const struct timespec *a = &((const Entry *)left)->used;
    const struct timespec *b = &((const Entry *)right)->used;

    if (a->tv_sec != b->tv_sec)
        return a->tv_sec < b->tv_sec ? -1 : 1;
    return (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

/* A lock does not hold against the process that has it. */
static bool is_held(const Cache *c, const char *name)
{
    return str_among(c->held.at, c->held.n, name);
}

static void remove_entries(const Cache *c, Entries *all)
{
    int64_t bytes = 0;
    time_t now = time(NULL);

    for (int i = 0; i < all->n; i++)
        bytes += all->at[i].bytes;
    if (all->n > 1)
        qsort(all->at, (size_t)all->n, sizeof *all->at, by_use);
    for (int i = 0; i < all->n; i++) {
        const Entry *e = &all->at[i];
        bool goes = bytes > c->most || now - e->used.tv_sec > keep_seconds;

        if (goes && !is_held(c, e->name) && cache_discard(c, e->name))
            bytes -= e->bytes;
    }
}

void cache_clean(const Cache *c)
{
    int lock = cache_lock_root(c), root = folder_open(c->root);
    const char **names = root < 0 ? NULL : folder_names(c->arena, root);
    Entries all = {0};

    for (; lock >= 0 && names && *names; names++) {
        if (is_new(*names) && !is_held(c, *names))
            cache_discard(c, *names);
        else if (is_entry(*names))
            measure(c, *names, &all);
    }
    remove_entries(c, &all);
    if (root >= 0)
        close(root);
    if (lock >= 0)
        close(lock);
}
