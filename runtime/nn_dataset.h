/* A program's data: every source open, split into parts, preprocessing
 * learned, and batches by row. */
#ifndef NN_DATASET_H
#define NN_DATASET_H

#include "nn_order.h"
#include "nn_prep.h"
#include "nn_program.h"

/* "training", "validation", "test": for messages. */
extern const char *const nn_part_names[NN_PARTS];

/* One source of one tensor. */
typedef struct {
    nn_table table;
    int32_t *ids; /* of all cells, for classes and tokens */
} nn_source;

/* The rows of one part; a row of windows is one of their first rows. */
typedef struct {
    nn_source *sources; /* one a tensor; borrowed from NN_TRAIN, or own */
    bool own;
    nn_order order;  /* of its items, which are rows or windows */
    int64_t count;   /* of them */
    int64_t dropped; /* rows left out, because a value is missing */
} nn_section;

typedef struct {
    const nn_program *program;
    int tensors;                /* inputs and targets */
    nn_prep *preps;             /* one a tensor */
    nn_section parts[NN_PARTS]; /* count 0: no such part */
    uint8_t *part_of;           /* of each row of the main sources */
    int64_t rows;               /* of the main sources */
    const nn_transform *window; /* how rows make windows, or NULL */
    int64_t stride;             /* of the windows */
    int64_t ahead;              /* of the windows; 0 where no tensor takes it */
    int64_t reserved;           /* rows set aside for early stopping */
} nn_dataset;

/* Opens the program's sources below `folder` (NULL: the current one), checks
 * every value, splits, and learns. The message of a failure names file and
 * line. */
bool nn_dataset_open(nn_dataset *d, const nn_program *program,
                     const char *folder, nn_error *e);
void nn_dataset_close(nn_dataset *d);

/* Copies `n` items of a part, which its order gives, into one buffer a tensor,
 * row-major: nn_real for NN_F32, int32_t for classes and tokens. */
void nn_dataset_fetch(const nn_dataset *d, nn_part part, const uint32_t *items,
                      int n, void *const *buffers);

/* False where a file has changed since it was read; the message names it. */
bool nn_dataset_unchanged(const nn_dataset *d, nn_error *e);

/* The path of the source that is this very file, or NULL. */
const char *nn_dataset_reads(const nn_dataset *d, const nn_stamp *s);

/* The memory that rows take, files that are mapped included; what tells where a
 * text's rows begin comes to no more than a hundredth of the text. */
int64_t nn_dataset_bytes(const nn_dataset *d);

/* A number that changes with any value, row or part of the data. */
uint64_t nn_dataset_checksum(const nn_dataset *d);

#endif
