/* quote.c: see quote.h. C's escapes are those of C11 6.4.4.4, its trigraphs
 * those of 5.2.1.1; a shell's quotes those of POSIX 2.2.2. */
#include "base/quote.h"

#include <string.h>

#include "nn_say.h"

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

/* Adds the character at s, of which n bytes can be read; returns its size. */
static size_t add_shown(Text *out, const char *s, size_t n)
{
    size_t size = nn_printable(s, n);

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
        size = nn_printable(s, strlen(s));
        if (*s == '"' || *s == '\\')
            text_add(out, "\\");
        text_add_n(out, size ? s : "?", size ? size : 1);
    }
}

/* A character that is not to be shown, in the escapes of UTF-16. */
static void json_hidden(Text *out, const char *s, size_t n)
{
    unsigned long code = n ? nn_utf8_code(s, n) : 0xfffd;

    if (code > 0xffff) {
        text_printf(out, "\\u%04lx", 0xd7c0 + (code >> 10));
        code = 0xdc00 + (code & 0x3ff);
    }
    text_printf(out, "\\u%04lx", code);
}

void quote_json(Text *out, const char *s)
{
    text_add(out, "\"");
    for (size_t left = strlen(s); left > 0;) {
        size_t n = nn_printable(s, left), all = nn_utf8(s, left);

        if (n == 0)
            json_hidden(out, s, all);
        else if (*s == '"' || *s == '\\')
            text_printf(out, "\\%c", *s);
        else
            text_add_n(out, s, n);
        s += all ? all : 1;
        left -= all ? all : 1;
    }
    text_add(out, "\"");
}

void quote_python(Text *out, const char *s)
{
    text_add(out, "\"");
    for (size_t left = strlen(s); left > 0;) {
        size_t n = nn_utf8(s, left);

        if (is_plain(*s))
            text_printf(out, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
        else if (n == 0)
            text_printf(out, "\\udc%02x", (unsigned)(unsigned char)*s);
        else
            text_printf(out, "\\U%08lx", nn_utf8_code(s, n));
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
