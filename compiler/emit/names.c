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

/* Macros of headers that generated code includes begin so. */
static const char *const macros[] = {"M_",      "FP_",   "INT8",     "INT16",
                                     "INT32",   "INT64", "INT_",     "INTMAX_",
                                     "INTPTR_", "UINT",  "SIZE_MAX", "PTRDIFF_",
                                     "WCHAR_",  "WINT_", "SIG_"};

/* Whether C, its library or templates may have such a name for themselves. */
static bool foreign(const char *wish)
{
    for (size_t i = 0; i < sizeof macros / sizeof *macros; i++)
        if (strncmp(wish, macros[i], strlen(macros[i])) == 0)
            return true;
    bool ours = strncmp(wish, "nn", 2) == 0 || strncmp(wish, "NN", 2) == 0;
    size_t digits = ours ? strspn(wish + 2, "0123456789") : 0;
    return isdigit((unsigned char)wish[0]) || wish[0] == '_' ||
           (ours && wish[2 + digits] == '_');
}

static const char *clean(Arena *arena, const char *wish)
{
    char *name = arena_printf(arena, "%s%s", foreign(wish) ? "v" : "", wish);
    for (char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    return name;
}

/* Where the identifier of n bytes is in the set, or would be. */
static size_t place_of(const NameSet *set, const char *name, size_t n)
{
    size_t hash = 5381;
    for (size_t i = 0; i < n; i++)
        hash = hash * 33 + (unsigned char)name[i];
    size_t i = hash & (set->room - 1);
    while (set->at[i].text &&
           (strncmp(set->at[i].text, name, n) != 0 || set->at[i].text[n] != 0))
        i = (i + 1) & (set->room - 1);
    return i;
}

static void grow(Arena *arena, NameSet *set)
{
    NameSet old = *set;
    set->room = old.room ? 2 * old.room : 256;
    set->at = NEWN(arena, TakenName, set->room);
    for (size_t i = 0; i < old.room; i++) {
        const char *name = old.at[i].text;
        if (name)
            set->at[place_of(set, name, strlen(name))] = old.at[i];
    }
}

static void add(Arena *arena, NameSet *set, const char *name, size_t n)
{
    if (2 * set->n >= set->room)
        grow(arena, set);
    size_t i = place_of(set, name, n);
    if (set->at[i].text)
        return;
    set->at[i] = (TakenName){.text = arena_copy(arena, name, n), .next = 2};
    set->n++;
}

static TakenName *find(const NameSet *set, const char *name)
{
    TakenName *at = NULL;
    if (set->room > 0)
        at = &set->at[place_of(set, name, strlen(name))];
    return at && at->text ? at : NULL;
}

/* Where the numbers behind a wish that the set does not have begin. */
static int first_free(Arena *arena, const NameSet *set, const char *wish)
{
    TakenName *taken = find(set, wish);
    while (taken && find(set, arena_printf(arena, "%s_%d", wish, taken->next)))
        taken->next++;
    return taken ? taken->next : 2;
}

/* The wish, or with a number behind it that neither set has. */
static const char *unused(Arena *arena, const NameSet *global,
                          const NameSet *local, const char *wish)
{
    const char *name = wish;
    int a = first_free(arena, global, wish);
    int b = first_free(arena, local, wish);
    for (int i = a > b ? a : b; find(global, name) || find(local, name); i++)
        name = arena_printf(arena, "%s_%d", wish, i);
    return name;
}

/* The names at file level, of which the reserved ones are the first. */
static NameSet *global(Arena *arena, LocalNames *names)
{
    size_t count = sizeof reserved / sizeof *reserved;
    for (size_t i = 0; names->global.n < count; i++)
        add(arena, &names->global, reserved[i], strlen(reserved[i]));
    return &names->global;
}

const char *names_global(Arena *arena, LocalNames *names, const char *wish)
{
    NameSet *taken = global(arena, names);
    const char *name = unused(arena, taken, taken, clean(arena, wish));
    add(arena, taken, name, strlen(name));
    return name;
}

bool names_taken(Arena *arena, LocalNames *names, const char *wish)
{
    return find(global(arena, names), clean(arena, wish)) != NULL;
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

/* An identifier of the text; number: of the stand-in that it is, or -1. */
typedef struct Word {
    const char *at;
    size_t n;
    int number;
} Word;

typedef VEC(Word) Words;

static Words words_of(Arena *arena, const char *text, const char *end)
{
    Words words = {0};
    size_t n;
    for (const char *c = next_name(text, end, &n); c < end;
         c = next_name(c + n, end, &n))
        vec_push(arena, &words, ((Word){c, n, number_of(c, n)}));
    return words;
}

/* Names for the stand-ins of a function: those with a wish, or the others. */
static void choose(Arena *arena, NameSet *local, LocalNames *names,
                   const char **name, const Words *words, bool wished)
{
    for (int w = 0; w < words->n; w++) {
        int i = words->at[w].number;
        if (i < 0 || name[i] || (names->wish.at[i] != NULL) != wished)
            continue;
        const char *wish = wished ? names->wish.at[i] : nameless;
        name[i] = unused(arena, global(arena, names), local, wish);
        add(arena, local, name[i], strlen(name[i]));
    }
}

static void settle_function(Text *out, LocalNames *names, const char *text,
                            const char *end)
{
    Arena *arena = out->arena;
    NameSet local = {0};
    const char **name = NEWN(arena, const char *, (size_t)names->wish.n + 1);
    Words words = words_of(arena, text, end);
    for (int w = 0; w < words.n; w++) {
        const Word *word = &words.at[w];
        if (word->number < 0 && !is_member(text, word->at))
            add(arena, &local, word->at, word->n);
    }
    choose(arena, &local, names, name, &words, true);
    choose(arena, &local, names, name, &words, false);
    for (int w = 0; w < words.n; w++) {
        const Word *word = &words.at[w];
        if (word->number < 0)
            continue;
        text_add_n(out, text, (size_t)(word->at - text));
        text_add(out, name[word->number]);
        text = word->at + word->n;
    }
    text_add_n(out, text, (size_t)(end - text));
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
}

void names_forget(LocalNames *names)
{
    names->wish.n = 0;
}
