/* Reading trusts nothing: every size, shape and offset is checked against
 * the file before data are touched. */
#include "nn_tensors.h"

#include <stdlib.h>
#include <string.h>

#include "nn_half.h"
#include "nn_json.h"

static const struct {
    const char *name;
    nn_file_type type;
    size_t size;
} file_types[] = {
    {"F64", NN_FILE_F64, 8},    {"F32", NN_FILE_F32, 4},
    {"F16", NN_FILE_F16, 2},    {"BF16", NN_FILE_BF16, 2},
    {"I64", NN_FILE_OTHER, 8},  {"I32", NN_FILE_OTHER, 4},
    {"I16", NN_FILE_OTHER, 2},  {"I8", NN_FILE_OTHER, 1},
    {"U64", NN_FILE_OTHER, 8},  {"U32", NN_FILE_OTHER, 4},
    {"U16", NN_FILE_OTHER, 2},  {"U8", NN_FILE_OTHER, 1},
    {"BOOL", NN_FILE_OTHER, 1},
};

static bool corrupt(nn_json *j, const char *what)
{
    if (j->error == NULL)
        j->error = what;
    j->at = j->end;
    return false;
}

/* Sets the type; returns the bytes of one value, or 0. */
static size_t set_type(nn_saved *s, const char *name)
{
    for (size_t i = 0; i < sizeof file_types / sizeof *file_types; i++)
        if (strcmp(name, file_types[i].name) == 0) {
            s->type = file_types[i].type;
            snprintf(s->type_name, sizeof s->type_name, "%s", name);
            return file_types[i].size;
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
        if (s->rank == 8 || (size > 0 && s->count > INT64_MAX / 16 / size))
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

static size_t read_member(nn_json *j, nn_saved *s, int64_t offsets[2],
                          size_t size)
{
    char *key, *name = NULL;
    if (!nn_json_key(j, &key))
        return size;
    if (strcmp(key, "dtype") == 0) {
        size = nn_json_string(j, &name) ? set_type(s, name) : 0;
        if (size == 0)
            corrupt(j, "a known type of tensor");
        free(name);
    } else if (strcmp(key, "shape") == 0 && s->rank == 0)
        read_shape(j, s);
    else if (strcmp(key, "data_offsets") == 0)
        read_offsets(j, offsets);
    else
        nn_json_skip(j);
    free(key);
    return size;
}

/* One tensor's description, checked against the bytes of data. */
static bool read_tensor(nn_json *j, nn_saved *s, const unsigned char *data,
                        int64_t bytes)
{
    bool first = true;
    int64_t offsets[2] = {-1, -1};
    size_t size = 0;
    s->count = -1;
    if (!nn_json_enter(j, '{'))
        return false;
    while (nn_json_more(j, '}', &first))
        size = read_member(j, s, offsets, size);
    if (j->error != NULL)
        return false;
    if (size == 0 || s->count < 0 || offsets[0] < 0)
        return corrupt(j, "type, shape and offsets of each tensor");
    if (offsets[1] < offsets[0] || offsets[1] > bytes ||
        offsets[1] - offsets[0] != s->count * (int64_t)size)
        return corrupt(j, "data for each tensor: the file is cut short or "
                          "damaged");
    s->data = data + offsets[0];
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
    if (nn_tensors_find(t, name) != NULL) {
        free(name);
        return corrupt(j, "each tensor once");
    }
    if (!nn_grow(&t->tensors, &t->room, t->count + 1, sizeof *t->tensors, &e)) {
        free(name);
        return corrupt(j, "more memory");
    }
    nn_saved *s = &t->tensors[t->count++];
    *s = (nn_saved){.name = name};
    return read_tensor(j, s, data, bytes);
}

static bool read_header(nn_tensors *t, const char *path, nn_error *e)
{
    const nn_file *f = &t->file;
    uint64_t size = 0;
    bool first = true;
    for (int i = 7; f->size >= 8 && i >= 0; i--)
        size = size << 8 | f->bytes[i];
    if (f->size < 10 || f->bytes[8] != '{')
        return nn_fail(e, "%s is not a safetensors file", path);
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
        return true;
    return nn_fail(e, "%s: its header needs %s", path,
                   j.error != NULL ? j.error : "to be complete");
}

bool nn_tensors_open(nn_tensors *t, const char *path, nn_error *e)
{
    *t = (nn_tensors){0};
    bool good =
        nn_file_read(&t->file, path, NULL, e) && read_header(t, path, e);
    if (!good)
        nn_tensors_close(t);
    return good;
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
    free(t->notes);
    nn_file_close(&t->file);
    *t = (nn_tensors){0};
}

const nn_saved *nn_tensors_find(const nn_tensors *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->tensors[i].name, name) == 0)
            return &t->tensors[i];
    return NULL;
}

const char *nn_tensors_note(const nn_tensors *t, const char *key)
{
    for (size_t i = 0; i < t->note_count; i++)
        if (strcmp(t->notes[i].key, key) == 0)
            return t->notes[i].value;
    return NULL;
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
