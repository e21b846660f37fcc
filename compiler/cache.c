/* cache.c: see cache.h. The digest is FNV-1a (Fowler, Noll, Vo) beside a
 * second one that turns its bits as it goes, 128 bits together. */
#include "cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static const long keep_seconds = 30L * 24 * 3600;

bool cache_make_folders(Arena *arena, const char *path)
{
    char *part = arena_printf(arena, "%s", path);
    struct stat s;

    for (char *at = part + 1; *part && *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST && stat(part, &s) != 0)
            return false;
        *at = '/';
    }
    if (mkdir(part, 0777) == 0)
        return true;
    if (stat(part, &s) != 0)
        return false;
    errno = ENOTDIR;
    return S_ISDIR(s.st_mode);
}

const char *cache_root(Arena *arena)
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    const char *root;

    if (base && base[0] == '/') {
        root = arena_printf(arena, "%s/nnc", base);
    } else if (home && home[0] == '/') {
        root = arena_printf(arena, "%s/.cache/nnc", home);
    } else {
        fputs("nnc: no place for compiled programs: set HOME, or "
              "XDG_CACHE_HOME to a folder that may be written\n",
              stderr);
        return NULL;
    }
    if (cache_make_folders(arena, root) && access(root, W_OK) == 0)
        return root;
    fprintf(stderr,
            "nnc: cannot keep compiled programs in %s: %s; set XDG_CACHE_HOME "
            "to a folder that may be written\n",
            root, strerror(errno));
    return NULL;
}

CacheKey cache_start(void)
{
    return (CacheKey){14695981039346656037u, 88172645463325252u};
}

CacheKey cache_add(CacheKey key, const char *text)
{
    const uint64_t prime = 1099511628211u;
    const unsigned char *at = (const unsigned char *)text;

    for (bool more = true; more; at++) { /* the closing zero counts, too */
        more = *at != 0;
        key.a = (key.a ^ *at) * prime;
        key.b = ((key.b << 7 | key.b >> 57) ^ *at) * 11400714819323198485u;
    }
    return key;
}

const char *cache_folder(Arena *arena, const char *root, const char *name,
                         CacheKey key)
{
    return arena_printf(arena, "%s/%s-%016llx%016llx", root, name,
                        (unsigned long long)key.a, (unsigned long long)key.b);
}

bool cache_has(const char *folder)
{
    return utimensat(AT_FDCWD, folder, NULL, 0) == 0 ||
           access(folder, F_OK) == 0;
}

const char *cache_begin(Arena *arena, const char *root)
{
    char *path = arena_printf(arena, "%s/new-XXXXXX", root);

    if (mkdtemp(path) && chmod(path, 0755) == 0)
        return path;
    fprintf(stderr, "nnc: cannot make a folder in %s: %s\n", root,
            strerror(errno));
    return NULL;
}

bool cache_full(const char *folder)
{
    const uint64_t least = 1 << 20;
    struct statvfs s;

    if (statvfs(folder, &s) != 0 || s.f_bavail * s.f_frsize >= least)
        return false;
    fprintf(stderr,
            "nnc: the disk is full: no program can be made in %s; make room, "
            "or set XDG_CACHE_HOME to another folder\n",
            folder);
    return true;
}

void cache_remove(Arena *arena, const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlink(arena_printf(arena, "%s/%s", folder, entry->d_name));
    if (dir)
        closedir(dir);
    rmdir(folder);
}

/* Programs that run keep their files when these are removed. */
static void remove_old(Arena *arena, const char *root)
{
    DIR *dir = opendir(root);
    struct dirent *entry;
    struct stat s;

    while (dir && (entry = readdir(dir))) {
        const char *path;

        if (entry->d_name[0] == '.')
            continue;
        path = arena_printf(arena, "%s/%s", root, entry->d_name);
        if (stat(path, &s) == 0 && time(NULL) - s.st_mtime > keep_seconds)
            cache_remove(arena, path);
    }
    if (dir)
        closedir(dir);
}

bool cache_commit(Arena *arena, const char *root, const char *filled,
                  const char *folder)
{
    int saved;

    remove_old(arena, root);
    if (rename(filled, folder) == 0)
        return true;
    saved = errno;
    cache_remove(arena, filled);
    if ((saved == EEXIST || saved == ENOTEMPTY) && cache_has(folder))
        return true;
    fprintf(stderr, "nnc: cannot make %s: %s\n", folder, strerror(saved));
    return false;
}
