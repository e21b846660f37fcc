/* quote.c: see quote.h. C's escapes are those of C11 6.4.4.4, its trigraphs
 * those of 5.2.1.1; a shell's quotes those of POSIX 2.2.2. */
#include "base/quote.h"

#include <string.h>

static bool is_plain(char c)
{
    return c >= ' ' && c <= '~';
}

static void add_octal(Text *out, char c)
{
    text_printf(out, "\\%03o", (unsigned)(unsigned char)c);
}

void quote_c(Text *out, const char *s)
{
    bool asked = false;

    text_add(out, "\"");
    for (; *s; s++) {
        bool escaped = *s == '"' || *s == '\\' || (*s == '?' && asked);

        asked = *s == '?';
        if (!is_plain(*s))
            add_octal(out, *s);
        else
            text_printf(out, escaped ? "\\%c" : "%c", *s);
    }
    text_add(out, "\"");
}

/* The code of a character of n bytes. */
static unsigned long code_of(const char *s, size_t n)
{
    static const unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned long code = (unsigned char)s[0] & lead[n];

    for (size_t i = 1; i < n; i++)
        code = code << 6 | ((unsigned char)s[i] & 0x3f);
    return code;
}

/* First and last of the codes that no person should be sent. */
static const unsigned long hidden[][2] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c},
    {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
    {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};

size_t quote_can_show(const char *s, size_t n)
{
    size_t size = (size_t)str_utf8(s, n);
    unsigned long code = code_of(s, size);

    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (code >= hidden[i][0] && code <= hidden[i][1])
            return 0;
    return size;
}

/* Adds the character at s, of which n bytes can be read; returns its size. */
static size_t add_shown(Text *out, const char *s, size_t n)
{
    size_t size = quote_can_show(s, n);

    if (size == 0)
        add_octal(out, *s);
    else
        text_add_n(out, s, size);
    return size ? size : 1;
}

void quote_shown(Text *out, const char *s, size_t n)
{
    while (n > 0) {
        size_t size = add_shown(out, s, n);

        s += size;
        n -= size;
    }
}

const char *quote_text(Arena *arena, const char *s)
{
    Text out = {.arena = arena};

    quote_shown(&out, s, strlen(s));
    return text_str(&out);
}

void quote_comment(Text *out, const char *s, size_t n)
{
    static const char *const parted[] = {"*/", "/*", "??"};
    char last = ' ';

    while (n > 0) {
        size_t size;

        for (size_t i = 0; i < sizeof parted / sizeof *parted; i++)
            if (last == parted[i][0] && *s == parted[i][1])
                text_add(out, " ");
        last = *s;
        size = add_shown(out, s, n);
        s += size;
        n -= size;
    }
}

void quote_dot(Text *out, const char *s)
{
    for (size_t size; *s; s += size ? size : 1) {
        size = quote_can_show(s, strlen(s));
        if (*s == '"' || *s == '\\')
            text_add(out, "\\");
        text_add_n(out, size ? s : "?", size ? size : 1);
    }
}

void quote_json(Text *out, const char *s)
{
    size_t left = strlen(s);

    text_add(out, "\"");
    while (left > 0) {
        size_t n = (size_t)str_utf8(s, left);

        if (n == 0)
            text_add(out, "\\ufffd");
        else if (*s == '"' || *s == '\\')
            text_printf(out, "\\%c", *s);
        else if (n == 1 && !is_plain(*s))
            text_printf(out, "\\u%04x", (unsigned)*s);
        else
            text_add_n(out, s, n);
        s += n ? n : 1;
        left -= n ? n : 1;
    }
    text_add(out, "\"");
}

void quote_shell(Text *out, const char *s)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-+=./,:@%";
    size_t n = strlen(s);

    if (n > 0 && strspn(s, plain) == n) {
        text_add(out, s);
        return;
    }
    text_add(out, "'");
    for (; *s; s++)
        text_printf(out, *s == '\'' ? "'\\%c'" : "%c", *s);
    text_add(out, "'");
}
