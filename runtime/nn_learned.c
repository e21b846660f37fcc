/* Numbers are written with 17 digits, so that they come back as they were. */
#include "nn_learned.h"

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

static void put_labels(nn_text *t, const nn_labels *l)
{
    nn_text_print(t, "\"labels\":[");
    for (int64_t i = 0; i < l->count; i++) {
        nn_text_print(t, "%s", i > 0 ? "," : "");
        nn_json_quote(t, l->text[i]);
    }
    nn_text_print(t, "]");
}

static bool save_one(nn_saving *s, const nn_prep *p, nn_error *e)
{
    nn_text key = {0}, value = {0};
    nn_text_print(&key, "nnc.data.%s", p->tensor->name);
    nn_text_print(&value, "{");
    if (p->category)
        put_labels(&value, &p->labels);
    else {
        put_numbers(&value, "mean", p->mean, p->period);
        nn_text_print(&value, ",");
        put_numbers(&value, "deviation", p->deviation, p->period);
    }
    nn_text_print(&value, "}");
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
        if ((preps[i].category || preps[i].standardize) &&
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

static bool get_labels(nn_json *j, nn_labels *l)
{
    char **text = NULL;
    size_t room = 0;
    int64_t count = 0;
    bool first = true;
    nn_error e;
    if (!nn_json_enter(j, '['))
        return false;
    bool good = true;
    while (good && nn_json_more(j, ']', &first))
        good = nn_grow(&text, &room, (size_t)count + 1, sizeof *text, &e) &&
               nn_json_string(j, &text[count++]);
    *l = (nn_labels){.text = text, .count = count};
    if (good && j->error == NULL && nn_labels_take(l, text, count, &e))
        return true;
    nn_labels_close(l);
    return false;
}

static bool good_moments(const nn_prep *p, int64_t means, int64_t deviations)
{
    if (means != deviations || means == 0 || p->tensor->values % means != 0)
        return false;
    for (int64_t i = 0; i < means; i++)
        if (!isfinite(p->mean[i]) || !isfinite(p->deviation[i]) ||
            p->deviation[i] <= 0)
            return false;
    return true;
}

/* Reads the object; *deviations becomes their number, p->period that of the
 * means. */
static bool parse(nn_prep *p, const char *value, int64_t *deviations)
{
    nn_json j = nn_json_open(value, strlen(value));
    bool first = true;
    int64_t means = 0;
    *deviations = 0;
    nn_json_enter(&j, '{');
    while (nn_json_more(&j, '}', &first)) {
        char *key;
        bool good = nn_json_key(&j, &key);
        if (good && strcmp(key, "mean") == 0 && p->mean == NULL)
            good = get_numbers(&j, &p->mean, &means);
        else if (good && strcmp(key, "deviation") == 0 && p->deviation == NULL)
            good = get_numbers(&j, &p->deviation, deviations);
        else if (good && strcmp(key, "labels") == 0 && p->labels.text == NULL)
            good = get_labels(&j, &p->labels);
        else if (good)
            good = nn_json_skip(&j);
        free(key);
        if (!good)
            return false;
    }
    p->period = means;
    return nn_json_done(&j);
}

static bool parse_sound(nn_prep *p, const char *value)
{
    int64_t deviations;
    if (!parse(p, value, &deviations))
        return false;
    return p->category ? p->labels.count > 0
                       : good_moments(p, p->period, deviations);
}

static const char *find_note(const nn_tensors *t, const nn_prep *p)
{
    static const char before[] = "nnc.data.";
    size_t n = sizeof before - 1;
    for (size_t i = 0; i < t->note_count; i++)
        if (strncmp(t->notes[i].key, before, n) == 0 &&
            strcmp(t->notes[i].key + n, p->tensor->name) == 0)
            return t->notes[i].value;
    return NULL;
}

static bool load_one(const nn_tensors *t, const char *path, nn_prep *p,
                     nn_error *e)
{
    const char *name = p->tensor->name;
    const char *what = p->category ? "labels" : "mean and deviation";
    const char *value = find_note(t, p);
    if (value == NULL)
        return nn_fail(
            e,
            "%s does not hold the %s of %s, as a file of the trainer "
            "does: add them with `--eval --init %s --out NEW` of "
            "the training program",
            path, what, name, path);
    if (!parse_sound(p, value))
        return nn_fail(e,
                       "%s: the %s of %s cannot be read: they are damaged, or "
                       "there is no memory for them",
                       path, what, name);
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
        if ((preps[i].category || preps[i].standardize) &&
            !load_one(t, path, &preps[i], e))
            return false;
    return true;
}

bool nn_learned_peek(const nn_tensors *t, nn_prep *p)
{
    const char *value = find_note(t, p);
    int64_t deviations;
    return value == NULL || parse(p, value, &deviations);
}
