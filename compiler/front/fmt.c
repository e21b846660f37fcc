/* fmt.c: canonical spaces and indentation for a text of the language.
 *
 * In: the lexemes of a text that parses, with their places. Out: the same
 * lexemes in the same lines. A statement is indented by the braces around it;
 * its further lines move with it, at least one step deeper, so what its
 * writer aligned stays aligned. Where canonical form has one space, more of
 * them stay too: they align the columns of neighbouring lines. */
#include "front/fmt.h"

#include <string.h>

#include "front/parse.h"

enum { STEP = 2, TAB = 4 };

typedef struct Fmt {
    const Source *source;
    Lexemes all;
    int *before; /* by lexeme: the one before it that is no comment, or -1 */
    Text *out;
    int braces; /* open before the lexeme */
    int base;   /* indentation of the line that the statement began in */
    int shift;  /* how far that line moved */
} Fmt;

static bool is(const Fmt *f, int i, const char *text)
{
    const Lexeme *lexeme;
    size_t n = strlen(text);

    if (i < 0 || i >= f->all.n)
        return false;
    lexeme = &f->all.at[i];
    return (size_t)(lexeme->span.end - lexeme->span.begin) == n &&
           memcmp(f->source->text + lexeme->span.begin, text, n) == 0;
}

static bool is_any(const Fmt *f, int i, const char *const *texts)
{
    for (; *texts; texts++)
        if (is(f, i, *texts))
            return true;
    return false;
}

static bool has_kind(const Fmt *f, int i, LexemeKind kind)
{
    return i >= 0 && i < f->all.n && f->all.at[i].kind == kind;
}

static void find_before(Fmt *f, Arena *arena)
{
    f->before = NEWN(arena, int, f->all.n);
    for (int i = 0; i < f->all.n; i++)
        f->before[i] =
            has_kind(f, i - 1, LEXEME_COMMENT) ? f->before[i - 1] : i - 1;
}

static int before(const Fmt *f, int i)
{
    return i < 0 ? -1 : f->before[i];
}

/* Bytes between lexeme i - 1 and i. */
static int gap(const Fmt *f, int i)
{
    return f->all.at[i].span.begin - f->all.at[i - 1].span.end;
}

/* Words behind which an operand begins. `in` is one in `for NAME in`. */
static bool is_opening_word(const Fmt *f, int i)
{
    static const char *const words[] = {"if",   "then", "else",   "and",
                                        "or",   "not",  "output", "metric",
                                        "loss", "from", "check",  NULL};

    return is_any(f, i, words) || (is(f, i, "in") && is(f, i - 2, "for"));
}

static bool is_unary(const Fmt *f, int i)
{
    int left = before(f, i);

    if (!is(f, i, "-"))
        return false;
    if (has_kind(f, left, LEXEME_SIGN))
        return !is(f, left, ")") && !is(f, left, "]");
    return has_kind(f, left, LEXEME_WORD) && is_opening_word(f, left) &&
           !is(f, left, "from") && !is(f, left, "check");
}

/* `1/255` and `2 * n` are both canonical: the writer groups. */
static bool is_tight(const Fmt *f, int i)
{
    bool factor = is(f, i, "*") || is(f, i, "/");

    return factor && i > 0 && i + 1 < f->all.n && gap(f, i) == 0 &&
           gap(f, i + 1) == 0;
}

/* Whether a space stands before the bracket i, which follows a word. */
static bool spaced_bracket(const Fmt *f, int i)
{
    if (is(f, i - 1, "from") || is(f, i - 1, "check")) /* or names */
        return gap(f, i) > 0;
    if (is(f, i, "("))
        return is_opening_word(f, i - 1);
    return !is(f, before(f, i - 1), ":"); /* f32[4] behind its `:` */
}

/* Whether a space stands between lexemes i - 1 and i of one line. */
static bool spaced(const Fmt *f, int i)
{
    static const char *const tight_left[] = {"(", "[", ".", "..", NULL};
    static const char *const tight_right[] = {")", "]", ",",  ";",
                                              ":", ".", "..", NULL};

    if (has_kind(f, i, LEXEME_COMMENT))
        return true;
    if (is(f, i, ".") && has_kind(f, i - 1, LEXEME_NUMBER))
        return true; /* together they would be a slip */
    if (is_any(f, i - 1, tight_left) || is_any(f, i, tight_right))
        return false;
    if (is(f, i, "(") || is(f, i, "[")) {
        if (has_kind(f, i - 1, LEXEME_WORD))
            return spaced_bracket(f, i);
        if (is(f, i - 1, ")"))
            return false;
    }
    return !is_unary(f, i - 1) && !is_tight(f, i - 1) && !is_tight(f, i);
}

/* Columns before the lexeme in its line, with tabs widened. */
static int indent_of(const Fmt *f, const Lexeme *lexeme)
{
    const char *text = f->source->text;
    int begin = lexeme->span.begin, columns = 0;

    while (begin > 0 && text[begin - 1] != '\n')
        begin--;
    for (; begin < lexeme->span.begin; begin++)
        columns += text[begin] == '\t' ? TAB - columns % TAB : 1;
    return columns;
}

/* How far lexeme i, the first of its line, is indented. */
static int indent_for(Fmt *f, int i)
{
    static const char *const ends[] = {";", "{", "}", NULL};
    int left = before(f, i), was = indent_of(f, &f->all.at[i]);
    int least = f->base + STEP;

    if (left < 0 || is_any(f, left, ends)) {
        f->base = STEP * (f->braces - is(f, i, "}"));
        f->shift = f->base - was;
        return f->base;
    }
    if (is(f, i, ")") || is(f, i, "]"))
        least = f->base;
    return was + f->shift > least ? was + f->shift : least;
}

static void add_spaces(Text *out, int n)
{
    text_printf(out, "%*s", n, "");
}

/* What stands between lexemes i - 1 and i. */
static void add_gap(Fmt *f, int i)
{
    const Lexeme *a = i ? &f->all.at[i - 1] : NULL;
    int lines = a ? f->all.at[i].span.line - a->span.line : 0;
    bool wide;

    if (lines > 0)
        text_add(f->out, lines > 1 ? "\n\n" : "\n");
    if (lines > 0 || !a) {
        add_spaces(f->out, indent_for(f, i));
        return;
    }
    wide = gap(f, i) > 1 &&
           !memchr(f->source->text + a->span.end, '\t', (size_t)gap(f, i));
    if (spaced(f, i))
        add_spaces(f->out, wide ? gap(f, i) : 1);
}

static void add_lexeme(Fmt *f, int i)
{
    const Lexeme *lexeme = &f->all.at[i];
    const char *text = f->source->text + lexeme->span.begin;
    int n = lexeme->span.end - lexeme->span.begin;

    while (n > 1 && strchr(" \t\r", text[n - 1])) /* of a comment */
        n--;
    text_add_n(f->out, text, (size_t)n);
    f->braces += is(f, i, "{");
    f->braces -= is(f, i, "}");
}

/* The lexemes of the result must be those that went in. */
static void check_result(Arena *arena, Diag *diag, const Fmt *f)
{
    Source result = {f->source->path, text_str(f->out), f->out->n, false};
    Lexemes again = parse_lexemes(arena, diag, &result);

    if (again.n != f->all.n)
        nnc_bug("%s: formatting changes the text", f->source->path);
    for (int i = 0; i < again.n; i++)
        if (again.at[i].kind != f->all.at[i].kind)
            nnc_bug("%s: formatting changes line %d", f->source->path,
                    f->all.at[i].span.line);
}

bool fmt_text(Arena *arena, Diag *diag, const Source *source, Text *out)
{
    Text text = {.arena = arena};
    Fmt f = {.source = source, .out = &text};
    int errors = diag_errors(diag);

    parse_text(arena, diag, source);
    if (diag_errors(diag) > errors)
        return false;
    f.all = parse_lexemes(arena, diag, source);
    find_before(&f, arena);
    for (int i = 0; i < f.all.n; i++) {
        add_gap(&f, i);
        add_lexeme(&f, i);
    }
    if (f.all.n)
        text_add(&text, "\n");
    check_result(arena, diag, &f);
    text_add_n(out, text_str(&text), text.n);
    return true;
}
