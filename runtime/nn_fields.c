/* From the mark before a row to the row itself records are read, so that a file
 * may be larger than memory. Rows in order are read once each. */
#include "nn_fields.h"

#include <stdlib.h>

#include "nn_marks.h"
#include "nn_watch.h"

struct nn_fields {
    nn_file file;
    nn_records records;
    int64_t row; /* at hand, or -1 */
    int64_t rows;
    nn_marks marks;
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
    free(f->marks.list);
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
    nn_mark m = {(uint64_t)f->row, (uint64_t)(r->start - r->begin), r->line};
    return nn_marks_add(&f->marks, m, e) || nn_fail_in(e, r->path);
}

static bool go(nn_fields *f, int64_t row, nn_error *e)
{
    const nn_mark *m = nn_marks_before(&f->marks, (uint64_t)row);
    bool more = true;
    if (f->row == row && f->records.count > 0)
        return true;
    if (f->row >= row || f->row < (int64_t)m->item) {
        nn_records_go(&f->records, f->records.begin + m->offset, m->line);
        f->row = (int64_t)m->item - 1;
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
