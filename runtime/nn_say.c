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

size_t nn_printable(const char *p, size_t left)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t n = nn_utf8(p, left);
    bool control = n == 1 ? u[0] < ' ' || u[0] == 0x7f
                          : n == 2 && u[0] == 0xc2 && u[1] < 0xa0;
    bool turns = n == 3 && u[0] == 0xe2 &&
                 ((u[1] == 0x80 && u[2] >= 0xa8 && u[2] <= 0xae) ||
                  (u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9));
    return control || turns ? 0 : n;
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
        n = *text == '\n' || *text == '\t' ? 1 : nn_printable(text, left);
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
