/* The place is counted only as far as a message needs it: lines always,
 * columns where a piece or the text goes wrong within one. */
#include "nn_encoding.h"

#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_say.h"

/* Goes behind n bytes, whose characters are complete. */
static void pass(nn_encoding *s, const unsigned char *bytes, size_t n)
{
    const unsigned char *p = bytes, *end = bytes + n, *line;
    while ((line = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        s->line++;
        s->column = 0;
        p = line + 1;
    }
    for (; p < end; p++)
        s->column += (*p & 0xc0) != 0x80;
}

static bool refuse(nn_encoding *s, const unsigned char *bytes, size_t at,
                   nn_error *e)
{
    pass(s, bytes, at);
    nn_fail(e, "%s:%llu:%llu: ", s->path, (unsigned long long)s->line + 1,
            (unsigned long long)s->column + 1);
    if (bytes[at] == 0)
        return nn_fail_also(e, "a zero byte: this is no text file, or one in "
                               "UTF-16, to be converted to UTF-8");
    return nn_fail_also(e,
                        "byte 0x%02x is not UTF-8: convert the file, for "
                        "example with iconv -f latin1 -t utf-8, or say "
                        "encoding: \"windows-1252\" where it is that",
                        bytes[at]);
}

static bool is_utf16(const unsigned char *b, size_t n)
{
    return n >= 2 && b[0] + b[1] == 0xff + 0xfe && b[0] >= 0xfe;
}

/* True where more bytes could still make a character of these n. */
static bool is_cut(const unsigned char *b, size_t n)
{
    char c[4] = {(char)0x80, (char)0x80, (char)0x80, (char)0x80};
    if (n == 0 || n > 3 || b[0] < 0xc2 || b[0] > 0xf4)
        return false;
    memcpy(c, b, n);
    return n == 1 || nn_utf8(c, sizeof c) > n;
}

bool nn_encoding_check(nn_encoding *s, const unsigned char *bytes, size_t n,
                       bool last, size_t *used, nn_error *e)
{
    size_t i = 0, size;
    if (s->line == 0 && s->column == 0 && is_utf16(bytes, n))
        return nn_fail(e,
                       "%s is UTF-16 text (%s-endian): convert the file, for "
                       "example with iconv -f utf-16 -t utf-8",
                       s->path, bytes[0] == 0xff ? "little" : "big");
    while (i < n) {
        while (i < n && bytes[i] != 0 && bytes[i] < 0x80)
            i++;
        if (i == n)
            break;
        size = bytes[i] == 0 ? 0 : nn_utf8((const char *)bytes + i, n - i);
        if (size == 0 && !last && is_cut(bytes + i, n - i))
            break;
        if (size == 0)
            return refuse(s, bytes, i, e);
        i += size;
    }
    pass(s, bytes, i);
    *used = i;
    return true;
}

/* What bytes 0x80 to 0x9f stand for; 0: nothing. */
static const uint16_t windows[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
    0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

bool nn_encoding_decode(nn_encoding *s, const unsigned char *bytes, size_t n,
                        char *out, size_t *size, nn_error *e)
{
    char *to = out;
    for (size_t i = 0; i < n; i++) {
        unsigned char b = bytes[i];
        unsigned code = b >= 0x80 && b < 0xa0 ? windows[b - 0x80] : b;
        if (code == 0 && b != 0)
            return nn_fail(e,
                           "%s:%llu:%llu: byte 0x%02x is no character of "
                           "windows-1252",
                           s->path, (unsigned long long)s->line + 1,
                           (unsigned long long)s->column + 1, b);
        if (code >= 0x800)
            *to++ = (char)(0xe0 | code >> 12);
        if (code >= 0x80)
            *to++ = (char)(code >= 0x800 ? 0x80 | (code >> 6 & 0x3f)
                                         : 0xc0 | code >> 6);
        *to++ = (char)(code >= 0x80 ? 0x80 | (code & 0x3f) : code);
        s->line += b == '\n';
        s->column = b == '\n' ? 0 : s->column + 1;
    }
    *size = (size_t)(to - out);
    return true;
}

bool nn_encoding_decode_all(const char *path, const unsigned char *bytes,
                            size_t n, char **out, size_t *size, nn_error *e)
{
    nn_encoding s = {.path = path};
    if (!nn_reserve(out, n, NN_ENCODING_MOST, path, e))
        return false;
    if (nn_encoding_decode(&s, bytes, n, *out, size, e))
        return true;
    free(*out);
    *out = NULL;
    return false;
}
