/* rewrite.h: rebuilding a graph, for the passes that change one. */
#ifndef NNC_PASS_REWRITE_H
#define NNC_PASS_REWRITE_H

#include "ir/graph.h"

/* Asked for each node of the old graph in order: `in` are the new nodes that
 * stand for its inputs. Returns the node of the new graph `out` that stands
 * for n, or NULL for a plain copy. */
typedef Node *Rewrite(Graph *out, const Node *n, Node *const *in, void *to);

/* A new graph with the nodes that roots need, rewritten by f (NULL: copied).
 * Bodies of scans are rewritten first, by the same f. The old graph stays as
 * it was. */
Graph *rewrite(const Graph *g, Rewrite *f, void *to);

/* A copy of n in g with other inputs. */
Node *rewrite_copy(Graph *g, const Node *n, Node *const *in);

/* Which nodes the roots need, by id. */
bool *rewrite_live(const Graph *g);

/* Whether two nodes of one operator have equal attributes. */
bool rewrite_same_attr(const Node *a, const Node *b);

#endif
