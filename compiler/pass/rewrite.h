/* rewrite.h: rebuilding a graph, for the passes that change one. */
#ifndef NNC_PASS_REWRITE_H
#define NNC_PASS_REWRITE_H

#include "ir/graph.h"
#include "pass/steps.h"

typedef struct Rewriting {
    const Graph *old;
    const Scan *scan; /* whose body it is, as it was, or NULL */
    Graph *g;         /* being built */
    Node **map;       /* by id of old: what stands for a node already passed */
    const int *uses;  /* by id of old */
    const Users *users; /* by id of old */
    const Depends *on;  /* by id of old, where it is a scan's body */
    void *to;           /* the pass's own */
    void *here;         /* the pass's own for this graph alone, first NULL */
} Rewriting;

/* Asked for each node of the old graph in order: `in` are the new nodes that
 * stand for its inputs. Returns the node of r->g that stands for n, or NULL
 * for a plain copy. */
typedef Node *Rewrite(Rewriting *r, const Node *n, Node *const *in);

/* A new graph with the nodes that roots need, rewritten by f (NULL: copied).
 * The body of a scan is rewritten by the same f before the scan, whose n then
 * has a new Scan, which f may change. The old graph stays as it was. */
Graph *rewrite(const Graph *g, Rewrite *f, void *to);

/* The same for the body of a scan alone. */
Graph *rewrite_body(const Scan *scan, Rewrite *f, void *to);

/* The node that alone uses n, an old node, and does so once; else NULL. */
const Node *rewrite_only_user(const Rewriting *r, const Node *n);

/* A copy of n in g with other inputs. */
Node *rewrite_copy(Graph *g, const Node *n, Node *const *in);

/* Which nodes the roots need, by id. */
bool *rewrite_live(const Graph *g);

#endif
