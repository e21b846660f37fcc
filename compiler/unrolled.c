/* unrolled.c: counts the multiply-adds that a text of C writes out, one a
 * line in the form `acc_0_1 += a * b;`, function by function. */
#include "unrolled.h"

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

/* Bytes up to the end of the word, or n + 1 where the text lacks it. */
static size_t behind(const char *text, size_t n, const char *word)
{
    size_t m = strlen(word);

    for (size_t i = 0; i + m <= n; i++)
        if (memcmp(text + i, word, m) == 0)
            return i + m;
    return n + 1;
}

static bool multiplies(const char *line, size_t n)
{
    size_t at = behind(line, n, " += ");

    return at <= n && behind(line + at, n - at, " * ") <= n - at;
}

static void count_line(Count *c, const char *line, size_t n)
{
    if (begins(line, n, c) || !multiplies(line, n))
        return;
    c->all++;
    c->here++;
    if (c->here > c->most) {
        c->most = c->here;
        c->largest = c->name;
        c->largest_size = c->name_size;
    }
}

bool unrolled_check(const char *c)
{
    Count count = {0};

    while (*c) {
        size_t n = strcspn(c, "\n");

        count_line(&count, c, n);
        c += n + (c[n] == '\n');
    }
    if (count.all <= UNROLLED_LIMIT)
        return true;
    fprintf(stderr,
            "nnc: %ld multiply-adds would be written out, more than %d, the "
            "most for one file; the largest is %.*s with %ld. Use "
            "--unroll=auto, or a smaller number\n",
            count.all, UNROLLED_LIMIT, count.largest_size,
            count.largest ? count.largest : "", count.most);
    return false;
}
