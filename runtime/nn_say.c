/* One way to the terminal for all that others wrote: labels, names of tensors
 * and files, flags. Escape sequences begin with control characters, in UTF-8
 * those of ASCII, 0x7f and U+0080 to U+009F. */
#include "nn_say.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

size_t nn_utf8(const char *p, size_t left)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t n = u[0] < 0x80 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
    if (n == 1)
        return 1;
    if (u[0] < 0xc2 || u[0] > 0xf4 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    bool overlong =
        (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xf0 && u[1] < 0x90);
    bool beyond =
        (u[0] == 0xed && u[1] > 0x9f) || (u[0] == 0xf4 && u[1] > 0x8f);
    return overlong || beyond ? 0 : n;
}

unsigned long nn_utf8_code(const char *p, size_t n)
{
    static const unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned long code = (unsigned char)p[0] & lead[n];
    for (size_t i = 1; i < n; i++)
        code = code << 6 | ((unsigned char)p[i] & 0x3f);
    return code;
}

/* First and last of the codes that no person should be sent. */
static const unsigned long hidden[][2] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c},
    {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
    {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};

size_t nn_printable(const char *p, size_t left)
{
    size_t n = nn_utf8(p, left);
    unsigned long code = nn_utf8_code(p, n);
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (code >= hidden[i][0] && code <= hidden[i][1])
            return 0;
    return n;
}

void nn_show(FILE *stream, const char *text)
{
    for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
        n = nn_printable(text, left);
        fwrite(n > 0 ? text : "?", 1, n > 0 ? n : 1, stream);
        n = n > 0 ? n : 1;
    }
}

void nn_clean(char *text)
{
    for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
        bool ours = *text == '\n' && (left == 1 || text[1] == ' ');
        n = ours || *text == '\t' ? 1 : nn_printable(text, left);
        if (n == 0)
            *text = '?';
        n = n > 0 ? n : 1;
    }
}

void nn_say(FILE *stream, const char *format, ...)
{
    char text[4096];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    nn_clean(text);
    fputs(text, stream);
}
