/* cache.c: entries made, found and put in place; see cache.h. */
#define _XOPEN_SOURCE 700 /* for S_ISVTX */
#include "cache.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/str.h"
#include "cache_own.h"
#include "folder.h"
#include "nn_say.h"

enum { MOST_MIB = 1024 };

static const char *find_root(Arena *arena)
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

    if (base && base[0] == '/')
        return arena_printf(arena, "%s/nnc", base);
    if (home && home[0] == '/')
        return arena_printf(arena, "%s/.cache/nnc", home);
    fputs("nnc: no place for compiled programs: set HOME, or XDG_CACHE_HOME to "
          "a folder that may be written\n",
          stderr);
    return NULL;
}

/* What is wrong with the root, or NULL. */
static const char *check_root(Arena *arena, const char *root)
{
    struct stat s, above;

    if (!folder_make(arena, root, 0700) || lstat(root, &s) != 0)
        return strerror(errno);
    if (S_ISLNK(s.st_mode))
        return "it is a link";
    if (s.st_uid != geteuid())
        return "it belongs to another user, whose programs are not run";
    if (s.st_mode & 022)
        return "others may write it, and programs of others are not run "
               "(chmod 700)";
    if (stat(arena_printf(arena, "%s/..", root), &above) == 0 &&
        (above.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH)
        return "everybody may write the folder above it";
    if (chmod(root, 0700) != 0 || access(root, W_OK | X_OK) != 0)
        return strerror(errno);
    return NULL;
}

static bool read_size(int64_t *most)
{
    const char *text = getenv("NNC_CACHE_SIZE");
    char *end;
    long mib = MOST_MIB;

    errno = 0;
    if (text && *text)
        mib = strtol(text, &end, 10);
    if (text && *text && (errno || *end || *text < '0' || *text > '9')) {
        fputs("nnc: NNC_CACHE_SIZE is a whole number of MiB, such as 1024\n",
              stderr);
        return false;
    }
    *most = mib > INT64_MAX >> 20 ? INT64_MAX : (int64_t)mib << 20;
    return true;
}

bool cache_open(Cache *c, Arena *arena)
{
    const char *why;

    *c = (Cache){.arena = arena, .sum = -1};
    if (!read_size(&c->most) || !(c->root = find_root(arena)))
        return false;
    why = check_root(arena, c->root);
    if (why)
        nn_say(stderr,
               "nnc: cannot keep compiled programs in %s: %s; set "
               "XDG_CACHE_HOME to a folder that may be written\n",
               c->root, why);
    return !why;
}

static const char *entry_name(const Cache *c, const char *name, CacheKey key)
{
    return arena_printf(c->arena, "%s-%016llx%016llx", name,
                        (unsigned long long)key.a, (unsigned long long)key.b);
}

/* Whether the path still leads to the open folder. */
static bool stands(const char *path, int folder)
{
    struct stat is, was;

    return lstat(path, &is) == 0 && fstat(folder, &was) == 0 &&
           is.st_ino == was.st_ino && is.st_dev == was.st_dev &&
           cache_is_ours(&was);
}

/* The entry's `sum`, locked and right; -1 otherwise. */
static int open_sum(const Cache *c, const char *path, int folder)
{
    int sum =
        openat(folder, "sum", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (sum < 0)
        return -1;
    cache_lock(sum, F_RDLCK, true); /* without locks nobody removes it */
    if (stands(path, folder) && cache_sum_holds(c->arena, folder, sum))
        return sum;
    close(sum);
    return -1;
}

/* The file `sum` stays open, and its lock held, till this process ends. */
static const char *find(Cache *c, const char *entry)
{
    const char *path = arena_printf(c->arena, "%s/%s", c->root, entry);
    int folder = folder_open(path);
    bool sound = folder >= 0 && open_sum(c, path, folder) >= 0;

    if (sound) {
        futimens(folder, NULL);
        vec_push(c->arena, &c->held, entry);
    }
    if (folder >= 0)
        close(folder);
    return sound ? path : NULL;
}

const char *cache_find(Cache *c, const char *name, CacheKey key)
{
    return find(c, entry_name(c, name, key));
}

const char *cache_begin(Cache *c)
{
    char *path = arena_printf(c->arena, "%s/" CACHE_NEW, c->root);
    int lock = cache_lock_root(c);

    if (c->making)
        nnc_bug("%s is not finished", c->making);
    c->making = mkdtemp(path);
    if (c->making)
        c->sum = open(arena_printf(c->arena, "%s/sum", path),
                      O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (c->sum >= 0)
        cache_lock(c->sum, F_WRLCK, false);
    else
        nn_say(stderr, "nnc: cannot make a folder in %s: %s\n", c->root,
               strerror(errno));
    if (lock >= 0)
        close(lock);
    if (c->making)
        keeper_start(&c->keeper, c->making);
    if (c->sum < 0 && c->making)
        cache_drop(c);
    return c->making;
}

void cache_drop(Cache *c)
{
    keeper_end(&c->keeper, true);
    folder_remove(c->arena, c->making, "sum");
    if (c->sum >= 0)
        close(c->sum);
    c->making = NULL;
    c->sum = -1;
}

static bool seal(Cache *c)
{
    int folder = folder_open(c->making);
    bool good = folder >= 0 && cache_sum_write(c->arena, folder, c->sum);
    int saved = errno;

    if (folder >= 0)
        close(folder);
    cache_lock(c->sum, F_RDLCK, false);
    errno = saved;
    return good;
}

/* Whether what stands in an entry's place keeps another from going there. */
static bool is_taken(int error)
{
    return error == EEXIST || error == ENOTEMPTY || error == ENOTDIR;
}

/* Puts the folder in the entry's place, that of a damaged one, too. False with
 * errno set; EEXIST where another nnc uses what is there, or it is not ours. */
static bool put(Cache *c, const char *entry, const char *path)
{
    bool done = rename(c->making, path) == 0;

    if (!done && is_taken(errno)) {
        int lock = cache_lock_root(c);

        done = cache_discard(c, entry) && rename(c->making, path) == 0;
        if (lock >= 0)
            close(lock);
        errno = EEXIST;
    }
    if (done)
        vec_push(c->arena, &c->held, entry);
    return done;
}

/* Where what was made can be used; NULL with errno set. Its `sum` stays open,
 * and its lock held, till this process ends. */
static const char *settle(Cache *c, const char *entry)
{
    const char *path = arena_printf(c->arena, "%s/%s", c->root, entry);
    const char *other;

    if (!seal(c))
        return NULL;
    if ((other = find(c, entry))) {
        cache_drop(c);
        return other;
    }
    keeper_end(&c->keeper, true);
    if (!put(c, entry, path)) {
        if (errno != EEXIST)
            return NULL;
        path = c->making; /* a leftover behind this process */
        vec_push(c->arena, &c->held, str_base_name(path));
    }
    c->making = NULL;
    c->sum = -1;
    return path;
}

const char *cache_commit(Cache *c, const char *name, CacheKey key)
{
    const char *entry = entry_name(c, name, key);
    const char *path = settle(c, entry);

    if (path) {
        cache_clean(c);
        return path;
    }
    nn_say(stderr, "nnc: cannot make %s in %s: %s\n", entry, c->root,
           strerror(errno));
    cache_drop(c);
    return NULL;
}

bool cache_full(const Cache *c)
{
    const uint64_t least = 1 << 20;
    struct statvfs s;

    if (statvfs(c->root, &s) != 0 || s.f_bavail * s.f_frsize >= least)
        return false;
    nn_say(stderr,
           "nnc: the disk is full: no program can be made in %s; make room, "
           "or set XDG_CACHE_HOME to another folder\n",
           c->root);
    return true;
}
