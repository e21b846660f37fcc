/* mutate.c: a text with mistakes: `mutate SEED FILE...` takes one of the files
 * and drops, doubles, swaps or replaces a few of its words, puts an extreme
 * number for one of them, or cuts the text off. The same seed gives the same
 * text everywhere. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

enum { MOST_BYTES = 1 << 16, MOST_CHANGES = 3 };

typedef struct Word {
    const char *at;
    int n;      /* bytes */
    int copies; /* 0: dropped */
} Word;

static int is_gap(const Word *w)
{
    return isspace((unsigned char)*w->at) || *w->at == '#';
}

static int is_number(const Word *w)
{
    return isdigit((unsigned char)*w->at);
}

/* The bytes of the word, white space or comment at s. */
static int size_of(const char *s)
{
    int n = 1;
    if (*s == '#')
        return (int)strcspn(s, "\n");
    if (*s == '"')
        return (int)strcspn(s + 1, "\"\n") + 1 + (strchr(s + 1, '"') != NULL);
    if (isspace((unsigned char)*s))
        while (isspace((unsigned char)s[n]))
            n++;
    if (isalnum((unsigned char)*s) || *s == '_')
        while (isalnum((unsigned char)s[n]) || s[n] == '_')
            n++;
    return n;
}

/* A word that is no gap; a number where `number` and there is one near. */
static Word *some_word(Word *word, int n, int number)
{
    Word *w = &word[draw(n)];
    for (int i = 0; i < 1000 && (is_gap(w) || (number && !is_number(w))); i++)
        w = &word[draw(n)];
    return w;
}

static int change(Word *word, int n)
{
    static const char *const extreme[] = {"0",          "1",
                                          "2",          "5",
                                          "64",         "-1",
                                          "0.5",        "1e9",
                                          "2147483647", "2147483648",
                                          "1e300",      "9223372036854775807",
                                          "1e-300",     "99999999999999999999"};
    int kind = draw(16);
    Word *w = some_word(word, n, kind >= 8);
    Word *other = some_word(word, n, 0);
    Word old = *w;
    const char *number = extreme[draw(sizeof extreme / sizeof *extreme)];
    switch (kind) {
    case 0:
        w->copies = 0;
        return n;
    case 1:
        w->copies = 2;
        return n;
    case 2:
    case 3:
        *w = *other;
        *other = old;
        return n;
    case 4:
        return (int)(w - word) + 1;
    case 5:
    case 6:
    case 7:
        *w = *other;
        return n;
    default:
        *w = (Word){number, (int)strlen(number), 1};
        return n;
    }
}

int main(int argc, char **argv)
{
    static char text[MOST_BYTES + 1];
    static Word word[MOST_BYTES];
    int n = 0;
    if (argc < 3)
        return 2;
    state = strtoull(argv[1], NULL, 10);
    FILE *in = fopen(argv[2 + draw(argc - 2)], "rb");
    if (!in || fread(text, 1, MOST_BYTES, in) == 0)
        return 2;
    fclose(in);
    for (const char *s = text; *s; s += word[n - 1].n)
        word[n++] = (Word){s, size_of(s), 1};
    for (int i = 1 + draw(MOST_CHANGES); i > 0; i--)
        n = change(word, n);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < word[i].copies; k++)
            printf("%s%.*s", k ? " " : "", word[i].n, word[i].at);
    return 0;
}
