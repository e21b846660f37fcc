/* standardize, scale and category; what text means is left to nn_spelling.
 * What they learn comes from training rows only. */
#include "nn_prep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_moments.h"
#include "nn_token.h"
#include "nn_watch.h"

const nn_flow *nn_prep_flow(const nn_flow *flows, int count, int tensor,
                            nn_part part)
{
    for (int i = 0; i < count; i++)
        if (flows[i].tensor == tensor && flows[i].part == part)
            return &flows[i];
    return NULL;
}

static bool open_spelling(nn_prep *p, const nn_transform *split, nn_error *e)
{
    p->category = false;
    p->window = NULL;
    p->spelling = split->splitter->spelling;
    return p->spelling->open(&p->speller, p->flow, p->tensor, e);
}

bool nn_prep_open(nn_prep *p, const nn_flow *flow, const nn_tensor *tensor,
                  nn_error *e)
{
    const nn_transform *split = nn_flow_transform(flow, NN_SPLIT);
    *p = (nn_prep){.tensor = tensor, .flow = flow};
    for (int i = 0; flow != NULL && i < flow->transform_count; i++) {
        const nn_transform *t = &flow->transforms[i];
        bool again = (t->kind == NN_STANDARDIZE && p->standardize) ||
                     (t->kind == NN_CATEGORY && p->category) ||
                     (t->kind == NN_WINDOWS && p->window != NULL);
        if (again || (p->window != NULL && t->kind != NN_SCALE))
            return nn_fail(e,
                           "%s: standardize, category and windows come once, "
                           "and windows last",
                           tensor->name);
        p->standardize = p->standardize || t->kind == NN_STANDARDIZE;
        p->category = p->category || t->kind == NN_CATEGORY;
        p->window = t->kind == NN_WINDOWS ? t : p->window;
    }
    p->fills = flow != NULL && flow->missing == NN_MISSING_MEAN;
    if (p->category && p->standardize)
        return nn_fail(e, "%s: labels cannot be standardized", tensor->name);
    return split == NULL || open_spelling(p, split, e);
}

void nn_prep_share(nn_prep *preps, int count)
{
    for (int i = 0; i < count; i++) {
        const nn_prep *p = &preps[i];
        if (p->spelling != NULL && p->flow->like > 0)
            p->spelling->share(p->speller, preps[p->flow->like - 1].speller);
    }
}

bool nn_prep_takes_labels(const nn_prep *p)
{
    return p->category || p->spelling != NULL;
}

const char *nn_prep_name(const nn_prep *p, int64_t id)
{
    const nn_transform *t = nn_flow_transform(p->flow, NN_CATEGORY);
    if (p->spelling != NULL)
        return p->spelling->word != NULL ? p->spelling->word(p->speller, id)
                                         : NULL;
    if (id < p->labels.count)
        return p->labels.text[id];
    return p->category && t->other && id == p->labels.count ? "<other>" : NULL;
}

static void free_texts(char **text, int64_t count)
{
    for (int64_t i = 0; text != NULL && i < count; i++)
        free(text[i]);
    free(text);
}

void nn_prep_close(nn_prep *p)
{
    free(p->scale);
    free(p->shift);
    free(p->mean);
    free(p->deviation);
    free(p->fill);
    free_texts(p->names, p->name_count);
    free_texts(p->words, p->word_count);
    if (p->spelling != NULL)
        p->spelling->close(p->speller);
    free(p->columns);
    nn_labels_close(&p->labels);
    *p = (nn_prep){0};
}

bool nn_prep_learns(const nn_prep *p)
{
    bool words =
        p->spelling != NULL && p->spelling->learn != NULL && p->flow->like == 0;
    return p->category || p->standardize || p->fills || words;
}

bool nn_prep_keep_columns(nn_prep *p, nn_table *t, nn_error *e)
{
    size_t count = (size_t)t->width;
    if (t->columns == NULL)
        return true;
    if (!nn_alloc(&p->columns, count, sizeof *p->columns, "columns", e))
        return false;
    memcpy(p->columns, t->columns, count * sizeof *p->columns);
    p->column_count = t->width;
    p->fields = t->fields;
    p->names = t->names;
    p->name_count = t->names != NULL ? t->width : 0;
    t->names = NULL;
    return true;
}

void nn_prep_fill(const nn_prep *p, nn_table *t)
{
    int64_t cells = t->rows * t->width;
    double *x = t->owned[0];
    if (p->fill == NULL || t->cell != NN_CELL_F64 || t->cells != t->owned[0])
        return;
    for (int64_t i = 0, j = 0; i < cells; i++) {
        if (isnan(x[i]))
            x[i] = p->fill[j];
        j = j + 1 == p->fill_count ? 0 : j + 1;
    }
}

/* The mean of the training rows that have a value, column by column. */
static bool learn_fill(nn_prep *p, const nn_table *t, const uint8_t *part_of,
                       nn_error *e)
{
    if (!nn_alloc(&p->fill, (size_t)t->width, sizeof(double), "means", e))
        return false;
    p->fill_count = t->width;
    for (int64_t j = 0; j < t->width; j++) {
        int64_t count = 0;
        for (int64_t row = 0; row < t->rows; row++) {
            double x = nn_table_number(t, row, j);
            if (part_of[row] != NN_TRAIN || isnan(x))
                continue;
            p->fill[j] += x;
            count++;
        }
        if (count == 0)
            return nn_fail(e,
                           "%s: column %lld has no value in the training "
                           "rows, so it has no mean",
                           t->path, (long long)t->columns[j] + 1);
        p->fill[j] /= (double)count;
    }
    return true;
}

static double factor_before_standardize(const nn_flow *f)
{
    double factor = 1;
    for (int i = 0; f->transforms[i].kind != NN_STANDARDIZE; i++)
        if (f->transforms[i].kind == NN_SCALE)
            factor *= f->transforms[i].factor;
    return factor;
}

static bool learn_moments(nn_prep *p, const nn_table *t, const uint8_t *part_of,
                          nn_error *e)
{
    size_t width = (size_t)t->width;
    double factor = factor_before_standardize(p->flow);
    if (!nn_alloc(&p->mean, width, sizeof(double), "means", e) ||
        !nn_alloc(&p->deviation, width, sizeof(double), "deviations", e))
        return false;
    if (!nn_moments(t, part_of, p->mean, p->deviation, e))
        return false;
    for (size_t j = 0; j < width; j++) {
        double d = p->deviation[j] * fabs(factor);
        p->mean[j] *= factor;
        p->deviation[j] = p->deviation[j] > 0 ? d : 1;
    }
    return true;
}

static bool check_label_count(const nn_prep *p, const nn_table *t, nn_error *e)
{
    const nn_labels *l = &p->labels;
    int other = nn_flow_transform(p->flow, NN_CATEGORY)->other;
    if (p->tensor->type == NN_F32 || l->count + other <= p->tensor->classes)
        return true;
    return nn_fail(e,
                   "%s has %lld classes, %s has %lld different labels in its "
                   "training rows, '%s' and '%s' among them%s",
                   p->tensor->name, (long long)p->tensor->classes, t->path,
                   (long long)l->count, l->text[0], l->text[l->count - 1],
                   other ? ", and one class is for others" : "");
}

bool nn_prep_learn(nn_prep *p, nn_table *t, const uint8_t *part_of, nn_error *e)
{
    if (p->fills && !learn_fill(p, t, part_of, e))
        return false;
    nn_prep_fill(p, t);
    if (p->spelling != NULL)
        return p->spelling->learn == NULL ||
               p->spelling->learn(p->speller, t, part_of, e);
    if (p->category)
        return nn_labels_learn(&p->labels, t, part_of, NN_TRAIN, e) &&
               check_label_count(p, t, e);
    return !p->standardize || learn_moments(p, t, part_of, e);
}

/* Scale and shift of one column: the chain of transforms as one. */
static bool chain(const nn_prep *p, int64_t j, nn_error *e)
{
    const nn_flow *f = p->flow;
    double a = 1, b = 0;
    for (int i = 0; i < f->transform_count; i++) {
        const nn_transform *t = &f->transforms[i];
        double by = t->kind == NN_SCALE ? t->factor : 1;
        bool standardize = t->kind == NN_STANDARDIZE;
        double over = standardize ? p->deviation[j] : 1;
        a = a * by / over;
        b = (b * by - (standardize ? p->mean[j] : 0)) / over;
    }
    p->scale[j] = a;
    p->shift[j] = b;
    return !p->standardize || (isfinite(a) && a != 0 && isfinite(b)) ||
           nn_fail(e,
                   "%s: its column %lld has mean %.3g and deviation %.3g, too "
                   "far from 1 to standardize: bring its numbers nearer",
                   p->tensor->name, (long long)j + 1, p->mean[j],
                   p->deviation[j]);
}

bool nn_prep_finish(nn_prep *p, int64_t period, nn_error *e)
{
    const nn_flow *f = p->flow;
    bool changes = p->standardize;
    p->period = period;
    for (int i = 0; f != NULL && i < f->transform_count; i++)
        changes = changes || f->transforms[i].kind == NN_SCALE;
    if (!changes || p->category)
        return true;
    if (!p->standardize)
        p->period = period = 1;
    if (!nn_alloc(&p->scale, (size_t)period, sizeof(double), "scale", e) ||
        !nn_alloc(&p->shift, (size_t)period, sizeof(double), "shift", e))
        return false;
    for (int64_t j = 0; j < period; j++)
        if (!chain(p, j, e))
            return false;
    return true;
}

static bool bad_label(const nn_prep *p, const nn_table *t, int64_t row,
                      int64_t column, nn_error *e)
{
    char where[300], room[NN_TABLE_TEXT];
    nn_label label = nn_table_text(t, row, column, room);
    int length = nn_label_shown(label);
    const char *quote = t->cell == NN_CELL_LABEL ? "'" : "";
    nn_table_where(t, row, where, sizeof where);
    if (p->category)
        return nn_fail(e,
                       "%s: the label %s%.*s%s of %s does not occur in the "
                       "training rows",
                       where, quote, length, label.bytes, quote,
                       p->tensor->name);
    return nn_fail(e, "%s: %s is %.*s; %s a whole number from 0 to %lld%s",
                   where, p->tensor->name, length, label.bytes,
                   p->tensor->type == NN_TOKEN ? "a token is" : "it must be",
                   (long long)p->tensor->classes - 1,
                   p->tensor->type == NN_TOKEN
                       ? ""
                       : ", or take labels as they are with -> category");
}

static int64_t id_of(const nn_prep *p, const nn_table *t, int64_t row,
                     int64_t column)
{
    if (p->category) {
        int64_t id = nn_labels_of_cell(&p->labels, t, row, column);
        bool other = nn_flow_transform(p->flow, NN_CATEGORY)->other != 0;
        return id < 0 && other ? p->labels.count : id;
    }
    double x = nn_table_number(t, row, column);
    if (p->scale != NULL)
        x = x * p->scale[0] + p->shift[0];
    bool whole = x == floor(x) && x >= 0 && x < (double)p->tensor->classes;
    return whole ? (int64_t)x : -1;
}

bool nn_prep_ids(const nn_prep *p, const nn_table *t, int32_t **ids,
                 nn_error *e)
{
    size_t cells = (size_t)t->rows * (size_t)t->width;
    if (!nn_alloc(ids, cells, sizeof **ids, "class ids", e))
        return false;
    for (int64_t row = 0, at = 0; row < t->rows; row++)
        for (int64_t j = 0; j < t->width; j++, at++) {
            bool dropped = t->dropped != NULL && t->dropped[row];
            int64_t id = dropped ? 0 : id_of(p, t, row, j);
            if (id < 0) {
                bad_label(p, t, row, j, e);
                free(*ids);
                *ids = NULL;
                return false;
            }
            (*ids)[at] = (int32_t)id;
        }
    return true;
}

bool nn_prep_encode(const nn_prep *p, const nn_table *t, int32_t **ids,
                    nn_error *e)
{
    if (p->spelling != NULL)
        return p->spelling->check(p->speller, t, e);
    if (p->tensor->type != NN_F32)
        return nn_prep_ids(p, t, ids, e);
    return nn_table_check_range(t, p->scale, p->shift, p->period, e);
}

void nn_prep_fetch(const nn_prep *p, const nn_table *t, const int32_t *ids,
                   int64_t row, int64_t count, int64_t index, void *buffer)
{
    int64_t width = t->width, at = index * count * width;
    nn_error e;
    if (p->spelling != NULL) {
        bool real = p->tensor->type == NN_F32;
        size_t size = real ? sizeof(nn_real) : sizeof(int32_t);
        void *values =
            (char *)buffer + (size_t)(index * p->tensor->values) * size;
        if (!p->spelling->row(p->speller, t, row, values, &e))
            nn_watch_end(e.text);
        return;
    }
    if (p->tensor->type != NN_F32) {
        memcpy((int32_t *)buffer + at, ids + row * width,
               (size_t)(count * width) * sizeof *ids);
        return;
    }
    nn_real *out = (nn_real *)buffer + at;
    for (int64_t k = 0; k < count; k++)
        nn_table_row(t, row + k, p->scale, p->shift, p->period,
                     out + k * width);
}

static void shape_words(const nn_tensor *t, char *words, size_t size)
{
    size_t used = 0;
    words[0] = 0;
    for (int i = 0; i < t->rank && used < size; i++)
        used += (size_t)snprintf(words + used, size - used, "%s%lld",
                                 i > 0 ? ", " : "", (long long)t->shape[i]);
}

bool nn_prep_check_width(const nn_prep *p, int64_t width, const char *path,
                         nn_error *e)
{
    char shape[100];
    const nn_tensor *t = p->tensor;
    int64_t values = t->values;
    path = path != NULL ? path : "the source";
    if (p->spelling != NULL)
        return width == 1 ||
               nn_fail(e, "%s takes the text of one column, %s gives %lld",
                       t->name, path, (long long)width);
    if (p->window == NULL && width == values)
        return true;
    if (p->window != NULL &&
        (width == values ? p->flow->ahead
                         : p->window->length * width == values))
        return true;
    if (p->window != NULL && p->window->length == 1 && width == values)
        return true;
    shape_words(t, shape, sizeof shape);
    if (p->window != NULL)
        return nn_fail(e,
                       "%s takes %lld value%s a row ([%s]); windows of %lld "
                       "row%s of %s give %lld",
                       t->name, (long long)values, nn_s(values), shape,
                       (long long)p->window->length, nn_s(p->window->length),
                       path, (long long)(p->window->length * width));
    return nn_fail(e, "%s takes %lld value%s a row ([%s]), %s gives %lld",
                   t->name, (long long)values, nn_s(values), shape, path,
                   (long long)width);
}
