/* term.c: see term.h. Python's operators bind as its language reference, 6.17,
 * has it; sums are kept in the order in which the graph has them, since that
 * is part of their value. */
#include "export/term.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int term_hole(const char *at, const char **end)
{
    char *behind;
    long k;

    if (at[0] != '$')
        return -1;
    if (isdigit((unsigned char)at[1])) {
        k = strtol(at + 1, &behind, 10);
        *end = behind;
        return (int)k;
    }
    if (at[1] < 'a' || at[1] > 'z' || isalnum((unsigned char)at[2]))
        return -1;
    *end = at + 2;
    return at[1] - 'a';
}

int term_times(const char *text, int k)
{
    int n = 0;
    const char *end;

    for (const char *c = text; *c; c++)
        n += term_hole(c, &end) == k;
    return n;
}

/* What is between brackets or quotes does not count. */
static bool is_outside(int *depth, bool *quoted, char c)
{
    if (c == '"')
        *quoted = !*quoted;
    else if (!*quoted && strchr("([{", c))
        ++*depth;
    else if (!*quoted && strchr(")]}", c))
        --*depth;
    return *depth == 0 && !*quoted;
}

static const struct {
    const char *sign;
    Level level;
} binary[] = {
    {" if ", LEVEL_CHOICE},  {" > ", LEVEL_COMPARE},  {" <= ", LEVEL_COMPARE},
    {" == ", LEVEL_COMPARE}, {" != ", LEVEL_COMPARE}, {" & ", LEVEL_AND},
    {" + ", LEVEL_SUM},      {" - ", LEVEL_SUM},      {" * ", LEVEL_PRODUCT},
    {" / ", LEVEL_PRODUCT},  {" @ ", LEVEL_PRODUCT},  {" ** ", LEVEL_POWER},
};

Level term_level(const char *text)
{
    Level level = text[0] == '-' ? LEVEL_SIGN : LEVEL_ATOM;
    int depth = 0;
    bool quoted = false;

    for (const char *c = text; *c; c++) {
        if (!is_outside(&depth, &quoted, *c))
            continue;
        for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
            if (strncmp(c, binary[i].sign, strlen(binary[i].sign)) == 0 &&
                binary[i].level < level)
                level = binary[i].level;
    }
    return level;
}

/* Whether an argument of a call ends at c, seen from within it: a bracket or
 * comma, or the = behind a name. */
static bool is_edge(const char *text, const char *c, const char *brackets)
{
    bool equals = *c == '=' && c > text && !strchr("=!<> ", c[-1]);

    return *c == ',' || strchr(brackets, *c) || (equals && c[1] != '=');
}

/* The place of the edge on one side of the hole, brackets skipped. */
static const char *edge(const char *text, const char *c, int step)
{
    const char *into = step < 0 ? ")]" : "([", *out = step < 0 ? "([" : ")]";
    int depth = 0;

    for (; c >= text && *c; c += step) {
        if (depth == 0 && is_edge(text, c, out))
            break;
        depth += (strchr(into, *c) != NULL) - (strchr(out, *c) != NULL);
    }
    return c;
}

/* How the hole between these two places must bind. */
static Level wanted(Arena *arena, const Term *t, const char *hole,
                    const char *behind)
{
    const char *from = edge(t->text, hole - 1, -1) + 1;
    const char *to = edge(t->text, behind, 1);
    Level level;

    if (*behind == '.' || *behind == '[')
        return LEVEL_ATOM;
    while (*from == ' ')
        from++;
    if (from == hole && to == behind)
        return LEVEL_CHOICE;
    level = term_level(arena_copy(arena, from, (size_t)(to - from)));
    return from == hole ? level : (Level)(level + 1);
}

void term_fill(Text *out, const Term *t, const char *const *in,
               const Level *levels)
{
    for (const char *c = t->text, *end; *c; c = end) {
        int k = term_hole(c, &end);
        bool narrow;

        if (k < 0) {
            end = c + 1;
            text_add_n(out, c, 1);
            continue;
        }
        narrow = levels[k] < wanted(out->arena, t, c, end);
        text_printf(out, narrow ? "(%s)" : "%s", in[k]);
    }
}

Term *term_of(Terms *t, const char *text, int n_in, Term *const *in, bool *made)
{
    Text key = {.arena = t->arena};
    Term *term;
    int place;

    text_add(&key, text);
    for (int i = 0; i < n_in; i++)
        text_printf(&key, "\n%d", in[i]->id);
    place = map_get(&t->places, text_str(&key));
    *made = place < 0;
    if (place >= 0)
        return t->all.at[place];
    term = NEW(t->arena, Term);
    term->text = text;
    term->n_in = n_in;
    term->in = NEWN(t->arena, Term *, n_in + 1);
    for (int i = 0; i < n_in; i++)
        term->in[i] = in[i];
    term->level = term_level(text);
    term->id = t->all.n;
    map_set(&t->places, text_str(&key), term->id);
    vec_push(t->arena, &t->all, term);
    return term;
}

Term *term_atom(Terms *t, const char *text)
{
    bool made;
    Term *term = term_of(t, text, 0, NULL, &made);

    term->atom = true;
    return term;
}
