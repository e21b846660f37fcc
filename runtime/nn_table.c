/* Reading cells of any type. The loops over a row are written once for each
 * type, because they run for every batch. */
#include "nn_table.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn_mem.h"

enum { LABEL_SHOWN = 60 };

int nn_label_shown(nn_label label)
{
    size_t n = label.length > LABEL_SHOWN ? LABEL_SHOWN : label.length;
    while (n > 0 && n < label.length &&
           ((unsigned char)label.bytes[n] & 0xc0) == 0x80)
        n--;
    return (int)n;
}

const nn_transform *nn_flow_transform(const nn_flow *f, nn_transform_kind kind)
{
    for (int i = 0; f != NULL && i < f->transform_count; i++)
        if (f->transforms[i].kind == kind)
            return &f->transforms[i];
    return NULL;
}

size_t nn_table_cell_size(nn_cell cell)
{
    static const size_t size[] = {1, 4, 8, 8, 4, 8, 0, 0, 0};
    return size[cell];
}

bool nn_table_open(nn_table *t, const nn_request *r, nn_error *e)
{
    *t = (nn_table){.path = nn_file_join(NULL, r->path)};
    if (t->path == NULL)
        return nn_fail(e, "no memory");
    if (r->given == NULL) {
        bool good = nn_file_read(&t->file, r->path, r->unpacker, e);
        t->stamp = t->file.stamp;
        return good;
    }
    t->file = (nn_file){.bytes = r->given->bytes, .size = r->given->size};
    return true;
}

void nn_table_close(nn_table *t)
{
    nn_file_close(&t->file);
    for (size_t i = 0; i < sizeof t->owned / sizeof *t->owned; i++)
        free(t->owned[i]);
    for (int64_t i = 0; t->names != NULL && i < t->width; i++)
        free(t->names[i]);
    free(t->names);
    free(t->dropped);
    free(t->path);
    if (t->release != NULL)
        t->release(t->text);
    *t = (nn_table){0};
}

/* The text of a label, and its line. */
static nn_label label_at(const nn_table *t, int64_t row, int64_t column,
                         uint32_t *line)
{
    int64_t record = t->lines != NULL ? (int64_t)t->lines[row] - 1 : row;
    return t->label(t->text, record, t->columns[column], line);
}

bool nn_table_is_text(const nn_table *t)
{
    return t->cell == NN_CELL_LINE || t->cell == NN_CELL_WINDOW;
}

uint32_t nn_table_line(const nn_table *t, int64_t row)
{
    uint32_t line = t->lines != NULL ? t->lines[row] : (uint32_t)row + 1;
    if (t->cell == NN_CELL_LABEL)
        label_at(t, row, 0, &line);
    return line;
}

static double number_at(nn_cell cell, const unsigned char *p)
{
    int32_t i32;
    int64_t i64;
    uint64_t u64;
    float f32;
    double f64;
    switch (cell) {
    case NN_CELL_U8:
        return *p;
    case NN_CELL_I32:
        memcpy(&i32, p, sizeof i32);
        return i32;
    case NN_CELL_I64:
        memcpy(&i64, p, sizeof i64);
        return (double)i64;
    case NN_CELL_U64:
        memcpy(&u64, p, sizeof u64);
        return (double)u64;
    case NN_CELL_F32:
        memcpy(&f32, p, sizeof f32);
        return (double)f32;
    case NN_CELL_F64:
        memcpy(&f64, p, sizeof f64);
        return f64;
    default:
        return NAN;
    }
}

static const unsigned char *row_at(const nn_table *t, int64_t row)
{
    return t->cells + (size_t)(row * t->width) * nn_table_cell_size(t->cell);
}

double nn_table_number(const nn_table *t, int64_t row, int64_t column)
{
    const unsigned char *p = row_at(t, row);
    return number_at(t->cell, p + (size_t)column * nn_table_cell_size(t->cell));
}

/* One factor for a whole row of bytes is the case of images. */
static void row_of_bytes(const unsigned char *p, int64_t n, double scale,
                         nn_real *out)
{
    const nn_real a = (nn_real)scale;
    for (int64_t j = 0; j < n; j++)
        out[j] = (nn_real)p[j] * a;
}

void nn_table_row(const nn_table *t, int64_t row, const double *scale,
                  const double *shift, int64_t period, nn_real *out)
{
    const unsigned char *p = row_at(t, row);
    size_t size = nn_table_cell_size(t->cell);
    if (t->cell == NN_CELL_U8 &&
        (scale == NULL || (period == 1 && *shift == 0))) {
        row_of_bytes(p, t->width, scale == NULL ? 1 : *scale, out);
        return;
    }
    for (int64_t j = 0, k = 0; j < t->width; j++, p += size) {
        double x = number_at(t->cell, p);
        out[j] = (nn_real)(scale == NULL ? x : x * scale[k] + shift[k]);
        k = k + 1 == period ? 0 : k + 1;
    }
}

/* Makes cells and lines the table's own, so that rows can move in them. */
static bool own_rows(nn_table *t, nn_error *e)
{
    size_t size = (size_t)(t->rows * t->width) * nn_table_cell_size(t->cell);
    void *cells, *lines;
    if (t->cells != t->owned[0] && !nn_table_is_text(t)) {
        if (!nn_alloc(&cells, size, 1, "rows", e))
            return false;
        memcpy(cells, t->cells, size);
        free(t->owned[0]);
        t->cells = t->owned[0] = cells;
        nn_file_close(&t->file);
    }
    if (t->lines != NULL)
        return true;
    if (!nn_alloc(&lines, (size_t)t->rows, sizeof *t->lines, "rows", e))
        return false;
    for (int64_t row = 0; row < t->rows; row++)
        ((uint32_t *)lines)[row] = (uint32_t)row + 1;
    t->lines = t->owned[1] = lines;
    t->counted = t->cell < NN_CELL_LABEL;
    return true;
}

bool nn_table_drop(nn_table *t, const uint8_t *drop, nn_error *e)
{
    size_t size = (size_t)t->width * nn_table_cell_size(t->cell);
    int64_t kept = 0; /* size 0: rows are those of a text */
    if (!own_rows(t, e))
        return false;
    unsigned char *cells = t->owned[0];
    uint32_t *lines = t->owned[1];
    for (int64_t row = 0; row < t->rows; row++) {
        if (drop[row])
            continue;
        if (size > 0)
            memmove(cells + (size_t)kept * size, cells + (size_t)row * size,
                    size);
        lines[kept++] = lines[row];
    }
    t->rows = kept;
    free(t->dropped);
    t->dropped = NULL;
    return true;
}

void nn_table_where(const nn_table *t, int64_t row, char *words, size_t size)
{
    const char *path = t->path != NULL ? t->path : "the source";
    if (t->lines != NULL && t->counted)
        snprintf(words, size, "%s: row %u", path, t->lines[row]);
    else if (t->lines != NULL || t->cell == NN_CELL_LABEL ||
             t->cell == NN_CELL_LINE)
        snprintf(words, size, "%s:%u", path, nn_table_line(t, row));
    else
        snprintf(words, size, "%s: row %lld", path, (long long)row + 1);
}

/* The place of one cell: "iris.csv:12: column 3", "x.npy: row 12: value 3". */
static void cell_where(const nn_table *t, int64_t row, int64_t j, char *words,
                       size_t size)
{
    bool column = t->columns != NULL;
    nn_table_where(t, row, words, size);
    size_t used = strlen(words);
    snprintf(words + used, size - used, ": %s %lld",
             column ? "column" : "value",
             (long long)(column ? t->columns[j] : j) + 1);
}

bool nn_table_check_finite(const nn_table *t, nn_error *e)
{
    char where[340];
    if (t->cell != NN_CELL_F32 && t->cell != NN_CELL_F64)
        return true;
    for (int64_t row = 0; row < t->rows; row++)
        for (int64_t j = 0; j < t->width; j++) {
            double x = nn_table_number(t, row, j);
            if (isfinite(x))
                continue;
            cell_where(t, row, j, where, sizeof where);
            return nn_fail(e, "%s is %s: all data must be finite", where,
                           isnan(x) ? "NaN" : "infinite");
        }
    return true;
}

/* True where no number of the cells' type can leave the range. */
static bool always_fits(const nn_table *t, const double *scale,
                        const double *shift, int64_t period)
{
    static const double largest[] = {255, 0x1p31, 0x1p63, 0x1p64, FLT_MAX};
    if (t->cell >= NN_CELL_LABEL)
        return true;
    if (t->cell == NN_CELL_F64)
        return false;
    for (int64_t k = 0; scale != NULL && k < period; k++)
        if (!(fabs(scale[k]) * largest[t->cell] + fabs(shift[k]) <= FLT_MAX))
            return false;
    return true;
}

static bool out_of_range(const nn_table *t, int64_t row, int64_t j, double made,
                         nn_error *e)
{
    char where[340], room[NN_TABLE_TEXT], becomes[60] = "";
    nn_label text = nn_table_text(t, row, j, room);
    cell_where(t, row, j, where, sizeof where);
    if (made != nn_table_number(t, row, j))
        snprintf(becomes, sizeof becomes, " and becomes %.9g", made);
    return nn_fail(e,
                   "%s is %.*s%s, which does not fit a 32-bit float (%.2g at "
                   "most)",
                   where, (int)text.length, text.bytes, becomes,
                   (double)FLT_MAX);
}

bool nn_table_check_range(const nn_table *t, const double *scale,
                          const double *shift, int64_t period, nn_error *e)
{
    if (always_fits(t, scale, shift, period))
        return true;
    for (int64_t row = 0; row < t->rows; row++)
        for (int64_t j = 0, k = 0; j < t->width; j++) {
            double x = nn_table_number(t, row, j);
            x = scale == NULL ? x : x * scale[k] + shift[k];
            if (!isfinite((float)x))
                return out_of_range(t, row, j, x, e);
            k = k + 1 == period ? 0 : k + 1;
        }
    return true;
}

/* Fewest digits from `digits` on that give x back; whole numbers that double
 * holds exactly are written as such, which also makes one 0 of both. */
static int write_decimal(double x, bool narrow, char room[NN_TABLE_TEXT])
{
    int digits = narrow ? 6 : 15, most = narrow ? 9 : 17, length;
    double back;
    if (fabs(x) <= 0x1p53 && x == floor(x))
        return snprintf(room, NN_TABLE_TEXT, "%" PRId64, (int64_t)x);
    do {
        length = snprintf(room, NN_TABLE_TEXT, "%.*g", digits, x);
        back = narrow ? (double)strtof(room, NULL) : strtod(room, NULL);
    } while (back != x && ++digits <= most);
    return length;
}

nn_label nn_table_text(const nn_table *t, int64_t row, int64_t column,
                       char room[NN_TABLE_TEXT])
{
    nn_label label = {room, 0};
    int64_t i64;
    uint64_t u64;
    uint32_t line;
    if (t->cell == NN_CELL_LABEL)
        return label_at(t, row, column, &line);
    const unsigned char *p =
        row_at(t, row) + (size_t)column * nn_table_cell_size(t->cell);
    int length = 0;
    if (t->cell == NN_CELL_I64) {
        memcpy(&i64, p, sizeof i64);
        length = snprintf(room, NN_TABLE_TEXT, "%" PRId64, i64);
    } else if (t->cell == NN_CELL_U64) {
        memcpy(&u64, p, sizeof u64);
        length = snprintf(room, NN_TABLE_TEXT, "%" PRIu64, u64);
    } else
        length =
            write_decimal(number_at(t->cell, p), t->cell == NN_CELL_F32, room);
    label.length = (size_t)length;
    return label;
}

bool nn_table_fits(const nn_table *t, size_t size, size_t left, nn_error *e)
{
    size_t cells = left / size;
    if (t->rows > 0 && t->width > 0 &&
        cells / (size_t)t->width >= (size_t)t->rows &&
        cells >= (size_t)t->rows * (size_t)t->width)
        return true;
    if (t->rows <= 0 || t->width <= 0)
        return nn_fail(e, "%s has no rows", t->path);
    return nn_fail(e,
                   "%s is cut short: its header promises %lld row%s of %lld "
                   "value%s, and %zu byte%s behind it",
                   t->path, (long long)t->rows, nn_s(t->rows),
                   (long long)t->width, nn_s(t->width), left,
                   nn_s((long long)left));
}
