/* unexpected.c: what is said about a token that the parser did not expect.
 *
 * In: the newest token, the one before it, the open brackets, and the tokens
 * that could stand here, by their names in nn.y. Out: one message that names
 * the slip where it is a known one (a missing `;`, an open bracket, a word of
 * the language as a name), otherwise what was expected. */
#include "front/build.h"

#include <ctype.h>
#include <string.h>

typedef struct Expected {
    const char *const *names;
    int n;
} Expected;

static const char *const top_words[] = {"use",  "model",     "block",
                                        "cell", "optimizer", "clip"};
static const char *const body_words[] = {
    "input",  "target",     "state",  "param",    "layer",
    "output", "loss",       "metric", "generate", "data",
    "train",  "validation", "test",   "check",    "statistic"};

enum {
    TOP_WORDS = sizeof top_words / sizeof *top_words,
    BODY_WORDS = sizeof body_words / sizeof *body_words
};

static bool has(const Expected *e, const char *name)
{
    return str_among(e->names, e->n, name);
}

/* A copy of the text of a token, shortened. */
static const char *text_of(const Parse *p, Span span)
{
    int n = span.end - span.begin;

    if (n > 40)
        return arena_printf(p->arena, "%.37s...", p->source->text + span.begin);
    return arena_printf(p->arena, "%.*s", n, p->source->text + span.begin);
}

static bool is_word(const char *name)
{
    return isalpha((unsigned char)name[0]) && !strchr(name, ' ');
}

static bool is_operator(const char *name)
{
    static const char *const signs[] = {"->", "..", "==", "!=",  "<", ">",
                                        "<=", ">=", "+",  "-",   "*", "/",
                                        ".",  "(",  "as", "and", "or"};

    return str_among(signs, sizeof signs / sizeof *signs, name);
}

/* The name in nn.y without the quotes of a character token. */
static const char *bare(const Parse *p, const char *name)
{
    size_t n = strlen(name);

    if (name[0] != '\'' || n != 3)
        return name;
    return arena_intern(p->arena, name + 1, 1);
}

/* What a person calls the whole set of tokens that begin something. */
static const char *family(const Parse *p, const Expected *e)
{
    if (has(e, "true") && !has(e, "in"))
        return "a value";
    if (has(e, "a number") && has(e, "("))
        return strcmp(text_of(p, p->last), "->") ? "an expression" : "a layer";
    if (has(e, "input"))
        return has(e, "use") ? "a word" : "a statement";
    if (has(e, "a name") && has(e, "unit") && !has(e, "a number"))
        return p->last_kind == ':' ? "a type" : "a name";
    return has(e, "*") ? "an operator" : NULL;
}

/* Whether the family's name already speaks of this token. */
static bool in_family(const char *of, const char *name)
{
    if (!of)
        return false;
    if (strcmp(of, "an operator") == 0)
        return is_operator(name);
    return is_word(name) || strncmp(name, "a ", 2) == 0 ||
           strcmp(name, "(") == 0 || strcmp(name, "[") == 0 ||
           strcmp(name, "-") == 0;
}

/* "an expression or `)`"; "" where the list would be too long to help. */
static const char *expected_text(const Parse *p, const Expected *e)
{
    const char *of = family(p, e);
    VEC(const char *) names = {0};
    Text out = {.arena = p->arena};

    if (of)
        vec_push(p->arena, &names, of);
    for (int i = 0; i < e->n; i++) {
        const char *name = e->names[i];

        if (in_family(of, name) || strcmp(name, "end of the file") == 0)
            continue;
        if (strncmp(name, "a ", 2) != 0)
            name = arena_printf(p->arena, "`%s`", name);
        vec_push(p->arena, &names, name);
    }
    if (names.n > 6)
        return "";
    for (int i = 0; i < names.n; i++)
        text_printf(&out, "%s%s",
                    i == 0             ? ""
                    : i == names.n - 1 ? " or "
                                       : ", ",
                    names.at[i]);
    return text_str(&out);
}

/* The innermost bracket that was open before the token; false: none. */
static bool innermost(const Parse *p, Span *span)
{
    int n = p->open.n;

    if (n && p->open.at[n - 1].begin == p->token.begin)
        n--;
    if (n == 0)
        return false;
    *span = p->open.at[n - 1];
    return true;
}

static char bracket_of(const Parse *p)
{
    Span span;

    return innermost(p, &span) ? p->source->text[span.begin] : '\0';
}

static void say_not_closed(Parse *p)
{
    Span open;
    Message *m;

    if (!innermost(p, &open)) {
        diag_error(p->diag, p->token, "the file ends inside a statement");
        return;
    }
    if (p->open_told)
        return;
    m = diag_error(p->diag, open, "this `%c` is never closed",
                   p->source->text[open.begin]);
    diag_note(m, "the file ends in line %d", p->token.line);
}

/* The end of a statement inside round or square brackets. */
static void say_left_open(Parse *p)
{
    Span open;
    Message *m;
    char bracket;

    innermost(p, &open);
    bracket = p->source->text[open.begin];
    m = diag_error(p->diag, p->token, "`%s` stands inside a `%c` that is open",
                   text_of(p, p->token), bracket);
    diag_mark(m, open);
    diag_note(m, "`%c` was opened at line %d, column %d", bracket, open.line,
              open.column);
    diag_help(m, "close it with `%c`", bracket == '(' ? ')' : ']');
}

/* A word of the top level where a block is still open. */
static void say_still_open(Parse *p)
{
    Span open;
    Message *m = diag_error(p->diag, p->token, "`%s` cannot stand in here",
                            text_of(p, p->token));

    if (innermost(p, &open))
        diag_note(m, "the `{` of line %d is still open", open.line);
    diag_help(m, "close what stands before it with `}`");
    p->open_told = true;
}

static void say_reserved(Parse *p, Span span)
{
    const char *word = text_of(p, span);
    Message *m =
        diag_error(p->diag, span,
                   "`%s` is a word of the language and cannot be a name", word);

    diag_help(m, "take another name, such as `%s_`", word);
}

/* `if` or `for` at the head of a statement, where other languages have them. */
static void say_no_statement(Parse *p)
{
    const char *word = text_of(p, p->token);
    Message *m = diag_error(p->diag, p->token,
                            "`%s` is no statement but gives a value", word);

    if (strcmp(word, "if") == 0)
        diag_help(m, "write `NAME = if CONDITION then A else B;`");
    else
        diag_help(m, "write `x -> chain(for i in 1..3: LAYER)` for layers one "
                     "after the other, `NAME = concat(for i in 1..3: ...)` for "
                     "branches");
}

static void add_spelling(Parse *p, Message *m)
{
    const char *wrong = p->count == 1 ? text_of(p, p->token) : p->first.text;
    const char *near = NULL;

    if (p->count > 2 || !wrong)
        return;
    if (p->braces - (p->kind == '{') == 0)
        near = str_nearest(wrong, top_words, TOP_WORDS);
    else
        near = str_nearest(wrong, body_words, BODY_WORDS);
    if (near && strcmp(near, wrong) != 0)
        diag_help(m, "did you mean `%s`?", near);
}

/* Whether the token belongs to what begins a comment in other languages. */
static bool is_comment(const Parse *p)
{
    const char *at = p->source->text + p->token.begin;
    bool second =
        p->last.source && p->last.end == p->token.begin && p->last_kind == '/';

    return (at[0] == '/' && (at[1] == '/' || at[1] == '*')) ||
           (second && (at[0] == '/' || at[0] == '*'));
}

static void say_expected(Parse *p, const Expected *e)
{
    const char *token = text_of(p, p->token);
    const char *expected = expected_text(p, e);
    Message *m = diag_error(p->diag, p->token, "unexpected `%s`%s%s", token,
                            *expected ? ": expected " : "", expected);
    bool compares = p->kind && is_operator(token) && strchr("=!<>", token[0]);

    if (is_comment(p))
        diag_help(m, "a comment begins with `#`");
    else if ((p->kind == '=' || p->kind == ':') && p->count == 2 &&
             !strcmp(expected, "a value"))
        diag_help(m, "a setting has no `%s`: write `%s VALUE;`", token,
                  p->first.text);
    else if (p->kind == '=')
        diag_help(m, "write `==` to compare, and `:` behind the name of an "
                     "argument");
    else if (p->last_kind == ';' && is_operator(token))
        diag_help(m, "the `;` before it ends the statement");
    else if (is_operator(token) && has(e, "->") && !has(e, "*"))
        diag_help(m, "`->` binds loosest: put the pipe into parentheses");
    else if (compares && has(e, "and"))
        diag_help(m, "comparisons do not chain: write `a < b and b < c`");
    else if (!strcmp(expected, "a type"))
        diag_help(m, "types are those of one row: `f32[4]`, `class(10)`");
    else if (p->kind == '(' && p->last_kind == ')')
        diag_help(m, "write `x -> LAYER(...)` to apply a layer");
    else if (p->kind == '[' && has(e, "->"))
        diag_help(m, "write `slice(x, a..b)` for elements, `-> last` for the "
                     "last step");
    else if (p->kind == '*' && p->last_kind == '*')
        diag_help(m, "write `square(x)` for the second power");
    else if (strcmp(token, ".") == 0 &&
             isdigit((unsigned char)p->source->text[p->token.end]))
        diag_help(m, "a number begins with a digit, as in `0.5`");
    else if (strcmp(token, "..") == 0 && has(e, "and"))
        diag_help(m, "ranges do not chain");
    else
        add_spelling(p, m);
}

Span build_point(Span before)
{
    for (; before.begin < before.end; before.begin++)
        before.column +=
            ((unsigned char)before.source->text[before.begin] & 0xc0) != 0x80;
    return before;
}

static void say_no_semicolon(Parse *p, Span last)
{
    diag_error(p->diag, build_point(last),
               "a `;` is missing at the end of this statement");
}

void build_no_semicolon(Parse *p)
{
    say_no_semicolon(p, p->token);
}

static void say(Parse *p, const Expected *e)
{
    const char *token = text_of(p, p->token);
    char bracket = bracket_of(p);
    bool inside = bracket == '(' || bracket == '[';
    bool new_line = p->last.source && p->token.line > p->last.line;

    if (p->kind == 0)
        say_not_closed(p);
    else if (inside &&
             (p->kind == ';' || p->kind == '}' || (p->reserved && new_line)))
        say_left_open(p);
    else if (has(e, ";") && (new_line || p->kind == '}'))
        say_no_semicolon(p, p->last);
    else if (!bracket && *token && strchr(")]}", *token))
        diag_error(p->diag, p->token, "this `%s` closes nothing", token);
    else if (str_among(top_words, TOP_WORDS, token) && has(e, "input"))
        say_still_open(p);
    else if (p->count == 1 &&
             (strcmp(token, "if") == 0 || strcmp(token, "for") == 0))
        say_no_statement(p);
    else if (p->reserved && has(e, "a name"))
        say_reserved(p, p->token);
    else if (p->kind == '=' && p->last_reserved && p->count == 2)
        say_reserved(p, p->last);
    else
        say_expected(p, e);
}

void build_unexpected(Parse *p, const char *const *expected, int n)
{
    const char **names = NEWN(p->arena, const char *, n);
    char bracket = bracket_of(p);

    p->in_brackets = bracket == '(' || bracket == '[';
    if (p->kind != ';' && p->kind != '}' && p->kind != 0) {
        p->skip = true;
        p->skip_level = p->braces - (p->kind == '{');
    }
    if (p->stopped || p->bad)
        return;
    for (int i = 0; i < n; i++)
        names[i] = bare(p, expected[i]);
    say(p, &(Expected){names, n});
}

void build_too_deep(Parse *p, Span span)
{
    if (p->stopped)
        return;
    diag_error(p->diag, span, "this is nested deeper than %d levels",
               AST_DEPTH);
    p->stopped = true;
}
