/* npy, NumPy's format (NEP 1): a magic, a version, the length of a header
 * that is a Python dictionary, then the values. Types f4, f8, i4, i8 and u1,
 * little-endian, in C order. The first axis counts rows. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "nn_table.h"

typedef struct {
    const char *descr;
    size_t size;
    nn_cell cell;
} npy_type;

static const npy_type types[] = {
    {"'<f4'", 4, NN_CELL_F32}, {"'<f8'", 8, NN_CELL_F64},
    {"'<i4'", 4, NN_CELL_I32}, {"'<i8'", 8, NN_CELL_I64},
    {"'|u1'", 1, NN_CELL_U8},
};

/* The header as a string, at most this long: that of a plain array is short. */
enum { HEADER_ROOM = 512 };

typedef struct {
    char text[HEADER_ROOM];
    size_t data; /* where the values begin */
} npy_header;

static bool get_header(const nn_table *t, npy_header *h, nn_error *e)
{
    const unsigned char *p = t->file.bytes;
    if (t->file.size < 12 || memcmp(p, "\x93NUMPY", 6) != 0)
        return nn_fail(e, "%s is not an npy file: it does not begin as one",
                       t->path);
    size_t start = p[6] == 1 ? 10 : 12;
    size_t length = p[8] | (size_t)p[9] << 8;
    if (p[6] > 1)
        length |= (size_t)p[10] << 16 | (size_t)p[11] << 24;
    if (p[6] < 1 || p[6] > 3)
        return nn_fail(e, "%s: version %d of npy is not known", t->path, p[6]);
    if (length > t->file.size - start)
        return nn_fail(e, "%s is cut short inside its header", t->path);
    if (length >= HEADER_ROOM)
        return nn_fail(e, "%s: only plain arrays of numbers can be read",
                       t->path);
    memcpy(h->text, p + start, length);
    h->text[length] = 0;
    h->data = start + length;
    return true;
}

/* What follows `'key':` in the header, or NULL. */
static const char *value_of(const npy_header *h, const char *key)
{
    const char *at = strstr(h->text, key);
    if (at == NULL)
        return NULL;
    at += strlen(key);
    while (*at == ' ' || *at == ':')
        at++;
    return at;
}

static const npy_type *get_type(const nn_table *t, const npy_header *h,
                                nn_error *e)
{
    const char *descr = value_of(h, "'descr'");
    for (size_t i = 0; descr && i < sizeof types / sizeof *types; i++)
        if (strncmp(descr, types[i].descr, 5) == 0)
            return &types[i];
    nn_fail(e,
            "%s: its values are of type %.6s; f4, f8, i4, i8 and u1 "
            "(little-endian) can be read: save it with .astype('f4')",
            t->path, descr != NULL ? descr : "?");
    return NULL;
}

static bool get_shape(nn_table *t, const npy_header *h, nn_error *e)
{
    const char *at = value_of(h, "'shape'");
    const char *order = value_of(h, "'fortran_order'");
    if (order != NULL && strncmp(order, "True", 4) == 0)
        return nn_fail(e,
                       "%s is in Fortran's order: save it with "
                       "numpy.ascontiguousarray(...)",
                       t->path);
    if (at == NULL || order == NULL || *at++ != '(')
        return nn_fail(e, "%s: its header cannot be read", t->path);
    t->rows = -1;
    t->width = 1;
    while (*at != ')') {
        char *end;
        long long size = strtoll(at, &end, 10);
        if (end == at || size < 0 || size > INT_MAX ||
            (size > 0 && t->width > INT64_MAX / 8 / size))
            return nn_fail(e, "%s: its header cannot be read", t->path);
        if (t->rows < 0)
            t->rows = size;
        else
            t->width *= size;
        at = end + strspn(end, ", ");
    }
    return t->rows >= 0 ||
           nn_fail(e, "%s holds a single number, not rows", t->path);
}

static bool parse(nn_table *t, nn_error *e)
{
    npy_header h;
    if (!get_header(t, &h, e))
        return false;
    const npy_type *type = get_type(t, &h, e);
    if (type == NULL || !get_shape(t, &h, e) ||
        !nn_table_fits(t, type->size, t->file.size - h.data, e))
        return false;
    t->cell = type->cell;
    t->cells = t->file.bytes + h.data;
    return nn_table_check_finite(t, e);
}

static bool read_npy(nn_table *t, const nn_request *r, nn_error *e)
{
    bool good = nn_table_open(t, r, e) && parse(t, e);
    if (!good)
        nn_table_close(t);
    return good;
}

const nn_reader nn_npy = {.name = "npy", .read = read_npy};
