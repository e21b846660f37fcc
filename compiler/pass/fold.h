/* fold.h: the rows that fold.c tries, from the files that hold them. */
#ifndef NNC_PASS_FOLD_H
#define NNC_PASS_FOLD_H

#include "ir/graph.h"

/* The simpler node that stands for n, whose inputs are now `in`, or NULL. */
typedef Node *FoldRule(Graph *g, const Node *n, Node *const *in);

typedef struct Fold {
    Op op;
    FoldRule *rule;
} Fold;

extern const Fold fold_maps[], fold_views[], fold_cores[]; /* end: rule NULL */

/* Of every map: constants, and inputs that are repeated. Of every view: a
 * constant. Of every operator that is linear in one of its inputs: that input
 * 0. */
FoldRule fold_any_map, fold_any_view, fold_linear;

/* Whether the node is a CONST of that value. */
static inline bool fold_is(const Node *n, double value)
{
    return n->op == OP_CONST && n->attr.value == value;
}

#endif
