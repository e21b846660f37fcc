/* F1 of chunks, as conlleval counts them for CoNLL-2000 (Tjong Kim Sang,
 * Buchholz): a chunk begins at B-TYPE, and at I-TYPE behind another type or
 * none; it is right where the truth has one of the same type from the same
 * first to the same last step. Labels that training has not seen are a chunk
 * that nobody finds. Chunks end with their row. Counts: of chunks that are
 * right, true, found. */
#include <string.h>

#include "nn_scorer.h"

enum { RIGHT, TRUE, FOUND, KEPT };

/* What a class's name says; type is "" outside of chunks. */
typedef struct {
    bool begins; /* B-: a chunk of its own */
    const char *type;
} tag;

static const tag outside = {false, ""}, unknown = {false, "<other>"};

static int64_t chunk_counts(int64_t classes)
{
    (void)classes;
    return KEPT;
}

static bool is_type(tag a, tag b)
{
    return strcmp(a.type, b.type) == 0;
}

static bool is_unknown(tag t)
{
    return t.type == unknown.type;
}

/* Whether it is B-TYPE, I-TYPE, <other>, or one outside: O, a class without a
 * name, or what no label is, such as <pad>. */
static bool read_tag(const char *name, tag *t)
{
    *t = outside;
    if (name != NULL && strcmp(name, unknown.type) == 0) {
        *t = unknown;
        return true;
    }
    if (name == NULL || strcmp(name, "O") == 0 || name[0] == '<')
        return true;
    if ((name[0] != 'B' && name[0] != 'I') || name[1] != '-' || name[2] == 0)
        return false;
    *t = (tag){name[0] == 'B', name + 2};
    return true;
}

static bool check(const char *metric, const nn_prep *target, nn_error *e)
{
    const char *name = target->tensor->name;
    bool any = false;
    for (int64_t k = 0; k < target->tensor->classes; k++) {
        tag t;
        if (!read_tag(nn_prep_name(target, k), &t))
            return nn_fail(e,
                           "%s: %s has the label `%s`, and reads chunks from "
                           "O, B-TYPE and I-TYPE",
                           metric, name, nn_prep_name(target, k));
        any |= t.type[0] != 0 && !is_unknown(t);
    }
    return any || nn_fail(e,
                          "%s: no label of %s is a B-TYPE or I-TYPE, so there "
                          "are no chunks",
                          metric, name);
}

static bool starts(tag before, tag t)
{
    return t.type[0] != 0 && (t.begins || !is_type(before, t));
}

static bool ends(tag t, tag next)
{
    return t.type[0] != 0 && (next.begins || !is_type(t, next));
}

typedef struct {
    tag kind, chosen; /* of the step before */
    bool alike;       /* inside chunks that began together and go on so */
} place;

static void step(double *counts, place *p, tag kind, tag chosen)
{
    bool end = ends(p->kind, kind), end_chosen = ends(p->chosen, chosen);
    bool start = starts(p->kind, kind), found = starts(p->chosen, chosen);
    counts[RIGHT] += p->alike && end && end_chosen;
    p->alike &= !end && !end_chosen;
    p->alike |= start && found && is_type(kind, chosen);
    counts[TRUE] += start;
    counts[FOUND] += found;
    p->kind = kind;
    p->chosen = chosen;
}

static bool add(double *counts, const nn_prep *target, const nn_steps *s,
                nn_error *e)
{
    place p = {outside, outside, false};
    (void)e;
    for (int64_t i = 0; i < s->count; i++) {
        tag kind, chosen;
        read_tag(nn_prep_name(target, s->kind[i]), &kind);
        read_tag(nn_prep_name(target, s->chosen[i]), &chosen);
        if (is_unknown(chosen))
            chosen = outside;
        step(counts, &p, kind, chosen);
    }
    step(counts, &p, outside, outside);
    return true;
}

static double figure(const double *counts, int64_t classes)
{
    double all = counts[TRUE] + counts[FOUND];
    (void)classes;
    return all > 0 ? 2 * counts[RIGHT] / all : 0;
}

const nn_scorer nn_f1_chunks = {
    .counts = chunk_counts, .check = check, .add = add, .figure = figure};
