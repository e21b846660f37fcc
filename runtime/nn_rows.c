/* A file is read once into memory; each input takes its columns from there
 * through the readers that training uses, with a flow made up for it. */
#include "nn_rows.h"

#include <stdlib.h>
#include <string.h>

#include "nn_form.h"
#include "nn_mem.h"
#include "nn_records.h"

typedef struct {
    const nn_program *program;
    const nn_prep *preps;
    const char *path;
    nn_file file;
    const nn_reader *reader;
    int first, count; /* the inputs that this file gives */
} source;

static const nn_flow *text_flow(const source *s)
{
    for (int i = s->first; i < s->first + s->count; i++)
        if (nn_form_is_text(&s->preps[i]))
            return s->preps[i].flow;
    return NULL;
}

/* True where the file is one for tsv: as the text says, or by line 1. One with
 * tabs and commas, or with neither, is of the kind that training reads. */
static bool is_tabbed(const source *s)
{
    const nn_flow *f = text_flow(s);
    const char *newline = memchr(s->file.bytes, '\n', s->file.size);
    size_t line = newline == NULL
                      ? s->file.size
                      : (size_t)(newline - (const char *)s->file.bytes);
    bool commas = memchr(s->file.bytes, ',', line) != NULL;
    bool tabs = memchr(s->file.bytes, '\t', line) != NULL;
    bool tsv = f != NULL && f->reader == &nn_tsv;
    if (f != NULL && (f->separator != 0 || (tsv && f->decimal != 0)))
        return tsv;
    return tabs == commas ? tsv : tabs;
}

static char separator_of(const source *s)
{
    const nn_flow *f = text_flow(s);
    if (s->reader == &nn_tsv)
        return '\t';
    return f != NULL && f->separator != 0 ? f->separator : ',';
}

static bool find_reader(source *s, nn_error *e)
{
    const nn_flow *f = s->preps[s->first].flow;
    const unsigned char *b = s->file.bytes;
    size_t n = s->file.size;
    if (f != NULL && f->reader->is_own != NULL && f->reader->is_own(&s->file))
        s->reader = f->reader;
    else if (n >= 6 && memcmp(b, "\x93NUMPY", 6) == 0)
        s->reader = &nn_npy;
    else if (n >= 4 && b[0] == 0 && b[1] == 0)
        s->reader = &nn_idx;
    else if (n >= 8 && memcmp(b, "\x89PNG\r\n\x1a\n", 8) == 0) {
        s->reader = s->program->image;
        if (s->reader == NULL)
            return nn_fail(e, "%s is an image, and %s is none", s->path,
                           s->preps[s->first].tensor->name);
    } else
        s->reader = is_tabbed(s) ? &nn_tsv : &nn_csv;
    return true;
}

static bool is_text(const source *s)
{
    return s->reader == &nn_csv || s->reader == &nn_tsv;
}

/* Makes the flow by which input i takes its columns: of a text file by what
 * its first line is, of another all that it holds. */
static bool plan_flows(source *s, nn_flow *flows, nn_columns *columns,
                       nn_error *e)
{
    nn_form form = {s->program, s->preps, s->path, s->first, s->count};
    nn_records r = {0};
    bool more = true;
    if (!is_text(s)) {
        flows[0] = (nn_flow){.tensor = s->first, .path = s->path};
        return true;
    }
    bool good = nn_records_open(&r, &s->file, s->path, separator_of(s),
                                s->reader == &nn_csv, e) &&
                nn_records_next(&r, &more, e);
    if (nn_form_is_raw(&form, good && more, &r)) {
        nn_records_close(&r);
        s->reader = s->preps[s->first].spelling->lines;
        flows[0] = (nn_flow){.tensor = s->first,
                             .path = s->path,
                             .missing = s->preps[s->first].flow->missing};
        return true;
    }
    if (good && !more)
        good = nn_fail(e, "%s has no rows", s->path);
    good = good && nn_form_plan(&form, &r, flows, columns, e);
    nn_records_close(&r);
    return good;
}

/* A table may hold whole rows, or a series that windows are cut from. */
static bool check_width(nn_rows *r, const nn_prep *p, int i, nn_error *e)
{
    nn_table *t = &r->tables[i];
    const nn_transform *w = p->window;
    if (p->spelling != NULL)
        return nn_prep_check_width(p, t->width, t->path, e) &&
               nn_prep_encode(p, t, &r->ids[i], e);
    r->series[i] = w != NULL && t->width != p->tensor->values &&
                   t->width * w->length == p->tensor->values;
    if (!r->series[i] && t->width != p->tensor->values)
        return nn_fail(e, "%s has %lld value%s a row; %s takes %lld", t->path,
                       (long long)t->width, nn_s(t->width), p->tensor->name,
                       (long long)p->tensor->values);
    if (r->series[i] && t->rows < w->length)
        return nn_fail(e, "%s has %lld row%s; a window takes %lld", t->path,
                       (long long)t->rows, nn_s(t->rows), (long long)w->length);
    if (p->scale != NULL && p->period > 1 && t->width % p->period != 0)
        return nn_fail(e, "%s: %lld columns were standardized, a row has %lld",
                       t->path, (long long)p->period, (long long)t->width);
    nn_prep_fill(p, t);
    return nn_prep_encode(p, t, &r->ids[i], e);
}

static int64_t rows_of(const nn_rows *r, const nn_prep *preps, int i)
{
    int64_t rows = r->tables[i].rows;
    return r->series[i] ? rows - preps[i].window->length + 1 : rows;
}

/* Lines of blanks alone, where the text drops rows that miss their words. */
static bool drop_blank(nn_table *t, const nn_file *f, nn_error *e)
{
    const char *at = (const char *)f->bytes, *end = at + f->size;
    if (!nn_alloc(&t->dropped, (size_t)t->rows, 1, t->path, e))
        return false;
    for (int64_t row = 0; row < t->rows; row++, at++) {
        bool blank = true;
        for (; at < end && *at != '\n'; at++)
            blank &= *at == ' ' || *at == '\t' || *at == '\r';
        t->dropped[row] = blank;
    }
    return true;
}

static bool take_inputs(nn_rows *r, const source *s, const nn_flow *flows,
                        nn_error *e)
{
    bool good = true;
    for (int i = s->first; good && i < s->first + s->count; i++) {
        nn_request q = {.path = s->path,
                        .flow = &flows[i - s->first],
                        .flows = flows,
                        .flow_count = s->count,
                        .labels = nn_prep_takes_labels(&s->preps[i]),
                        .tensor = s->preps[i].tensor,
                        .given = &s->file};
        bool lines = s->preps[i].spelling != NULL &&
                     s->reader == s->preps[i].spelling->lines;
        good = s->reader->read(&r->tables[i], &q, e) &&
               (!lines || q.flow->missing != NN_MISSING_DROP ||
                drop_blank(&r->tables[i], &s->file, e)) &&
               check_width(r, &s->preps[i], i, e);
    }
    return good;
}

/* Reads one file for inputs first .. first + count - 1. What tables take
 * from the file itself stays valid: r keeps the file. */
static bool read_file(nn_rows *r, source *s, nn_error *e)
{
    nn_form form = {s->program, s->preps, s->path, s->first, s->count};
    nn_flow *flows = NULL;
    nn_columns *columns = NULL;
    size_t n = (size_t)r->inputs;
    if (!nn_file_read(&s->file, s->path, s->program->unpacker, e))
        return false;
    s->path = strcmp(s->path, "-") == 0 ? "standard input" : s->path;
    bool good =
        find_reader(s, e) && nn_alloc(&flows, n, sizeof *flows, "input", e) &&
        nn_alloc(&columns, nn_form_room(&form), sizeof *columns, "input", e);
    if (good && !is_text(s) && s->count > 1)
        good = nn_fail(e,
                       "%s can only give one of %d inputs: say which, as "
                       "in %s=%s",
                       s->path, s->count, s->preps[0].tensor->name, s->path);
    good =
        good && plan_flows(s, flows, columns, e) && take_inputs(r, s, flows, e);
    free(flows);
    free(columns);
    nn_file *keep = &r->tables[s->first].file;
    if (good) {
        *keep = s->file;
        s->file = (nn_file){0};
    }
    nn_file_close(&s->file);
    return good;
}

static bool open_rows(nn_rows *r, const nn_program *p, nn_error *e)
{
    size_t n = (size_t)p->model->input_count;
    *r = (nn_rows){.inputs = p->model->input_count};
    return nn_alloc(&r->tables, n, sizeof *r->tables, "input", e) &&
           nn_alloc(&r->ids, n, sizeof *r->ids, "input", e) &&
           nn_alloc(&r->series, n, sizeof *r->series, "input", e);
}

static bool count_rows(nn_rows *r, const nn_prep *preps, nn_error *e)
{
    r->rows = rows_of(r, preps, 0);
    for (int i = 1; i < r->inputs; i++)
        if (rows_of(r, preps, i) != r->rows)
            return nn_fail(e,
                           "%s gives %lld row%s for %s, %s gives %lld for "
                           "%s",
                           r->tables[0].path, (long long)r->rows, nn_s(r->rows),
                           preps[0].tensor->name, r->tables[i].path,
                           (long long)rows_of(r, preps, i),
                           preps[i].tensor->name);
    return true;
}

bool nn_rows_read(nn_rows *r, const nn_program *p, const nn_prep *preps,
                  const char *path, nn_error *e)
{
    source s = {.program = p,
                .preps = preps,
                .path = path,
                .count = p->model->input_count};
    if (open_rows(r, p, e) && read_file(r, &s, e) && count_rows(r, preps, e))
        return true;
    nn_rows_close(r);
    return false;
}

bool nn_rows_read_each(nn_rows *r, const nn_program *p, const nn_prep *preps,
                       const char *const *paths, nn_error *e)
{
    bool good = open_rows(r, p, e);
    for (int i = 0; good && i < r->inputs; i++) {
        source s = {.program = p,
                    .preps = preps,
                    .path = paths[i],
                    .first = i,
                    .count = 1};
        good = read_file(r, &s, e);
    }
    if (good && count_rows(r, preps, e))
        return true;
    nn_rows_close(r);
    return false;
}

const nn_table *nn_rows_dropped_by(const nn_rows *r, int64_t row)
{
    for (int i = 0; i < r->inputs; i++)
        if (r->tables[i].dropped != NULL && r->tables[i].dropped[row])
            return &r->tables[i];
    return NULL;
}

void nn_rows_fetch(const nn_rows *r, const nn_prep *preps, int64_t row,
                   int index, void *const *buffers)
{
    for (int i = 0; i < r->inputs; i++) {
        int64_t count = r->series[i] ? preps[i].window->length : 1;
        nn_prep_fetch(&preps[i], &r->tables[i], r->ids[i], row, count, index,
                      buffers[i]);
    }
}

void nn_rows_close(nn_rows *r)
{
    for (int i = 0; i < r->inputs; i++) {
        if (r->tables != NULL)
            nn_table_close(&r->tables[i]);
        if (r->ids != NULL)
            free(r->ids[i]);
    }
    free(r->tables);
    free(r->ids);
    free(r->series);
    *r = (nn_rows){0};
}
