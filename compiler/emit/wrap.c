/* wrap.c: breaks the long lines of generated C. */
#include "emit/wrap.h"

#include <string.h>

enum { WIDTH = 100 };

/* The last blank outside of strings, of which a comment has none, at which a
 * line of n bytes may end within the room, or 0. */
static size_t break_at(const char *line, size_t n, size_t indent, size_t room,
                       bool comment)
{
    size_t at = 0;
    char quote = 0;
    for (size_t i = indent; i < n && i <= room; i++) {
        if (quote && line[i] == '\\')
            i++;
        else if (quote)
            quote = line[i] == quote ? 0 : quote;
        else if (!comment && (line[i] == '"' || line[i] == '\''))
            quote = line[i];
        else if (line[i] == ' ' && i > indent)
            at = i;
    }
    return at;
}

static void wrap_line(Text *out, const char *line, size_t n)
{
    size_t indent = strspn(line, " ");
    bool opens = strncmp(line + indent, "/*", 2) == 0;
    bool comment = opens || strncmp(line + indent, "* ", 2) == 0;
    const char *next = comment ? (opens ? " * " : "* ") : "    ";
    size_t room = WIDTH, blanks = indent + 2 * comment;
    while (n > room && line[0] != '#') {
        size_t at = break_at(line, n, blanks, room, comment);
        if (at == 0)
            break;
        text_add_n(out, line, at);
        text_printf(out, "\n%*s%s", (int)indent, "", next);
        line += at + 1;
        n -= at + 1;
        blanks = 0;
        room = WIDTH - indent - 4;
    }
    text_add_n(out, line, n);
}

void wrap_lines(Text *out, const char *text)
{
    while (*text) {
        const char *end = strchr(text, '\n');
        size_t n = end ? (size_t)(end - text) : strlen(text);
        bool twice = n == 0 && out->n > 1 && out->at[out->n - 2] == '\n';
        if (!twice)
            wrap_line(out, text, n);
        if (!end)
            return;
        text_add(out, twice ? "" : "\n");
        text = end + 1;
    }
}
