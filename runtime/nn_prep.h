/* Preprocessing of one input or target: its transforms, and what they have
 * learned from training rows. A row of raw numbers x becomes
 * x[j] * scale[j % period] + shift[j % period]; labels become ids. */
#ifndef NN_PREP_H
#define NN_PREP_H

#include "nn_labels.h"
#include "nn_spelling.h"

typedef struct {
    const nn_tensor *tensor;
    const nn_flow *flow;        /* NULL: raw numbers, as they are */
    const nn_transform *window; /* NULL: rows are not windows */
    bool category, standardize;
    int64_t period;           /* columns of the source */
    double *scale, *shift;    /* NULL: unchanged */
    double *mean, *deviation; /* standardize: period numbers each */
    bool fills;               /* missing values become means */
    double *fill;             /* those: fill_count of them, one a column */
    int64_t fill_count;
    int64_t fields;   /* columns of the training file; 0: not known */
    int64_t *columns; /* those taken, from 0, column_count; or NULL */
    int64_t column_count;
    char **names; /* theirs, where the text gives a range of names */
    int64_t name_count;
    nn_labels labels;            /* category */
    const nn_spelling *spelling; /* of rows that are text, or NULL */
    nn_speller *speller;
    char **words; /* word_count of them, as a file has them */
    int64_t word_count;
} nn_prep;

/* The flow among `count` that gives the tensor's rows of a part, or NULL. */
const nn_flow *nn_prep_flow(const nn_flow *flows, int count, int tensor,
                            nn_part part);

/* True where something is learned from training rows. */
bool nn_prep_learns(const nn_prep *p);

/* Looks at the transforms; nothing is learned yet. */
bool nn_prep_open(nn_prep *p, const nn_flow *flow, const nn_tensor *tensor,
                  nn_error *e);
void nn_prep_close(nn_prep *p);

/* Among the preps of all tensors, those whose flow says so take the words of
 * another. */
void nn_prep_share(nn_prep *preps, int count);

/* True where rows of the source are wanted as text. */
bool nn_prep_takes_labels(const nn_prep *p);

/* The name of a class or token, or NULL. */
const char *nn_prep_name(const nn_prep *p, int64_t id);

/* Keeps which columns of its file the table holds; takes over its names. */
bool nn_prep_keep_columns(nn_prep *p, nn_table *t, nn_error *e);

/* Learns from those rows of the table whose part is NN_TRAIN, and fills what
 * is missing in all rows. */
bool nn_prep_learn(nn_prep *p, nn_table *t, const uint8_t *part_of,
                   nn_error *e);

/* Puts the means in place of missing values. */
void nn_prep_fill(const nn_prep *p, nn_table *t);

/* Fixes scale and shift from the transforms for rows of `period` columns;
 * mean, deviation and labels have been learned or loaded. */
bool nn_prep_finish(nn_prep *p, int64_t period, nn_error *e);

/* The cells of a table as ids of the tensor's classes, malloc'ed; 0 in rows
 * that are dropped. A label that training did not have, or an id out of
 * range, is an error that names its line. */
bool nn_prep_ids(const nn_prep *p, const nn_table *t, int32_t **ids,
                 nn_error *e);

/* Looks at all cells before they are used: makes ids of those of classes,
 * and refuses numbers that do not fit once they are prepared. */
bool nn_prep_encode(const nn_prep *p, const nn_table *t, int32_t **ids,
                    nn_error *e);

/* Writes `count` rows of a table from `row` on, prepared, as batch row
 * `index` of a buffer; ids are those of nn_prep_ids, or NULL for NN_F32. */
void nn_prep_fetch(const nn_prep *p, const nn_table *t, const int32_t *ids,
                   int64_t row, int64_t count, int64_t index, void *buffer);

/* Refuses a table whose rows are not as wide as the tensor's, or as one step
 * of its windows. */
bool nn_prep_check_width(const nn_prep *p, int64_t width, const char *path,
                         nn_error *e);

#endif
