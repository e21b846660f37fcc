/* whole.c: writes out the loops of finished functions; see whole.h.
 *
 * In: C as the templates leave it, one statement a line, each loop's head on
 * a line of its own, braces around every body. A loop's variable gets the $
 * that makes the template filler write the loop out, which also folds the
 * literal indices. */
#include "emit/whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tile/template.h"

enum { MAX_DEPTH = 32, MAX_NAME = 32 };

typedef struct Loop {
    char name[MAX_NAME];
    long long from, to, step;
    size_t indent;
} Loop;

/* Lines of a text. */
static size_t line_size(const char *line)
{
    size_t n = strcspn(line, "\n");
    return n + (line[n] == '\n');
}

/* Whether a line is the head of a loop over literal bounds. */
static bool is_loop(const char *line, Loop *loop)
{
    char again[MAX_NAME], more[MAX_NAME];
    int end = 0;
    loop->indent = strspn(line, " ");
    line += loop->indent;
    if (sscanf(line,
               "for (%*31[a-z_] %31[a-z_0-9] = %lld; %31[a-z_0-9] < %lld;"
               "%n",
               loop->name, &loop->from, again, &loop->to, &end) != 4 ||
        end == 0 || strcmp(loop->name, again) != 0)
        return false;
    line += end;
    loop->step = 1;
    return sscanf(line, " %31[a-z_0-9] += %lld) {", more, &loop->step) == 2 ||
           (sscanf(line, " %31[a-z_0-9]++) {", more) == 1 &&
            strcmp(more, again) == 0);
}

static long long trips(const Loop *l)
{
    return l->to <= l->from ? 0 : (l->to - l->from + l->step - 1) / l->step;
}

/* The loops that are open at a line of a body, outermost first. */
typedef struct Walk {
    Loop open[MAX_DEPTH];
    int depth;
} Walk;

/* Closes the loops that end before the line; true where it opens one. */
static bool walk_line(Walk *w, const char *line)
{
    size_t indent = strspn(line, " ");
    while (w->depth > 0 && line[indent] == '}' &&
           indent <= w->open[w->depth - 1].indent)
        w->depth--;
    if (w->depth == MAX_DEPTH || !is_loop(line, &w->open[w->depth]))
        return false;
    w->depth++;
    return true;
}

/* Statements of a body once its loops are written out; *loops tells whether
 * any is, *left whether any other stays. */
static long long count(const char *text, bool *loops, bool *left)
{
    Walk w = {.depth = 0};
    long long all = 0, each[MAX_DEPTH + 1] = {1};
    for (const char *c = text; *c; c += line_size(c)) {
        const char *word = c + strspn(c, " ");
        if (walk_line(&w, c)) {
            each[w.depth] = each[w.depth - 1] * trips(&w.open[w.depth - 1]);
            *loops = true;
        } else if (strncmp(word, "for (", 5) == 0 ||
                   strncmp(word, "while (", 7) == 0) {
            *left = true;
        } else if (c[line_size(c) > 1 ? line_size(c) - 2 : 0] == ';') {
            all += each[w.depth];
        }
        if (all > WHOLE_MOST)
            return all;
    }
    return all;
}

/* Appends a line with $ before each use of the open loops' variables. */
static void mark_line(Text *out, const char *line, size_t n, const Walk *w)
{
    for (size_t i = 0; i < n;) {
        size_t m = 0;
        while (i + m < n && str_in_name(line[i + m]))
            m++;
        for (int d = 0; m > 0 && d < w->depth; d++)
            if (strlen(w->open[d].name) == m &&
                memcmp(w->open[d].name, line + i, m) == 0)
                text_add(out, "$");
        m += m == 0;
        text_add_n(out, line + i, m);
        i += m;
    }
}

static const char *mark(Arena *arena, const char *text)
{
    Text out = {.arena = arena};
    Walk w = {.depth = 0};
    for (const char *c = text; *c; c += line_size(c)) {
        walk_line(&w, c);
        mark_line(&out, c, line_size(c), &w);
    }
    return text_str(&out);
}

static Whole write_function(Text *out, const char *text)
{
    const char *body = strstr(text, "\n{\n");
    bool loops = false, left = false;
    if (!body) {
        text_add(out, text);
        return WHOLE_WRITTEN;
    }
    body += 3;
    Text inner = {.arena = out->arena};
    text_add_n(&inner, body, strlen(body) - strlen("}\n"));
    bool fits = count(text_str(&inner), &loops, &left) <= WHOLE_MOST;
    if (fits && loops) {
        text_add_n(out, text, (size_t)(body - text));
        template_text(out, mark(out->arena, text_str(&inner)), NULL, 0, 1);
        text_add(out, "}\n");
    } else {
        text_add(out, text);
    }
    return fits && !left ? WHOLE_WRITTEN : WHOLE_PARTLY;
}

/* A tile's parameters from and to taken away: it has the unit 0 alone. The
 * text as it is where they serve for more. */
static const char *only_unit(Arena *arena, const char *text)
{
    static const char range[] = "int from,";
    const char *at = strstr(text, range);
    if (!at)
        return text;
    const char *end = strchr(at, ')');
    while (at > text && strchr(", \n", at[-1]))
        at--;
    const char *one =
        arena_printf(arena, "%.*s%s", (int)(at - text), text, end);
    one = str_replace(arena, one, "unit = from; unit < to;",
                      "unit = 0; unit < 1;");
    one = str_replace(arena, one, ", part, part + 1)", ")");
    one = str_replace(arena, one, " part, part + 1)", ")");
    return str_mentions(one, "from") || strstr(one, "part + 1)") ? text : one;
}

Whole whole_write(Text *out, size_t start, int parts)
{
    Arena *a = out->arena;
    Text result = {.arena = a};
    Whole whole = WHOLE_WRITTEN;
    const char *text = arena_printf(a, "%s", text_str(out) + start);
    if (parts == 1)
        text = only_unit(a, text);
    while (*text) {
        const char *end = strstr(text, "\n}\n");
        size_t n = end ? (size_t)(end + 3 - text) : strlen(text);
        if (write_function(&result, arena_copy(a, text, n)) == WHOLE_PARTLY)
            whole = WHOLE_PARTLY;
        text += n;
    }
    out->n = start;
    text_add(out, text_str(&result));
    return whole;
}
