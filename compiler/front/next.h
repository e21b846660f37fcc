/* next.h: one step of a network that reads what it writes. */
#ifndef NNC_FRONT_NEXT_H
#define NNC_FRONT_NEXT_H

#include "ir/program.h"

/* The graph of one step of g, a graph of inference: of ids [batch, 1] it gives
 * output 0, [batch, classes], which is `logits` at this step; states of loops
 * are carried tensors of their own. *before becomes the graph, or NULL, that
 * fills tensors once before the first step. NULL after a message where a step
 * depends on more than what was read before it. */
Graph *next_step(Diag *diag, Program *p, const Graph *g, const Node *logits,
                 Graph **before);

/* `one`, the graph before the first step of a program `of` of one row, gives
 * its row to all rows of p: in place of `all`, which reads as many. */
void next_spread(Program *p, const Graph *all, const Program *of, Graph *one);

#endif
