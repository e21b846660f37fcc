/* cache_sum.c: the file `sum` of an entry: a line a file, its digest, size,
 * mode and name, between a first and a last line. It finds what a disk or a
 * crash damaged; it does not guard against the user, who owns the folder.
 * Nothing is read that is no plain file or is longer than it was. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cache_own.h"
#include "folder.h"

/* A plain file within an entry, to read; never waits, as for a pipe. */
enum { HOW = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };

/* More than the lines of all files of the runtime. */
enum { MOST_BYTES = 1 << 20 };

static const char first_line[] = "nnc cache 2\n";
static const char last_line[] = "end\n";

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
    text_printf(out, "%016llx%016llx %lld %03o %s\n", (unsigned long long)key.a,
                (unsigned long long)key.b, (long long)s.st_size,
                (unsigned)s.st_mode & 07777, name);
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
    int file = openat(folder, name, HOW);
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
    text_add(&out, last_line);
    return names && write(sum, text_str(&out), out.n) == (ssize_t)out.n &&
           fsync(sum) == 0 && fsync(folder) == 0;
}

/* The size that a line tells of; its name's place in *name. -1 where the line
 * is none. */
static long long read_line(const char *line, int *name)
{
    long long size = -1;

    *name = 0;
    if (sscanf(line, "%*32[0-9a-f] %lld %*o %n", &size, name) < 1 || !*name)
        return -1;
    return size;
}

/* Whether the file exists, is ours and is what the line tells of. */
static bool line_holds(Arena *arena, int folder, const char *line)
{
    Text is = {.arena = arena};
    int at, file = -1;
    long long size = read_line(line, &at);
    struct stat s;

    if (size >= 0 && !strchr(line + at, '/'))
        file = openat(folder, line + at, HOW);
    return close_file(file, file >= 0 && fstat(file, &s) == 0 &&
                                cache_is_ours(&s) && s.st_size == size &&
                                add_line(&is, file, line + at) &&
                                strncmp(text_str(&is), line, is.n - 1) == 0 &&
                                line[is.n - 1] == '\0');
}

static const char *read_sum(Arena *arena, int sum)
{
    Text text = {.arena = arena};
    char part[4096];
    struct stat s;
    ssize_t n;

    if (fstat(sum, &s) != 0 || !S_ISREG(s.st_mode) || s.st_size > MOST_BYTES)
        return "";
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
    for (text += n; *text && strcmp(text, last_line) != 0; text += n + 1) {
        n = strcspn(text, "\n");
        if (text[n] == '\0' ||
            !line_holds(arena, folder, arena_copy(arena, text, n)))
            return false;
    }
    return *text != '\0';
}
