/* loop.h: a loop over time while it is made.
 *
 * Between loop_begin and loop_end the step's nodes are appended to `body`.
 * What they need from outside comes in by the functions below, in any order;
 * each returns the node that stands for it in the body. */
#ifndef NNC_IR_LOOP_H
#define NNC_IR_LOOP_H

#include "ir/scan_edit.h"

typedef struct Loop {
    struct Loop *up; /* the loop around it, or NULL */
    Graph *outer, *body;
    OpenScan *scan;
} Loop;

Loop *loop_begin(Graph *outer, Loop *up, int64_t steps);

/* The step's part of a node [steps, ...] of the outer graph. */
Node *loop_sequence(Loop *l, Node *outer);
/* A state whose first value is a node of the outer graph: its value before the
 * step. */
Node *loop_state(Loop *l, Node *first);
/* Steps may be left out where this sequence is 0 in all rows. */
void loop_mask(Loop *l, const Node *sequence);
/* What is the same in all steps: a node of the graph `home`, which is the body
 * or stands around it. */
Node *loop_value(Loop *l, Node *node, const Graph *home);

/* The SCAN node in the outer graph, of the states' next values and what the
 * steps stack. */
Node *loop_end(Loop *l, Node *const *next, Node *stack);

/* [batch, time, ...] as [time, batch, ...], or back. */
Node *loop_swap(Graph *g, Node *node);

#endif
