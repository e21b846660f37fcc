/* CIFAR-10 in its binary form (Krizhevsky 2009): records of a byte for the
 * class and 3 x 32 x 32 bytes for the image, planes of red, green and blue, row
 * by row. What holds real numbers gets the images, what holds classes the
 * labels; each is copied out of its record. */
#include <string.h>

#include "nn_kind.h"
#include "nn_mem.h"
#include "nn_table.h"

enum { CLASSES = 10, IMAGE = 3 * 32 * 32, RECORD = 1 + IMAGE };

/* CIFAR-100 has two labels in front of each image. */
enum { RECORD_OF_100 = 2 + IMAGE };

/* Text begins with a greater byte than labels, which stop at 19 in front of
 * each image of CIFAR-100, and holds none below a tab. */
static bool is_text(const nn_file *f)
{
    enum { LABELS = 20 };
    for (size_t i = 0; i < f->size && i < RECORD; i++)
        if (f->bytes[i] < '\t')
            return f->bytes[0] >= LABELS;
    return true;
}

/* Two zeros, and what the numbers are. */
static bool is_idx(const nn_file *f)
{
    return f->size >= 4 && memcmp(f->bytes, "\0", 2) == 0 &&
           f->bytes[2] >= 0x08 && f->bytes[2] <= 0x0e && f->bytes[3] > 0;
}

/* Also where records are cut, or of CIFAR-100: the reader says so. A label and
 * two pixels may be what an IDX file begins with. */
static bool is_cifar(const nn_file *f)
{
    if (f->size == 0)
        return false;
    return (f->size % RECORD == 0 && f->bytes[0] < CLASSES) ||
           (!is_idx(f) && !is_text(f));
}

static bool check_size(const nn_table *t, nn_error *e)
{
    size_t size = t->file.size;
    if (size % RECORD == 0)
        return true;
    if (!nn_kind_check(&t->file, t->path, e))
        return false;
    if (size % RECORD_OF_100 == 0)
        return nn_fail(e,
                       "%s has records of %d bytes, as CIFAR-100's; those of "
                       "CIFAR-10 have %d",
                       t->path, RECORD_OF_100, RECORD);
    return nn_fail(e,
                   "%s has %zu bytes, which are no whole records of CIFAR-10: "
                   "those have %d bytes, and %zu are left",
                   t->path, size, RECORD, size % RECORD);
}

/* Whether an image is wanted with its planes elsewhere than in front. */
static bool check_planes(const nn_tensor *t, const char *path, nn_error *e)
{
    if (t == NULL || t->rank != 3 || t->values != IMAGE ||
        (t->shape[1] != 3 && t->shape[2] != 3))
        return true;
    return nn_fail(e,
                   "%s has images of [3, 32, 32], a plane a colour, and %s is "
                   "[%lld, %lld, %lld]: write f32[3, 32, 32]",
                   path, t->name, (long long)t->shape[0],
                   (long long)t->shape[1], (long long)t->shape[2]);
}

/* A label that is none of ten is no label of CIFAR-10's. */
static bool check_labels(const nn_table *t, nn_error *e)
{
    for (int64_t row = 0; row < t->rows; row++) {
        int label = t->file.bytes[row * RECORD];
        if (label >= CLASSES)
            return nn_fail(e,
                           "%s: record %lld has the label %d; those of "
                           "CIFAR-10 are 0 to %d",
                           t->path, (long long)row + 1, label, CLASSES - 1);
    }
    return true;
}

/* Takes t->width bytes from each record, the first of them at `start`. */
static bool take_cells(nn_table *t, int start, nn_error *e)
{
    size_t width = (size_t)t->width;
    if (!nn_alloc(&t->owned[0], (size_t)t->rows, width, t->path, e))
        return false;
    unsigned char *to = t->owned[0];
    for (int64_t row = 0; row < t->rows; row++)
        memcpy(to + (size_t)row * width, t->file.bytes + row * RECORD + start,
               width);
    t->cells = to;
    nn_file_close(&t->file);
    return true;
}

static bool read_cifar(nn_table *t, const nn_request *r, nn_error *e)
{
    bool labels = r->tensor != NULL && r->tensor->type != NN_F32;
    bool good = nn_table_open(t, r, e) && check_size(t, e) &&
                check_planes(r->tensor, t->path, e);
    t->cell = NN_CELL_U8;
    t->rows = good ? (int64_t)(t->file.size / RECORD) : 0;
    t->width = labels ? 1 : IMAGE;
    good = good && check_labels(t, e) && take_cells(t, labels ? 0 : 1, e);
    if (!good)
        nn_table_close(t);
    return good;
}

const nn_reader nn_cifar = {
    .name = "cifar", .read = read_cifar, .is_own = is_cifar};
