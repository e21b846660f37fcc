/* The sources csv and tsv. A file is parsed once for each flow that uses it:
 * the flow's columns become a table of numbers, or of labels where `category`
 * follows. Whether line 1 is a header is judged from all flows on the file:
 * it is where a column is named, or where a column used as numbers is not a
 * number in line 1. */
#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"
#include "nn_records.h"
#include "nn_table.h"

typedef struct {
    nn_records records;
    const nn_request *request;
    nn_table *table;
    int64_t *columns; /* from 0, in the order of the flow */
    size_t column_count, column_room;
    char **names; /* of all fields, where there is a header */
    size_t fields;
    size_t cell_room, line_room;
} csv;

static bool wants_labels(const nn_flow *f)
{
    for (int i = 0; i < f->transform_count; i++)
        if (f->transforms[i].kind == NN_CATEGORY)
            return true;
    return false;
}

static bool is_number(const csv *c, int64_t field)
{
    double x;
    return field >= (int64_t)c->records.count ||
           nn_records_is_number(&c->records.fields[field], &x);
}

/* What one flow says about line 1: 1 a header, 0 none, -1 no opinion. */
static int opinion(const csv *c, const nn_flow *f)
{
    nn_columns all = {1, (int)c->records.count, NULL};
    const nn_columns *columns = f->column_count > 0 ? f->columns : &all;
    int count = f->column_count > 0 ? f->column_count : 1;
    if (f->header != NN_HEADER_JUDGE)
        return f->header == NN_HEADER_YES;
    for (int i = 0; i < count; i++) {
        if (columns[i].name != NULL)
            return 1;
        for (int j = columns[i].from; j <= columns[i].to; j++)
            if (!wants_labels(f) && !is_number(c, j - 1))
                return 1;
    }
    return -1;
}

static bool has_header(const csv *c)
{
    const nn_request *r = c->request;
    bool header = false;
    for (int i = 0; i < r->flow_count; i++) {
        const nn_flow *f = &r->flows[i];
        if (f->path == NULL || strcmp(f->path, r->flow->path) != 0)
            continue;
        int says = opinion(c, f);
        if (says >= 0 && f->header != NN_HEADER_JUDGE)
            return says == 1;
        header = header || says == 1;
    }
    return header;
}

static bool keep_names(csv *c, nn_error *e)
{
    if (!nn_alloc(&c->names, c->fields, sizeof *c->names, "csv", e))
        return false;
    for (size_t i = 0; i < c->fields; i++) {
        const nn_label *f = &c->records.fields[i];
        c->names[i] = strndup(f->bytes, f->length);
        if (c->names[i] == NULL)
            return nn_fail(e, "%s: no memory", c->records.path);
    }
    return true;
}

static bool add_column(csv *c, int64_t column, nn_error *e)
{
    if (column < 0 || column >= (int64_t)c->fields)
        return nn_fail(e, "%s has %zu column%s: there is no column %lld",
                       c->records.path, c->fields, nn_s((long long)c->fields),
                       (long long)column + 1);
    if (!nn_grow(&c->columns, &c->column_room, c->column_count + 1,
                 sizeof *c->columns, e))
        return false;
    c->columns[c->column_count++] = column;
    return true;
}

static bool add_named(csv *c, const char *name, nn_error *e)
{
    for (size_t i = 0; c->names != NULL && i < c->fields; i++)
        if (strcmp(c->names[i], name) == 0)
            return add_column(c, (int64_t)i, e);
    nn_fail(e, "%s has no column \"%s\"; its header says:", c->records.path,
            name);
    for (size_t i = 0; c->names != NULL && i < c->fields && i < 12; i++) {
        size_t used = strlen(e->text);
        snprintf(e->text + used, sizeof e->text - used, "%s %.60s",
                 i > 0 ? "," : "", c->names[i]);
    }
    return false;
}

static bool pick_columns(csv *c, nn_error *e)
{
    const nn_flow *f = c->request->flow;
    bool good = true;
    for (int64_t j = 0; f->column_count == 0 && j < (int64_t)c->fields; j++)
        good = good && add_column(c, j, e);
    for (int i = 0; good && i < f->column_count; i++) {
        const nn_columns *k = &f->columns[i];
        if (k->name != NULL)
            good = add_named(c, k->name, e);
        else
            for (int64_t j = k->from; good && j <= k->to; j++)
                good = add_column(c, j - 1, e);
    }
    return good;
}

static bool take_field(csv *c, size_t cell, int64_t column, nn_error *e)
{
    nn_table *t = c->table;
    const char *name = c->names != NULL ? c->names[column] : NULL;
    const nn_label *field = &c->records.fields[column];
    if (t->cell == NN_CELL_F64)
        return nn_records_number(&c->records, (size_t)column, name,
                                 (double *)t->owned[0] + cell, e);
    if (field->length == 0)
        return nn_fail(e,
                       "%s:%u: column %lld is empty, where a label is "
                       "wanted",
                       t->path, c->records.line, (long long)column + 1);
    ((nn_label *)t->owned[0])[cell] = *field;
    return true;
}

static bool take_record(csv *c, nn_error *e)
{
    nn_table *t = c->table;
    const nn_records *r = &c->records;
    size_t size = t->cell == NN_CELL_F64 ? sizeof(double) : sizeof(nn_label);
    size_t cells = (size_t)t->rows * c->column_count;
    if (r->count != c->fields)
        return nn_fail(e, "%s:%u: this row has %zu column%s, the first has %zu",
                       t->path, r->line, r->count, nn_s((long long)r->count),
                       c->fields);
    if (!nn_grow(&t->owned[0], &c->cell_room, cells + c->column_count, size,
                 e) ||
        !nn_grow(&t->owned[1], &c->line_room, (size_t)t->rows + 1,
                 sizeof *t->lines, e))
        return nn_fail_in(e, t->path);
    for (size_t j = 0; j < c->column_count; j++)
        if (!take_field(c, cells + j, c->columns[j], e))
            return false;
    ((uint32_t *)t->owned[1])[t->rows++] = r->line;
    return true;
}

/* A header alone; where it was judged to be one, what made it so. */
static bool no_rows(const csv *c, nn_error *e)
{
    for (size_t j = 0; j < c->column_count; j++) {
        const char *name = c->names[c->columns[j]];
        double x;
        if (c->table->cell == NN_CELL_F64 &&
            !nn_records_is_number(&(nn_label){name, strlen(name)}, &x))
            return nn_fail(e,
                           "%s has a header but no rows: '%s' in line 1 is "
                           "not a number",
                           c->table->path, name);
    }
    return nn_fail(e, "%s has a header but no rows", c->table->path);
}

static bool take_records(csv *c, nn_error *e)
{
    bool more, header;
    if (!nn_records_next(&c->records, &more, e))
        return false;
    if (!more)
        return nn_fail(e, "%s has no rows", c->table->path);
    c->fields = c->records.count;
    header = has_header(c);
    if ((header && !keep_names(c, e)) || !pick_columns(c, e))
        return false;
    if (header && !nn_records_next(&c->records, &more, e))
        return false;
    while (more)
        if (!take_record(c, e) || !nn_records_next(&c->records, &more, e))
            return false;
    return c->table->rows > 0 || no_rows(c, e);
}

static void close_csv(csv *c)
{
    for (size_t i = 0; c->names != NULL && i < c->fields; i++)
        free(c->names[i]);
    free(c->names);
    free(c->columns);
    nn_records_close(&c->records);
}

static bool read_separated(nn_table *t, const nn_request *r, char separator,
                           nn_error *e)
{
    csv c = {.request = r, .table = t};
    bool good = nn_table_open(t, r, e);
    t->cell = r->labels ? NN_CELL_LABEL : NN_CELL_F64;
    good = good &&
           nn_records_open(&c.records, &t->file, t->path, separator,
                           separator == ',', e) &&
           take_records(&c, e);
    t->width = (int64_t)c.column_count;
    t->cells = t->owned[0];
    t->lines = t->owned[1];
    t->columns = c.columns;
    t->owned[2] = c.records.pool;
    t->owned[3] = c.columns;
    c.records.pool = NULL;
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
    return read_separated(t, r, ',', e);
}

static bool read_tsv(nn_table *t, const nn_request *r, nn_error *e)
{
    return read_separated(t, r, '\t', e);
}

const nn_reader nn_csv = {.name = "csv", .read = read_csv};
const nn_reader nn_tsv = {.name = "tsv", .read = read_tsv};
