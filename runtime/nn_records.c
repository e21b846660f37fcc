/* RFC 4180: fields apart by commas, records by line ends; a field in quotes
 * may hold both, and a quote as two. Fields are slices of the file; only one
 * that had doubled quotes is copied. */
#include "nn_records.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_encoding.h"
#include "nn_kind.h"
#include "nn_mem.h"

/* Pages of a mapped file count as the program's memory once it has read them:
 * where it is larger than this, they go back after so many bytes. */
enum { FORGET = 1 << 21, NEARBY = 1 << 16 };

static void touch(const nn_file *f, size_t *touched, size_t bytes)
{
    *touched += bytes;
    if (*touched < FORGET || f->size <= FORGET)
        return;
    nn_file_forget(f);
    *touched = 0;
}

static bool check_text(const nn_file *f, const char *path, nn_error *e)
{
    nn_encoding s = {.path = path};
    size_t used = 0, touched = 0;
    for (size_t at = 0; at < f->size; at += used) {
        size_t left = f->size - at;
        bool last = left <= FORGET;
        if (!nn_encoding_check(&s, f->bytes + at, last ? left : FORGET, last,
                               &used, e))
            return false;
        touch(f, &touched, used);
    }
    return true;
}

bool nn_records_open(nn_records *r, const nn_file *file, const char *path,
                     char separator, bool quotes, nn_error *e)
{
    const char *text = (const char *)file->bytes;
    bool mark = file->size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
    *r = (nn_records){.path = path,
                      .separator = separator,
                      .decimal = '.',
                      .quotes = quotes,
                      .begin = text + (mark ? 3 : 0),
                      .start = text,
                      .at = text + (mark ? 3 : 0),
                      .end = text + file->size,
                      .next_line = 1,
                      .file = file};
    return nn_kind_check(file, path, e) && check_text(file, path, e);
}

void nn_records_close(nn_records *r)
{
    free(r->fields);
    free(r->pool);
    *r = (nn_records){0};
}

static bool add_field(nn_records *r, const char *bytes, size_t length,
                      nn_error *e)
{
    if (!nn_grow(&r->fields, &r->room, r->count + 1, sizeof *r->fields, e))
        return nn_fail_in(e, r->path);
    r->fields[r->count++] = (nn_label){bytes, length};
    return true;
}

/* Room for more bytes in the pool; fields that lie there move with it. */
static bool grow_pool(nn_records *r, size_t bytes, nn_error *e)
{
    uintptr_t old = (uintptr_t)r->pool, end = old + r->pooled;
    if (!nn_grow(&r->pool, &r->pool_room, r->pooled + bytes, 1, e))
        return nn_fail_in(e, r->path);
    for (size_t i = 0; i < r->count; i++) {
        uintptr_t at = (uintptr_t)r->fields[i].bytes;
        if (at >= old && at < end)
            r->fields[i].bytes = r->pool + (at - old);
    }
    return true;
}

/* Copies a quoted field with each pair of quotes as one. */
static bool add_unquoted(nn_records *r, const char *from, size_t length,
                         nn_error *e)
{
    if (!grow_pool(r, length, e))
        return false;
    char *to = r->pool + r->pooled;
    for (size_t i = 0; i < length; i++) {
        r->pool[r->pooled++] = from[i];
        i += from[i] == '"';
    }
    return add_field(r, to, (size_t)(r->pool + r->pooled - to), e);
}

static bool is_separator(const nn_records *r, char c)
{
    return c == r->separator || (r->separator == ' ' && c == '\t');
}

static bool is_blank(const nn_records *r, char c)
{
    return c == ' ' || (c == '\t' && r->separator != '\t');
}

static void skip_blanks(nn_records *r)
{
    while (r->at < r->end && is_blank(r, *r->at))
        r->at++;
}

/* The field that begins with the quote at r->at. */
static bool quoted_field(nn_records *r, nn_error *e)
{
    const char *start = ++r->at;
    bool doubled = false;
    for (; r->at < r->end; r->at++) {
        r->next_line += *r->at == '\n';
        if (*r->at != '"')
            continue;
        if (r->at + 1 == r->end || r->at[1] != '"')
            break;
        doubled = true;
        r->at++;
    }
    if (r->at == r->end)
        return nn_fail(e, "%s:%u: a quoted field is never closed", r->path,
                       r->line);
    size_t length = (size_t)(r->at++ - start);
    bool apart = r->separator == ' ' && r->at < r->end && is_blank(r, *r->at);
    skip_blanks(r);
    if (!apart && r->at < r->end && *r->at != r->separator && *r->at != '\n' &&
        *r->at != '\r')
        return nn_fail(e, "%s:%u: text after a closing quote", r->path,
                       r->next_line);
    return doubled ? add_unquoted(r, start, length, e)
                   : add_field(r, start, length, e);
}

static bool plain_field(nn_records *r, nn_error *e)
{
    const char *start = r->at;
    while (r->at < r->end && !is_separator(r, *r->at) && *r->at != '\n' &&
           *r->at != '\r')
        r->at++;
    const char *stop = r->at;
    while (stop > start && is_blank(r, stop[-1]))
        stop--;
    skip_blanks(r);
    return add_field(r, start, (size_t)(stop - start), e);
}

/* Over blank lines at the end of the file and, where records have several
 * fields, over all. One of a single column is a record, whose field is empty:
 * something is known to come behind it once that was looked for. */
static void skip_blank_lines(nn_records *r)
{
    const char *at = r->at;
    uint32_t line = r->next_line;
    bool single = r->columns == 1;
    while (at < r->end && !(single && at < r->filled)) {
        const char *p = at;
        while (p < r->end && (*p == '\r' || is_blank(r, *p)))
            p++;
        if (p < r->end && *p != '\n') {
            r->filled = at;
            break;
        }
        at = p < r->end ? p + 1 : p;
        line++;
    }
    if (single && at < r->end)
        return;
    r->at = at;
    r->next_line = line;
}

/* At the end of a record: takes LF or CR LF. */
static bool end_line(nn_records *r, nn_error *e)
{
    const char *p = r->at;
    while (p < r->end && *p == '\r')
        p++;
    if (p < r->end && *p != '\n')
        return nn_fail(e,
                       "%s:%u: a carriage return that no line feed follows: "
                       "convert the line ends, for example with "
                       "tr '\\r' '\\n'",
                       r->path, r->next_line);
    r->at = p + (p < r->end);
    r->next_line++;
    return true;
}

void nn_records_go(nn_records *r, const char *start, uint32_t line)
{
    touch(r->file, &r->touched, NEARBY);
    r->at = r->start = start;
    r->next_line = line;
}

bool nn_records_next(nn_records *r, bool *more, nn_error *e)
{
    skip_blank_lines(r);
    touch(r->file, &r->touched, (size_t)(r->at - r->start));
    r->count = 0;
    r->pooled = 0;
    r->line = r->next_line;
    r->start = r->at;
    *more = r->at < r->end;
    if (!*more)
        return true;
    skip_blanks(r);
    for (;;) {
        bool quoted = r->quotes && r->at < r->end && *r->at == '"';
        if (!(quoted ? quoted_field(r, e) : plain_field(r, e)))
            return false;
        if (r->at == r->end || *r->at == '\n' || *r->at == '\r')
            break;
        r->at += r->separator != ' ';
        skip_blanks(r);
    }
    if (r->columns == 0)
        r->columns = r->count;
    return end_line(r, e);
}

/* A decimal comma leaves no other meaning for a point. */
static bool take_number(const nn_label *field, char decimal, double *x)
{
    char text[128], *end;
    const char *p = field->bytes;
    size_t n = field->length;
    while (n > 0 && (*p == ' ' || *p == '\t')) {
        p++;
        n--;
    }
    while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
        n--;
    if (n == 0 || n >= sizeof text || isspace((unsigned char)*p))
        return false;
    memcpy(text, p, n);
    text[n] = 0;
    if (strpbrk(text, decimal == '.' ? "xX(" : "xX(.") != NULL)
        return false;
    for (char *c = text; decimal != '.' && *c != 0; c++)
        *c = *c == decimal ? '.' : *c;
    *x = strtod(text, &end);
    return *end == 0;
}

bool nn_records_is_number(const nn_label *field, double *x)
{
    return take_number(field, '.', x);
}

bool nn_records_number(const nn_records *r, size_t index, nn_label name,
                       double *x, nn_error *e)
{
    const nn_label *f = &r->fields[index];
    bool number = take_number(f, r->decimal, x), named = name.length > 0;
    if (number && isfinite(*x))
        return true;
    return nn_fail(e, "%s:%u: column %zu%s%.*s%s is '%.*s', which is not a %s",
                   r->path, r->line, index + 1, named ? " (" : "",
                   nn_label_shown(name), name.bytes, named ? ")" : "",
                   nn_label_shown(*f), f->bytes,
                   number ? "finite number" : "number");
}
