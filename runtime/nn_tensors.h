/* safetensors files: named tensors and a map of strings. The format: eight
 * bytes little-endian for the header's size, a JSON object that gives each
 * tensor's type, shape and bytes, then the data
 * (github.com/huggingface/safetensors). */
#ifndef NN_TENSORS_H
#define NN_TENSORS_H

#include "nn_data.h"
#include "nn_file.h"
#include "nn_mem.h"
#include "nn_model.h"
#include "nn_writer.h"

typedef enum {
    NN_FILE_F64,
    NN_FILE_F32,
    NN_FILE_F16,
    NN_FILE_BF16,
    NN_FILE_OTHER
} nn_file_type;

typedef struct {
    char *name;
    nn_file_type type;
    char type_name[16]; /* "F32", "I64", ... */
    int rank;
    int64_t shape[8];
    int64_t count; /* values */
    const unsigned char *data;
    int64_t bytes;
} nn_saved;

typedef struct {
    nn_file file;
    nn_saved *tensors;
    size_t count, room;
    const nn_saved **by_name; /* all of them, sorted */
    nn_note *notes;           /* the file's "__metadata__" */
    size_t note_count, note_room;
} nn_tensors;

/* Reads the header and checks it against the file: each tensor once, and its
 * data one behind the other with nothing between or after them. Data stay in
 * the file. */
bool nn_tensors_open(nn_tensors *t, const char *path, nn_error *e);

/* The same with all of the file in memory, whatever becomes of it. */
bool nn_tensors_read(nn_tensors *t, const char *path, nn_error *e);
void nn_tensors_close(nn_tensors *t);

/* By name; NULL where there is none. */
const nn_saved *nn_tensors_find(const nn_tensors *t, const char *name);
const char *nn_tensors_note(const nn_tensors *t, const char *key);

/* The note whose key is kind and name joined: "nnc.data." and "x". */
const char *nn_tensors_note_of(const nn_tensors *t, const char *kind,
                               const char *name);

/* Value i of a tensor of a floating-point type; `count` of them at once. */
double nn_tensors_value(const nn_saved *s, int64_t i);
void nn_tensors_values(const nn_saved *s, int64_t first, int64_t count,
                       nn_real *values);

/* A file to be written, in this order: notes, names, the header, each tensor's
 * values in the order of names, the end. Lack of memory and failed writes are
 * told by nn_saving_header and nn_saving_finish. Where one of them or the
 * opening fails, nothing is left to cancel, and the old file stays. */
typedef struct {
    nn_writer writer;
    nn_text header;
    int64_t bytes;    /* of data, so far in the header */
    int notes, names; /* so far in the header */
} nn_saving;

bool nn_saving_open(nn_saving *s, const char *path, nn_error *e);
void nn_saving_note(nn_saving *s, const char *key, const char *value);
void nn_saving_name(nn_saving *s, const char *name, int rank,
                    const int64_t *shape);
bool nn_saving_header(nn_saving *s, nn_error *e);

/* `count` values in file order, of one tensor or a part of it. */
void nn_saving_values(nn_saving *s, const nn_real *values, int64_t count);

/* Puts the file in its place; or gives it up. */
bool nn_saving_finish(nn_saving *s, nn_error *e);
void nn_saving_cancel(nn_saving *s);

#endif
