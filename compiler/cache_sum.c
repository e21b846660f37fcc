/* cache_sum.c: the file `sum` of an entry: a line a file, its digest, size and
 * name. It finds what a disk or a crash damaged; it does not guard against
 * the user, who owns the folder. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cache_own.h"
#include "folder.h"

static const char first_line[] = "nnc cache 1\n";

/* FNV-1a (Fowler, Noll, Vo) beside a second one that turns its bits as it
 * goes, 128 bits together. */
static CacheKey add_byte(CacheKey key, unsigned char byte)
{
    key.a = (key.a ^ byte) * 1099511628211u;
    key.b = ((key.b << 7 | key.b >> 57) ^ byte) * 11400714819323198485u;
    return key;
}

CacheKey cache_start(void)
{
    return (CacheKey){14695981039346656037u, 88172645463325252u};
}

CacheKey cache_add(CacheKey key, const char *text)
{
    for (; *text; text++)
        key = add_byte(key, (unsigned char)*text);
    return add_byte(key, 0); /* the end counts, too */
}

static bool add_file(CacheKey *key, int file)
{
    unsigned char part[16384];
    ssize_t n;

    while ((n = read(file, part, sizeof part)) > 0)
        for (ssize_t i = 0; i < n; i++)
            *key = add_byte(*key, part[i]);
    return n == 0;
}

/* The line of an open file. */
static bool add_line(Text *out, int file, const char *name)
{
    CacheKey key = cache_start();
    struct stat s;

    if (fstat(file, &s) != 0 || !S_ISREG(s.st_mode) || !add_file(&key, file))
        return false;
    text_printf(out, "%016llx%016llx %lld %s\n", (unsigned long long)key.a,
                (unsigned long long)key.b, (long long)s.st_size, name);
    return true;
}

static bool close_file(int file, bool good)
{
    int saved = errno;

    if (file >= 0)
        close(file);
    errno = saved;
    return good;
}

static bool seal(Text *out, int folder, const char *name)
{
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat s;

    return close_file(file, file >= 0 && fstat(file, &s) == 0 &&
                                fchmod(file, s.st_mode & 0700) == 0 &&
                                add_line(out, file, name) && fsync(file) == 0);
}

static bool is_sum(const char *name)
{
    return strcmp(name, "sum") == 0;
}

bool cache_sum_write(Arena *arena, int folder, int sum)
{
    Text out = {.arena = arena};
    const char **names = folder_names(arena, folder);

    text_add(&out, first_line);
    for (; names && *names; names++)
        if (!is_sum(*names) && !seal(&out, folder, *names))
            return false;
    return names && write(sum, text_str(&out), out.n) == (ssize_t)out.n &&
           fsync(sum) == 0 && fsync(folder) == 0;
}

/* Whether the file exists, is ours and has the line's digest and size. */
static bool line_holds(Arena *arena, int folder, const char *line, size_t n)
{
    enum { DIGEST = 33 }; /* with the blank behind it */
    const char *blank = n > DIGEST ? memchr(line + DIGEST, ' ', n - DIGEST) : 0;
    Text is = {.arena = arena};
    const char *name;
    struct stat s;
    int file;

    if (!blank)
        return false;
    name = arena_copy(arena, blank + 1, n - (size_t)(blank + 1 - line));
    file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    return close_file(file, !strchr(name, '/') && file >= 0 &&
                                fstat(file, &s) == 0 && cache_is_ours(&s) &&
                                add_line(&is, file, name) && is.n == n + 1 &&
                                memcmp(text_str(&is), line, n) == 0);
}

static const char *read_sum(Arena *arena, int sum)
{
    Text text = {.arena = arena};
    char part[4096];
    ssize_t n;

    while ((n = read(sum, part, sizeof part)) > 0)
        text_add_n(&text, part, (size_t)n);
    return n == 0 ? text_str(&text) : "";
}

bool cache_sum_holds(Arena *arena, int folder, int sum)
{
    const char *text = read_sum(arena, sum);
    size_t n = strlen(first_line);

    if (strncmp(text, first_line, n) != 0)
        return false;
    for (text += n; *text; text += n + 1) {
        n = strcspn(text, "\n");
        if (text[n] == '\0' || !line_holds(arena, folder, text, n))
            return false;
    }
    return true;
}
