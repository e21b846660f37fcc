/* diag.c: collects messages about source texts; diag_print.c shows them.
 *
 * A message that equals an earlier one at its place, and an error where there
 * is one already, is made, so that the caller can add to it, but neither
 * counted nor shown. */
#include "base/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/quote.h"

/* What comes after these many is only counted; a text is cut in its middle. */
enum { MESSAGES_KEPT = 1000, TEXT_KEPT = 600 };

Diag *diag_new(Arena *arena)
{
    Diag *diag = NEW(arena, Diag);

    diag->arena = arena;
    return diag;
}

/* Leaves the beginning of a text of n bytes and its end, where a message says
 * what is wrong with the name before it. */
static const char *cut_text(char *text, int n)
{
    static const char dots[] = "...";
    const int size = sizeof dots - 1;
    int head = TEXT_KEPT / 2 - size, tail = n - TEXT_KEPT / 2;

    while (((unsigned char)text[head] & 0xc0) == 0x80)
        head--;
    while (((unsigned char)text[tail] & 0xc0) == 0x80)
        tail++;
    memcpy(text + head, dots, sizeof dots - 1);
    memmove(text + head + size, text + tail, (size_t)(n - tail) + 1);
    return text;
}

static const char *format_text(Arena *arena, const char *format, va_list args)
{
    va_list again;
    char *text;
    int n;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, args);
    if (n < 0)
        nnc_bug("cannot print with the format '%s'", format);
    text = arena_alloc(arena, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    return n <= TEXT_KEPT ? text : cut_text(text, n);
}

/* Of two errors at a place the second one mostly follows from the first. */
static bool alike(const Message *a, const Message *b)
{
    const Span *s = &a->span, *t = &b->span;

    if (a->error != b->error || s->source != t->source || s->begin != t->begin)
        return false;
    return (a->error && s->source && s->end == t->end) ||
           strcmp(a->text, b->text) == 0;
}

static bool known_message(const Diag *diag, const Message *m)
{
    for (int i = 0; i < diag->messages.n; i++)
        if (alike(diag->messages.at[i], m))
            return true;
    return false;
}

static Message *add_message(Diag *diag, bool error, Span span, const char *text)
{
    Message *m = NEW(diag->arena, Message);

    *m = (Message){diag->arena, error, diag->messages.n, span, text, {0},
                   {0},         {0}};
    if (diag->messages.n < MESSAGES_KEPT && known_message(diag, m))
        return m;
    diag->errors += error;
    diag->warnings += !error;
    if (!error && diag->warnings > DIAG_SHOWN)
        return m;
    if (diag->messages.n < MESSAGES_KEPT)
        vec_push(diag->arena, &diag->messages, m);
    return m;
}

Message *diag_error(Diag *diag, Span span, const char *format, ...)
{
    va_list args;
    const char *text;

    va_start(args, format);
    text = format_text(diag->arena, format, args);
    va_end(args);
    return add_message(diag, true, span, text);
}

Message *diag_warning(Diag *diag, Span span, const char *format, ...)
{
    va_list args;
    const char *text;

    va_start(args, format);
    text = format_text(diag->arena, format, args);
    va_end(args);
    return add_message(diag, false, span, text);
}

void diag_mark(Message *message, Span span)
{
    vec_push(message->arena, &message->marks, span);
}

void diag_note(Message *message, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vec_push(message->arena, &message->notes,
             format_text(message->arena, format, args));
    va_end(args);
}

void diag_help(Message *message, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vec_push(message->arena, &message->help,
             format_text(message->arena, format, args));
    va_end(args);
}

void diag_add_source(Diag *diag, const Source *source)
{
    vec_push(diag->arena, &diag->sources, source);
}

int diag_sources(const Diag *diag)
{
    return diag->sources.n;
}

const Source *diag_source(const Diag *diag, int i)
{
    return diag->sources.at[i];
}

int diag_errors(const Diag *diag)
{
    return diag->errors;
}

Span span_join(Span a, Span b)
{
    Span joined = a;

    if (!a.source || a.source != b.source)
        return a.source ? a : b;
    if (b.begin < a.begin)
        joined = b;
    joined.end = a.end > b.end ? a.end : b.end;
    return joined;
}
