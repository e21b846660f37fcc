/* make_loss.h: losses, metrics and penalties, made from their terms: what each
 * row, or each value of a row, [batch, ...], adds to them. */
#ifndef NNC_IR_MAKE_LOSS_H
#define NNC_IR_MAKE_LOSS_H

#include "ir/program.h"

/* How many terms the present rows have, [1]. */
Node *make_count(Graph *g, const Node *terms);

/* The terms of present rows, summed as one number, one for each place of the
 * last axis, or one for each value of a row: [sums]. */
Node *make_sums(Graph *g, Node *terms, int64_t sums);

/* A loss [1]: the mean of the terms of present rows; with counts, the sum of
 * terms by that of the counts of present rows, 0 where these are 0. */
Node *make_mean(Graph *g, Node *terms, Node *counts);

/* The loss plus l2 / 2 * sum w^2 and l1 * sum |w| over the graph's trained
 * weights of rank 2 or more; a weight's own come on top of the model's. */
Node *make_penalties(Graph *g, const Program *p, Node *loss);

#endif
