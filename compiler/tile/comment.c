/* comment.c: prints the comments of templates; see comment.h. */
#include "tile/comment.h"

#include <string.h>

#include "base/diag.h"
#include "base/pack.h"

enum { COLUMNS = 100 };

static void print(Fill *f, const Token *t, const Bind *env, int indent)
{
    const char *s = t->text;
    text_printf(f->out, "%*s", indent * 4, "");
    while (*s != 0) {
        size_t n = strcspn(s, "$\n");
        text_add_n(f->out, s, n);
        s += n;
        if (*s == '\n') {
            s++;
            s += strspn(s, " ");
            text_printf(f->out, "\n%*s", indent * 4 + (*s == '*'), "");
        } else if (*s == '$') {
            size_t length = 1 + strspn(s + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
                                              "abcdefghijklmnopqrstuvwxyz"
                                              "0123456789");
            Token hole = *t;
            hole.kind = TOKEN_NAME;
            hole.text = arena_copy(f->arena, s, length);
            Tokens with = expand_tokens(f, &hole, 1, env);
            text_add(f->out, expand_plain(f, &with));
            s += length;
        }
    }
    text_add(f->out, "\n");
}

/* Whether the comment fits behind the last line of the text, which must be a
 * statement or (without one: `opens`) open a block. */
static bool fits(const Fill *f, const Token *t, bool opens)
{
    const char *text = text_str(f->out);
    size_t end = f->out->n - 1, line = end;
    while (line > 0 && text[line - 1] != '\n') {
        line--;
    }
    return strchr(t->text, '\n') == NULL &&
           strchr(opens ? "{" : ";{", text[end - 1]) &&
           end - line + 1 + strlen(t->text) <= COLUMNS;
}

void comment_print(Fill *f, const Token *t, const Bind *env, int indent,
                   size_t before)
{
    bool opens = before == COMMENT_OPENS;
    if (t->first) {
        print(f, t, env, indent);
    } else if (f->out->n > 1 && (opens || f->out->n > before) &&
               fits(f, t, opens)) {
        f->out->at[f->out->n - 1] = ' ';
        print(f, t, env, 0);
    } else if (opens || f->out->n > before) {
        print(f, t, env, indent);
    }
}

/* The block at `at`, lines behind " *     ", as a comment of its own. */
static void print_block(Text *out, const char *at)
{
    static const char margin[] = " *     ";
    const char *open = "/* ";
    while (strncmp(at, margin, sizeof margin - 1) == 0) {
        size_t n = strcspn(at, "\n");
        text_add(out, open);
        text_add_n(out, at + sizeof margin - 1, n - (sizeof margin - 1));
        at += n + 1;
        open = "\n * ";
    }
    text_add(out, " */\n");
}

void comment_formula(Text *out, const char *path, int n)
{
    static const char mark[] = "\n *\n *     ";
    const char *text = pack_find(path);
    const char *end = text ? strstr(text, "*/") : NULL;
    const char *at = text ? strstr(text, mark) : NULL;
    while (at && at < end && n-- > 0) {
        at = strstr(at + 1, mark);
    }
    if (!at || at > end) {
        nnc_bug("%s does not open with its formula", path);
    }
    print_block(out, at + strlen("\n *\n"));
}
