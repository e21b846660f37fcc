/* Order: read every source, compare counts, find the windows, split, learn
 * from training rows, then check and encode all parts. */
#include "nn_dataset.h"

#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_split.h"

const char *const nn_part_names[] = {"training", "validation", "test"};

static bool has_flows(const nn_program *p, nn_part part)
{
    for (int i = 0; i < p->flow_count; i++)
        if (p->flows[i].part == part)
            return true;
    return false;
}

/* A table that has been read from the same text, or NULL. */
static const nn_table *table_like(const nn_dataset *d, const nn_flow *flow,
                                  nn_part part)
{
    const nn_program *p = d->program;
    int tensor = flow->like - 1;
    const nn_flow *other =
        tensor < 0 ? NULL : nn_prep_flow(p->flows, p->flow_count, tensor, part);
    if (other == NULL || other->reader != flow->reader ||
        strcmp(other->path, flow->path) != 0)
        return NULL;
    return &d->parts[part].sources[tensor].table;
}

/* What is no plain file is at its end once it has been read. */
static bool check_once(const nn_dataset *d, nn_part part, int tensor,
                       const char *path, nn_error *e)
{
    const nn_tensor *t = d->program->model->inputs;
    const nn_source *s = d->parts[part].sources;
    for (int i = 0; path != NULL && i < tensor; i++)
        if (s[i].table.path != NULL && !s[i].table.stamp.plain &&
            strcmp(s[i].table.path, path) == 0)
            return nn_fail(e,
                           "%s is a pipe, which can be read once, and %s and "
                           "%s are both read from it: write it to a file",
                           path, t[i].name, t[tensor].name);
    return true;
}

static bool read_source(nn_dataset *d, nn_source *s, int tensor, nn_part part,
                        const char *folder, nn_error *e)
{
    const nn_program *p = d->program;
    const nn_tensor *t = &p->model->inputs[tensor];
    const nn_flow *flow = nn_prep_flow(p->flows, p->flow_count, tensor, part);
    if (flow == NULL)
        return nn_fail(e, "the %s data give no source for %s",
                       nn_part_names[part], t->name);
    nn_request r = {.unpacker = p->unpacker,
                    .flow = flow,
                    .flows = p->flows,
                    .flow_count = p->flow_count,
                    .labels = nn_prep_takes_labels(&d->preps[tensor]),
                    .tensor = t,
                    .like = table_like(d, flow, part)};
    char *path = flow->path == NULL ? NULL : nn_file_join(folder, flow->path);
    if (path == NULL && flow->path != NULL)
        return nn_fail(e, "no memory");
    r.path = path;
    bool good = (r.like != NULL || check_once(d, part, tensor, path, e)) &&
                flow->reader->read(&s->table, &r, e) &&
                nn_prep_check_width(&d->preps[tensor], s->table.width, path, e);
    free(path);
    return good;
}

static const char *shown(const nn_section *s, int tensor)
{
    const char *path = s->sources[tensor].table.path;
    return path != NULL ? path : "random";
}

static bool check_counts(const nn_dataset *d, nn_part part, nn_error *e)
{
    const nn_source *s = d->parts[part].sources;
    const nn_tensor *t = d->program->model->inputs;
    for (int i = 1; i < d->tensors; i++)
        if (s[i].table.rows != s[0].table.rows)
            return nn_fail(
                e,
                "%s has %lld row%s for %s, %s has %lld for %s: row i of "
                "every source belongs together",
                shown(&d->parts[part], 0), (long long)s[0].table.rows,
                nn_s(s[0].table.rows), t[0].name, shown(&d->parts[part], i),
                (long long)s[i].table.rows, t[i].name);
    if (s[0].table.rows >= UINT32_MAX)
        return nn_fail(e, "%lld rows are too many", (long long)s[0].table.rows);
    return true;
}

/* Marks rows that any source of the part drops, and counts them. */
static bool mark_dropped(const nn_dataset *d, nn_section *s, uint8_t **drop,
                         nn_error *e)
{
    int64_t rows = s->sources[0].table.rows;
    if (!nn_alloc(drop, (size_t)rows, 1, "rows", e))
        return false;
    for (int64_t row = 0; row < rows; row++) {
        for (int i = 0; i < d->tensors; i++) {
            const uint8_t *dropped = s->sources[i].table.dropped;
            (*drop)[row] |= dropped != NULL && dropped[row];
        }
        s->dropped += (*drop)[row];
    }
    return true;
}

/* A row that one source drops goes from all of them. */
static bool drop_rows(nn_dataset *d, nn_part part, nn_error *e)
{
    nn_section *s = &d->parts[part];
    uint8_t *drop = NULL;
    bool good = mark_dropped(d, s, &drop, e);
    if (good && s->dropped == s->sources[0].table.rows)
        good = nn_fail(e, "every row of the %s data has a missing value",
                       nn_part_names[part]);
    for (int i = 0; good && s->dropped > 0 && i < d->tensors; i++)
        good = nn_table_drop(&s->sources[i].table, drop, e);
    free(drop);
    return good;
}

/* A range of names takes the same columns in all parts. */
static bool check_names(const nn_dataset *d, nn_part part, nn_error *e)
{
    for (int i = 0; i < d->tensors; i++) {
        const nn_table *a = &d->parts[NN_TRAIN].sources[i].table;
        const nn_table *b = &d->parts[part].sources[i].table;
        for (int64_t j = 0; a->names != NULL && b->names != NULL; j++) {
            if (j == a->width || j == b->width)
                break;
            if (strcmp(a->names[j], b->names[j]) != 0)
                return nn_fail(e,
                               "the range of names for %s takes column \"%s\" "
                               "of %s, and \"%s\" of %s",
                               d->program->model->inputs[i].name, a->names[j],
                               a->path, b->names[j], b->path);
        }
    }
    return true;
}

static bool read_part(nn_dataset *d, nn_part part, const char *folder,
                      nn_error *e)
{
    nn_section *s = &d->parts[part];
    if (!nn_alloc(&s->sources, (size_t)d->tensors, sizeof *s->sources, "data",
                  e))
        return false;
    s->own = true;
    for (int i = 0; i < d->tensors; i++)
        if (!read_source(d, &s->sources[i], i, part, folder, e))
            return false;
    return check_counts(d, part, e) && check_names(d, part, e) &&
           drop_rows(d, part, e);
}

static bool read_parts(nn_dataset *d, const char *folder, nn_error *e)
{
    for (int part = 0; part < NN_PARTS; part++)
        if (part == NN_TRAIN || has_flows(d->program, (nn_part)part)) {
            if (!read_part(d, (nn_part)part, folder, e))
                return false;
        } else
            d->parts[part].sources = d->parts[NN_TRAIN].sources;
    d->rows = d->parts[NN_TRAIN].sources[0].table.rows;
    return true;
}

/* All tensors or none are windows; a target that is a window itself moves
 * on by whole windows, one value by one row. */
static bool find_windows(nn_dataset *d, nn_error *e)
{
    const nn_tensor *t = d->program->model->inputs;
    d->window = d->preps[0].window;
    d->stride = 1;
    for (int i = 0; i < d->tensors; i++) {
        const nn_prep *p = &d->preps[i];
        const nn_transform *w = p->window;
        int64_t width = d->parts[NN_TRAIN].sources[i].table.width;
        if ((w == NULL) != (d->window == NULL))
            return nn_fail(e, "%s is cut into windows and %s is not",
                           t[w == NULL ? 0 : i].name,
                           t[w == NULL ? i : 0].name);
        if (w == NULL)
            continue;
        if (w->length != d->window->length || w->ahead != d->window->ahead ||
            w->stride != d->window->stride)
            return nn_fail(e, "the windows of %s and %s differ", t[0].name,
                           t[i].name);
        if (p->flow->ahead)
            d->ahead = w->ahead;
        if (w->stride > 0)
            d->stride = w->stride;
        else if (p->flow->ahead && t[i].values != width)
            d->stride = w->length;
    }
    return true;
}

/* Rows that a window and what lies ahead of it span. */
static int64_t span_of(const nn_dataset *d)
{
    return d->window == NULL ? 1 : d->window->length + d->ahead;
}

/* Whether window number `item`, or row, belongs to a part: a window does to
 * that of its last row. */
static bool in_part(const nn_dataset *d, nn_part part, int64_t item)
{
    return d->part_of[item * d->stride + span_of(d) - 1] == (uint8_t)part;
}

static bool in_training(const void *d, int64_t item)
{
    return in_part(d, NN_TRAIN, item);
}

static bool in_validation(const void *d, int64_t item)
{
    return in_part(d, NN_VALIDATION, item);
}

static bool in_test(const void *d, int64_t item)
{
    return in_part(d, NN_TEST, item);
}

static bool in_all(const void *d, int64_t item)
{
    (void)d;
    (void)item;
    return true;
}

static bool find_items(nn_dataset *d, nn_part part, nn_error *e)
{
    static nn_order_has *const has[] = {in_training, in_validation, in_test};
    nn_section *s = &d->parts[part];
    int64_t rows = s->sources[0].table.rows, over = rows - span_of(d);
    s->order =
        nn_order_open(over < 0 ? 0 : over / d->stride + 1,
                      s->own && part != NN_TRAIN ? in_all : has[part], d);
    s->count = s->order.count;
    bool asked =
        part == NN_TRAIN || s->own ||
        (part == NN_VALIDATION && d->reserved > 0) ||
        (part == NN_TEST ? d->program->test.kind
                         : d->program->validation.kind) != NN_SPLIT_NONE;
    if (s->count > 0 || !asked)
        return true;
    if (d->window != NULL)
        return nn_fail(e,
                       "%s has %lld rows in all, and the %s part makes no "
                       "window of them: one takes %lld rows in a row",
                       shown(s, 0), (long long)rows, nn_part_names[part],
                       (long long)span_of(d));
    return nn_fail(e, "the %s part has no rows, of %lld in all",
                   nn_part_names[part], (long long)rows);
}

/* Splits by a target whose classes are not learned yet: its labels in all
 * rows are numbered for this alone. */
static bool split_by(nn_dataset *d, nn_part part, const nn_split *how,
                     nn_error *e)
{
    int tensor = how->by - 1;
    const nn_table *t = &d->parts[NN_TRAIN].sources[tensor].table;
    const nn_tensor *y = &d->program->model->inputs[tensor];
    nn_prep whole = d->preps[tensor];
    int32_t *ids = NULL;
    if (d->window != NULL || t->width != 1 || y->type == NN_F32 ||
        whole.spelling != NULL)
        return nn_fail(e,
                       "rows cannot be stratified by %s: one class a row is "
                       "needed",
                       y->name);
    if (whole.category && !nn_labels_learn(&whole.labels, t, NULL, 0, e))
        return false;
    int64_t classes = whole.category ? whole.labels.count : y->classes;
    bool good = nn_prep_ids(&whole, t, &ids, e) &&
                nn_split_rows(d->part_of, d->rows, part, how,
                              d->program->train.split_seed, ids, classes, e);
    nn_labels_close(&whole.labels);
    free(ids);
    return good;
}

static bool split_part(nn_dataset *d, nn_part part, const nn_split *how,
                       nn_error *e)
{
    bool good = how->by > 0
                    ? split_by(d, part, how, e)
                    : nn_split_rows(d->part_of, d->rows, part, how,
                                    d->program->train.split_seed, NULL, 1, e);
    return good || nn_fail_in(e, nn_part_names[part]);
}

/* Early stopping needs rows to look at; test rows are not for that. */
static bool reserve(nn_dataset *d, nn_error *e)
{
    const nn_program *p = d->program;
    int64_t training = 0;
    if (p->train.patience <= 0 || p->validation.kind != NN_SPLIT_NONE)
        return true;
    for (int64_t i = 0; i < d->rows; i++)
        training += d->part_of[i] == NN_TRAIN;
    d->reserved = training / 10 > 0 ? training / 10 : 1;
    nn_split tenth = {.kind = NN_SPLIT_ROWS,
                      .amount = (double)d->reserved,
                      .last = p->test.last};
    return nn_split_rows(d->part_of, d->rows, NN_VALIDATION, &tenth,
                         p->train.split_seed, NULL, 1, e);
}

static bool split(nn_dataset *d, nn_error *e)
{
    const nn_program *p = d->program;
    if (!nn_alloc(&d->part_of, (size_t)d->rows, 1, "parts", e) ||
        !split_part(d, NN_TEST, &p->test, e) ||
        !split_part(d, NN_VALIDATION, &p->validation, e) || !reserve(d, e))
        return false;
    for (int part = 0; part < NN_PARTS; part++)
        if (!find_items(d, (nn_part)part, e))
            return false;
    return true;
}

static bool learn(nn_dataset *d, nn_error *e)
{
    for (int i = 0; i < d->tensors; i++) {
        nn_table *t = &d->parts[NN_TRAIN].sources[i].table;
        if (!nn_prep_keep_columns(&d->preps[i], t, e) ||
            !nn_prep_learn(&d->preps[i], t, d->part_of, e) ||
            !nn_prep_finish(&d->preps[i], t->width, e))
            return false;
    }
    return true;
}

/* Where each word of an input has a label, rows have as many of both. */
static bool check_labels(const nn_dataset *d, const nn_section *s, int target,
                         nn_error *e)
{
    const nn_prep *y = &d->preps[target];
    if (y->spelling == NULL || y->spelling->labels == NULL ||
        !y->spelling->labels(y->speller))
        return true;
    for (int i = 0; i < d->program->model->input_count; i++) {
        const nn_prep *x = &d->preps[i];
        if (x->spelling == y->spelling &&
            x->tensor->values == y->tensor->values &&
            !y->spelling->agree(y->speller, &s->sources[target].table,
                                x->speller, &s->sources[i].table, e))
            return false;
    }
    return true;
}

static bool encode(nn_dataset *d, nn_error *e)
{
    for (int part = 0; part < NN_PARTS; part++) {
        nn_section *s = &d->parts[part];
        for (int i = 0; s->own && i < d->tensors; i++) {
            nn_source *x = &s->sources[i];
            nn_prep_fill(&d->preps[i], &x->table);
            if (!nn_prep_encode(&d->preps[i], &x->table, &x->ids, e) ||
                !check_labels(d, s, i, e))
                return false;
        }
    }
    return true;
}

/* A part with sources of its own may be what needs the training rows' means. */
static bool open_preps(nn_dataset *d, nn_error *e)
{
    const nn_program *p = d->program;
    for (int i = 0; i < d->tensors; i++)
        if (!nn_prep_open(&d->preps[i],
                          nn_prep_flow(p->flows, p->flow_count, i, NN_TRAIN),
                          &p->model->inputs[i], e))
            return false;
    nn_prep_share(d->preps, d->tensors);
    for (int i = 0; i < p->flow_count; i++)
        if (p->flows[i].missing == NN_MISSING_MEAN)
            d->preps[p->flows[i].tensor].fills = true;
    return true;
}

bool nn_dataset_open(nn_dataset *d, const nn_program *program,
                     const char *folder, nn_error *e)
{
    const nn_model *m = program->model;
    *d = (nn_dataset){.program = program,
                      .tensors = m->input_count + m->target_count};
    if (!nn_alloc(&d->preps, (size_t)d->tensors, sizeof *d->preps, "data", e))
        return false;
    bool good = open_preps(d, e);
    good = good && read_parts(d, folder, e) && find_windows(d, e) &&
           split(d, e) && learn(d, e) && encode(d, e);
    if (!good)
        nn_dataset_close(d);
    return good;
}

void nn_dataset_close(nn_dataset *d)
{
    for (int part = NN_PARTS - 1; part >= 0; part--) {
        nn_section *s = &d->parts[part];
        for (int i = 0; s->own && i < d->tensors; i++) {
            nn_table_close(&s->sources[i].table);
            free(s->sources[i].ids);
        }
        if (s->own)
            free(s->sources);
        nn_order_close(&s->order);
    }
    for (int i = 0; d->preps != NULL && i < d->tensors; i++)
        nn_prep_close(&d->preps[i]);
    free(d->preps);
    free(d->part_of);
    *d = (nn_dataset){0};
}
