/* npy, NumPy's format: numbers of every plain type, in either order of bytes
 * and of axes. The first axis counts rows. What lies in the file as a table
 * has its cells is used from there; all else is converted once. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "nn_half.h"
#include "nn_mem.h"
#include "nn_npy_header.h"
#include "nn_table.h"

typedef struct {
    const char *name; /* without the order of bytes */
    char kind;        /* bool, signed, unsigned, float */
    size_t size;
    nn_cell cell;
} npy_type;

static const npy_type types[] = {
    {"b1", 'b', 1, NN_CELL_U8},  {"?", 'b', 1, NN_CELL_U8},
    {"i1", 'i', 1, NN_CELL_I32}, {"i2", 'i', 2, NN_CELL_I32},
    {"i4", 'i', 4, NN_CELL_I32}, {"i8", 'i', 8, NN_CELL_I64},
    {"u1", 'u', 1, NN_CELL_U8},  {"u2", 'u', 2, NN_CELL_I32},
    {"u4", 'u', 4, NN_CELL_I64}, {"u8", 'u', 8, NN_CELL_U64},
    {"f2", 'f', 2, NN_CELL_F32}, {"f4", 'f', 4, NN_CELL_F32},
    {"f8", 'f', 8, NN_CELL_F64},
};

typedef struct {
    const npy_type *type;
    bool turned; /* the bytes of a value, against this machine's order */
    const unsigned char *from;
    const nn_npy_header *header;
} npy;

static bool little_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 1;
}

static bool find_type(npy *a, const char *path, nn_error *e)
{
    const char *name = a->header->descr;
    bool named = *name != 0 && strchr("<>=|", *name) != NULL;
    char order = named ? *name++ : '=';
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(name, types[i].name) == 0)
            a->type = &types[i];
    if (order != '=' && order != '|')
        a->turned = (order == '<') != little_endian();
    return a->type != NULL ||
           nn_fail(e,
                   "%s: its values are of type '%s'; bool, i1 to i8, u1 to u8, "
                   "f2, f4 and f8 can be read: save it with .astype('f4')",
                   path, a->header->descr);
}

static bool take_shape(nn_table *t, const nn_npy_header *h, nn_error *e)
{
    if (h->rank == 0)
        return nn_fail(e, "%s holds a single number, not rows", t->path);
    t->rows = h->shape[0];
    t->width = 1;
    for (int i = 1; i < h->rank; i++) {
        if (h->shape[i] > 0 && t->width > INT64_MAX / 16 / h->shape[i])
            return nn_fail(e, "%s: its rows are too large", t->path);
        t->width *= h->shape[i];
    }
    return true;
}

/* For each axis of a row that is wanted, the first of the file's that is as
 * long and not taken yet; false where there is none. */
static bool match_axes(const nn_npy_header *h, const nn_tensor *t, int *axis)
{
    unsigned taken = 0;
    for (int i = 0; i < t->rank; i++) {
        axis[i] = 0;
        for (int k = t->rank; k > 0; k--)
            if (!(taken >> k & 1) && h->shape[k] == t->shape[i])
                axis[i] = k;
        if (axis[i] == 0)
            return false;
        taken |= 1u << axis[i];
    }
    return true;
}

/* Whether these axes keep the file's order; those of size 1 may stand anywhere.
 */
static bool keep_order(const nn_tensor *t, const int *axis)
{
    int last = 0;
    for (int i = 0; i < t->rank; i++) {
        if (t->shape[i] > 1 && axis[i] < last)
            return false;
        if (t->shape[i] > 1)
            last = axis[i];
    }
    return true;
}

static const char *sizes(char *to, size_t size, const int64_t *shape, int rank)
{
    size_t n = 0;
    for (int i = 0; i < rank && n < size; i++)
        n += (size_t)snprintf(to + n, size - n, "%s%" PRId64, i > 0 ? ", " : "",
                              shape[i]);
    return to;
}

/* Refuses rows with the axes that are wanted in another order: images with
 * their channels last, steps along the last axis. */
static bool check_axes(const nn_npy_header *h, const nn_tensor *t,
                       const char *path, nn_error *e)
{
    int axis[NN_MAX_RANK];
    int64_t places[NN_MAX_RANK] = {0};
    char is[128], wanted[128], order[128];
    if (t == NULL || h->rank != t->rank + 1 || !match_axes(h, t, axis) ||
        keep_order(t, axis))
        return true;
    for (int i = 0; i < t->rank; i++)
        places[i + 1] = axis[i];
    return nn_fail(e,
                   "%s: its rows are [%s], and %s is [%s]: save it with "
                   ".transpose(%s), or as flat rows",
                   path, sizes(is, sizeof is, h->shape + 1, t->rank), t->name,
                   sizes(wanted, sizeof wanted, t->shape, t->rank),
                   sizes(order, sizeof order, places, h->rank));
}

static uint64_t load(const npy *a, int64_t index)
{
    size_t size = a->type->size;
    const unsigned char *p = a->from + (size_t)index * size;
    bool first_is_low = little_endian() != a->turned;
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++)
        bits = bits << 8 | p[first_is_low ? size - 1 - i : i];
    return bits;
}

static void store_float(const npy_type *type, uint64_t bits, unsigned char *to)
{
    uint32_t narrow = (uint32_t)bits;
    float half = type->size == 2 ? (float)nn_half_value((uint16_t)bits) : 0;
    if (type->size == 2)
        memcpy(to, &half, sizeof half);
    else if (type->size == 4)
        memcpy(to, &narrow, sizeof narrow);
    else
        memcpy(to, &bits, sizeof bits);
}

/* The value with these bits as one cell. */
static void store(const npy_type *type, uint64_t bits, unsigned char *to)
{
    uint64_t sign = type->kind == 'i' ? (uint64_t)1 << (8 * type->size - 1) : 0;
    uint32_t narrow;
    if (type->kind == 'f') {
        store_float(type, bits, to);
        return;
    }
    bits = (bits ^ sign) - sign;
    narrow = (uint32_t)bits;
    if (type->cell == NN_CELL_U8)
        *to = type->kind == 'b' ? bits != 0 : (unsigned char)bits;
    else if (type->cell == NN_CELL_I32)
        memcpy(to, &narrow, sizeof narrow);
    else
        memcpy(to, &bits, sizeof bits);
}

/* The columns of a row in order, as places in a file whose first axis moves
 * fastest, or last. */
typedef struct {
    const nn_npy_header *header;
    int64_t index[NN_NPY_MAX_RANK], stride[NN_NPY_MAX_RANK];
    int64_t place;
} walk;

static walk walk_open(const nn_npy_header *h)
{
    walk w = {.header = h};
    int64_t stride = 1;
    for (int i = 0; i < h->rank; i++) {
        int axis = h->fortran ? i : h->rank - 1 - i;
        w.stride[axis] = stride;
        stride *= h->shape[axis];
    }
    return w;
}

static void walk_on(walk *w)
{
    for (int axis = w->header->rank - 1; axis > 0; axis--) {
        w->place += w->stride[axis];
        if (++w->index[axis] < w->header->shape[axis])
            return;
        w->place -= w->stride[axis] * w->header->shape[axis];
        w->index[axis] = 0;
    }
}

/* Rows in blocks, so that a transposition stays in the cache. */
static void convert(const npy *a, const nn_table *t, unsigned char *to)
{
    enum { BLOCK = 64 };
    size_t size = nn_table_cell_size(t->cell);
    for (int64_t first = 0; first < t->rows; first += BLOCK) {
        int64_t end = first + BLOCK < t->rows ? first + BLOCK : t->rows;
        walk w = walk_open(a->header);
        for (int64_t j = 0; j < t->width; j++, walk_on(&w))
            for (int64_t row = first; row < end; row++)
                store(a->type, load(a, row * w.stride[0] + w.place),
                      to + (size_t)(row * t->width + j) * size);
    }
}

static bool take_cells(nn_table *t, npy *a, nn_error *e)
{
    bool in_rows = !a->header->fortran || a->header->rank == 1;
    bool plain = a->type->size == nn_table_cell_size(a->type->cell) &&
                 a->type->kind != 'b' && !a->turned;
    t->cell = a->type->cell;
    t->cells = a->from;
    if (!plain || !in_rows) {
        if (!nn_alloc(&t->owned[0], (size_t)(t->rows * t->width),
                      nn_table_cell_size(t->cell), t->path, e))
            return false;
        convert(a, t, t->owned[0]);
        t->cells = t->owned[0];
        nn_file_close(&t->file);
    }
    return nn_table_check_finite(t, e);
}

static bool parse(nn_table *t, const nn_tensor *wanted, nn_error *e)
{
    nn_npy_header h;
    npy a = {.header = &h};
    if (!nn_npy_header_read(&h, &t->file, t->path, e) ||
        !find_type(&a, t->path, e) || !take_shape(t, &h, e) ||
        !check_axes(&h, wanted, t->path, e) ||
        !nn_table_fits(t, a.type->size, t->file.size - h.data, e))
        return false;
    a.from = t->file.bytes + h.data;
    return take_cells(t, &a, e);
}

static bool read_npy(nn_table *t, const nn_request *r, nn_error *e)
{
    bool good = nn_table_open(t, r, e) && parse(t, r->tensor, e);
    if (!good)
        nn_table_close(t);
    return good;
}

const nn_reader nn_npy = {.name = "npy", .read = read_npy};
