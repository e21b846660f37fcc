/* rule.h: what one step makes of a tensor, written for one of its numbers: an
 * optimiser, or what bounds gradients before it. */
#ifndef NNC_IR_RULE_H
#define NNC_IR_RULE_H

#include "ir/graph.h"

/* OP_ARGs of a rule's body. */
enum {
    RULE_WEIGHT,
    RULE_GRADIENT,
    RULE_NORM,  /* of all gradients together */
    RULE_STATES /* state i is RULE_STATES + i */
};

/* The body is a closed graph of values of shape [1], all element by element.
 * Its ROOT_STACK 0 is the new weight, or the new gradient; its ROOT_STATE i
 * what state i becomes. States begin as zeros. */
typedef struct Rule {
    const char *name;      /* "adam" */
    const char *arguments; /* "beta1: 0.9, beta2: 0.999, eps: 1e-08" */
    Graph *body;
    VEC(const char *) states; /* "m", "v" */
} Rule;

#endif
