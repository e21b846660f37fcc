/* Which class was taken for which: counts[true * classes + chosen]. People
 * read a table of the classes that occur; of many of them, what was mistaken
 * most often. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "nn_say.h"
#include "nn_scorer.h"

enum { SHOWN = 20, ROOM = 24 };

static int64_t pairs(int64_t classes)
{
    return classes * classes;
}

static bool add(double *counts, const nn_prep *target, const nn_steps *s,
                nn_error *e)
{
    (void)e;
    for (int64_t i = 0; i < s->count; i++)
        counts[s->kind[i] * target->tensor->classes + s->chosen[i]]++;
    return true;
}

/* The name of a class, or its number; room is for that. */
static const char *name_of(const nn_prep *target, int64_t k, char room[ROOM])
{
    const char *name = nn_prep_name(target, k);
    snprintf(room, ROOM, "%" PRId64, k);
    return name != NULL ? name : room;
}

static bool occurs(const double *counts, int64_t n, int64_t k)
{
    bool any = false;
    for (int64_t i = 0; i < n && !any; i++)
        any = counts[k * n + i] > 0 || counts[i * n + k] > 0;
    return any;
}

/* Characters, which are as wide as a column of a terminal. */
static int width_of(const char *name)
{
    int width = 0;
    for (; *name != 0; name++)
        width += (*name & 0xC0) != 0x80;
    return width;
}

static void show_name(FILE *out, const char *name, int width, bool left)
{
    int blanks = width - width_of(name);
    fprintf(out, "%*s", left ? 0 : blanks, "");
    nn_show(out, name);
    fprintf(out, "%*s", left ? blanks : 0, "");
}

static void show_table(FILE *out, const double *counts, const nn_prep *target,
                       const int64_t *classes, int shown)
{
    int64_t n = target->tensor->classes;
    char room[ROOM];
    int width = 5;
    for (int i = 0; i < shown; i++) {
        int name = width_of(name_of(target, classes[i], room));
        width = name > width ? name : width;
        for (int k = 0; k < shown; k++) {
            int digits = snprintf(room, ROOM, "%.0f",
                                  counts[classes[i] * n + classes[k]]);
            width = digits > width ? digits : width;
        }
    }
    fprintf(out, "  %*s  taken for\n  %*s", width, "", width, "");
    for (int k = 0; k < shown; k++) {
        fputs("  ", out);
        show_name(out, name_of(target, classes[k], room), width, false);
    }
    for (int i = 0; i < shown; i++) {
        fputs("\n  ", out);
        show_name(out, name_of(target, classes[i], room), width, true);
        for (int k = 0; k < shown; k++)
            fprintf(out, "  %*.0f", width, counts[classes[i] * n + classes[k]]);
    }
    fputs("\n", out);
}

/* The place of the next mistake behind one of `most` at `at`: one as often, or
 * else the most frequent of those that are rarer; -1 at the end. */
static int64_t next_mistake(const double *counts, int64_t n, int64_t at,
                            double most)
{
    int64_t best = -1;
    for (int64_t i = 0; i < n * n; i++) {
        bool later = counts[i] < most || (counts[i] == most && i > at);
        if (i / n != i % n && later && counts[i] > 0 &&
            (best < 0 || counts[i] > counts[best]))
            best = i;
    }
    return best;
}

static void show_mistakes(FILE *out, const double *counts,
                          const nn_prep *target)
{
    int64_t n = target->tensor->classes, at = -1;
    char room[ROOM];
    double most = 9007199254740992.0;
    fputs("  most often mistaken:\n", out);
    for (int i = 0; i < SHOWN; i++) {
        at = next_mistake(counts, n, at, most);
        if (at < 0)
            return;
        most = counts[at];
        fprintf(out, "  %6.0f  ", most);
        nn_show(out, name_of(target, at / n, room));
        fputs(" taken for ", out);
        nn_show(out, name_of(target, at % n, room));
        fputs("\n", out);
    }
}

static void show(FILE *out, const double *counts, const nn_prep *target)
{
    int64_t classes[SHOWN], n = target->tensor->classes;
    int shown = 0;
    for (int64_t k = 0; k < n; k++)
        if (occurs(counts, n, k)) {
            if (shown == SHOWN) {
                show_mistakes(out, counts, target);
                return;
            }
            classes[shown++] = k;
        }
    show_table(out, counts, target, classes, shown);
}

/* A field of RFC 4180. */
static void write_field(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != 0; text++)
        fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
    fputc('"', out);
}

static void list(FILE *out, const char *head, const double *counts,
                 const nn_prep *target)
{
    int64_t n = target->tensor->classes;
    char room[ROOM];
    for (int64_t i = 0; i < n * n; i++) {
        if (counts[i] == 0)
            continue;
        fprintf(out, "%s,", head);
        write_field(out, name_of(target, i / n, room));
        fputc(',', out);
        write_field(out, name_of(target, i % n, room));
        fprintf(out, ",%.0f\n", counts[i]);
    }
}

const nn_scorer nn_confusion = {
    .counts = pairs, .add = add, .show = show, .list = list};
