/* What the files of a session share. */
#ifndef NN_SESSION_OWN_H
#define NN_SESSION_OWN_H

#include "nn_metric.h"
#include "nn_session.h"
#include "nn_thread.h"
#include "nn_unit.h"
#include "nn_visit.h"

struct nn_session {
    const nn_program *program;
    const nn_model *model;
    nn_prep *preps; /* of inputs and targets */
    bool prepared;  /* the caller has done what they would do */
    nn_pool *pool;
    nn_real *params;
    bool stale; /* params have changed since they were prepared */
    void *workspace;
    void **buffers;     /* a batch of each input and target */
    double *cells;      /* one of them, before it is prepared */
    uint32_t *lines;    /* its rows as the caller counts them, from 1 */
    nn_real **outputs;  /* a batch of each */
    nn_way **ways;      /* the way back of each value of a row */
    nn_real **unwanted; /* NULL each */
    double *sums;       /* of a step, and what it chose */
    nn_figures figures;
    uint64_t seed, step; /* step: updates so far */
    double rate;
    int64_t per_epoch; /* updates; 0: not known */
    nn_error error;
};

/* nn_session_rows.c: fetches rows first .. first + rows - 1 of the caller's
 * arrays, of the first `count` inputs and targets, into buffers. */
bool nn_session_put(nn_session *s, int count, int64_t first, int rows,
                    const void *const *inputs);

/* Copies the rows of a batch to the outputs that are wanted, as rows from
 * `first` on, each value in its own unit. */
void nn_session_take(const nn_session *s, int64_t first, int rows,
                     float *const *outputs);

/* nn_session_train.c: the part of opening that training needs. */
bool nn_session_open_training(nn_session *s, const nn_session_options *o,
                              nn_error *e);

#endif
