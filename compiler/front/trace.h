/* trace.h: which value an element of a node shows, through views and sums or
 * products with numbers. */
#ifndef NNC_FRONT_TRACE_H
#define NNC_FRONT_TRACE_H

#include "ir/graph.h"

/* The number by * (element `at` of node, in row-major order) + plus. */
typedef struct Spot {
    const Node *node;
    int64_t at;
    double by, plus;
} Spot;

/* What element `at` of the node shows: never a view, nor an element-wise
 * operator that a number or a mask of dropout alone is applied by. */
Spot trace(const Node *node, int64_t at);

/* The same for what input k gives to element `at` of the node. */
Spot trace_operand(const Node *node, int64_t at, int k);

/* How many elements one row of a value has whose axis 0 is the batch. */
int64_t trace_row(const Node *node);

/* Whether two nodes show the same values in the same order. */
bool trace_same(const Node *a, const Node *b);

#endif
