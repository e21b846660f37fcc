/* parcel.c: calls the functions of tests/weights.nn for rows of its data on
 * standard input, and prints what they give: the class, its probabilities, the
 * cost. Ends with 1 where a function breaks what its header says. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parcel.h"

/* The place of a word of training; the others are all one. */
static int32_t id_of(const char *word)
{
    int32_t i = sizeof parcel_note_names / sizeof *parcel_note_names - 1;
    while (i > 3 && strcmp(parcel_note_names[i], word) != 0)
        i--;
    return i;
}

/* The next field; *at goes behind it. */
static char *field(char **at)
{
    char *begin = *at;
    *at += strcspn(*at, ",\n");
    if (**at)
        *(*at)++ = 0;
    return begin;
}

static void read_row(char *line, int32_t *note, float *size, int32_t *door)
{
    char *words = field(&line);
    int n = 0;
    memset(note, 0, 5 * sizeof *note);
    for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
        note[n++] = id_of(w);
    for (int i = 0; i < 3; i++) {
        char *number = field(&line);
        size[i] = *number ? strtof(number, NULL) : NAN;
    }
    *door = strcmp(field(&line), parcel_door_names[1]) == 0;
}

static int fail(const char *what)
{
    fprintf(stderr, "parcel: %s\n", what);
    return 1;
}

static int check(const int32_t *note, const float *size, const int32_t *door)
{
    static _Alignas(64) char workspace[parcel_workspace];
    float sort[3], cost[1], again[3], alone[1];
    const int32_t bad[5] = {4, 5, 6, 7, 12};
    if (parcel_predict(note, size, door, sort, cost) != 0)
        return fail("a good row is refused");
    memset(workspace, 0xff, sizeof workspace);
    if (parcel_predict_in(workspace, note, size, door, again, NULL) != 0 ||
        memcmp(sort, again, sizeof sort) != 0)
        return fail("another workspace gives something else");
    if (parcel_predict(note, size, door, NULL, alone) != 0 || *alone != *cost)
        return fail("one output alone is another");
    if (parcel_predict(bad, size, door, sort, cost) != -1 ||
        parcel_classify(bad, size, door))
        return fail("an id that is none is taken");
    printf("%s,%.9g,%.9g,%.9g,%.9g\n", parcel_classify(note, size, door),
           sort[0], sort[1], sort[2], *cost);
    return 0;
}

int main(void)
{
    char line[200];
    int32_t note[5], door[1];
    float size[3];
    while (fgets(line, sizeof line, stdin)) {
        read_row(line, note, size, door);
        if (check(note, size, door) != 0)
            return 1;
    }
    return 0;
}
