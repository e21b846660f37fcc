/* foreign.c: the rows of foreign.def and later.def, found by name. */
#include "front/foreign.h"

#include <ctype.h>
#include <string.h>

typedef struct Row {
    const char *theirs, *ours;
} Row;

static const Row names[] = {
#define FOREIGN(theirs, ours) {theirs, ours},
#include "front/foreign.def"
};

static const Row advices[] = {
#define ADVICE(theirs, advice) {theirs, advice},
#include "front/foreign.def"
};

static const Row later[] = {
#define LATER(name, what) {name, what},
#include "front/later.def"
};

enum {
    N_NAMES = sizeof names / sizeof *names,
    N_ADVICES = sizeof advices / sizeof *advices,
    N_LATER = sizeof later / sizeof *later,
};

/* The next letter or digit of a name as a small letter, 0 at its end. */
static int next_letter(const char **s)
{
    while (**s == '_' || **s == ' ')
        ++*s;
    return **s ? tolower((unsigned char)*(*s)++) : 0;
}

static bool alike(const char *a, const char *b)
{
    int x, y;

    do {
        x = next_letter(&a);
        y = next_letter(&b);
    } while (x && x == y);
    return x == y;
}

static const char *translated(const char *name, const Words *words)
{
    for (int i = 0; i < N_NAMES; i++)
        if (alike(name, names[i].theirs) &&
            (str_among(words->at, words->n, names[i].ours) ||
             later_kind(names[i].ours)))
            return names[i].ours;
    return NULL;
}

static const char *respelled(const char *name, const Words *words)
{
    for (int i = 0; i < words->n; i++)
        if (alike(name, words->at[i]))
            return words->at[i];
    return NULL;
}

/* A name with a capital is a class of theirs, whatever it means here. */
const char *foreign_name(const char *name, const Words *words)
{
    bool theirs = isupper((unsigned char)name[0]);
    const char *ours = theirs ? translated(name, words) : NULL;

    if (strcmp(name, "None") == 0)
        return NULL;
    if (!ours)
        ours = respelled(name, words);
    return ours || theirs ? ours : translated(name, words);
}

const char *foreign_advice(const char *name)
{
    for (int i = 0; i < N_ADVICES; i++)
        if (alike(name, advices[i].theirs))
            return advices[i].ours;
    return NULL;
}

static const char *ours_of(const Row *rows, int n, const char *theirs)
{
    for (int i = 0; i < n; i++)
        if (strcmp(rows[i].theirs, theirs) == 0)
            return rows[i].ours;
    return NULL;
}

const char *later_kind(const char *name)
{
    return ours_of(later, N_LATER, name);
}

const char *foreign_layer(const char *op)
{
    return ours_of(names, N_NAMES, op);
}
