/* The names of a `category`: sorted, numbers as numbers; their places are
 * the ids. */
#ifndef NN_LABELS_H
#define NN_LABELS_H

#include "nn_error.h"
#include "nn_table.h"

typedef struct {
    char **text; /* count strings in order */
    int64_t count;
    bool numbers; /* all of them are numbers */
} nn_labels;

/* Learns the labels of those rows whose keep[row] is `wanted`; keep may be
 * NULL for all. A cell that is a number becomes its shortest decimal. */
bool nn_labels_learn(nn_labels *l, const nn_table *t, const uint8_t *keep,
                     uint8_t wanted, nn_error *e);

/* Takes over `count` strings in any order; sorts them and drops doubles. */
bool nn_labels_take(nn_labels *l, char **text, int64_t count, nn_error *e);

/* Takes over `count` strings that were saved; false where they are not in
 * order, each once: their places are the ids. */
bool nn_labels_restore(nn_labels *l, char **text, int64_t count);

/* The id of this text, or -1. */
int64_t nn_labels_find(const nn_labels *l, const char *text, size_t length);

/* The id of a cell, or -1. */
int64_t nn_labels_of_cell(const nn_labels *l, const nn_table *t, int64_t row,
                          int64_t column);

void nn_labels_close(nn_labels *l);

#endif
