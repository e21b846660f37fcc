/* Marks say where some of the rows begin; from there to the one wanted records
 * are read, so that a file may be larger than memory. Rows in order are read
 * once each. */
#include "nn_fields.h"

#include <stdlib.h>

#include "nn_mem.h"
#include "nn_watch.h"

enum { MARK_EVERY = 4096 };

typedef struct {
    int64_t row;
    const char *at;
    uint32_t line;
} mark;

struct nn_fields {
    nn_file file;
    nn_records records;
    int64_t row; /* at hand, or -1 */
    int64_t rows;
    mark *marks;
    size_t count, room;
};

nn_fields *nn_fields_open(nn_file *file, nn_records *records, nn_error *e)
{
    nn_fields *f = calloc(1, sizeof *f);
    if (f == NULL) {
        nn_fail(e, "%s: no memory", records->path);
        return NULL;
    }
    f->file = *file;
    f->records = *records;
    f->records.file = &f->file;
    f->row = -1;
    *file = (nn_file){0};
    *records = (nn_records){0};
    return f;
}

void nn_fields_close(void *fields)
{
    nn_fields *f = fields;
    nn_records_close(&f->records);
    nn_file_close(&f->file);
    free(f->marks);
    free(f);
}

nn_records *nn_fields_records(nn_fields *f)
{
    return &f->records;
}

bool nn_fields_add(nn_fields *f, nn_error *e)
{
    const nn_records *r = &f->records;
    f->row = f->rows++;
    if (f->count > 0 && r->start < f->marks[f->count - 1].at + MARK_EVERY)
        return true;
    if (!nn_grow(&f->marks, &f->room, f->count + 1, sizeof *f->marks, e))
        return nn_fail_in(e, r->path);
    f->marks[f->count++] = (mark){f->row, r->start, r->line};
    return true;
}

/* The last mark that is not behind the row. */
static const mark *mark_before(const nn_fields *f, int64_t row)
{
    size_t low = 0, high = f->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (f->marks[middle].row <= row)
            low = middle;
        else
            high = middle;
    }
    return &f->marks[low];
}

static bool go(nn_fields *f, int64_t row, nn_error *e)
{
    const mark *m = mark_before(f, row);
    bool more = true;
    if (f->row == row && f->records.count > 0)
        return true;
    if (f->row >= row || f->row < m->row) {
        nn_records_go(&f->records, m->at, m->line);
        f->row = m->row - 1;
    }
    for (; more && f->row < row; f->row++)
        if (!nn_records_next(&f->records, &more, e))
            return false;
    return more ||
           nn_fail(e, "%s has changed since it was read", f->records.path);
}

nn_label nn_fields_get(void *fields, int64_t row, int64_t column,
                       uint32_t *line)
{
    nn_fields *f = fields;
    nn_error e;
    if (!go(f, row, &e))
        nn_watch_end(e.text);
    if (column >= (int64_t)f->records.count) {
        nn_fail(&e, "%s has changed since it was read", f->records.path);
        nn_watch_end(e.text);
    }
    *line = f->records.line;
    return f->records.fields[column];
}
