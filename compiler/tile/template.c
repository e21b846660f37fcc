/* template.c: fills a C template with holes, hooks and written-out loops.
 *
 * In: the text of a template, the name of a section, the holes. Out: C text.
 * The section is walked statement by statement: each one is expanded
 * (expand.c) and printed on a line of its own. What must hold: nothing of the
 * generator's
 * ($) is left in the output. The idea of holes is lcc's (x86linux.md) and
 * Lemon's; loops written out at generation time are genfft's. */
#include "tile/template.h"

#include <string.h>

#include "base/diag.h"
#include "tile/comment.h"

enum { MAX_WRITTEN_OUT = 1 << 16 };

static void statements(Fill *f, const Token *t, int n, const Bind *env,
                       int indent);

Hole hole_int(Arena *arena, const char *name, long long value)
{
    return (Hole){.name = name, .text = arena_printf(arena, "%lld", value)};
}

Hole hole_text(const char *name, const char *text)
{
    return (Hole){.name = name, .text = text};
}

Hole hole_hook(const char *name, const char *params, const char *text)
{
    return (Hole){.name = name, .params = params, .text = text};
}

typedef struct Loop {
    const Token *variable;
    long long from, to, step;
    bool literal;
} Loop;

static int find_token(const Token *t, int from, int n, const char *text)
{
    while (from < n && !ctoken_is(&t[from], text)) {
        from++;
    }
    return from;
}

/* Reads `T v = a; v < b; v += c` (or v++), the n tokens within the brackets;
 * literal is false where the form or a bound is another. */
static Loop read_loop(Fill *f, const Token *t, int n, const Bind *env)
{
    Loop loop = {0};
    int assign = find_token(t, 0, n, "=");
    int first = find_token(t, 0, n, ";");
    int second = find_token(t, first + 1, n, ";");
    int below = find_token(t, first, second, "<");
    if (assign < 1 || assign > first || second >= n || below >= second) {
        return loop;
    }
    bool a = false;
    bool b = false;
    bool c = true;
    loop.variable = &t[assign - 1];
    loop.from = expand_literal(f, t + assign + 1, first - assign - 1, env, &a);
    loop.to = expand_literal(f, t + below + 1, second - below - 1, env, &b);
    loop.step = 1;
    int plus = find_token(t, second, n, "+=");
    if (plus < n) {
        loop.step = expand_literal(f, t + plus + 1, n - plus - 1, env, &c);
    } else {
        c = find_token(t, second, n, "++") < n;
    }
    loop.literal = a && b && c && loop.step > 0;
    return loop;
}

/* Whether the function's text so far has the name, or name_0 and so on. */
static bool known(const Fill *f, const char *name)
{
    const char *s = text_str(f->out) + f->start;
    size_t n = strlen(name);
    for (const char *at = strstr(s, name); at != NULL;
         at = strstr(at + 1, name)) {
        bool begins = at == s || strchr(" *(", at[-1]) != NULL;
        if (begins && strchr(" ,;[)_", at[n]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Whether any of the tokens opens a declaration at brace depth 0; with
 * `clash`, of a name that the function's text has already. */
static bool declares(const Fill *f, const Token *t, int n, bool clash)
{
    bool start = true;
    for (int i = 0; i < n; i++) {
        if (ctoken_is(&t[i], "{") || ctoken_is(&t[i], "(")) {
            i = ctoken_close(t, i, n);
            start = i < n && ctoken_is(&t[i], "}");
            continue;
        }
        if (start && i + 1 < n && t[i].kind == TOKEN_NAME &&
            !ctoken_is(&t[i], "return") &&
            (t[i + 1].kind == TOKEN_NAME || ctoken_is(&t[i + 1], "*"))) {
            int name = i;
            while (name + 1 < n &&
                   strchr("=;,[", t[name + 1].text[0]) == NULL) {
                name++;
            }
            if (!clash || known(f, t[name].text)) {
                return true;
            }
        }
        start = ctoken_is(&t[i], ";") || t[i].kind == TOKEN_COMMENT;
    }
    return false;
}

static void line(Fill *f, const char *text, int indent)
{
    text_printf(f->out, "%*s%s\n", indent * 4, "", text);
}

/* Statements whose end is the end of a block, or (tail false) is not. */
static void block(Fill *f, const Token *t, int n, const Bind *env, int indent,
                  bool tail)
{
    bool outer = f->tail;
    f->tail = tail;
    statements(f, t, n, env, indent);
    f->tail = outer;
}

/* Statements that need braces where they declare something, unless nothing
 * follows in the block around (`last`) and the names are new to the function.
 * Without statements there are no braces. */
static void scope(Fill *f, const Token *t, int n, const Bind *env, int indent,
                  bool last)
{
    bool braces = declares(f, t, n, last);
    size_t before = f->out->n;
    if (braces) {
        line(f, "{", indent);
    }
    size_t inside = f->out->n;
    block(f, t, n, env, indent + braces, braces || last);
    if (braces && f->out->n == inside) {
        f->out->n = before;
        f->out->at[before] = 0;
    } else if (braces) {
        line(f, "}", indent);
    }
}

/* The body once for each value of the loop's variable, in a block of its own
 * where it declares something. */
static void write_out(Fill *f, const Loop *loop, const Token *t, int n,
                      const Bind *env, int indent)
{
    long long trips = loop->to <= loop->from
                          ? 0
                          : (loop->to - loop->from - 1) / loop->step + 1;
    if (trips > MAX_WRITTEN_OUT) {
        nnc_bug("%s:%d: loop over %s would be written out %lld times", f->path,
                loop->variable->line, loop->variable->text, trips);
    }
    bool dollar = loop->variable->text[0] == '$';
    for (long long v = loop->from; v < loop->to; v += loop->step) {
        Bind bind = {.outer = env,
                     .name = loop->variable->text + dollar,
                     .plain = !dollar};
        Token number = ctoken_number(f->arena, v, loop->variable);
        vec_push(f->arena, &bind.value, number);
        scope(f, t, n, &bind, indent, trips == 1 && f->last);
    }
}

/* The end (excluded) of the statement or block that starts at i. */
static int statement_end(const Token *t, int i, int n)
{
    if (i >= n || ctoken_is(&t[i], "{")) {
        return i >= n ? n : ctoken_close(t, i, n) + 1;
    }
    if (ctoken_is(&t[i], "for") || ctoken_is(&t[i], "while") ||
        ctoken_is(&t[i], "if")) {
        int close = ctoken_close(t, i + 1, n);
        int end = statement_end(t, close + 1, n);
        if (ctoken_is(&t[i], "if") && end < n && ctoken_is(&t[end], "else")) {
            end = statement_end(t, end + 1, n);
        }
        return end;
    }
    while (i < n && !ctoken_is(&t[i], ";")) {
        if (t[i].kind == TOKEN_PUNCT && strchr("([{", t[i].text[0]) != NULL) {
            i = ctoken_close(t, i, n);
        }
        i++;
    }
    return i < n ? i + 1 : n;
}

/* The statements of a body, with or without its braces. */
static void body(Fill *f, const Token *t, int n, const Bind *env, int indent)
{
    if (n > 0 && ctoken_is(&t[0], "{") && ctoken_close(t, 0, n) == n - 1) {
        block(f, t + 1, n - 2, env, indent, true);
    } else {
        block(f, t, n, env, indent, true);
    }
}

static void inner(const Token **t, int *n)
{
    if (*n > 0 && ctoken_is(&(*t)[0], "{") &&
        ctoken_close(*t, 0, *n) == *n - 1) {
        *t += 1;
        *n -= 2;
    }
}

/* header { body }: nothing at all where the body comes out empty. */
static void headed(Fill *f, const Token *t, int header, int n, const Bind *env,
                   int indent)
{
    size_t before = f->out->n;
    Tokens head = expand_tokens(f, t, header, env);
    expand_punct(f, &head, "{", &(Token){.space = true, .line = t->line});
    ctoken_print(f->out, head.at, head.n, indent);
    size_t start = f->out->n;
    body(f, t + header, n - header, env, indent + 1);
    if (f->out->n == start && ctoken_is(t, "for")) {
        f->out->n = before;
        f->out->at[before] = 0;
        return;
    }
    line(f, "}", indent);
}

static void for_statement(Fill *f, const Token *t, int n, const Bind *env,
                          int indent)
{
    int close = ctoken_close(t, 1, n);
    Loop loop = read_loop(f, t + 2, close - 2, env);
    bool dollar = loop.variable != NULL && loop.variable->text[0] == '$';
    if (dollar && !loop.literal) {
        nnc_bug("%s:%d: the bounds of loop %s are not literal", f->path,
                t->line, loop.variable->text);
    }
    if (dollar || (loop.literal && loop.to <= loop.from + loop.step)) {
        const Token *b = t + close + 1;
        int m = n - close - 1;
        inner(&b, &m);
        write_out(f, &loop, b, m, env, indent);
        return;
    }
    headed(f, t, close + 1, n, env, indent);
}

/* if (a) { } else if (b) { } else { } */
static void if_statement(Fill *f, const Token *t, int n, const Bind *env,
                         int indent)
{
    int close = ctoken_close(t, 1, n);
    int end = statement_end(t, close + 1, n);
    headed(f, t, close + 1, end, env, indent);
    if (end >= n) {
        return;
    }
    f->out->n--; /* "} else" on one line */
    text_add(f->out, " else ");
    if (ctoken_is(&t[end + 1], "if")) {
        Text *out = f->out;
        Text rest = {.arena = f->arena};
        f->out = &rest;
        if_statement(f, t + end + 1, n - end - 1, env, indent);
        f->out = out;
        text_add(out, text_str(&rest) + (size_t)indent * 4);
        return;
    }
    text_add(f->out, "{\n");
    body(f, t + end + 1, n - end - 1, env, indent + 1);
    line(f, "}", indent);
}

/* TYPE name[$A][$B]; with only holes for bounds: one variable an element. */
static bool register_array(Fill *f, const Token *t, int n, const Bind *env,
                           int indent)
{
    int open = find_token(t, 0, n, "[");
    if (open < 2 || open >= n || t[open - 1].text[0] == '$' ||
        t[open - 2].kind == TOKEN_PUNCT || !ctoken_is(&t[n - 2], "]") ||
        find_token(t, 0, n, "=") < n || find_token(t, 0, n, "(") < n) {
        return false;
    }
    Register r = {.name = t[open - 1].text};
    long long bound[4] = {1, 1, 1, 1};
    for (int i = open; i + 1 < n; i = ctoken_close(t, i, n) + 1) {
        bool ok = false;
        if (t[i + 1].text[0] != '$' || r.rank == 4) {
            return false;
        }
        bound[r.rank++] = expand_literal(
            f, t + i + 1, ctoken_close(t, i, n) - i - 1, env, &ok);
        if (!ok) {
            nnc_bug("%s:%d: register array %s needs literal bounds", f->path,
                    t->line, r.name);
        }
    }
    vec_push(f->arena, &f->registers, r);
    Tokens type = expand_tokens(f, t, open - 1, env);
    long long count = bound[0] * bound[1] * bound[2] * bound[3];
    long long row = bound[r.rank - 1] > 1 ? bound[r.rank - 1] : count;
    for (long long e = 0; e < count; e += row) {
        Tokens decl = {0};
        for (int k = 0; k < type.n; k++) {
            vec_push(f->arena, &decl, type.at[k]);
        }
        for (long long j = 0; j < row; j++) {
            const char *name = r.name;
            long long rest = e + j;
            long long under = count;
            for (int d = 0; d < r.rank; d++) {
                under /= bound[d];
                name = arena_printf(f->arena, "%s_%lld", name, rest / under);
                rest %= under;
            }
            Token token = {.kind = TOKEN_NAME, .space = true, .text = name};
            vec_push(f->arena, &decl, token);
            expand_punct(f, &decl, j + 1 < row ? "," : ";", &(Token){0});
        }
        ctoken_print(f->out, decl.at, decl.n, indent);
    }
    return true;
}

/* The name in a `section: NAME` comment, or NULL. */
static const char *section_name(Arena *arena, const Token *t)
{
    static const char opens[] = "/* section: ";
    size_t n = sizeof opens - 1;
    if (strncmp(t->text, opens, n) != 0) {
        return NULL;
    }
    const char *name = t->text + n;
    return arena_copy(arena, name, strcspn(name, " "));
}

static const char *section_marker(Arena *arena, const char *word,
                                  const char *name)
{
    return arena_printf(arena, "/* %s: %s */", word, name);
}

static _Noreturn void endless(const Fill *f, const char *section)
{
    nnc_bug("%s: section %s has no end", f->path, section);
}

/* The tokens between the markers of a section of the file; only they are
 * read, since a kernel takes a few sections of a long file. */
static Tokens section_tokens(Fill *f, const char *section)
{
    const char *marker = section_marker(f->arena, "section", section);
    const char *from = strstr(f->file, marker);
    if (from == NULL) {
        nnc_bug("%s: there is no section %s", f->path, section);
    }
    from += strlen(marker);
    const char *end = strstr(from, section_marker(f->arena, "end", section));
    if (end == NULL) {
        endless(f, section);
    }
    int line = 1;
    for (const char *c = f->file; c < from; c++) {
        line += *c == '\n';
    }
    return ctoken_lex(f->arena, from, (size_t)(end - from), line);
}

/* Fills the section with this name of the file, under the hole's own holes. */
static void fill_section(Fill *f, const char *section, const Hole *hole,
                         const Bind *env, int indent, bool last)
{
    Tokens tokens = section_tokens(f, section);
    Frame frame = {.outer = f->frame};
    if (hole != NULL) {
        frame.holes = hole->more;
        frame.n = hole->n_more;
    }
    f->frame = &frame;
    block(f, tokens.at, tokens.n, env, indent, last);
    f->frame = frame.outer;
}

/* A hook or hole that is a whole statement: its text is statements. */
static bool hook_statement(Fill *f, const Token *t, int n, const Bind *env,
                           int indent)
{
    if (t[0].text[0] != '$' || expand_bind(env, t[0].text + 1, false) != NULL) {
        return false;
    }
    bool call = n > 1 && ctoken_is(&t[1], "(");
    int used = call ? ctoken_close(t, 1, n) + 1 : 1;
    if (used != n - 1) {
        return false;
    }
    const Hole *hole = expand_find(f, t[0].text + 1);
    if (hole != NULL && hole->section != NULL) {
        fill_section(f, hole->section, hole, env, indent, f->last);
        return true;
    }
    const Bind *inner_env = env;
    int depth = f->depth;
    Tokens with = expand_hole(f, t, n, &inner_env, &used);
    block(f, with.at, with.n, inner_env, indent, f->last);
    f->depth = depth;
    return true;
}

/* A comment, or a section within the section: returns what comes after.
 * `before` is where the text of the statement before it begins. */
static int comment_or_section(Fill *f, const Token *t, int i, int n,
                              const Bind *env, int indent, size_t before)
{
    const char *name = section_name(f->arena, &t[i]);
    if (name == NULL) {
        comment_print(f, &t[i], env, indent, before);
        return i + 1;
    }
    int end = find_token(t, i, n, section_marker(f->arena, "end", name));
    if (end == n) {
        endless(f, name);
    }
    bool last = f->tail && end + 1 == n;
    const Hole *hole = expand_find(f, name);
    if (hole == NULL) {
        block(f, t + i + 1, end - i - 1, env, indent, last);
    } else if (hole->section != NULL) {
        fill_section(f, hole->section, hole, env, indent, last);
    } else {
        Tokens with =
            ctoken_lex(f->arena, hole->text, strlen(hole->text), t[i].line);
        block(f, with.at, with.n, env, indent, last);
    }
    return end + 1;
}

/* A function or struct: `header {` at the end of a line or on its own. */
static int definition(Fill *f, const Token *t, int open, int n, const Bind *env,
                      int indent)
{
    int close = ctoken_close(t, open, n);
    bool function = ctoken_is(&t[open - 1], ")");
    Tokens head = expand_tokens(f, t, open, env);
    if (!function) {
        expand_punct(f, &head, "{", &(Token){.space = true});
    }
    ctoken_print(f->out, head.at, head.n, indent);
    if (function) {
        line(f, "{", indent);
    }
    block(f, t + open + 1, close - open - 1, env, indent + 1, true);
    if (function) {
        line(f, "}", indent);
        return close + 1;
    }
    int end = find_token(t, close, n, ";");
    Tokens tail = expand_tokens(f, t + close, end - close + 1, env);
    ctoken_print(f->out, tail.at, tail.n, indent);
    return end + 1;
}

/* Where a definition's body opens before the statement's end, or n. */
static int body_open(const Token *t, int i, int n)
{
    for (; i < n && !ctoken_is(&t[i], ";") && !ctoken_is(&t[i], "="); i++) {
        if (ctoken_is(&t[i], "{")) {
            return i;
        }
        if (ctoken_is(&t[i], "(")) {
            int close = ctoken_close(t, i, n);
            if (close + 1 < n && ctoken_is(&t[close + 1], "{")) {
                return ctoken_is(&t[0], "return") ? n : close + 1;
            }
            i = close;
        }
    }
    return n;
}

static void simple(Fill *f, const Token *t, int n, const Bind *env, int indent)
{
    if (hook_statement(f, t, n, env, indent) ||
        register_array(f, t, n, env, indent)) {
        return;
    }
    Tokens tokens = expand_tokens(f, t, n, env);
    if (tokens.n > 1 || (tokens.n == 1 && !ctoken_is(&tokens.at[0], ";"))) {
        ctoken_print(f->out, tokens.at, tokens.n, indent);
    }
}

/* One statement that is neither comment nor directive; returns its end. */
static int statement(Fill *f, const Token *t, int i, int n, const Bind *env,
                     int indent)
{
    int end = statement_end(t, i, n);
    if (ctoken_is(&t[i], "for")) {
        for_statement(f, t + i, end - i, env, indent);
    } else if (ctoken_is(&t[i], "if")) {
        if_statement(f, t + i, end - i, env, indent);
    } else if (ctoken_is(&t[i], "while")) {
        headed(f, t + i, ctoken_close(t + i, 1, n - i) + 1, end - i, env,
               indent);
    } else if (ctoken_is(&t[i], "{")) {
        scope(f, t + i + 1, end - i - 2, env, indent, f->last);
    } else {
        int open = body_open(t, i, n);
        if (open < n) {
            f->start = f->out->n;
            return definition(f, t + i, open - i, n - i, env, indent) + i;
        }
        simple(f, t + i, end - i, env, indent);
    }
    return end;
}

static void statements(Fill *f, const Token *t, int n, const Bind *env,
                       int indent)
{
    size_t before = COMMENT_OPENS;
    for (int i = 0; i < n;) {
        if (t[i].blank && f->out->n > 0 && i > 0) {
            size_t size = f->out->n;
            bool twice = size > 1 && f->out->at[size - 2] == '\n';
            text_add(f->out, twice ? "" : "\n");
        }
        size_t start = f->out->n;
        if (t[i].kind == TOKEN_COMMENT) {
            i = comment_or_section(f, t, i, n, env, indent, before);
        } else if (t[i].kind == TOKEN_DIRECTIVE) {
            line(f, t[i].text, 0);
            i++;
        } else {
            f->last = f->tail && statement_end(t, i, n) == n;
            i = statement(f, t, i, n, env, indent);
        }
        before = start;
    }
}

void template_fill(Text *out, const char *path, const char *text,
                   const char *section, const Hole *holes, int n, int indent)
{
    Arena *scratch = arena_scratch(out->arena);
    Fill f = {.arena = scratch, .out = out, .path = path, .file = text};
    Frame frame = {.holes = holes, .n = n};
    f.frame = &frame;
    fill_section(&f, section, NULL, NULL, indent, false);
    arena_free(scratch);
}

void template_text(Text *out, const char *text, const Hole *holes, int n,
                   int indent)
{
    Arena *scratch = arena_scratch(out->arena);
    Fill f = {.arena = scratch, .out = out, .path = "(text)"};
    Frame frame = {.holes = holes, .n = n};
    f.frame = &frame;
    Tokens tokens = ctoken_lex(f.arena, text, strlen(text), 1);
    statements(&f, tokens.at, tokens.n, NULL, indent);
    arena_free(scratch);
}
