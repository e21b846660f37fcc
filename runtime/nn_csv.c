/* The sources csv and tsv. A file is parsed once for each flow that uses it:
 * the flow's columns become a table of numbers, or of labels where `category`
 * follows. Whether line 1 is a header is judged from all flows on the file. A
 * missing number becomes 0, NaN (to be filled with a mean that is not known
 * yet), marks its row, or is gathered for one message about all of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_field.h"
#include "nn_fields.h"
#include "nn_header.h"
#include "nn_mem.h"
#include "nn_textfile.h"

enum { GAPS_SHOWN = 10 };

typedef struct {
    uint32_t line;
    int64_t column; /* from 1 */
} gap;

typedef struct {
    nn_records own;
    nn_records *records; /* own, or that of: */
    nn_fields *kept;     /* labels, which stay in the file */
    const nn_request *request;
    nn_table *table;
    int64_t *columns; /* from 0, in the order of the flow */
    size_t column_count, column_room;
    nn_label *names; /* of all fields, where there is a header */
    size_t fields;
    uint32_t first_line;
    size_t cell_room, line_room, drop_room;
    gap gaps[GAPS_SHOWN]; /* missing values, where they are mistakes */
    int64_t gap_count;
    nn_label gap; /* what stands in the first */
} csv;

static bool keep_names(csv *c, nn_error *e)
{
    if (!nn_alloc(&c->names, c->fields, sizeof *c->names, "csv", e))
        return false;
    for (size_t i = 0; i < c->fields; i++) {
        const nn_label *field = &c->records->fields[i];
        const char *name = strndup(field->bytes, field->length);
        if (name == NULL)
            return nn_fail(e, "%s: no memory for names", c->records->path);
        c->names[i] = (nn_label){name, field->length};
    }
    return true;
}

static bool add_column(csv *c, int64_t column, nn_error *e)
{
    if (column < 0 || column >= (int64_t)c->fields) {
        nn_fail(e, "%s has %zu column%s: there is no column %lld",
                c->records->path, c->fields, nn_s((long long)c->fields),
                (long long)column + 1);
        return nn_field_hint(c->records, e);
    }
    if (!nn_grow(&c->columns, &c->column_room, c->column_count + 1,
                 sizeof *c->columns, e))
        return false;
    c->columns[c->column_count++] = column;
    return true;
}

static bool find(csv *c, const char *name, int64_t *column, nn_error *e)
{
    const char *path = c->records->path;
    if (c->names == NULL)
        return nn_fail(e, "%s has no header, so no column \"%s\"", path, name);
    *column = nn_header_find(c->names, c->fields, name, path, e);
    return *column >= 0 || nn_field_hint(c->records, e);
}

static bool add_columns(csv *c, const nn_columns *k, nn_error *e)
{
    int64_t from = k->from - 1, to = k->to - 1;
    if (k->name != NULL && !find(c, k->name, &from, e))
        return false;
    if (k->name != NULL)
        to = from;
    if (k->last != NULL && !find(c, k->last, &to, e))
        return false;
    if (to < from)
        return nn_fail(e,
                       "%s: column \"%s\" stands behind \"%s\": write the "
                       "range from left to right",
                       c->records->path, k->name, k->last);
    for (int64_t j = from; j <= to; j++)
        if (!add_column(c, j, e))
            return false;
    return true;
}

static bool pick_columns(csv *c, nn_error *e)
{
    const nn_flow *f = c->request->flow;
    nn_columns all = {.from = 1, .to = (int)c->fields};
    if (f->column_count == 0)
        return add_columns(c, &all, e);
    for (int i = 0; i < f->column_count; i++)
        if (!add_columns(c, &f->columns[i], e))
            return false;
    return true;
}

/* A missing value; *x is what stands for it. */
static void take_gap(csv *c, int64_t column, double *x)
{
    nn_missing missing = c->request->flow->missing;
    *x = missing == NN_MISSING_MEAN ? NAN : 0;
    if (missing == NN_MISSING_DROP)
        c->table->dropped[c->table->rows] = 1;
    if (missing != NN_MISSING_ERROR)
        return;
    if (c->gap_count == 0)
        c->gap = c->records->fields[column];
    if (c->gap_count < GAPS_SHOWN)
        c->gaps[c->gap_count] = (gap){c->records->line, column + 1};
    c->gap_count++;
}

/* What is wrong in the first line may be that it is a header. */
static bool hint_header(const csv *c, uint32_t line, nn_error *e)
{
    bool judged = c->request->flow->header == NN_HEADER_JUDGE;
    if (c->names == NULL && judged && line == c->first_line)
        nn_fail_also(e, "; if this line is a header, write header: true");
    return false;
}

/* A class that the text reads as a number. */
static bool hint_category(const csv *c, nn_error *e)
{
    const nn_tensor *tensor = c->request->tensor;
    if (tensor != NULL && tensor->type != NN_F32)
        nn_fail_also(e, "; labels become classes with -> category");
    return false;
}

static nn_label name_of(const csv *c, int64_t column)
{
    return c->names != NULL ? c->names[column] : (nn_label){"", 0};
}

static bool take_number(csv *c, size_t cell, int64_t column, nn_error *e)
{
    const nn_label *field = &c->records->fields[column];
    double *x = (double *)c->table->owned[0] + cell;
    if (nn_field_is_missing(field))
        take_gap(c, column, x);
    else if (!nn_records_number(c->records, (size_t)column, name_of(c, column),
                                x, e)) {
        nn_field_hint_number(c->records, field, e);
        hint_header(c, c->records->line, e);
        return hint_category(c, e);
    }
    return true;
}

/* `?` is a label like any other, until the text says what is missing. */
static void take_label(csv *c, int64_t column)
{
    const nn_label *field = &c->records->fields[column];
    bool asked = c->request->flow->missing != NN_MISSING_ERROR;
    double waste;
    if (field->length == 0 || (asked && nn_field_is_missing(field)))
        take_gap(c, column, &waste);
}

/* Room for the record at hand. */
static bool add_row(csv *c, nn_error *e)
{
    nn_table *t = c->table;
    size_t rows = (size_t)t->rows + 1, cells = rows * c->column_count;
    bool drops = c->request->flow->missing == NN_MISSING_DROP;
    if (c->kept != NULL && !nn_fields_add(c->kept, e))
        return false;
    if ((c->kept == NULL &&
         (!nn_grow(&t->owned[0], &c->cell_room, cells, sizeof(double), e) ||
          !nn_grow(&t->owned[1], &c->line_room, rows, sizeof *t->lines, e))) ||
        (drops && !nn_grow(&t->dropped, &c->drop_room, rows, 1, e)))
        return nn_fail_in(e, t->path);
    if (t->dropped != NULL)
        t->dropped[t->rows] = 0;
    if (c->kept == NULL)
        ((uint32_t *)t->owned[1])[t->rows] = c->records->line;
    return true;
}

static bool take_record(csv *c, nn_error *e)
{
    nn_table *t = c->table;
    const nn_records *r = c->records;
    size_t cells = (size_t)t->rows * c->column_count;
    if (r->count != c->fields) {
        nn_fail(e, "%s:%u: this row has %zu column%s, the first has %zu",
                t->path, r->line, r->count, nn_s((long long)r->count),
                c->fields);
        return nn_field_hint(r, e);
    }
    if (!add_row(c, e))
        return false;
    for (size_t j = 0; j < c->column_count; j++)
        if (c->kept != NULL)
            take_label(c, c->columns[j]);
        else if (!take_number(c, cells + j, c->columns[j], e))
            return false;
    t->rows++;
    return true;
}

/* A header alone; where it was judged to be one, what made it so. */
static bool no_rows(const csv *c, nn_error *e)
{
    const nn_flow *f = c->request->flow;
    nn_fail(e, "%s has a header but no rows", c->table->path);
    if (f->header == NN_HEADER_YES)
        return nn_fail_also(e, ": line 1 is taken for one");
    if (c->table->cell == NN_CELL_F64 && !nn_header_named(f))
        return nn_fail_also(e, ": '%.*s' in line 1 is not a number",
                            nn_label_shown(name_of(c, c->columns[0])),
                            name_of(c, c->columns[0]).bytes);
    return false;
}

/* One message about all missing values: the first ten, and how many. */
static bool no_gaps(const csv *c, nn_error *e)
{
    const gap *g = c->gaps;
    bool labels = c->table->cell == NN_CELL_LABEL;
    bool classes =
        c->request->tensor != NULL && c->request->tensor->type != NN_F32;
    if (c->gap_count == 0)
        return true;
    nn_label name = name_of(c, g->column - 1);
    nn_fail(e, "%s:%u: column %lld%s%.*s%s is ", c->table->path, g->line,
            (long long)g->column, name.length > 0 ? " (" : "",
            nn_label_shown(name), name.bytes, name.length > 0 ? ")" : "");
    if (c->gap.length == 0)
        nn_fail_also(e, "empty");
    else
        nn_fail_also(e, "'%.*s', which is not a number", (int)c->gap.length,
                     c->gap.bytes);
    if (c->gap_count > 1)
        nn_fail_also(e, "; %lld values are missing, at line:column",
                     (long long)c->gap_count);
    for (int64_t i = 0; i < c->gap_count && i < GAPS_SHOWN; i++)
        if (c->gap_count > 1)
            nn_fail_also(e, "%s %u:%lld", i > 0 ? "," : "", g[i].line,
                         (long long)g[i].column);
    nn_fail_also(e, "%s: mend the file, or say what to do with missing: %s",
                 c->gap_count > GAPS_SHOWN ? " and so on" : "",
                 labels    ? "drop"
                 : classes ? "drop or 0"
                           : "mean, drop or 0");
    return hint_header(c, g->line, e);
}

/* A quoted field with another separator behind it says what that is. */
static bool next(csv *c, bool *more, nn_error *e)
{
    nn_records *r = c->records;
    if (nn_records_next(r, more, e))
        return true;
    return r->at < r->end && strchr(";\t|", *r->at) != NULL
               ? nn_field_hint(r, e)
               : false;
}

static bool take_records(csv *c, nn_error *e)
{
    const nn_request *r = c->request;
    bool more, header;
    if (!next(c, &more, e))
        return false;
    if (!more)
        return nn_fail(e, "%s has no rows", c->table->path);
    c->fields = c->records->count;
    c->first_line = c->records->line;
    header = nn_header_judge(c->records, r->flows, r->flow_count,
                             r->flow->path) == NN_LINE_HEADER;
    if ((header && !keep_names(c, e)) || !pick_columns(c, e))
        return false;
    if (header && !next(c, &more, e))
        return false;
    while (more)
        if (!take_record(c, e) || !next(c, &more, e))
            return false;
    return (c->table->rows > 0 || no_rows(c, e)) && no_gaps(c, e);
}

/* What stands between the ends of a range of names, so that inference takes
 * the same columns. */
static bool tell_names(const csv *c, nn_error *e)
{
    nn_table *t = c->table;
    const nn_flow *f = c->request->flow;
    bool range = f->column_count == 1 && f->columns->last != NULL;
    if (!range)
        return true;
    if (!nn_alloc(&t->names, c->column_count, sizeof *t->names, "names", e))
        return false;
    for (size_t j = 0; j < c->column_count; j++) {
        const nn_label *name = &c->names[c->columns[j]];
        t->names[j] = strndup(name->bytes, name->length);
        if (t->names[j] == NULL)
            return nn_fail(e, "%s: no memory for names", t->path);
    }
    return true;
}

/* The text, unpacked and as UTF-8. */
static bool open_text(nn_table *t, const nn_request *r, nn_error *e)
{
    nn_charset charset = r->flow->charset;
    nn_textfile text;
    *t = (nn_table){.path = nn_file_join(NULL, r->path)};
    if (t->path == NULL)
        return nn_fail(e, "no memory");
    if (!(r->given != NULL
              ? nn_textfile_over(&text, r->given, r->path, charset, e)
              : nn_textfile_open(&text, r->path, r->unpacker, charset, e)))
        return false;
    t->stamp = text.stamp;
    return nn_textfile_map(&text, &t->file, e);
}

static void close_csv(csv *c)
{
    for (size_t i = 0; c->names != NULL && i < c->fields; i++)
        free((char *)c->names[i].bytes);
    free(c->names);
    free(c->columns);
    nn_records_close(&c->own);
}

/* Labels stay in the file, which is the table's from now on. */
static bool keep_fields(csv *c, nn_error *e)
{
    nn_table *t = c->table;
    c->kept = nn_fields_open(&t->file, &c->own, e);
    if (c->kept == NULL)
        return false;
    c->records = nn_fields_records(c->kept);
    t->text = c->kept;
    t->release = nn_fields_close;
    t->label = nn_fields_get;
    t->cell = NN_CELL_LABEL;
    return true;
}

static bool read_separated(nn_table *t, const nn_request *r, char separator,
                           bool quotes, nn_error *e)
{
    csv c = {.request = r, .table = t};
    bool good = open_text(t, r, e) && nn_records_open(&c.own, &t->file, t->path,
                                                      separator, quotes, e);
    c.own.decimal = r->flow->decimal != 0 ? r->flow->decimal : '.';
    c.records = &c.own;
    t->cell = NN_CELL_F64;
    good = good && (!r->labels || keep_fields(&c, e)) && take_records(&c, e);
    t->width = (int64_t)c.column_count;
    good = good && tell_names(&c, e);
    t->fields = (int64_t)c.fields;
    t->cells = t->owned[0];
    t->lines = t->owned[1];
    t->columns = c.columns;
    t->owned[2] = c.columns;
    c.columns = NULL;
    close_csv(&c);
    if (!good)
        nn_table_close(t);
    else if (!r->labels)
        nn_file_close(&t->file);
    return good;
}

static bool read_csv(nn_table *t, const nn_request *r, nn_error *e)
{
    char separator = r->flow->separator;
    return read_separated(t, r, separator != 0 ? separator : ',', true, e);
}

static bool read_tsv(nn_table *t, const nn_request *r, nn_error *e)
{
    char separator = r->flow->separator;
    return read_separated(t, r, separator != 0 ? separator : '\t', false, e);
}

const nn_reader nn_csv = {.name = "csv", .read = read_csv};
const nn_reader nn_tsv = {.name = "tsv", .read = read_tsv};
