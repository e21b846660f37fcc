/* parse.c: runs scanner and grammar over a text; the only file that knows
 * flex and bison, but for what they include themselves.
 *
 * Between them stands the reader, parse_next: it leaves out comments, watches
 * the brackets and, after a mistake, leads the parser to the end of the
 * statement: what stands in deeper braces is left out and its closing brace
 * becomes a `;`, so one mistake does not make its neighbours look wrong. A `;`
 * that is missing at the end of a line is put there. */
#include "front/parse.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "front/build.h"
#include "nn.tab.h"
#include "nn_say.h"

#include "nn.lex.h" /* needs the types of nn.tab.h */

enum {
    BYTES_A_BYTE = 40, /* what compiling takes for a byte of text, at least */
    LARGEST = INT_MAX / 2, /* places in a text are ints */
    ERROR_LIMIT = 1000
};

int parse_scan(YYSTYPE *value, Span *span, yyscan_t scanner);
int parse_next(YYSTYPE *value, Span *span, Parse *p);

static Parse *parse_new(Arena *arena, Diag *diag, const Source *source)
{
    Parse *p = NEW(arena, Parse);

    p->arena = arena;
    p->diag = diag;
    p->source = source;
    p->line = p->column = 1;
    p->file = NEW(arena, File);
    p->file->source = source;
    return p;
}

/* Bytes of a byte order mark at the beginning. */
static int mark_size(const Source *source)
{
    return strncmp(source->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static void scanner_open(Parse *p)
{
    int skip = mark_size(p->source);
    int size = (int)p->source->size - skip;

    p->offset = skip;
    if (yylex_init_extra(p, &p->scanner) != 0)
        nnc_bug("no memory for the scanner");
    yy_scan_bytes(p->source->text + skip, size, p->scanner);
}

static void bracket_open(Parse *p, int kind, Span span)
{
    vec_push(p->arena, &p->open, span);
    p->braces += kind == '{';
    if (p->open.n > AST_DEPTH)
        build_too_deep(p, span);
}

static char open_char(const Parse *p)
{
    if (p->open.n == 0)
        return '\0';
    return p->source->text[p->open.at[p->open.n - 1].begin];
}

/* Forgets the brackets that the newest token ended: its own, and round and
 * square ones that a `;` or a brace left open. It happens one token late, so
 * that messages about the token still see them. */
static void brackets_settle(Parse *p)
{
    bool ends = p->kind == ';' || p->kind == '}';

    while (ends && (open_char(p) == '(' || open_char(p) == '['))
        p->open.n--;
    if ((p->kind == '}' && open_char(p) == '{') ||
        (p->kind == ')' && open_char(p) == '(') ||
        (p->kind == ']' && open_char(p) == '['))
        p->open.n--;
}

/* Notes a token: place, brackets, words at the beginning of a statement. */
static void token_note(Parse *p, const Token *t)
{
    Span span = t->span;
    int kind = t->kind;
    bool begins = p->kind == ';' || p->kind == '{' || p->kind == '}';

    p->count = begins ? 1 : p->count + 1;
    if (p->count == 1)
        p->first = (Name){kind == NAME ? t->name : NULL, span, false};
    p->last = p->token;
    p->last_kind = p->kind;
    p->token = span;
    p->kind = kind;
    p->bad = kind == BAD;
    p->last_reserved = p->reserved;
    p->reserved = kind >= USE && kind <= FALSE;
    if (kind == '(' || kind == '[' || kind == '{')
        bracket_open(p, kind, span);
    else if (kind == '}' && p->braces > 0)
        p->braces--;
}

/* After a mistake: whether the parser must not see this token, which changed
 * the number of open braces from `before`. */
static bool skipped(Parse *p, int before, int *kind)
{
    if (!p->skip)
        return false;
    if (p->braces > p->skip_level)
        return true;
    if (*kind == '}' && before > p->skip_level)
        *kind = ';';
    p->skip = *kind != ';' && *kind != '}';
    return false;
}

/* The next token of the text that is no comment. */
static Token scan(Parse *p)
{
    YYSTYPE value = {0};
    Token t = {0};

    do
        t.kind = p->stopped ? END : parse_scan(&value, &t.span, p->scanner);
    while (t.kind == COMMENT);
    if (t.kind == END)
        build_place(p, &t.span, "", 0);
    t.name = value.name;
    return t;
}

static Token take(Parse *p)
{
    Token t = p->ahead[0];

    if (p->n_ahead == 0)
        return scan(p);
    p->ahead[0] = p->ahead[1];
    p->n_ahead--;
    return t;
}

/* The kind of the token behind the one just taken. */
static int next_kind(Parse *p)
{
    if (p->n_ahead == 0)
        p->ahead[p->n_ahead++] = scan(p);
    return p->ahead[0].kind;
}

static bool is_name(int kind)
{
    return kind == NAME || (kind >= TEST && kind <= STATISTIC);
}

/* Whether a value ends with the newest token, whatever comes. */
static bool value_ended(const Parse *p)
{
    switch (p->kind) {
    case NUMBER:
    case PERCENT:
    case STRING:
    case PRIMED:
    case TRUE:
    case FALSE:
    case ')':
    case ']':
        return true;
    default:
        return false;
    }
}

/* Behind `schedule cosine`: whether this name has a value of its own. */
static bool is_setting(Parse *p, const Token *t)
{
    bool word = t->kind == NAME || t->kind == OPTIMIZER || t->kind == CLIP;
    int next = next_kind(p);

    return word && p->kind == NAME && p->count >= 2 &&
           (next == NAME || next == NUMBER || next == PERCENT ||
            next == STRING || next == TRUE || next == FALSE);
}

/* Whether this token begins the next statement though the last one has no end:
 * in a new line, behind a value, it is a word that only begins statements, or
 * a name that nothing could make a part of the statement before. */
static bool begins_early(Parse *p, const Token *t)
{
    bool ended = value_ended(p) || is_name(p->kind) || p->kind == IN;

    if (p->stopped || !ended || t->span.line <= p->token.line)
        return false;
    if (t->kind >= USE && t->kind <= CELL)
        return p->open.n == 0 && p->kind == STRING;
    if (open_char(p) != '{')
        return false;
    if (t->kind >= INPUT && t->kind <= TRAIN)
        return true;
    if (is_name(t->kind) || t->kind == PRIMED)
        return next_kind(p) == '=' || is_setting(p, t) ||
               (value_ended(p) && t->kind != STRATIFIED && t->kind != FROM &&
                t->kind != OF);
    return false;
}

/* The next token, or the `;` that is missing before it. */
static Token completed(Parse *p)
{
    Token t = take(p);

    brackets_settle(p);
    if (!begins_early(p, &t))
        return t;
    if (!p->skip)
        build_no_semicolon(p);
    p->ahead[1] = p->ahead[0];
    p->ahead[0] = t;
    p->n_ahead++;
    return (Token){';', build_point(p->token), NULL};
}

int parse_next(YYSTYPE *value, Span *span, Parse *p)
{
    Token t;
    int before;

    p->stopped |= diag_errors(p->diag) > ERROR_LIMIT; /* that is no model */
    do {
        t = completed(p);
        before = p->braces;
        token_note(p, &t);
    } while (t.kind != END && skipped(p, before, &t.kind));
    value->name = t.name;
    *span = t.span;
    return t.kind;
}

/* The first byte of a text that cannot stand in one: zero, or no UTF-8. */
static bool text_is_clean(Diag *diag, const Source *source)
{
    Span span = {source, 0, 0, 1, 1};
    const char *text = source->text;

    while ((size_t)span.begin < source->size) {
        int n =
            (int)nn_utf8(text + span.begin, source->size - (size_t)span.begin);

        span.end = span.begin + 1;
        if (text[span.begin] == '\0') {
            diag_error(diag, span, "a zero byte: this is not a text");
            return false;
        }
        if (n == 0) {
            diag_error(diag, span, "byte 0x%02x is not UTF-8",
                       (unsigned)(unsigned char)text[span.begin]);
            return false;
        }
        span.column = text[span.begin] == '\n' ? 1 : span.column + 1;
        span.line += text[span.begin] == '\n';
        span.begin += n;
    }
    return true;
}

size_t parse_limit(const Arena *arena)
{
    size_t part = arena_room(arena) / BYTES_A_BYTE;

    return part < LARGEST ? part : LARGEST;
}

static bool readable(Arena *arena, Diag *diag, const Source *source)
{
    size_t limit = parse_limit(arena);

    if (source->size <= limit)
        return text_is_clean(diag, source);
    diag_help(diag_error(diag, (Span){source, 0, 0, 1, 1},
                         "the text is larger than %zu KiB", limit >> 10),
              "a larger --budget allows more");
    return false;
}

File *parse_text(Arena *arena, Diag *diag, const Source *source)
{
    Parse *p = parse_new(arena, diag, source);

    if (!readable(arena, diag, source))
        return p->file;
    scanner_open(p);
    if (yyparse(p) != 0 || p->stopped || p->lost.n > 0)
        p->file->partial = true;
    yylex_destroy(p->scanner);
    return p->file;
}

File *parse_file(Arena *arena, Diag *diag, const char *path)
{
    Source *source = NEW(arena, Source);
    Message *m;

    source->path = arena_printf(arena, "%s", path);
    source->text =
        str_read_most(arena, path, parse_limit(arena) + 1, &source->size);
    if (source->text) {
        diag_add_source(diag, source);
        return parse_text(arena, diag, source);
    }
    m = diag_error(diag, (Span){0}, "cannot read %s: %s", path,
                   strerror(errno));
    if (strcmp(path, "-") == 0)
        diag_help(m, "standard input is called /dev/stdin");
    return NULL;
}

static LexemeKind lexeme_kind(int token)
{
    switch (token) {
    case COMMENT:
        return LEXEME_COMMENT;
    case NUMBER:
    case PERCENT:
        return LEXEME_NUMBER;
    case STRING:
        return LEXEME_STRING;
    case NAME:
    case PRIMED:
        return LEXEME_WORD;
    default:
        return token >= USE ? LEXEME_WORD : LEXEME_SIGN;
    }
}

Lexemes parse_lexemes(Arena *arena, Diag *diag, const Source *source)
{
    Parse *p = parse_new(arena, diag, source);
    Lexemes all = {0};
    YYSTYPE value;
    Span span;
    int token;

    if (!readable(arena, diag, source))
        return all;
    scanner_open(p);
    while ((token = parse_scan(&value, &span, p->scanner)) != END) {
        Lexeme lexeme = {lexeme_kind(token), span};

        if (token != BAD)
            vec_push(arena, &all, lexeme);
    }
    yylex_destroy(p->scanner);
    return all;
}
