/* What the trainer says: one line an epoch, and on a terminal a bar below. */
#ifndef NN_LOG_H
#define NN_LOG_H

#include "nn_metric.h"

typedef struct {
    const nn_model *model;
    bool quiet, terminal;
    bool bar_shown;
    int64_t epochs, every; /* one line for each `every` epochs */
    double next_bar;       /* when the bar may be drawn again */
} nn_log;

/* quiet: nothing but errors and the last lines. */
nn_log nn_log_open(const nn_model *m, bool quiet, int64_t epochs);

/* True where the line of this epoch (from 1) will be shown. */
bool nn_log_shows(const nn_log *l, int64_t epoch);

/* Inside an epoch (from 1): share 0..1 of it done, rows a second, seconds
 * left of all training. Draws at most ten times a second. */
void nn_log_bar(nn_log *l, int64_t epoch, double share, const nn_figures *f,
                double speed, double left);

/* After an epoch. */
void nn_log_epoch(nn_log *l, int64_t epoch, const nn_figures figures[NN_PARTS],
                  double speed, double left);

/* "  test: loss 0.03  accuracy 99.1 %  (10000 rows)". */
void nn_log_part(nn_log *l, nn_part part, const nn_figures *f);

/* A line of its own, above the bar; not where quiet. */
__attribute__((format(printf, 2, 3))) void nn_log_say(nn_log *l,
                                                      const char *format, ...);

#endif
