/* diag_print.c: messages in order of their places, for people or as JSON.
 *
 * A source line is shown without its indentation, with tabs widened and with
 * '?' for what a terminal should not receive; of a very long line only the
 * neighbourhood of the mistake. The underline follows the shown columns, not
 * the bytes, so it fits lines with tabs and UTF-8. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "base/quote.h"
#include "nn_say.h"

enum {
    TAB = 4,
    LINE_SHOWN = 120, /* columns of a source line */
    LINE_BEFORE = 60  /* columns shown before the mistake in a longer one */
};

/* One source line as it is shown: its text and, column for column, what
 * stands below it. */
typedef struct Shown {
    const Source *source;
    int begin, end; /* bytes of the line, without indentation and end */
    Text text, under;
} Shown;

static char under_byte(const Message *m, int i)
{
    int end = m->span.end > m->span.begin ? m->span.end : m->span.begin + 1;

    if (i == m->span.begin)
        return '^';
    if (i > m->span.begin && i < end)
        return '~';
    for (int k = 0; k < m->marks.n; k++) {
        const Span *s = &m->marks.at[k];

        if (s->source == m->span.source && i >= s->begin && i < s->end)
            return '~';
    }
    return ' ';
}

static void show_columns(Shown *shown, const char *text, int n, int columns,
                         char under)
{
    text_add_n(&shown->text, text, (size_t)n);
    for (int i = 0; i < columns; i++)
        text_add_n(&shown->under, &under, 1);
}

/* Adds the character at byte i; returns the byte after it. */
static int show_char(Shown *shown, const Message *m, int i)
{
    const char *at = shown->source->text + i;
    int n = (int)nn_printable(at, (size_t)(shown->end - i));
    int column = (int)shown->under.n;
    char under = under_byte(m, i);

    if (*at == '\t')
        show_columns(shown, "    ", TAB - column % TAB, TAB - column % TAB,
                     under);
    else if (n == 0)
        show_columns(shown, "?", 1, 1, under);
    else
        show_columns(shown, at, n, 1, under);
    return i + (n ? n : 1);
}

/* The bytes of the line that holds byte `place`. */
static void find_line(Shown *shown, int place)
{
    const char *text = shown->source->text;
    int size = (int)shown->source->size;
    int begin, end;

    if (place > size)
        place = size;
    for (begin = place; begin > 0 && text[begin - 1] != '\n'; begin--)
        ;
    for (end = place; end < size && text[end] != '\n'; end++)
        ;
    while (begin < place && (text[begin] == ' ' || text[begin] == '\t'))
        begin++;
    while (end > begin && (text[end - 1] == ' ' || text[end - 1] == '\t' ||
                           text[end - 1] == '\r'))
        end--;
    shown->begin = begin;
    shown->end = end;
}

/* Cuts a long line to the neighbourhood of the mistake, at characters. */
static bool cut_line(Shown *shown, int place)
{
    const char *text = shown->source->text;
    int begin = place - LINE_BEFORE;

    if (shown->end - shown->begin <= LINE_SHOWN || begin <= shown->begin)
        return false;
    while (begin < place && ((unsigned char)text[begin] & 0xc0) == 0x80)
        begin++;
    shown->begin = begin;
    return true;
}

/* A mistake at the end of a line stands one column behind it. */
static void show_line(Shown *shown, const Message *m)
{
    bool cut = cut_line(shown, m->span.begin);
    int i = shown->begin;

    if (cut)
        show_columns(shown, "...", 3, 3, ' ');
    while (i < shown->end && shown->under.n < LINE_SHOWN)
        i = show_char(shown, m, i);
    if (i < shown->end)
        text_add(&shown->text, "...");
    else if (m->span.begin >= shown->end)
        text_add(&shown->under, "^");
    while (shown->under.n && shown->under.at[shown->under.n - 1] == ' ')
        shown->under.at[--shown->under.n] = '\0';
}

static void print_line(const Message *m, FILE *out, bool color)
{
    Shown shown = {.source = m->span.source,
                   .text = {.arena = m->arena},
                   .under = {.arena = m->arena}};

    find_line(&shown, m->span.begin);
    show_line(&shown, m);
    fprintf(out, "    %s\n", text_str(&shown.text));
    fprintf(out, "    %s%s%s\n", color ? "\033[32m" : "",
            text_str(&shown.under), color ? "\033[m" : "");
}

/* A text that may hold what the user wrote. */
static void print_shown(const Message *m, FILE *out, const char *text)
{
    Text shown = {.arena = m->arena};

    quote_shown(&shown, text, strlen(text));
    fputs(text_str(&shown), out);
}

static void print_lines(const Message *m, FILE *out, const char *before,
                        const char *const *lines, int n)
{
    for (int i = 0; i < n; i++) {
        fprintf(out, "    %s", before);
        print_shown(m, out, lines[i]);
        putc('\n', out);
    }
}

static void print_message(const Message *m, FILE *out, bool color)
{
    const char *kind = m->error ? "error" : "warning";
    const char *tint = m->error ? "\033[1;31m" : "\033[1;35m";

    if (m->span.source) {
        print_shown(m, out, m->span.source->path);
        fprintf(out, ":%d:%d: ", m->span.line, m->span.column);
    }
    fprintf(out, "%s%s:%s ", color ? tint : "", kind, color ? "\033[m" : "");
    print_shown(m, out, m->text);
    putc('\n', out);
    if (m->span.source && m->span.source->text)
        print_line(m, out, color);
    print_lines(m, out, "", m->notes.at, m->notes.n);
    print_lines(m, out, "help: ", m->help.at, m->help.n);
}

static int compare_messages(const void *left, const void *right)
{
    const Message *a = *(Message *const *)left;
    const Message *b = *(Message *const *)right;
    const char *pa = a->span.source ? a->span.source->path : "";
    const char *pb = b->span.source ? b->span.source->path : "";
    int order = strcmp(pa, pb);

    if (order == 0)
        order =
            (a->span.begin > b->span.begin) - (a->span.begin < b->span.begin);
    return order ? order : a->number - b->number;
}

/* The messages that are shown, in order; *n of them. */
static Message **in_order(const Diag *diag, int *n)
{
    Message **all = NEWN(diag->arena, Message *, diag->messages.n);
    int errors = 0;

    *n = 0;
    if (diag->messages.n == 0)
        return all;
    memcpy(all, diag->messages.at, (size_t)diag->messages.n * sizeof *all);
    qsort(all, (size_t)diag->messages.n, sizeof *all, compare_messages);
    for (int i = 0; i < diag->messages.n && errors < DIAG_SHOWN; i++) {
        errors += all[i]->error;
        *n = i + 1;
    }
    return all;
}

static void json_string(FILE *out, const Message *m, const char *s)
{
    Text quoted = {.arena = m->arena};

    quote_json(&quoted, s);
    fputs(text_str(&quoted), out);
}

static void json_strings(FILE *out, const Message *m, const char *key,
                         const char *const *texts, int n)
{
    fprintf(out, ", \"%s\": [", key);
    for (int i = 0; i < n; i++) {
        if (i)
            fputs(", ", out);
        json_string(out, m, texts[i]);
    }
    putc(']', out);
}

/* The line and column behind the span. */
static void span_end(const Span *span, int *line, int *column)
{
    *line = span->line;
    *column = span->column;
    if (!span->source || !span->source->text)
        return;
    for (int i = span->begin; i < span->end; i++) {
        unsigned char c = (unsigned char)span->source->text[i];

        if (c == '\n') {
            ++*line;
            *column = 1;
        } else if ((c & 0xc0) != 0x80) {
            ++*column;
        }
    }
}

static void json_message(FILE *out, const Message *m)
{
    int line, column;

    span_end(&m->span, &line, &column);
    fputs("{\"file\": ", out);
    json_string(out, m, m->span.source ? m->span.source->path : "");
    fprintf(out,
            ", \"line\": %d, \"column\": %d, \"endLine\": %d, "
            "\"endColumn\": %d, \"severity\": \"%s\", \"message\": ",
            m->span.line, m->span.column, line, column,
            m->error ? "error" : "warning");
    json_string(out, m, m->text);
    json_strings(out, m, "notes", m->notes.at, m->notes.n);
    json_strings(out, m, "help", m->help.at, m->help.n);
    putc('}', out);
}

static bool wants_color(FILE *out)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return isatty(fileno(out)) && !(no && *no) && term && strcmp(term, "dumb");
}

static void print_more(FILE *out, int n, const char *what)
{
    if (n > 0)
        fprintf(out, "%d more %s%s not shown\n", n, what,
                n == 1 ? " is" : "s are");
}

void diag_print(const Diag *diag, FILE *out, bool json)
{
    int n;
    Message **messages = in_order(diag, &n);
    bool color = !json && wants_color(out);

    if (json)
        fputs("[", out);
    for (int i = 0; i < n && json; i++) {
        fputs(i ? ",\n " : "", out);
        json_message(out, messages[i]);
    }
    if (json)
        fputs("]\n", out);
    for (int i = 0; i < n && !json; i++)
        print_message(messages[i], out, color);
    if (!json) {
        print_more(out, diag->errors - DIAG_SHOWN, "error");
        print_more(out, diag->warnings - DIAG_SHOWN, "warning");
    }
}
