/* steps.h: what a value in a loop's body depends on. */
#ifndef NNC_PASS_STEPS_H
#define NNC_PASS_STEPS_H

#include "ir/graph.h"

typedef enum Depends {
    DEPENDS_FIXED, /* on what is the same in each step */
    DEPENDS_INPUT, /* on the step's input */
    DEPENDS_STATE, /* on the previous step */
} Depends;

/* A product whose operand has this many features leaves the loop; with fewer,
 * writing and reading the result costs more than the product. */
enum { HOIST_FEATURES = 16 };

/* By id of the body's nodes. */
Depends *steps_depends(const Graph *body);

/* What becomes of the rows of a node's inputs: EACH, SUMMED or NONE. */
Rows steps_rows(const Node *n);

#endif
