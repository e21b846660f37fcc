/* Rows of a data set into the caller's buffers, a checksum over them, what they
 * take, and whether the files are still those that were read. */
#include <string.h>

#include "nn_dataset.h"
#include "nn_digest.h"

/* The first row and the number of rows of the series that the item which begins
 * in row `item` gives. */
static int64_t rows_of(const nn_dataset *d, int tensor, int64_t item,
                       int64_t *count)
{
    const nn_prep *p = &d->preps[tensor];
    int64_t width = d->parts[NN_TRAIN].sources[tensor].table.width;
    *count = 1;
    if (p->window == NULL)
        return item;
    bool one = p->tensor->values == width && p->flow->ahead;
    if (one)
        return item + p->window->length - 1 + p->window->ahead;
    *count = p->window->length;
    return item + (p->flow->ahead ? p->window->ahead : 0);
}

void nn_dataset_fetch(const nn_dataset *d, nn_part part, const uint32_t *items,
                      int n, void *const *buffers)
{
    const nn_source *sources = d->parts[part].sources;
    for (int t = 0; t < d->tensors; t++)
        for (int i = 0; i < n; i++) {
            int64_t count, row = rows_of(d, t, items[i] * d->stride, &count);
            nn_prep_fetch(&d->preps[t], &sources[t].table, sources[t].ids, row,
                          count, i, buffers[t]);
        }
}

/* Table number i of all that were read, or NULL behind the last. */
static const nn_table *table_at(const nn_dataset *d, int i)
{
    for (int part = 0; part < NN_PARTS; part++) {
        if (!d->parts[part].own)
            continue;
        if (i < d->tensors)
            return &d->parts[part].sources[i].table;
        i -= d->tensors;
    }
    return NULL;
}

bool nn_dataset_unchanged(const nn_dataset *d, nn_error *e)
{
    const nn_table *t;
    for (int i = 0; (t = table_at(d, i)) != NULL; i++)
        if (t->path != NULL && !nn_stamp_holds(&t->stamp, t->path, e))
            return false;
    return true;
}

const char *nn_dataset_reads(const nn_dataset *d, const nn_stamp *s)
{
    const nn_table *t;
    for (int i = 0; (t = table_at(d, i)) != NULL; i++)
        if (t->stamp.plain && t->stamp.inode == s->inode &&
            t->stamp.device == s->device)
            return t->path;
    return NULL;
}

static uint64_t mix_labels(uint64_t sum, const nn_table *t)
{
    char room[NN_TABLE_TEXT];
    for (int64_t row = 0; row < t->rows; row++) {
        nn_label text = nn_table_text(t, row, 0, room);
        sum = nn_digest_bytes(sum, text.bytes, text.length);
    }
    return sum;
}

static uint64_t mix_source(uint64_t sum, const nn_source *s)
{
    const nn_table *t = &s->table;
    size_t cells = (size_t)t->rows * (size_t)t->width;
    sum = nn_digest_word(nn_digest_word(sum, (uint64_t)t->rows),
                         (uint64_t)t->width);
    if (nn_table_is_text(t))
        return nn_digest_word(sum, t->digest);
    if (s->ids == NULL && t->cell == NN_CELL_LABEL)
        return mix_labels(sum, t);
    if (s->ids != NULL)
        return nn_digest_bytes(sum, s->ids, cells * sizeof *s->ids);
    return nn_digest_bytes(sum, t->cells, cells * nn_table_cell_size(t->cell));
}

uint64_t nn_dataset_checksum(const nn_dataset *d)
{
    uint64_t sum = 1;
    for (int part = 0; part < NN_PARTS; part++) {
        const nn_section *s = &d->parts[part];
        for (int i = 0; s->own && i < d->tensors; i++)
            sum = mix_source(sum, &s->sources[i]);
        sum = nn_digest_word(sum, (uint64_t)s->count);
    }
    for (int i = 0; i < d->tensors; i++) {
        const nn_labels *l = &d->preps[i].labels;
        for (int64_t k = 0; k < l->count; k++)
            sum = nn_digest_bytes(sum, l->text[k], strlen(l->text[k]));
    }
    return nn_digest_bytes(sum, d->part_of, (size_t)d->rows);
}

static int64_t bytes_of(const nn_source *s)
{
    const nn_table *t = &s->table;
    int64_t cells = t->rows * t->width;
    int64_t bytes = (int64_t)t->file.size;
    if (t->owned[0] != NULL)
        bytes += cells * (int64_t)nn_table_cell_size(t->cell);
    if (t->lines != NULL)
        bytes += t->rows * (int64_t)sizeof *t->lines;
    return bytes + (s->ids != NULL ? cells * (int64_t)sizeof *s->ids : 0);
}

int64_t nn_dataset_bytes(const nn_dataset *d)
{
    int64_t bytes = d->rows * (int64_t)sizeof *d->part_of;
    for (int part = 0; part < NN_PARTS; part++) {
        const nn_section *s = &d->parts[part];
        if (part == NN_TRAIN && !d->program->train.stateful)
            bytes += nn_order_bytes(&s->order);
        for (int i = 0; s->own && i < d->tensors; i++)
            bytes += bytes_of(&s->sources[i]);
    }
    return bytes;
}
