/* drive.h: a compiled model in the hands of a test: memory for its entries,
 * weights from a formula, one call for each entry.
 *
 * Nothing of the programs' runtime takes part but the map between file order
 * and packed layouts, so that what a test sees is model.c alone. */
#ifndef TESTS_E2E_DRIVE_H
#define TESTS_E2E_DRIVE_H

#include <stdbool.h>

#include "nn_model.h"

typedef struct {
    const nn_model *model;
    nn_real *params;
    void *workspace; /* of the largest entry, refilled with NaN each time */
    void **inputs;   /* inputs, then targets: rows * values each */
    nn_real **outputs;
    double *sums; /* loss and metrics of the last step or eval */
    int rows;
    uint64_t seed;   /* of a step's dropout; 1 at first */
    nn_real *file;   /* one parameter in file order */
    nn_parallel par; /* runs the kernels' parts; NULL: one after the other */
    void *pool;
} drive;

/* All memory for `rows` rows; parameters are 0. Ends the program where there
 * is no memory. */
void drive_open(drive *d, const nn_model *m, int rows);
void drive_close(drive *d);

/* Rows of a step. */
int drive_batch(const nn_model *m);

/* Parameter p gets scale * sin(0.7 * i + phase), rounded to float, or its own
 * numbers where they can never change; another tensor but a statistic
 * begins as the table says. */
void drive_weights(drive *d, const nn_param *p, double scale, double phase);

/* A statistic gets base + scale * sin(0.7 * i + phase), as weights do. */
void drive_statistic(drive *d, const nn_param *p, double base, double scale,
                     double phase);

/* The same with numbers of stream `which`, uniform within +-scale: unlike those
 * of a sine, whose matrices have rank 2, they make no model singular. */
void drive_random_weights(drive *d, const nn_param *p, double scale,
                          uint32_t which);

/* Input t gets sin(0.37 * i + phase), rounded to float, or the classes
 * (phase + 3 * i) % classes. */
void drive_input(drive *d, int t, double phase);

/* The same with numbers of stream `which`, uniform within +-1.5, or classes. */
void drive_random_input(drive *d, int t, uint32_t which);

/* Row `row` of input t becomes what row 0 is. */
void drive_copy_row(drive *d, int t, int row);

/* Slot 1, 2, ... of a weight, or NULL. */
const nn_param *drive_slot(const drive *d, const nn_param *weight, int slot);

/* One tensor of the table in file order, in d->file. */
const nn_real *drive_read(drive *d, const nn_param *p);

/* Runs the entry of a kind; false where it returned 1 (loss not finite). infer
 * takes the one that has room for all rows, infer1 that for one, row by row. */
bool drive_step(drive *d, double rate, uint64_t step);
bool drive_eval(drive *d);
void drive_infer(drive *d);
void drive_infer1(drive *d);
void drive_encode(drive *d); /* where the model has such; of the first row */
void drive_next(drive *d);

/* Metric i of the last step or eval, in the numbers of the network. */
double drive_metric(const drive *d, int i);

#endif
