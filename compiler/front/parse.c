/* parse.c: runs scanner and grammar over a text; the only file that knows
 * flex and bison, but for what they include themselves.
 *
 * Between them stands the reader, parse_next: it leaves out comments, watches
 * the brackets and, after a mistake, leads the parser to the end of the
 * statement: what stands in deeper braces is left out and its closing brace
 * becomes a `;`, so one mistake does not make its neighbours look wrong. */
#include "front/parse.h"

#include <errno.h>
#include <string.h>

#include "front/build.h"
#include "nn.tab.h"

#include "nn.lex.h" /* needs the types of nn.tab.h */

enum { TEXT_LIMIT = 16 << 20, ERROR_LIMIT = 1000 };

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
static void token_note(Parse *p, int kind, Span span, const YYSTYPE *value)
{
    bool begins = p->kind == ';' || p->kind == '{' || p->kind == '}';

    brackets_settle(p);
    p->count = begins ? 1 : p->count + 1;
    if (p->count == 1)
        p->first = (Name){kind == NAME ? value->name : NULL, span, false};
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

int parse_next(YYSTYPE *value, Span *span, Parse *p)
{
    int kind, before;

    p->stopped |= diag_errors(p->diag) > ERROR_LIMIT; /* that is no model */
    do {
        do
            kind = p->stopped ? END : parse_scan(value, span, p->scanner);
        while (kind == COMMENT);
        if (kind == END)
            build_place(p, span, "", 0);
        before = p->braces;
        token_note(p, kind, *span, value);
    } while (kind != END && skipped(p, before, &kind));
    return kind;
}

/* The first byte of a text that cannot stand in one: zero, or no UTF-8. */
static bool text_is_clean(Diag *diag, const Source *source)
{
    Span span = {source, 0, 0, 1, 1};
    const char *text = source->text;

    while ((size_t)span.begin < source->size) {
        int n = str_utf8(text + span.begin, source->size - (size_t)span.begin);

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

static bool readable(Diag *diag, const Source *source)
{
    if (source->size <= TEXT_LIMIT)
        return text_is_clean(diag, source);
    diag_error(diag, (Span){source, 0, 0, 1, 1},
               "the text is larger than %d MiB", TEXT_LIMIT >> 20);
    return false;
}

File *parse_text(Arena *arena, Diag *diag, const Source *source)
{
    Parse *p = parse_new(arena, diag, source);

    if (!readable(diag, source))
        return p->file;
    scanner_open(p);
    yyparse(p);
    yylex_destroy(p->scanner);
    return p->file;
}

File *parse_file(Arena *arena, Diag *diag, const char *path)
{
    Source *source = NEW(arena, Source);

    source->path = arena_printf(arena, "%s", path);
    source->text = str_read_file(arena, path, &source->size);
    if (source->text)
        return parse_text(arena, diag, source);
    diag_error(diag, (Span){0}, "cannot read %s: %s", path, strerror(errno));
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

    if (!readable(diag, source))
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
