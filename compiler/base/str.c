/* str.c: growing text, distances between names, whole files in and out.
 *
 * The distance is the restricted one of Damerau (1964), computed by the table
 * of Wagner and Fischer (1974) with three rows. */
#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/await.h"
#include "base/bug.h"

enum { NAME_LIMIT = 255 };

static void text_room(Text *text, size_t n)
{
    size_t cap = text->cap ? text->cap : 64;

    if (n >= SIZE_MAX / 4 - text->n)
        nnc_bug("a text of %zu bytes", n);
    if (text->at && text->n + n < text->cap)
        return;
    while (cap <= text->n + n)
        cap *= 2;
    text->at = arena_grow(text->arena, text->at, text->cap, cap);
    text->cap = cap;
}

void text_add_n(Text *text, const char *s, size_t n)
{
    text_room(text, n);
    if (n)
        memcpy(text->at + text->n, s, n);
    text->n += n;
    text->at[text->n] = '\0';
}

void text_add(Text *text, const char *s)
{
    text_add_n(text, s, strlen(s));
}

/* Most pieces fit into the room that is left: they are formatted once. */
void text_vprintf(Text *text, const char *format, va_list args)
{
    enum { BRIEF = 128 };
    va_list again;
    size_t room;
    int n;

    text_room(text, BRIEF);
    room = text->cap - text->n;
    va_copy(again, args);
    n = vsnprintf(text->at + text->n, room, format, args);
    if (n < 0)
        nnc_bug("cannot print with the format '%s'", format);
    if ((size_t)n >= room) {
        text_room(text, (size_t)n);
        vsnprintf(text->at + text->n, (size_t)n + 1, format, again);
    }
    va_end(again);
    text->n += (size_t)n;
}

void text_printf(Text *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_vprintf(text, format, args);
    va_end(args);
}

const char *text_str(const Text *text)
{
    return text->at ? text->at : "";
}

static int min(int a, int b)
{
    return a < b ? a : b;
}

int str_distance(const char *a, const char *b)
{
    int row[3][NAME_LIMIT + 1]; /* rows i-2, i-1 and i, taken in turn */
    size_t la = strlen(a), lb = strlen(b);

    if (la > NAME_LIMIT || lb > NAME_LIMIT)
        return la > INT_MAX ? INT_MAX : (int)(la > lb ? la : lb);
    for (int j = 0; j <= (int)lb; j++)
        row[0][j] = j;
    for (int i = 1; i <= (int)la; i++) {
        int *cur = row[i % 3];
        const int *one = row[(i + 2) % 3], *two = row[(i + 1) % 3];

        cur[0] = i;
        for (int j = 1; j <= (int)lb; j++) {
            int same = a[i - 1] == b[j - 1];

            cur[j] = min(one[j - 1] + !same, min(one[j], cur[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cur[j] = min(cur[j], two[j - 2] + 1);
        }
    }
    return row[la % 3][lb];
}

const char *str_nearest(const char *wrong, const char *const *names, int n)
{
    int length = (int)strnlen(wrong, NAME_LIMIT);
    int best = length / 3 > 1 ? length / 3 : 1;
    const char *nearest = NULL;

    for (int i = 0; i < n; i++) {
        int d = str_distance(wrong, names[i]);

        /* Of a name of one letter nothing would be left. */
        if (d >= length || d > best || (d == best && nearest))
            continue;
        best = d;
        nearest = names[i];
    }
    return nearest;
}

static char *read_some(Arena *arena, FILE *in, size_t most, size_t *size)
{
    Text text = {.arena = arena};
    char part[16384];
    size_t n;

    text_add(&text, "");
    do {
        size_t left = most - text.n;

        n = fread(part, 1, left < sizeof part ? left : sizeof part, in);
        text_add_n(&text, part, n);
    } while (n > 0);
    *size = text.n;
    return ferror(in) ? NULL : text.at;
}

bool str_in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

bool str_mentions(const char *text, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = strstr(text, name); at; at = strstr(at + 1, name))
        if ((at == text || !str_in_name(at[-1])) && !str_in_name(at[n]))
            return true;
    return false;
}

const char *str_replace(Arena *arena, const char *text, const char *from,
                        const char *to)
{
    Text out = {.arena = arena};
    for (const char *at; (at = strstr(text, from)); text = at + strlen(from)) {
        text_add_n(&out, text, (size_t)(at - text));
        text_add(&out, to);
    }
    text_add(&out, text);
    return text_str(&out);
}

const char *str_s(long long n)
{
    return n == 1 ? "" : "s";
}

const char *str_number(Arena *arena, double x)
{
    const char *brief = arena_printf(arena, "%.9g", x);

    return strtod(brief, NULL) == x ? brief : arena_printf(arena, "%.17g", x);
}

const char *str_commas(Arena *arena, int64_t n)
{
    if (n < 1000)
        return arena_printf(arena, "%lld", (long long)n);
    return arena_printf(arena, "%s,%03lld", str_commas(arena, n / 1000),
                        (long long)(n % 1000));
}

bool str_among(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

bool str_ends(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

const char *str_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

const char *str_folder(Arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return ".";
    return arena_printf(arena, "%.*s", slash == path ? 1 : (int)(slash - path),
                        path);
}

const char *str_beside(Arena *arena, const char *file, const char *name)
{
    size_t folder = strlen(file) - strlen(str_base_name(file));

    if (*name == '/')
        return name;
    return arena_printf(arena, "%.*s%s", (int)folder, file, name);
}

char *str_read_most(Arena *arena, const char *path, size_t most, size_t *size)
{
    FILE *in = await_open(path);
    char *text;
    int saved;

    if (!in)
        return NULL;
    text = read_some(arena, in, most, size);
    saved = errno;
    fclose(in);
    errno = saved;
    return text;
}

char *str_read_file(Arena *arena, const char *path, size_t *size)
{
    return str_read_most(arena, path, SIZE_MAX, size);
}

/* Writes and closes; false with errno set when anything did not arrive. */
static bool write_all(FILE *out, const char *text, size_t size)
{
    bool written = fwrite(text, 1, size, out) == size && fflush(out) == 0;
    int saved = errno;

    if (fclose(out) != 0 && written) {
        written = false;
        saved = errno;
    }
    errno = saved;
    return written;
}

bool str_write_file(const char *path, const char *text, size_t size)
{
    FILE *out = fopen(path, "wb");

    return out && write_all(out, text, size);
}
