/* rules.h: the shape and gradient rules that the rows of ops.def name, each in
 * a table of its own: rules of gradients build nodes, whose shapes the others
 * set. */
#ifndef NNC_IR_RULES_H
#define NNC_IR_RULES_H

#include "ir/graph.h"

/* Sets n->shape from inputs and attributes, or returns the reason why it cannot
 * ("784 and 512 must agree"); of operators whose shape is given it checks the
 * given one. n->type comes as that of most: of a view its input's, else real
 * numbers. */
typedef const char *ShapeRule(Graph *g, Node *n);

/* Sets both by the operator's rule. */
ShapeRule shape_rule;

/* Given dout, the gradient of node n's value, sets din[i] for the inputs that
 * have one (need[i]); builds nodes only. */
typedef void GradRule(Graph *g, Node *n, Node *dout, const bool *need,
                      Node **din);

/* Those of operators that read ids. */
ShapeRule shape_rule_xent, shape_rule_xent_dx, shape_rule_put,
    shape_rule_number, shape_rule_gather, shape_rule_scatter,
    shape_rule_add_rows;

/* Why one of inputs from..to-1 holds no real numbers, or NULL. */
const char *shape_reals(Graph *g, const Node *n, int from, int to);

/* "784 and 512 must agree" */
const char *shape_disagree(Graph *g, int64_t a, int64_t b);

extern ShapeRule *const shape_rules[OP_COUNT];
/* NULL: none; the operator's inputs get no gradient. */
extern GradRule *const grad_rules[OP_COUNT];

#endif
