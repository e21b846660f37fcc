/* Numbers are written with 17 digits, so that they come back as they were. */
#include "nn_learned.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_json.h"
#include "nn_mem.h"

static void put_numbers(nn_text *t, const char *key, const double *x, int64_t n)
{
    nn_text_print(t, "\"%s\":[", key);
    for (int64_t i = 0; i < n; i++)
        nn_text_print(t, "%s%.17g", i > 0 ? "," : "", x[i]);
    nn_text_print(t, "]");
}

static void put_texts(nn_text *t, const char *key, char *const *text, int64_t n)
{
    nn_text_print(t, "\"%s\":[", key);
    for (int64_t i = 0; i < n; i++) {
        nn_text_print(t, "%s", i > 0 ? "," : "");
        nn_json_quote(t, text[i]);
    }
    nn_text_print(t, "]");
}

static void put_columns(nn_text *t, const nn_prep *p)
{
    nn_text_print(t, "\"fields\":%lld,\"columns\":[", (long long)p->fields);
    for (int64_t i = 0; i < p->column_count; i++)
        nn_text_print(t, "%s%lld", i > 0 ? "," : "",
                      (long long)p->columns[i] + 1);
    nn_text_print(t, "]");
    if (p->names == NULL)
        return;
    nn_text_print(t, ",");
    put_texts(t, "names", p->names, p->column_count);
}

static void put_all(nn_text *t, const nn_prep *p)
{
    const char *more = "{";
    int64_t count = 0;
    char *const *words = p->spelling != NULL && p->spelling->words != NULL
                             ? p->spelling->words(p->speller, &count)
                             : NULL;
    if (p->category) {
        nn_text_print(t, "%s", more);
        put_texts(t, "labels", p->labels.text, p->labels.count);
        more = ",";
    }
    if (words != NULL) {
        nn_text_print(t, "%s", more);
        put_texts(t, "words", words, count);
        more = ",";
    }
    if (p->standardize) {
        nn_text_print(t, "%s", more);
        put_numbers(t, "mean", p->mean, p->period);
        nn_text_print(t, ",");
        put_numbers(t, "deviation", p->deviation, p->period);
        more = ",";
    }
    if (p->fills) {
        nn_text_print(t, "%s", more);
        put_numbers(t, "missing", p->fill, p->fill_count);
        more = ",";
    }
    if (p->columns != NULL) {
        nn_text_print(t, "%s", more);
        put_columns(t, p);
    }
    nn_text_print(t, "}");
}

static bool save_one(nn_saving *s, const nn_prep *p, nn_error *e)
{
    nn_text key = {0}, value = {0};
    nn_text_print(&key, "nnc.data.%s", p->tensor->name);
    put_all(&value, p);
    bool good = !key.failed && !value.failed;
    if (good)
        nn_saving_note(s, key.bytes, value.bytes);
    free(key.bytes);
    free(value.bytes);
    return good || nn_fail(e, "no memory");
}

bool nn_learned_save(nn_saving *s, const nn_prep *preps, int count, nn_error *e)
{
    for (int i = 0; i < count; i++)
        if ((nn_prep_learns(&preps[i]) || preps[i].columns != NULL) &&
            !save_one(s, &preps[i], e))
            return false;
    return true;
}

static bool get_numbers(nn_json *j, double **x, int64_t *count)
{
    size_t room = 0;
    bool first = true;
    nn_error e;
    *count = 0;
    if (!nn_json_enter(j, '['))
        return false;
    while (nn_json_more(j, ']', &first)) {
        if (!nn_grow(x, &room, (size_t)*count + 1, sizeof **x, &e) ||
            !nn_json_number(j, &(*x)[*count]))
            return false;
        (*count)++;
    }
    return j->error == NULL;
}

static bool get_texts(nn_json *j, char ***text, int64_t *count)
{
    size_t room = 0;
    bool first = true;
    nn_error e;
    *count = 0;
    if (!nn_json_enter(j, '['))
        return false;
    while (nn_json_more(j, ']', &first))
        if (!nn_grow(text, &room, (size_t)*count + 1, sizeof **text, &e) ||
            !nn_json_string(j, &(*text)[(*count)++]))
            return false;
    return j->error == NULL;
}

static bool get_labels(nn_json *j, nn_labels *l)
{
    if (get_texts(j, &l->text, &l->count) &&
        nn_labels_restore(l, l->text, l->count))
        return true;
    nn_labels_close(l);
    return false;
}

static bool get_columns(nn_json *j, nn_prep *p)
{
    double *x = NULL;
    nn_error e;
    bool good = get_numbers(j, &x, &p->column_count) &&
                nn_alloc(&p->columns, (size_t)p->column_count,
                         sizeof *p->columns, "columns", &e);
    for (int64_t i = 0; good && i < p->column_count; i++) {
        good = x[i] >= 1 && x[i] <= INT_MAX;
        p->columns[i] = good ? (int64_t)x[i] - 1 : 0;
    }
    free(x);
    return good;
}

static bool get_fields(nn_json *j, nn_prep *p)
{
    double x;
    if (!nn_json_number(j, &x) || !(x >= 1 && x <= INT_MAX))
        return false;
    p->fields = (int64_t)x;
    return true;
}

static bool all_finite(const double *x, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

/* One number for each column, whose count divides the values of a row. */
static bool good_numbers(const nn_prep *p, const double *x, int64_t count)
{
    return count > 0 && p->tensor->values % count == 0 && all_finite(x, count);
}

static bool good_moments(const nn_prep *p, int64_t means, int64_t deviations)
{
    if (means != deviations || !good_numbers(p, p->mean, means) ||
        !all_finite(p->deviation, deviations))
        return false;
    for (int64_t i = 0; i < means; i++)
        if (p->deviation[i] <= 0)
            return false;
    return true;
}

typedef struct {
    nn_prep *prep;
    int64_t means, deviations;
} found;

static bool parse_member(nn_json *j, const char *key, found *f)
{
    nn_prep *p = f->prep;
    if (strcmp(key, "mean") == 0 && p->mean == NULL)
        return get_numbers(j, &p->mean, &f->means);
    if (strcmp(key, "deviation") == 0 && p->deviation == NULL)
        return get_numbers(j, &p->deviation, &f->deviations);
    if (strcmp(key, "labels") == 0 && p->labels.text == NULL)
        return get_labels(j, &p->labels);
    if (strcmp(key, "words") == 0 && p->words == NULL)
        return get_texts(j, &p->words, &p->word_count);
    if (strcmp(key, "missing") == 0 && p->fill == NULL)
        return get_numbers(j, &p->fill, &p->fill_count);
    if (strcmp(key, "fields") == 0)
        return get_fields(j, p);
    if (strcmp(key, "columns") == 0 && p->columns == NULL)
        return get_columns(j, p);
    if (strcmp(key, "names") == 0 && p->names == NULL)
        return get_texts(j, &p->names, &p->name_count);
    return nn_json_skip(j);
}

/* Reads the object; *f becomes how many numbers there are. */
static bool parse(nn_prep *p, const char *value, found *f)
{
    nn_json j = nn_json_open(value, strlen(value));
    bool first = true;
    *f = (found){.prep = p};
    nn_json_enter(&j, '{');
    while (nn_json_more(&j, '}', &first)) {
        char *key;
        bool good = nn_json_key(&j, &key) && parse_member(&j, key, f);
        free(key);
        if (!good)
            return false;
    }
    p->period = f->means;
    return nn_json_done(&j);
}

static bool parse_sound(nn_prep *p, const char *value)
{
    found f;
    bool needs_words = p->spelling != NULL && nn_prep_learns(p);
    return parse(p, value, &f) && (!p->category || p->labels.count > 0) &&
           (!needs_words || p->words != NULL) &&
           (!p->standardize || good_moments(p, f.means, f.deviations)) &&
           (!p->fills || good_numbers(p, p->fill, p->fill_count)) &&
           (p->names == NULL || p->name_count == p->column_count);
}

/* What a note of the weights file must hold for this input. */
static const char *needed(const nn_prep *p)
{
    return p->spelling      ? "words"
           : p->category    ? "labels"
           : !p->fills      ? "mean and deviation"
           : p->standardize ? "means and deviation"
                            : "means of missing values";
}

static const char *find_note(const nn_tensors *t, const nn_prep *p)
{
    return nn_tensors_note_of(t, "nnc.data.", p->tensor->name);
}

/* The speller takes the words over, also where it refuses them. */
static bool take_words(nn_prep *p, const char *path, nn_error *e)
{
    char **words = p->words;
    p->words = NULL;
    const char *why = p->spelling->restore(p->speller, words, p->word_count);
    return why == NULL ||
           nn_fail(e,
                   "%s: the %lld words of %s are %s: they are those of another "
                   "model, or damaged",
                   path, (long long)p->word_count, p->tensor->name, why);
}

static bool load_one(const nn_tensors *t, const char *path, nn_prep *p,
                     nn_error *e)
{
    const char *name = p->tensor->name;
    const char *value = find_note(t, p);
    if (value == NULL && !nn_prep_learns(p))
        return true;
    if (value == NULL)
        return nn_fail(
            e,
            "%s does not hold the %s of %s, as a file of the trainer "
            "does: add them with `--eval --init %s --out NEW` of "
            "the training program",
            path, needed(p), name, path);
    if (!parse_sound(p, value))
        return nn_fail(e,
                       "%s: the %s of %s cannot be read: they are damaged, or "
                       "there is no memory for them",
                       path, nn_prep_learns(p) ? needed(p) : "columns", name);
    if (p->spelling != NULL && p->spelling->restore != NULL && p->words != NULL)
        return take_words(p, path, e);
    if (p->category && p->tensor->type != NN_F32 &&
        p->labels.count > p->tensor->classes)
        return nn_fail(e, "%s: %lld labels for the %lld classes of %s", path,
                       (long long)p->labels.count,
                       (long long)p->tensor->classes, name);
    return true;
}

bool nn_learned_load(const nn_tensors *t, const char *path, nn_prep *preps,
                     int count, nn_error *e)
{
    for (int i = 0; i < count; i++)
        if (!load_one(t, path, &preps[i], e))
            return false;
    return true;
}

bool nn_learned_peek(const nn_tensors *t, nn_prep *p)
{
    const char *value = find_note(t, p);
    found f;
    return value == NULL || parse(p, value, &f);
}
