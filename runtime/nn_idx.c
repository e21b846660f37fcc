/* IDX, the format of MNIST: two zero bytes, a byte for the type, one for the
 * rank, big-endian sizes, then the values (LeCun's description of 1998). The
 * first axis counts rows. Bytes are used as they lie in the file; wider types
 * are turned round once. */
#include <stdlib.h>
#include <string.h>

#include "nn_kind.h"
#include "nn_mem.h"
#include "nn_table.h"

typedef struct {
    unsigned char code;
    size_t size;
    nn_cell cell; /* after conversion */
} idx_type;

static const idx_type types[] = {
    {0x08, 1, NN_CELL_U8},  {0x09, 1, NN_CELL_I32}, {0x0b, 2, NN_CELL_I32},
    {0x0c, 4, NN_CELL_I32}, {0x0d, 4, NN_CELL_F32}, {0x0e, 8, NN_CELL_F64},
};

static uint32_t big_endian(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

static const idx_type *find_type(const nn_file *f)
{
    if (f->size < 4 || f->bytes[0] != 0 || f->bytes[1] != 0)
        return NULL;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].code == f->bytes[2])
            return &types[i];
    return NULL;
}

/* Reads the sizes; the axes after the first are one row. */
static bool read_shape(nn_table *t, nn_error *e)
{
    const nn_file *f = &t->file;
    size_t rank = f->bytes[3];
    if (rank == 0 || f->size < 4 + 4 * rank)
        return nn_fail(e, "%s is cut short inside its header", t->path);
    t->rows = big_endian(f->bytes + 4);
    t->width = 1;
    for (size_t i = 1; i < rank; i++) {
        int64_t size = big_endian(f->bytes + 4 + 4 * i);
        if (size > 0 && t->width > INT64_MAX / size)
            return nn_fail(e, "%s: its rows are too large", t->path);
        t->width *= size;
    }
    return true;
}

/* Values of `size` bytes, big-endian and signed, to this machine's order. */
static void turn_round(const unsigned char *from, size_t size, size_t count,
                       unsigned char *to)
{
    for (size_t i = 0; i < count; i++, from += size) {
        if (size < 4) {
            int32_t high = from[0] < 128 ? from[0] : from[0] - 256;
            int32_t value = size == 1 ? high : high * 256 + from[1];
            memcpy(to + 4 * i, &value, 4);
        } else if (size == 4) {
            uint32_t word = big_endian(from);
            memcpy(to + 4 * i, &word, 4);
        } else {
            uint64_t word = (uint64_t)big_endian(from) << 32;
            word |= big_endian(from + 4);
            memcpy(to + 8 * i, &word, 8);
        }
    }
}

static bool take_cells(nn_table *t, const idx_type *type, nn_error *e)
{
    size_t start = 4 + 4 * (size_t)t->file.bytes[3];
    if (!nn_table_fits(t, type->size, t->file.size - start, e))
        return false;
    size_t end = start + (size_t)t->rows * (size_t)t->width * type->size;
    if (t->file.size > end)
        return nn_fail(e,
                       "%s goes on behind the %lld row%s that its header "
                       "promises, with %zu byte%s",
                       t->path, (long long)t->rows, nn_s(t->rows),
                       t->file.size - end,
                       nn_s((long long)(t->file.size - end)));
    t->cell = type->cell;
    t->cells = t->file.bytes + start;
    if (type->cell == NN_CELL_U8)
        return true;
    size_t count = (size_t)(t->rows * t->width);
    size_t size = type->size < 4 ? 4 : type->size;
    if (!nn_alloc(&t->owned[0], count, size, t->path, e))
        return false;
    turn_round(t->cells, type->size, count, t->owned[0]);
    t->cells = t->owned[0];
    nn_file_close(&t->file);
    return nn_table_check_finite(t, e);
}

static bool read_idx(nn_table *t, const nn_request *r, nn_error *e)
{
    bool good = nn_table_open(t, r, e);
    const idx_type *type = good ? find_type(&t->file) : NULL;
    if (good && type == NULL)
        good = nn_kind_check(&t->file, r->path, e) &&
               nn_fail(e, "%s is not an IDX file: it does not begin as one",
                       r->path);
    good = good && read_shape(t, e) && take_cells(t, type, e);
    if (!good)
        nn_table_close(t);
    return good;
}

const nn_reader nn_idx = {.name = "idx", .read = read_idx};
