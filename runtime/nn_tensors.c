/* Reading trusts nothing: every size, shape and offset is checked against
 * the file before data are touched. */
#include "nn_tensors.h"

#include <stdlib.h>
#include <string.h>

#include "nn_half.h"
#include "nn_json.h"
#include "nn_kind.h"

static const struct {
    const char *name;
    nn_file_type type;
    int bits;
} file_types[] = {
    {"F64", NN_FILE_F64, 64},      {"F32", NN_FILE_F32, 32},
    {"F16", NN_FILE_F16, 16},      {"BF16", NN_FILE_BF16, 16},
    {"I64", NN_FILE_OTHER, 64},    {"I32", NN_FILE_OTHER, 32},
    {"I16", NN_FILE_OTHER, 16},    {"I8", NN_FILE_OTHER, 8},
    {"U64", NN_FILE_OTHER, 64},    {"U32", NN_FILE_OTHER, 32},
    {"U16", NN_FILE_OTHER, 16},    {"U8", NN_FILE_OTHER, 8},
    {"BOOL", NN_FILE_OTHER, 8},    {"C64", NN_FILE_OTHER, 64},
    {"F8_E4M3", NN_FILE_OTHER, 8}, {"F8_E4M3FNUZ", NN_FILE_OTHER, 8},
    {"F8_E5M2", NN_FILE_OTHER, 8}, {"F8_E5M2FNUZ", NN_FILE_OTHER, 8},
    {"F8_E8M0", NN_FILE_OTHER, 8}, {"F6_E2M3", NN_FILE_OTHER, 6},
    {"F6_E3M2", NN_FILE_OTHER, 6}, {"F4", NN_FILE_OTHER, 4},
};

static bool corrupt(nn_json *j, const char *what)
{
    if (j->error == NULL)
        j->error = what;
    j->at = j->end;
    return false;
}

/* Sets the type; returns the bits of one value, 0 where it is unknown. */
static int set_type(nn_saved *s, const char *name)
{
    snprintf(s->type_name, sizeof s->type_name, "%s", name);
    s->type = NN_FILE_OTHER;
    for (size_t i = 0; i < sizeof file_types / sizeof *file_types; i++)
        if (strcmp(name, file_types[i].name) == 0) {
            s->type = file_types[i].type;
            return file_types[i].bits;
        }
    return 0;
}

static bool read_shape(nn_json *j, nn_saved *s)
{
    bool first = true;
    s->count = 1;
    if (!nn_json_enter(j, '['))
        return false;
    while (nn_json_more(j, ']', &first)) {
        int64_t size;
        if (!nn_json_size(j, &size))
            return false;
        if (s->rank == 8 || (size > 0 && s->count > INT64_MAX / 64 / size))
            return corrupt(j, "a smaller shape");
        s->shape[s->rank++] = size;
        s->count *= size;
    }
    return j->error == NULL;
}

static bool read_offsets(nn_json *j, int64_t offsets[2])
{
    bool first = true;
    int n = 0;
    if (!nn_json_enter(j, '['))
        return false;
    while (nn_json_more(j, ']', &first))
        if (n == 2 || !nn_json_size(j, &offsets[n++]))
            return corrupt(j, "two offsets");
    return n == 2 || corrupt(j, "two offsets");
}

static int read_member(nn_json *j, nn_saved *s, int64_t offsets[2], int bits)
{
    char *key, *name = NULL;
    if (!nn_json_key(j, &key))
        return bits;
    if (strcmp(key, "dtype") == 0) {
        bits = nn_json_string(j, &name) ? set_type(s, name) : 0;
        free(name);
    } else if (strcmp(key, "shape") == 0 && s->rank == 0)
        read_shape(j, s);
    else if (strcmp(key, "data_offsets") == 0)
        read_offsets(j, offsets);
    else
        nn_json_skip(j);
    free(key);
    return bits;
}

/* One tensor's description, checked against the bytes of data. */
static bool read_tensor(nn_json *j, nn_saved *s, const unsigned char *data,
                        int64_t bytes)
{
    bool first = true;
    int64_t offsets[2] = {-1, -1};
    int bits = 0;
    s->count = -1;
    if (!nn_json_enter(j, '{'))
        return false;
    while (nn_json_more(j, '}', &first))
        bits = read_member(j, s, offsets, bits);
    if (j->error != NULL)
        return false;
    if (*s->type_name == 0 || s->count < 0 || offsets[0] < 0)
        return corrupt(j, "type, shape and offsets of each tensor");
    if (offsets[1] < offsets[0] || offsets[1] > bytes ||
        (bits > 0 && (offsets[1] - offsets[0] != s->count * bits / 8 ||
                      s->count * bits % 8 != 0)))
        return corrupt(j, "data for each tensor: the file is cut short or "
                          "damaged");
    s->data = data + offsets[0];
    s->bytes = offsets[1] - offsets[0];
    return true;
}

static bool read_notes(nn_json *j, nn_tensors *t)
{
    bool first = true;
    nn_error e;
    if (!nn_json_enter(j, '{'))
        return false;
    while (nn_json_more(j, '}', &first)) {
        if (!nn_grow(&t->notes, &t->note_room, t->note_count + 1,
                     sizeof *t->notes, &e))
            return corrupt(j, "more memory");
        nn_note *n = &t->notes[t->note_count];
        if (!nn_json_key(j, &n->key))
            return false;
        n->value = NULL;
        t->note_count++;
        if (!nn_json_string(j, &n->value))
            return false;
    }
    return j->error == NULL;
}

static bool read_entry(nn_json *j, nn_tensors *t, const unsigned char *data,
                       int64_t bytes)
{
    char *name;
    nn_error e;
    if (!nn_json_key(j, &name))
        return false;
    if (strcmp(name, "__metadata__") == 0) {
        free(name);
        return read_notes(j, t);
    }
    if (!nn_grow(&t->tensors, &t->room, t->count + 1, sizeof *t->tensors, &e)) {
        free(name);
        return corrupt(j, "more memory");
    }
    nn_saved *s = &t->tensors[t->count++];
    *s = (nn_saved){.name = name};
    return read_tensor(j, s, data, bytes);
}

static int by_place(const void *a, const void *b)
{
    const nn_saved *x = *(const nn_saved *const *)a;
    const nn_saved *y = *(const nn_saved *const *)b;
    if (x->data != y->data)
        return x->data < y->data ? -1 : 1;
    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

static int by_name(const void *a, const void *b)
{
    const nn_saved *x = *(const nn_saved *const *)a;
    const nn_saved *y = *(const nn_saved *const *)b;
    return strcmp(x->name, y->name);
}

static bool list_sorted(const nn_tensors *t, const nn_saved ***list,
                        int (*order)(const void *, const void *), nn_error *e)
{
    if (!nn_alloc(list, t->count, sizeof **list, "tensors", e))
        return false;
    for (size_t i = 0; i < t->count; i++)
        (*list)[i] = &t->tensors[i];
    qsort(*list, t->count, sizeof **list, order);
    return true;
}

static bool check_names(const nn_tensors *t, const char *path, nn_error *e)
{
    for (size_t i = 1; i < t->count; i++)
        if (strcmp(t->by_name[i - 1]->name, t->by_name[i]->name) == 0)
            return nn_fail(e,
                           "%s: its header needs each tensor once, and has "
                           "%s twice",
                           path, t->by_name[i]->name);
    return true;
}

/* Bytes that two tensors share, or that none has, are a way to hide data or
 * a sign of damage; the format allows neither. */
static bool check_order(const nn_saved *const *list, size_t count,
                        const unsigned char *data, int64_t bytes,
                        const char *path, nn_error *e)
{
    const unsigned char *at = data;
    for (size_t i = 0; i < count; at += list[i++]->bytes) {
        long long apart = list[i]->data - at;
        if (apart < 0)
            return nn_fail(e, "%s is damaged: the data of %s and %s overlap",
                           path, list[i - 1]->name, list[i]->name);
        if (apart > 0)
            return nn_fail(e,
                           "%s is damaged: there %s %lld byte%s of no tensor "
                           "before the data of %s",
                           path, apart == 1 ? "is" : "are", apart, nn_s(apart),
                           list[i]->name);
    }
    long long rest = data + bytes - at;
    return rest == 0 ||
           nn_fail(e,
                   "%s is damaged: there %s %lld byte%s of no tensor at its "
                   "end",
                   path, rest == 1 ? "is" : "are", rest, nn_s(rest));
}

static bool check_tensors(nn_tensors *t, const unsigned char *data,
                          int64_t bytes, const char *path, nn_error *e)
{
    const nn_saved **list;
    if (!list_sorted(t, &t->by_name, by_name, e) || !check_names(t, path, e) ||
        !list_sorted(t, &list, by_place, e))
        return false;
    bool good = check_order(list, t->count, data, bytes, path, e);
    free(list);
    return good;
}

static bool read_header(nn_tensors *t, const char *path, nn_error *e)
{
    const nn_file *f = &t->file;
    uint64_t size = 0;
    bool first = true;
    for (int i = 7; f->size >= 8 && i >= 0; i--)
        size = size << 8 | f->bytes[i];
    if (f->size < 10 || f->bytes[8] != '{')
        return nn_kind_check(f, path, e) &&
               nn_fail(e, "%s is not a safetensors file", path);
    if (size > f->size - 8)
        return nn_fail(e, "%s is cut short inside its header", path);
    nn_json j = nn_json_open((const char *)f->bytes + 8, (size_t)size);
    const unsigned char *data = f->bytes + 8 + size;
    int64_t bytes = (int64_t)(f->size - 8 - size);
    nn_json_enter(&j, '{');
    while (nn_json_more(&j, '}', &first))
        if (!read_entry(&j, t, data, bytes))
            break;
    if (nn_json_done(&j))
        return check_tensors(t, data, bytes, path, e);
    return nn_fail(e, "%s: its header needs %s", path,
                   j.error != NULL ? j.error : "to be complete");
}

/* Goes on where the file has been opened. */
static bool open_header(nn_tensors *t, bool good, const char *path, nn_error *e)
{
    good = good && read_header(t, path, e);
    if (!good)
        nn_tensors_close(t);
    return good;
}

bool nn_tensors_open(nn_tensors *t, const char *path, nn_error *e)
{
    *t = (nn_tensors){0};
    return open_header(t, nn_file_read(&t->file, path, NULL, e), path, e);
}

bool nn_tensors_read(nn_tensors *t, const char *path, nn_error *e)
{
    *t = (nn_tensors){0};
    return open_header(t, nn_file_load(&t->file, path, e), path, e);
}

void nn_tensors_close(nn_tensors *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->tensors[i].name);
    for (size_t i = 0; i < t->note_count; i++) {
        free(t->notes[i].key);
        free(t->notes[i].value);
    }
    free(t->tensors);
    free(t->by_name);
    free(t->notes);
    nn_file_close(&t->file);
    *t = (nn_tensors){0};
}

const nn_saved *nn_tensors_find(const nn_tensors *t, const char *name)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, t->by_name[middle]->name);
        if (order == 0)
            return t->by_name[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *nn_tensors_note_of(const nn_tensors *t, const char *kind,
                               const char *name)
{
    size_t n = strlen(kind);
    for (size_t i = 0; i < t->note_count; i++)
        if (strncmp(t->notes[i].key, kind, n) == 0 &&
            strcmp(t->notes[i].key + n, name) == 0)
            return t->notes[i].value;
    return NULL;
}

const char *nn_tensors_note(const nn_tensors *t, const char *key)
{
    return nn_tensors_note_of(t, "", key);
}

double nn_tensors_value(const nn_saved *s, int64_t i)
{
    double f64;
    float f32;
    uint16_t half;
    uint32_t word;
    switch (s->type) {
    case NN_FILE_F64:
        memcpy(&f64, s->data + 8 * i, 8);
        return f64;
    case NN_FILE_F32:
        memcpy(&f32, s->data + 4 * i, 4);
        return (double)f32;
    case NN_FILE_F16:
        memcpy(&half, s->data + 2 * i, 2);
        return nn_half_value(half);
    case NN_FILE_BF16:
        memcpy(&half, s->data + 2 * i, 2);
        word = (uint32_t)half << 16;
        memcpy(&f32, &word, 4);
        return (double)f32;
    case NN_FILE_OTHER:
        break;
    }
    return 0;
}

void nn_tensors_values(const nn_saved *s, int64_t first, int64_t count,
                       nn_real *values)
{
    bool same = s->type == (sizeof *values == 4 ? NN_FILE_F32 : NN_FILE_F64);
    if (same)
        memcpy(values, s->data + (size_t)first * sizeof *values,
               (size_t)count * sizeof *values);
    for (int64_t i = 0; !same && i < count; i++)
        values[i] = (nn_real)nn_tensors_value(s, first + i);
}
