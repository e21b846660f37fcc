/* scan.c: what the scanner calls: places, names, and slips that are no tokens.
 *
 * Columns count characters, not bytes. */
#include "front/build.h"

#include <stdlib.h>

void build_place(Parse *p, Span *span, const char *text, size_t n)
{
    *span =
        (Span){p->source, p->offset, p->offset + (int)n, p->line, p->column};
    p->offset += (int)n;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n') {
            p->line++;
            p->column = 1;
        } else {
            p->column += ((unsigned char)text[i] & 0xc0) != 0x80;
        }
    }
}

const char *build_name(Parse *p, const char *text, size_t n)
{
    return arena_intern(p->arena, text, n);
}

void build_bad_number(Parse *p, Span span)
{
    const char *text = p->source->text + span.begin;
    int n = span.end - span.begin;
    Message *m = diag_error(p->diag, span,
                            "`%.*s` is neither a number nor a "
                            "name",
                            n, text);

    if (text[n - 1] == '.')
        diag_help(m, "write `%.*s` or `%.*s0`", n - 1, text, n, text);
    else
        diag_help(m, "a name begins with a letter; between a number and a name "
                     "stands an operator");
}

void build_open_string(Parse *p, Span span)
{
    Message *m;

    span.end = span.begin + 1;
    m = diag_error(p->diag, span, "this string has no end");
    diag_help(m, "close it with `\"` in the same line");
}

void build_stray(Parse *p, Span span)
{
    const char *text = p->source->text + span.begin;
    unsigned char c = (unsigned char)text[0];
    Message *m;

    if (c < ' ' || c == 0x7f) {
        diag_error(p->diag, span, "a stray control character 0x%02x",
                   (unsigned)c);
        return;
    }
    m = diag_error(p->diag, span, "stray `%.*s`", span.end - span.begin, text);
    if (c >= 0x80)
        diag_help(m, "outside comments and strings only plain letters, digits "
                     "and signs have a meaning");
    else if (c == '\'')
        diag_help(m, "strings stand in `\"`; a prime follows its name at once");
    else if (c == '^')
        diag_help(m, "write `square(x)` for the second power");
    else if (c == '&' || c == '|' || c == '!')
        diag_help(m, "write `and`, `or`, `not`");
}
