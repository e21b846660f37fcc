/* applied.h: what a model's text applied, beside the graph that came of it. */
#ifndef NNC_IR_APPLIED_H
#define NNC_IR_APPLIED_H

#include "ir/graph.h"

/* A layer or function that the text applied: the nodes that came of it, by
 * id, and its value. True of the graph as elaborated; passes make another. */
typedef struct Applied {
    const char *name; /* "residual1.conv2", or NULL */
    const char *kind; /* "conv" */
    int up;           /* the one around it, or -1 */
    bool opens;       /* it has others inside that are worth showing */
    int from, to;     /* from <= id < to */
    const Node *out;
    Span span;
} Applied;

#endif
