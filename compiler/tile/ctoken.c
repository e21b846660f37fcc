/* ctoken.c: C text to tokens and back.
 *
 * In: the text of a template or of a filled hook. Out: tokens that remember
 * where they stood, so that a message can name the line; and lines of C with
 * the spacing of the source. What must hold: folding changes no value, since
 * it works on integer literals only and respects precedence. */
#include "tile/ctoken.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

enum { COLUMNS = 100, INDENT = 4 };

static size_t name_end(const char *s, size_t i, size_t n)
{
    while (i < n && str_in_name(s[i])) {
        i++;
    }
    return i;
}

static size_t number_end(const char *s, size_t i, size_t n)
{
    while (i < n && (str_in_name(s[i]) || s[i] == '.' ||
                     ((s[i] == '+' || s[i] == '-') &&
                      strchr("eEpP", s[i - 1]) != NULL))) {
        i++;
    }
    return i;
}

static size_t quote_end(const char *s, size_t i, size_t n)
{
    char quote = s[i++];
    while (i < n && s[i] != quote) {
        i += s[i] == '\\' ? 2 : 1;
    }
    return i < n ? i + 1 : n;
}

static size_t comment_end(const char *s, size_t i, size_t n)
{
    for (i += 2; i + 1 < n; i++) {
        if (s[i] == '*' && s[i + 1] == '/') {
            return i + 2;
        }
    }
    return n;
}

static size_t directive_end(const char *s, size_t i, size_t n)
{
    while (i < n && s[i] != '\n') {
        i += s[i] == '\\' && i + 1 < n ? 2 : 1;
    }
    return i;
}

static size_t punct_end(const char *s, size_t i, size_t n)
{
    static const char *const longer[] = {
        "<<=", ">>=", "...", "->", "++", "--", "<<", ">>",
        "<=",  ">=",  "==",  "!=", "&&", "||", "+=", "-=",
        "*=",  "/=",  "%=",  "&=", "|=", "^=", "##"};
    if (i + 1 >= n || strchr("=+-<>&|.#", s[i + 1]) == NULL) {
        return i + 1;
    }
    for (size_t k = 0; k < sizeof longer / sizeof *longer; k++) {
        size_t m = strlen(longer[k]);
        if (i + m <= n && strncmp(s + i, longer[k], m) == 0) {
            return i + m;
        }
    }
    return i + 1;
}

/* The kind of the token at s[i] and, in *end, where it stops. */
static TokenKind scan(const char *s, size_t i, size_t n, size_t *end)
{
    char c = s[i];
    if (isdigit((unsigned char)c) ||
        (c == '.' && i + 1 < n && isdigit((unsigned char)s[i + 1]))) {
        *end = number_end(s, i + 1, n);
        return TOKEN_NUMBER;
    }
    if (str_in_name(c)) {
        *end = name_end(s, i, n);
        return TOKEN_NAME;
    }
    if (c == '"' || c == '\'') {
        *end = quote_end(s, i, n);
        return TOKEN_STRING;
    }
    if (c == '/' && i + 1 < n && s[i + 1] == '*') {
        *end = comment_end(s, i, n);
        return TOKEN_COMMENT;
    }
    if (c == '#') {
        *end = directive_end(s, i, n);
        return TOKEN_DIRECTIVE;
    }
    *end = punct_end(s, i, n);
    return TOKEN_PUNCT;
}

Tokens ctoken_lex(Arena *arena, const char *text, size_t n, int line)
{
    Tokens tokens = {0};
    int newlines = 0;
    bool space = false;
    for (size_t i = 0; i < n;) {
        if (isspace((unsigned char)text[i])) {
            newlines += text[i] == '\n';
            line += text[i] == '\n';
            space = true;
            i++;
            continue;
        }
        size_t end = 0;
        bool open = tokens.n > 0 && ctoken_is(&tokens.at[tokens.n - 1], "(");
        Token token = {.line = line,
                       .space = space && !open,
                       .blank = newlines > 1,
                       .first = newlines > 0 || tokens.n == 0};
        token.kind = scan(text, i, n, &end);
        token.text = arena_copy(arena, text + i, end - i);
        for (size_t k = i; k < end; k++) {
            line += text[k] == '\n';
        }
        vec_push(arena, &tokens, token);
        newlines = 0;
        space = false;
        i = end;
    }
    return tokens;
}

bool ctoken_int(const Token *token, long long *value)
{
    enum { DIGITS = 17 };
    if (token->kind != TOKEN_NUMBER) {
        return false;
    }
    long long sum = 0;
    for (int i = 0; token->text[i] != 0; i++) {
        if (i == DIGITS || token->text[i] < '0' || token->text[i] > '9') {
            return false;
        }
        sum = 10 * sum + (token->text[i] - '0');
    }
    *value = sum;
    return true;
}

Token ctoken_number(Arena *arena, long long value, const Token *like)
{
    Token token = *like;
    token.kind = TOKEN_NUMBER;
    token.text = arena_printf(arena, "%lld", value);
    return token;
}

/* By how much a token changes the depth of brackets. */
static int deepens(const Token *token)
{
    if (token->kind != TOKEN_PUNCT) {
        return 0;
    }
    switch (token->text[0]) {
    case '(':
    case '[':
    case '{':
        return 1;
    case ')':
    case ']':
    case '}':
        return -1;
    default:
        return 0;
    }
}

int ctoken_close(const Token *token, int open, int n)
{
    int depth = 0;
    for (int i = open; i < n; i++) {
        int change = deepens(&token[i]);
        depth += change;
        if (depth == 0 && change < 0) {
            return i;
        }
    }
    return n;
}

/* How tightly the operator at i, before or after an operand, binds; 0 for
 * what ends the operand's reach. */
static int binding(const Tokens *t, int i, bool after)
{
    static const char *const level[] = {"||",   "&&",  "|",    "^",  "&",
                                        "==!=", "<>=", "<<>>", "+-", "*/%"};
    if (i < 0 || i >= t->n || t->at[i].kind != TOKEN_PUNCT) {
        return 0;
    }
    const char *s = t->at[i].text;
    if (ctoken_is(&t->at[i], "!") || ctoken_is(&t->at[i], "~")) {
        return 12;
    }
    if (strchr("[(", s[0]) != NULL) {
        return after ? 12 : 0;
    }
    if (strcmp(s, ".") == 0 || strcmp(s, "->") == 0) {
        return 12;
    }
    if (s[0] == '=' && s[1] == 0) {
        return 0;
    }
    for (int k = 9; k >= 0; k--) {
        if (strstr(level[k], s) != NULL) {
            return k + 1;
        }
    }
    return 0;
}

static void erase(Tokens *t, int from, int count)
{
    memmove(t->at + from, t->at + from + count,
            (size_t)(t->n - from - count) * sizeof *t->at);
    t->n -= count;
}

static bool calculate(long long a, char op, long long b, long long *c)
{
    switch (op) {
    case '+':
        return !__builtin_add_overflow(a, b, c);
    case '-':
        return a >= b && !__builtin_sub_overflow(a, b, c);
    case '*':
        return !__builtin_mul_overflow(a, b, c);
    case '/':
        *c = b != 0 ? a / b : 0;
        return b != 0;
    case '%':
        *c = b != 0 ? a % b : 0;
        return b != 0;
    default:
        return false;
    }
}

/* Whether i stands directly before an operand, so that - or * there would be
 * unary and a bracket would group. */
static bool operand_next(const Tokens *t, int i)
{
    if (i < 0) {
        return true;
    }
    const Token *k = &t->at[i];
    if (k->kind == TOKEN_NAME) {
        return ctoken_is(k, "return");
    }
    return k->kind == TOKEN_PUNCT && strchr(")]}", k->text[0]) == NULL;
}

/* a op b with literal a and b at i, i + 1, i + 2. A sum to the left of it is
 * regrouped only in a subscript. */
static bool fold_pair(Arena *arena, Tokens *t, int i, int subscript)
{
    long long a = 0;
    long long b = 0;
    long long c = 0;
    if (i + 2 >= t->n || !ctoken_int(&t->at[i], &a) ||
        !ctoken_int(&t->at[i + 2], &b) || t->at[i + 1].kind != TOKEN_PUNCT ||
        t->at[i + 1].text[1] != 0) {
        return false;
    }
    int own = binding(t, i + 1, false);
    bool gathers = subscript > 0 && i > 0 &&
                   strchr("+*", t->at[i + 1].text[0]) != NULL &&
                   ctoken_is(&t->at[i - 1], t->at[i + 1].text);
    if (own < 9 || (binding(t, i - 1, false) >= own && !gathers) ||
        binding(t, i + 3, true) > own ||
        !calculate(a, t->at[i + 1].text[0], b, &c)) {
        return false;
    }
    t->at[i] = ctoken_number(arena, c, &t->at[i]);
    erase(t, i + 1, 2);
    return true;
}

/* (x) at i - 1 to i + 1, left alone by folding: x. */
static bool bare(Tokens *t, int i)
{
    if (i > 0 && i + 1 < t->n && ctoken_is(&t->at[i - 1], "(") &&
        ctoken_is(&t->at[i + 1], ")") && operand_next(t, i - 2)) {
        t->at[i].space = t->at[i - 1].space;
        erase(t, i + 1, 1);
        erase(t, i - 1, 1);
    }
    return true;
}

/* x + 0, 0 + x, 1 * x, x * 1, and 0 * x in subscripts. */
static bool fold_neutral(Tokens *t, int i, int subscript)
{
    long long v = 0;
    if (!ctoken_int(&t->at[i], &v) || v > 1) {
        return false;
    }
    const char *neutral = v == 0 ? "+" : "*";
    int own = v == 0 ? 9 : 10;
    if (i > 0 && ctoken_is(&t->at[i - 1], neutral) && !operand_next(t, i - 2) &&
        binding(t, i + 1, true) <= own) {
        erase(t, i - 1, 2);
        return bare(t, i - 2);
    }
    if (i + 2 < t->n && ctoken_is(&t->at[i + 1], neutral) &&
        operand_next(t, i - 1) && binding(t, i - 1, false) < own) {
        t->at[i + 2].space = t->at[i].space;
        erase(t, i, 2);
        return bare(t, i);
    }
    if (v == 0 && subscript > 0 && i + 2 < t->n &&
        ctoken_is(&t->at[i + 1], "*") && binding(t, i - 1, false) < 10 &&
        t->at[i + 2].kind == TOKEN_NAME && binding(t, i + 3, true) <= 10) {
        erase(t, i + 1, 2);
        return true;
    }
    return false;
}

/* (7) where the bracket only groups. */
static bool fold_group(Tokens *t, int i)
{
    long long v = 0;
    if (i + 2 >= t->n || !ctoken_is(&t->at[i], "(") ||
        !ctoken_int(&t->at[i + 1], &v) || !ctoken_is(&t->at[i + 2], ")") ||
        !operand_next(t, i - 1)) {
        return false;
    }
    t->at[i + 1].space = t->at[i].space;
    erase(t, i + 2, 1);
    erase(t, i, 1);
    return true;
}

void ctoken_fold(Arena *arena, Tokens *t)
{
    bool changed = true;
    while (changed) {
        changed = false;
        int subscript = 0;
        for (int i = 0; i < t->n; i++) {
            if (t->at[i].kind == TOKEN_PUNCT) {
                subscript += ctoken_is(&t->at[i], "[");
                subscript -= ctoken_is(&t->at[i], "]");
            }
            changed |= fold_pair(arena, t, i, subscript) ||
                       fold_neutral(t, i, subscript) || fold_group(t, i);
        }
    }
}

static int width(const Token *t)
{
    return (int)strlen(t->text) + t->space;
}

/* The last place in i..n where a line that starts at `column` may break: of
 * those in its last third one at the lowest bracket depth, after a comma or
 * before an operator rather than within a declaration. */
static int break_at(const Token *t, int i, int n, int column)
{
    int best = n;
    int depth = 0;
    int best_cost = INT_MAX;
    for (int k = i; k < n; k++) {
        int end = column + width(&t[k]);
        if (end > COLUMNS) {
            return best;
        }
        bool pointer = ctoken_is(&t[k], "*") && k + 1 < n && !t[k + 1].space;
        bool names = k > i && t[k - 1].kind != TOKEN_PUNCT &&
                     (t[k].kind != TOKEN_PUNCT || pointer);
        int cost = 2 * depth + 100 * names;
        if (k > i && t[k].space && (cost <= best_cost || column < 60)) {
            best = k;
            best_cost = cost;
        }
        depth += deepens(&t[k]);
        column = end;
    }
    return n;
}

void ctoken_print(Text *out, const Token *token, int n, int indent)
{
    static const char spaces[COLUMNS + 1] =
        "                                                  "
        "                                                  ";
    int margin = indent * INDENT;
    for (int i = 0; i < n;) {
        int end = break_at(token, i, n, margin);
        text_add_n(out, spaces, (size_t)(margin < COLUMNS ? margin : COLUMNS));
        for (int k = i; k < end; k++) {
            text_add(out, token[k].space && k > i ? " " : "");
            text_add(out, token[k].text);
        }
        text_add(out, "\n");
        margin = (indent + 1) * INDENT;
        i = end;
    }
}
