/* unrolled.c: counts the statements of a text of C, one a line, function by
 * function. */
#include "unrolled.h"
#include "nn_say.h"

#include <stdio.h>
#include <string.h>

typedef struct Count {
    long all, here, most;
    const char *name, *largest; /* of the present function, of the largest */
    int name_size, largest_size;
} Count;

/* A line that begins a function at the margin: its name. */
static bool begins(const char *line, size_t n, Count *c)
{
    static const char word[] = "static void ";
    const char *open;

    if (n <= strlen(word) || memcmp(line, word, strlen(word)) != 0)
        return false;
    c->name = line + strlen(word);
    open = memchr(c->name, '(', n - strlen(word));
    c->name_size = open ? (int)(open - c->name) : 0;
    c->here = 0;
    return open != NULL;
}

static bool is_statement(const char *line, size_t n)
{
    return n > 0 && line[0] == ' ' && line[n - 1] == ';';
}

static void count_line(Count *c, const char *line, size_t n)
{
    if (n > 0 && line[0] == '}')
        c->name = NULL;
    if (begins(line, n, c) || !is_statement(line, n))
        return;
    c->all++;
    if (!c->name || ++c->here <= c->most)
        return;
    c->most = c->here;
    c->largest = c->name;
    c->largest_size = c->name_size;
}

bool unrolled_check(const char *c, const CodeOptions *options)
{
    Count count = {0};

    if (options->unroll == UNROLL_AUTO || options->unroll == UNROLL_NONE)
        return true;
    while (*c) {
        size_t n = strcspn(c, "\n");

        count_line(&count, c, n);
        c += n + (c[n] == '\n');
    }
    if (count.all <= UNROLLED_LIMIT)
        return true;
    nn_say(stderr,
           "nnc: %ld statements would be written out, and C compilers take "
           "minutes for more than %d in a file; the largest function is %.*s "
           "with %ld. Use --unroll=auto, or --unroll=N with a smaller N\n",
           count.all, UNROLLED_LIMIT, count.largest_size,
           count.largest ? count.largest : "", count.most);
    return false;
}
