/* str.h: growing text, and small helpers for names.
 *
 *     Text out = {.arena = arena};
 *     text_printf(&out, "%s[%d]", name, i);
 *     puts(text_str(&out)); */
#ifndef NNC_BASE_STR_H
#define NNC_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>

#include "base/arena.h"

typedef struct Text {
    Arena *arena;
    char *at; /* n bytes and a closing zero; NULL while empty */
    size_t n, cap;
} Text;

void text_add(Text *text, const char *s);
void text_add_n(Text *text, const char *s, size_t n);
void text_printf(Text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_vprintf(Text *text, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* The text so far, "" while empty; valid until the next addition. */
const char *text_str(const Text *text);

/* Number of single-character edits (insert, delete, replace, swap of
 * neighbours) from a to b (Damerau 1964); for suggesting names. */
int str_distance(const char *a, const char *b);

/* The name among n that is nearest to `wrong`, or NULL where none is near
 * enough to be a slip (distance above a third of its length, at least 1). */
const char *str_nearest(const char *wrong, const char *const *names, int n);

/* Whether a character may stand in an identifier of C, $ included. */
bool str_in_name(char c);

/* Whether a C text holds the identifier, not as a part of a longer one. */
bool str_mentions(const char *text, const char *name);

/* The text with a piece of it replaced everywhere. */
const char *str_replace(Arena *arena, const char *text, const char *from,
                        const char *to);

/* The end of a noun that is counted: "s", or "" for one. */
const char *str_s(long long n);

/* As few digits, from 9 on, as tell a number from all others. */
const char *str_number(Arena *arena, double x);

/* 1234567 as "1,234,567". */
const char *str_commas(Arena *arena, int64_t n);

/* Whether the name is one of n. */
bool str_among(const char *const *names, int n, const char *name);

bool str_ends(const char *text, const char *end);

/* What stands behind the last slash of a path. */
const char *str_base_name(const char *path);

/* The folder of a path; "." where it names none. */
const char *str_folder(Arena *arena, const char *path);

/* The path of what a file names: from the folder of that file on. */
const char *str_beside(Arena *arena, const char *file, const char *name);

/* The whole file as text with a closing zero (*size without it), or NULL with
 * errno set. */
char *str_read_file(Arena *arena, const char *path, size_t *size);

/* The same, but not more than its first `most` bytes. */
char *str_read_most(Arena *arena, const char *path, size_t most, size_t *size);

/* Writes a file in a folder of nnc's own; what a user asks for is written by
 * output.h. False with errno set where anything did not arrive. */
bool str_write_file(const char *path, const char *text, size_t size);

#endif
