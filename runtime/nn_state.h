/* Where a run of training stands, and what it depends on: the part of a
 * checkpoint that stands in notes of the file. */
#ifndef NN_STATE_H
#define NN_STATE_H

#include "nn_program.h"
#include "nn_tensors.h"

/* Where training stands between two updates. */
typedef struct {
    uint64_t seed, data; /* data: checksum of the data set */
    uint64_t step;       /* updates made */
    int64_t epoch;       /* complete epochs */
    int64_t batch;       /* batches done of the next one */
    int64_t seen;        /* rows of these batches */
    double *sums;        /* over these rows; borrowed */
    int64_t sum_count;
    double rate;
    int64_t epochs;
    int64_t told;  /* epochs that the model's text asked for */
    bool has_best; /* `best` holds the weights of the best epoch */
    double best_loss;
    int64_t best_epoch, waited; /* epochs since then */
    const nn_setting *settings; /* what the run depends on; borrowed */
    int setting_count;
} nn_state;

/* Adds the notes. */
void nn_state_save(nn_saving *s, const nn_state *state);

/* Reads them back, the sums to where state has them. Refuses a file without
 * them, numbers that no run writes, and settings that are others than those of
 * state, all but the last one. */
bool nn_state_load(const nn_tensors *t, const char *path, nn_state *state,
                   nn_error *e);

/* Compares the last setting, which is known by a digest only. */
bool nn_state_same_step(const nn_tensors *t, const char *path,
                        const nn_state *state, nn_error *e);

#endif
