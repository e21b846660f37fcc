/* same.h: nodes that compute the same. */
#ifndef NNC_IR_SAME_H
#define NNC_IR_SAME_H

#include "ir/graph.h"

/* Whether two nodes of one kind of attribute and one rank have equal ones. */
bool same_attr(const Node *a, const Node *b);

/* Nodes of which no two have the same operator, type, shape, attributes and
 * inputs (loops over time never have). */
typedef struct SameNode {
    Node *node;            /* NULL where it is new, to be set with ... */
    Node *const *in;       /* its inputs */
    struct SameNode *next; /* of its hash */
} SameNode;

typedef struct Same {
    SameNode **first; /* by hash */
    unsigned n;
} Same;

/* None yet; about so many will come. */
Same *same_new(Arena *arena, int nodes);
/* The one like n with these inputs, or a new one. */
SameNode *same_find(Arena *arena, Same *s, const Node *n, Node *const *in);

/* By id, the first node that computes the same. */
Node **same_first(const Graph *g);

#endif
