/* same.h: nodes that compute the same. */
#ifndef NNC_IR_SAME_H
#define NNC_IR_SAME_H

#include "ir/graph.h"

/* Whether two nodes of one operator and rank have equal attributes. */
bool same_attr(const Node *a, const Node *b);

/* Whether two nodes with these inputs in place of their own have the same
 * operator, type, shape, attributes and inputs (loops over time never do). */
bool same_node(const Node *a, Node *const *a_in, const Node *b,
               Node *const *b_in);

/* A number that is equal for nodes that are the same; in: n's inputs. */
unsigned same_hash(const Node *n, Node *const *in);

/* By id, the first node that computes the same. */
Node **same_first(const Graph *g);

#endif
