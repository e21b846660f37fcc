/* names.c: gives locals their names once a function is complete; see names.h.
 *
 * A stand-in is the wish, a $ and a number, which no other identifier of the
 * text looks like. */
#include "emit/names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char nameless[] = "z";

/* C's own words and C++'s, for the header; what the compilers define; what
 * stands behind the macros of templates/real.h. */
static const char *const reserved[] = {
    "auto",     "break",    "case",     "char",     "const",     "continue",
    "default",  "do",       "double",   "else",     "enum",      "extern",
    "float",    "for",      "goto",     "if",       "inline",    "int",
    "long",     "register", "restrict", "return",   "short",     "signed",
    "sizeof",   "static",   "struct",   "switch",   "typedef",   "union",
    "unsigned", "void",     "volatile", "while",    "asm",       "typeof",
    "and",      "bool",     "catch",    "class",    "delete",    "explicit",
    "export",   "false",    "friend",   "mutable",  "namespace", "new",
    "not",      "operator", "or",       "private",  "protected", "public",
    "template", "this",     "throw",    "true",     "try",       "typeid",
    "typename", "using",    "virtual",  "xor",      "linux",     "unix",
    "main",     "exp",      "log",      "sqrt",     "tanh",      "fabs",
    "NULL",     "NAN",      "INFINITY", "HUGE_VAL", "EOF",       "errno"};

static bool among(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Whether C, its library or templates may have such a name for themselves. */
static bool foreign(const char *wish)
{
    return isdigit((unsigned char)wish[0]) || wish[0] == '_' ||
           strncmp(wish, "nn_", 3) == 0 || strncmp(wish, "NN_", 3) == 0;
}

static const char *clean(Arena *arena, const char *wish)
{
    char *name = arena_printf(arena, "%s%s", foreign(wish) ? "v" : "", wish);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    return name;
}

/* A set of identifiers: open addressing, a power of two of places. */
typedef struct Set {
    Arena *arena;
    const char **at;
    size_t n, room;
} Set;

static size_t place_of(const Set *set, const char *name)
{
    size_t hash = 5381;
    for (const char *c = name; *c; c++)
        hash = hash * 33 + (unsigned char)*c;
    size_t i = hash & (set->room - 1);
    while (set->at[i] && strcmp(set->at[i], name) != 0)
        i = (i + 1) & (set->room - 1);
    return i;
}

static void grow(Set *set)
{
    Set old = *set;
    set->room = old.room ? 2 * old.room : 256;
    set->at = NEWN(set->arena, const char *, set->room);
    for (size_t i = 0; i < old.room; i++)
        if (old.at[i])
            set->at[place_of(set, old.at[i])] = old.at[i];
}

static void add(Set *set, const char *name)
{
    if (2 * set->n >= set->room)
        grow(set);
    size_t i = place_of(set, name);
    set->n += set->at[i] == NULL;
    set->at[i] = name;
}

static bool taken(const Set *set, const LocalNames *names, const char *name)
{
    int count = (int)(sizeof reserved / sizeof *reserved);
    return among(names->global.at, names->global.n, name) ||
           among(reserved, count, name) ||
           (set && set->at[place_of(set, name)]);
}

static const char *unused(Arena *arena, const Set *set, const LocalNames *names,
                          const char *wish)
{
    const char *name = wish;
    for (int i = 2; taken(set, names, name); i++)
        name = arena_printf(arena, "%s_%d", wish, i);
    return name;
}

const char *names_global(Arena *arena, LocalNames *names, const char *wish)
{
    const char *name = unused(arena, NULL, names, clean(arena, wish));
    vec_push(arena, &names->global, name);
    return name;
}

const char *names_local(Arena *arena, LocalNames *names, const char *wish)
{
    const char *base = wish ? clean(arena, wish) : NULL;
    vec_push(arena, &names->wish, base);
    return arena_printf(arena, "%s$%d", base ? base : nameless,
                        names->wish.n - 1);
}

/* The end of the comment, literal or number that begins at c, or c. */
static const char *skip(const char *c)
{
    if (c[0] == '/' && c[1] == '*') {
        const char *end = strstr(c, "*/");
        return end ? end + 2 : c + strlen(c);
    }
    if (*c == '"' || *c == '\'') {
        const char *end = c + 1;
        while (*end && *end != *c)
            end += *end == '\\' && end[1] ? 2 : 1;
        return *end ? end + 1 : end;
    }
    if (isdigit((unsigned char)*c))
        while (isalnum((unsigned char)*c) || *c == '.')
            c++;
    return c;
}

/* The next identifier of text[c..end), its length in *n; end: no more. */
static const char *next_name(const char *c, const char *end, size_t *n)
{
    while (c < end) {
        const char *behind = skip(c);
        if (behind == c && str_in_name(*c))
            break;
        c = behind > c ? behind : c + 1;
    }
    for (*n = 0; c + *n < end && str_in_name(c[*n]);)
        ++*n;
    return c < end ? c : end;
}

/* The number of a stand-in of n bytes, or -1. */
static int number_of(const char *name, size_t n)
{
    const char *dollar = memchr(name, '$', n);
    return dollar && dollar > name ? atoi(dollar + 1) : -1;
}

/* Members are no names of their own. */
static bool is_member(const char *begin, const char *name)
{
    return name > begin + 1 &&
           (name[-1] == '.' || (name[-1] == '>' && name[-2] == '-'));
}

static void note_names(Set *set, const char *text, const char *end)
{
    size_t n;
    for (const char *c = next_name(text, end, &n); c < end;
         c = next_name(c + n, end, &n))
        if (number_of(c, n) < 0 && !is_member(text, c))
            add(set, arena_printf(set->arena, "%.*s", (int)n, c));
}

/* Names for the stand-ins of a function: those with a wish, or the others. */
static void choose(Set *set, const LocalNames *names, const char **name,
                   const char *text, const char *end, bool wished)
{
    size_t n;
    for (const char *c = next_name(text, end, &n); c < end;
         c = next_name(c + n, end, &n)) {
        int i = number_of(c, n);
        if (i < 0 || name[i] || (names->wish.at[i] != NULL) != wished)
            continue;
        const char *wish = wished ? names->wish.at[i] : nameless;
        name[i] = unused(set->arena, set, names, wish);
        add(set, name[i]);
    }
}

static void settle_function(Text *out, const LocalNames *names,
                            const char *text, const char *end)
{
    Set set = {.arena = out->arena};
    const char **name =
        NEWN(out->arena, const char *, (size_t)names->wish.n + 1);
    size_t n;
    grow(&set);
    note_names(&set, text, end);
    choose(&set, names, name, text, end, true);
    choose(&set, names, name, text, end, false);
    for (const char *c = text; c < end;) {
        const char *at = next_name(c, end, &n);
        int i = at < end ? number_of(at, n) : -1;
        text_add_n(out, c, (size_t)(at - c));
        if (i >= 0)
            text_add(out, name[i]);
        else
            text_add_n(out, at, n);
        c = at + n;
    }
}

void names_settle(Text *out, size_t start, LocalNames *names)
{
    Text settled = {.arena = out->arena};
    const char *text = text_str(out) + start;
    if (names->wish.n == 0)
        return;
    while (*text) {
        const char *end = strstr(text, "\n}\n");
        end = end ? end + 3 : text + strlen(text);
        settle_function(&settled, names, text, end);
        text = end;
    }
    out->n = start;
    text_add_n(out, text_str(&settled), settled.n);
    names->wish.n = 0;
}
