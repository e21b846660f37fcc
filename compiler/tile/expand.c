/* expand.c: replaces holes, hooks, loop variables and registers in tokens.
 *
 * In: tokens of a template and the environment (loop variables and formals
 * of hooks, then the caller's holes). Out: tokens without a $. What must hold:
 * an expression that replaces a name keeps its value next to any operator, so
 * it gets brackets where a neighbour would bind into it. */
#include "tile/expand.h"

#include <string.h>

#include "base/diag.h"

enum { MAX_DEPTH = 60 };

const Bind *expand_bind(const Bind *env, const char *name, bool plain)
{
    for (; env != NULL; env = env->outer) {
        if (env->plain == plain && strcmp(env->name, name) == 0) {
            return env;
        }
    }
    return NULL;
}

const Hole *expand_find(const Fill *f, const char *name)
{
    for (const Frame *frame = f->frame; frame != NULL; frame = frame->outer) {
        for (int i = 0; i < frame->n; i++) {
            if (strcmp(frame->holes[i].name, name) == 0) {
                return &frame->holes[i];
            }
        }
    }
    return NULL;
}

/* Whether an operator beside a replaced expression would tear it apart. */
static bool tears(const Token *t)
{
    return t != NULL && t->kind == TOKEN_PUNCT &&
           strpbrk(t->text, "*/%+-<>&|^!~.?") != NULL &&
           (t->text[0] == '!' || t->text[strlen(t->text) - 1] != '=' ||
            strchr("<>=", t->text[0]) != NULL);
}

/* Whether an expression has an operator outside all brackets. */
static bool compound(const Tokens *e)
{
    for (int i = 1; i < e->n; i++) {
        if (e->at[i].kind == TOKEN_PUNCT) {
            if (strchr("([", e->at[i].text[0]) != NULL) {
                i = ctoken_close(e->at, i, e->n);
            } else if (tears(&e->at[i]) && !ctoken_is(&e->at[i], ".") &&
                       !ctoken_is(&e->at[i], "->") &&
                       !ctoken_is(&e->at[i], "++")) {
                return true;
            }
        }
    }
    return e->n > 1 && (tears(&e->at[0]) || ctoken_is(&e->at[0], "("));
}

void expand_punct(Fill *f, Tokens *to, const char *text, const Token *like)
{
    Token token = *like;
    token.kind = TOKEN_PUNCT;
    token.text = text;
    vec_push(f->arena, to, token);
}

/* Whether an expression is sums and products only, so that a comparison
 * beside it needs no brackets. */
static bool arithmetic(const Tokens *e)
{
    for (int i = 0; i < e->n; i++) {
        if (e->at[i].kind == TOKEN_PUNCT &&
            strpbrk(e->at[i].text, "<>&|^?=!") != NULL) {
            return false;
        }
    }
    return true;
}

static bool compares(const Token *t)
{
    return t != NULL && t->kind == TOKEN_PUNCT &&
           (ctoken_is(t, "<") || ctoken_is(t, ">") || ctoken_is(t, "<=") ||
            ctoken_is(t, ">=") || ctoken_is(t, "==") || ctoken_is(t, "!="));
}

/* Appends the replacement of the token `at`, in brackets where the operators
 * before it (last of to) or after it would bind into it. */
static void replace(Fill *f, Tokens *to, const Tokens *with, const Token *at,
                    const Token *next)
{
    const Token *before = to->n > 0 ? &to->at[to->n - 1] : NULL;
    bool subscript = next != NULL && ctoken_is(next, "[");
    bool sum = arithmetic(with);
    bool torn = (tears(before) && !(sum && compares(before))) ||
                (tears(next) && !(sum && compares(next)));
    bool brackets = compound(with) && (torn || subscript);
    if (brackets) {
        expand_punct(f, to, "(", at);
    }
    for (int i = 0; i < with->n; i++) {
        Token token = with->at[i];
        token.line = at->line;
        if (i == 0) {
            token.space = brackets ? false : at->space;
            token.blank = at->blank;
        }
        vec_push(f->arena, to, token);
    }
    if (brackets) {
        Token like = *at;
        like.space = false;
        expand_punct(f, to, ")", &like);
    }
}

static Tokens subst(Fill *f, const Token *t, int n, const Bind *env);

/* The index of the comma or closing bracket that ends the argument at i. */
static int argument_end(const Token *t, int i, int close)
{
    while (i < close && !ctoken_is(&t[i], ",")) {
        if (t[i].kind == TOKEN_PUNCT && strchr("([{", t[i].text[0]) != NULL) {
            i = ctoken_close(t, i, close);
        }
        i++;
    }
    return i < close ? i : close;
}

const char *expand_plain(Fill *f, const Tokens *tokens)
{
    Text text = {.arena = f->arena};
    for (int i = 0; i < tokens->n; i++) {
        text_printf(&text, "%s%s", i > 0 && tokens->at[i].space ? " " : "",
                    tokens->at[i].text);
    }
    return text_str(&text);
}

/* The number of subscripts of a register array; 0: the name of no such. */
static int register_rank(const Fill *f, const Token *t)
{
    for (int r = f->registers.n - 1; r >= 0; r--) {
        if (ctoken_is(t, f->registers.at[r].name)) {
            return f->registers.at[r].rank;
        }
    }
    return 0;
}

/* The literal subscript of a register, in the brackets from open to close. */
static long long literal_index(Fill *f, const Tokens *t, int open, int close,
                               const Token *name)
{
    Tokens index = {0};
    for (int j = open + 1; j < close; j++) {
        vec_push(f->arena, &index, t->at[j]);
    }
    ctoken_fold(f->arena, &index);
    long long value = 0;
    if (index.n != 1 || !ctoken_int(&index.at[0], &value)) {
        nnc_bug("%s:%d: register %s needs a literal subscript, not %s", f->path,
                name->line, name->text, expand_plain(f, &index));
    }
    return value;
}

/* Replaces elements of register arrays, name[1][2], by name_1_2. */
static void name_registers(Fill *f, Tokens *t)
{
    int n = 0;
    for (int i = 0; i < t->n; i++, n++) {
        t->at[n] = t->at[i];
        Token *token = &t->at[n];
        if (token->kind != TOKEN_NAME || i + 1 >= t->n ||
            !ctoken_is(&t->at[i + 1], "[")) {
            continue;
        }
        for (int rank = register_rank(f, token); rank > 0; rank--) {
            int close = ctoken_close(t->at, i + 1, t->n);
            long long index = literal_index(f, t, i + 1, close, token);
            token->text = arena_printf(f->arena, "%s_%lld", token->text, index);
            i = close;
        }
    }
    t->n = n;
}

/* The text that a hook gives for its arguments, and in *env their names. */
static const char *hook_text(Fill *f, const Hole *hole, const Token *t,
                             int close, const Bind **env)
{
    VEC(const char *) args = {0};
    const char *names = hole->params != NULL ? hole->params : "";
    const Bind *outer = *env;
    for (int i = 2; i < close;) {
        int end = argument_end(t, i, close);
        Tokens value = subst(f, t + i, end - i, outer);
        name_registers(f, &value);
        ctoken_fold(f->arena, &value);
        vec_push(f->arena, &args, expand_plain(f, &value));
        size_t length = strcspn(names, ",");
        if (hole->write == NULL && length == 0) {
            nnc_bug("%s:%d: hook $%s gets too many arguments", f->path, t->line,
                    hole->name);
        }
        Bind *bind = NEW(f->arena, Bind);
        bind->name = arena_copy(f->arena, names, length);
        bind->value = value;
        bind->outer = *env;
        *env = bind;
        names += length;
        names += strspn(names, ", ");
        i = end + 1;
    }
    if (hole->write == NULL) {
        return hole->text;
    }
    Text text = {.arena = f->arena};
    hole->write(&text, hole->context, args.n, args.at);
    return text_str(&text);
}

Tokens expand_hole(Fill *f, const Token *t, int n, const Bind **env, int *used)
{
    const Bind *bind = expand_bind(*env, t->text + 1, false);
    *used = 1;
    if (bind != NULL) {
        *env = NULL;
        return bind->value;
    }
    const Hole *hole = expand_find(f, t->text + 1);
    if (hole == NULL) {
        nnc_bug("%s:%d: hole %s is not filled", f->path, t->line, t->text);
    }
    if (hole->section != NULL) {
        nnc_bug("%s:%d: section %s is no expression", f->path, t->line,
                t->text);
    }
    if (++f->depth > MAX_DEPTH) {
        nnc_bug("%s:%d: hole %s contains itself", f->path, t->line, t->text);
    }
    const char *text = hole->text;
    if ((hole->params != NULL || hole->write != NULL) && n > 1 &&
        ctoken_is(&t[1], "(")) {
        int close = ctoken_close(t, 1, n);
        text = hook_text(f, hole, t, close, env);
        *used = close + 1;
    }
    return ctoken_lex(f->arena, text, strlen(text), t->line);
}

/* A token without $, replaced where it names a loop that runs once. */
static void plain_token(Fill *f, Tokens *to, const Token *t, const Bind *env)
{
    bool member = to->n > 0 && (ctoken_is(&to->at[to->n - 1], ".") ||
                                ctoken_is(&to->at[to->n - 1], "->"));
    const Bind *bind = t->kind == TOKEN_NAME && !member
                           ? expand_bind(env, t->text, true)
                           : NULL;
    if (bind != NULL) {
        replace(f, to, &bind->value, t, NULL);
    } else {
        vec_push(f->arena, to, *t);
    }
}

/* The n tokens with every hole, hook, formal and loop variable replaced. */
static Tokens subst(Fill *f, const Token *t, int n, const Bind *env)
{
    Tokens to = {0};
    for (int i = 0; i < n;) {
        if (t[i].kind == TOKEN_COMMENT) {
            i++;
            continue;
        }
        if (t[i].kind != TOKEN_NAME || t[i].text[0] != '$') {
            plain_token(f, &to, &t[i], env);
            i++;
            continue;
        }
        const Bind *inner = env;
        int depth = f->depth;
        int used = 0;
        Tokens with = expand_hole(f, t + i, n - i, &inner, &used);
        if (inner != NULL || env == NULL) {
            with = subst(f, with.at, with.n, inner);
        }
        f->depth = depth;
        const Token *next = i + used < n ? &t[i + used] : NULL;
        replace(f, &to, &with, &t[i], next);
        i += used;
    }
    return to;
}

Tokens expand_tokens(Fill *f, const Token *t, int n, const Bind *env)
{
    Tokens tokens = subst(f, t, n, env);
    name_registers(f, &tokens);
    ctoken_fold(f->arena, &tokens);
    return tokens;
}

long long expand_literal(Fill *f, const Token *t, int n, const Bind *env,
                         bool *ok)
{
    Tokens tokens = expand_tokens(f, t, n, env);
    long long value = 0;
    *ok = tokens.n == 1 && ctoken_int(&tokens.at[0], &value);
    return value;
}
