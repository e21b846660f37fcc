/* Shapes and names of weights may agree by chance, or because a text was
 * changed after training. What a trainer notes in its file tells. */
#include "nn_origin.h"

#include <stdio.h>
#include <string.h>

#include "nn_learned.h"
#include "nn_say.h"

typedef struct {
    const nn_tensors *file;
    const char *path;
    int lines;
} origin;

/* A line where what was noted under this key is not what is here. */
static void compare_note(origin *o, const char *key, const char *words,
                         const char *here)
{
    const char *was = nn_tensors_note(o->file, key);
    if (was == NULL || strcmp(was, here) == 0)
        return;
    nn_say(stderr, "note: %s was made %s %s, this is %s\n", o->path, words, was,
           here);
    o->lines++;
}

/* The same model and version, and another network: a text that was changed. */
static void compare_network(origin *o, const nn_model *m)
{
    const char *was = nn_tensors_note(o->file, "nnc.network");
    if (o->lines > 0 || was == NULL || m->network == NULL ||
        strcmp(was, m->network) == 0)
        return;
    nn_say(stderr,
           "note: %s was made with another text of %s, or other values for "
           "-D: its weights fit, but what is computed from them may differ\n",
           o->path, m->name);
    o->lines++;
}

static void compare_step(origin *o, const char *tensor, const char *step,
                         bool was, bool is)
{
    if (was == is)
        return;
    nn_say(stderr, "note: %s was made %s `%s` of %s, this is %s it\n", o->path,
           was ? "with" : "without", step, tensor, is ? "with" : "without");
    o->lines++;
}

/* Classes go by their place in the list. */
static void compare_labels(origin *o, const char *tensor, const nn_labels *was,
                           const nn_labels *is)
{
    int64_t i = 0;
    while (i < was->count && i < is->count &&
           strcmp(was->text[i], is->text[i]) == 0)
        i++;
    if (i == was->count && i == is->count)
        return;
    nn_say(stderr,
           "note: %s was made with other labels of %s: class %lld is '%s' "
           "there and '%s' here\n",
           o->path, tensor, (long long)i,
           i < was->count ? was->text[i] : "unused",
           i < is->count ? is->text[i] : "unused");
    o->lines++;
}

static void compare_tensor(origin *o, const nn_prep *is)
{
    const char *name = is->tensor->name;
    nn_prep was;
    nn_error e;
    if (!nn_prep_open(&was, NULL, is->tensor, &e))
        return;
    bool read = nn_learned_peek(o->file, &was);
    bool standardized = was.mean != NULL, labelled = was.labels.count > 0;
    if (read) {
        compare_step(o, name, "standardize", standardized, is->standardize);
        compare_step(o, name, "missing: mean", was.fill != NULL, is->fills);
        compare_step(o, name, "category", labelled, is->category);
    }
    if (read && labelled && is->category)
        compare_labels(o, name, &was.labels, &is->labels);
    nn_prep_close(&was);
}

int nn_origin_tell(const nn_model *m, const nn_tensors *t, const char *path,
                   const nn_prep *preps, int count)
{
    origin o = {.file = t, .path = path};
    if (nn_tensors_note(t, "nnc.model") == NULL)
        return 0;
    compare_note(&o, "nnc.model", "for the model", m->name);
    compare_note(&o, "nnc.version", "by nnc", m->version);
    compare_network(&o, m);
    for (int i = 0; i < count; i++)
        compare_tensor(&o, &preps[i]);
    return o.lines;
}

/* The first place at which two lists differ, or -1. */
static int64_t difference(char *const *a, int64_t n, char *const *b, int64_t m)
{
    int64_t i = 0;
    while (i < n && i < m && strcmp(a[i], b[i]) == 0)
        i++;
    return i == n && i == m ? -1 : i;
}

static bool same_words(const nn_tensors *t, const char *path, const nn_prep *is,
                       nn_error *e)
{
    int64_t count = 0;
    char *const *words = is->spelling->words != NULL
                             ? is->spelling->words(is->speller, &count)
                             : NULL;
    nn_prep was = {.tensor = is->tensor};
    if (words == NULL)
        return true;
    bool known = nn_learned_peek(t, &was) && was.words != NULL;
    int64_t i =
        known ? difference(was.words, was.word_count, words, count) : -1;
    if (i >= 0)
        nn_fail(e,
                "%s was made with other words of %s: number %lld is '%s' there "
                "and '%s' here, so its weights mean other words",
                path, is->tensor->name, (long long)i + 1,
                i < was.word_count ? was.words[i] : "none",
                i < count ? words[i] : "none");
    nn_prep_close(&was);
    return i < 0;
}

bool nn_origin_check_words(const nn_tensors *t, const char *path,
                           const nn_prep *preps, int count, nn_error *e)
{
    for (int i = 0; i < count; i++)
        if (preps[i].spelling != NULL && !same_words(t, path, &preps[i], e))
            return false;
    return true;
}
