/* The figures of every epoch: in memory, as a csv file and as a curve. */
#ifndef NN_HISTORY_H
#define NN_HISTORY_H

#include <stdio.h>

#include "nn_metric.h"

enum { NN_HISTORY_FIXED = 4 };

/* How the two files are known: the csv file begins with its fixed columns,
 * the drawing holds its title. */
#define NN_HISTORY_HEAD "epoch,step,rate,seconds"
#define NN_CURVE_TITLE "<title>learning curve</title>"

/* Row r holds the fixed columns, then for each part its figures; NaN where
 * there is none. */
typedef struct {
    const nn_model *model;
    int columns, figures; /* figures: loss and metrics */
    double *cells;
    size_t count, room;       /* rows */
    FILE *stream;             /* of the csv file, or NULL */
    const char *path, *curve; /* FILE.csv and FILE.svg, or NULL */
} nn_history;

/* path is the csv file, curve the drawing; both may be NULL, and both stay the
 * caller's. Rows up to epoch `resumed` of an old file are kept, all others are
 * dropped. */
bool nn_history_open(nn_history *h, const nn_model *m, const char *path,
                     const char *curve, int64_t resumed, nn_error *e);

/* Adds an epoch and appends it to the file; figures[part].seen = 0 leaves
 * the columns of that part empty. */
bool nn_history_add(nn_history *h, int64_t epoch, uint64_t step, double rate,
                    double seconds, const nn_figures figures[NN_PARTS],
                    nn_error *e);

void nn_history_close(nn_history *h);

/* The column of a part's figure. */
int nn_history_column(const nn_history *h, nn_part part, int figure);

/* nn_curve.c: writes the figures over epochs as SVG, where there is a csv file.
 */
bool nn_curve_draw(const nn_history *h, nn_error *e);

#endif
