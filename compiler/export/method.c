/* method.c: see method.h. */
#include "export/method.h"

#include <stdarg.h>
#include <string.h>

#include "base/quote.h"
#include "export/layers.h"
#include "export/python.h"

enum { WIDTH = 88 };

Method method_new(Terms *terms, Text *out, int indent)
{
    Map *names = NEW(terms->arena, Map);

    names->arena = terms->arena;
    return (Method){.arena = terms->arena,
                    .terms = terms,
                    .out = out,
                    .indent = indent,
                    .names = names};
}

Method method_inner(const Method *m)
{
    Method inner = *m;

    inner.indent += 4;
    inner.uses = NEWN(m->arena, int, m->room);
    return inner;
}

/* Terms may have been added since. */
static void make_room(Method *m)
{
    int n = m->terms->all.n;
    const char **bound;
    int *uses;

    if (m->room >= n)
        return;
    bound = NEWN(m->arena, const char *, n);
    uses = NEWN(m->arena, int, n);
    for (int i = 0; i < m->room; i++) {
        bound[i] = m->bound[i];
        uses[i] = m->uses[i];
    }
    m->bound = bound;
    m->uses = uses;
    m->room = n;
}

/* Binds the first of NAME, NAME_2, ..., or of HINT1, HINT2, ... */
static const char *bind(Method *m, const Term *t, const char *name, bool hint)
{
    const char *free = hint ? arena_printf(m->arena, "%s1", name) : name;

    make_room(m);
    for (int i = 2; map_get(m->names, free) >= 0; i++)
        free = arena_printf(m->arena, hint ? "%s%d" : "%s_%d", name, i);
    map_set(m->names, free, 1);
    m->bound[t->id] = free;
    return free;
}

const char *method_bind(Method *m, const Term *t, const char *name)
{
    return bind(m, t, name, false);
}

const char *method_name(Method *m, const Term *t)
{
    const char *hint = t->hint ? t->hint : "value";

    return t->name ? bind(m, t, python_name(m->arena, t->name), false)
                   : bind(m, t, hint, true);
}

/* What an expression for t would be; *level is how it binds. */
static const char *expression(Method *m, const Term *t, Level *level)
{
    Text out = {.arena = m->arena};
    const char **in = NEWN(m->arena, const char *, t->n_in + 1);
    Level *levels = NEWN(m->arena, Level, t->n_in + 1);

    *level = LEVEL_ATOM;
    if (m->bound[t->id])
        return m->bound[t->id];
    for (int i = 0; i < t->n_in; i++)
        in[i] = expression(m, t->in[i], &levels[i]);
    *level = t->level;
    term_fill(&out, t, in, levels);
    return text_str(&out);
}

const char *method_expression(Method *m, const Term *t)
{
    Level level;

    make_room(m);
    return expression(m, t, &level);
}

/* The last place of a line where it can go on below, within brackets. */
static size_t break_at(const char *line, size_t most, int depth)
{
    size_t best = 0;
    bool quoted = false;

    for (size_t i = 0; line[i] && i < most; i++) {
        if (line[i] == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        depth +=
            (strchr("([{", line[i]) != NULL) - (strchr(")]}", line[i]) != NULL);
        if (depth > 0 && line[i] == ',' && line[i + 1] == ' ')
            best = i + 2;
    }
    return best;
}

void method_line(Method *m, const char *format, ...)
{
    va_list args;
    Text text = {.arena = m->arena};
    const char *line;
    size_t indent = (size_t)m->indent;

    va_start(args, format);
    text_vprintf(&text, format, args);
    va_end(args);
    for (line = text_str(&text); *line;) {
        size_t n = strlen(line), cut = n;

        if (indent + n > WIDTH)
            cut = break_at(line, WIDTH - indent, line != text_str(&text));
        cut = cut ? cut : n;
        text_printf(m->out, "%*s%.*s\n", (int)indent, "",
                    (int)(line[cut] ? cut - 1 : cut), line);
        line += cut;
        indent = (size_t)m->indent + 4;
    }
}

/* The end of a line of the user's text, without its comment. */
static const char *code_end(const char *line)
{
    bool within = false; /* a string */
    const char *end = line;

    for (; *end && *end != '\n' && (within || *end != '#'); end++)
        if (within && *end == '\\' && end[1])
            end++;
        else if (*end == '"')
            within = !within;
    while (end > line && strchr(" \t", end[-1]))
        end--;
    return end;
}

/* The line of the user's text that a statement comes of, unless it was shown
 * above. */
static void show_line(Method *m, const Term *t)
{
    const Source *s = t->span.source;
    const char *from, *end;
    Text shown = {.arena = m->arena};

    if (!s || s->prelude || t->span.line < 1 ||
        (s == m->line.source && t->span.line == m->line.line))
        return;
    m->line = t->span;
    from = s->text + t->span.begin;
    while (from > s->text && from[-1] != '\n')
        from--;
    from += strspn(from, " \t");
    end = code_end(from);
    quote_shown(&shown, from, (size_t)(end - from));
    text_printf(m->out, "%*s# %d: %s\n", m->indent, "", t->span.line,
                text_str(&shown));
}

static void count(Method *m, const Term *t, bool *met)
{
    if (met[t->id] || m->bound[t->id])
        return;
    met[t->id] = true;
    for (int i = 0; i < t->n_in; i++) {
        m->uses[t->in[i]->id] += t->block ? 1 : term_times(t->text, i);
        count(m, t->in[i], met);
    }
}

static void statement(Method *m, const Term *t);

/* The longest input that could have a name of its own, or NULL. */
static const Term *longest(Method *m, const Term *t)
{
    const Term *best = NULL;
    size_t most = 12;
    Level level;

    for (int i = 0; i < t->n_in; i++) {
        size_t n = strlen(expression(m, t->in[i], &level));

        if (m->bound[t->in[i]->id] || t->in[i]->atom || n <= most)
            continue;
        most = n;
        best = t->in[i];
    }
    return best;
}

/* Names inputs until the expression fits `room` columns, or all have names. */
static const char *fitted(Method *m, const Term *t, size_t room)
{
    Level level;
    const char *text = expression(m, t, &level);

    while (strlen(text) > room) {
        const Term *part = longest(m, t);

        if (!part)
            break;
        statement(m, part);
        text = expression(m, t, &level);
    }
    return text;
}

static void statement(Method *m, const Term *t)
{
    const char *text;
    const char *name = t->name ? t->name : t->hint ? t->hint : "value";
    size_t before = (size_t)m->indent + strlen(name) + 5;

    if (t->block) {
        show_line(m, t);
        t->block(t, m);
        return;
    }
    text = fitted(m, t, before < WIDTH ? WIDTH - before : 1);
    show_line(m, t);
    method_line(m, "%s = %s", method_name(m, t), text);
}

/* Whether a term that is met has a statement of its own. */
static bool has_statement(const Method *m, const Term *t)
{
    return t->block || t->name || t->drawn || m->uses[t->id] > 1;
}

void method_statements(Method *m, int n, Term *const *roots, bool named)
{
    bool *met;

    make_room(m);
    met = NEWN(m->arena, bool, m->room);
    memset(m->uses, 0, sizeof *m->uses * (size_t)m->room);
    for (int i = 0; i < n; i++) {
        count(m, roots[i], met);
        m->uses[roots[i]->id] += named ? 2 : 1;
    }
    for (int i = 0; i < m->room; i++) {
        const Term *t = m->terms->all.at[i];

        if (met[i] && !t->atom && !m->bound[i] && has_statement(m, t))
            statement(m, t);
    }
}
