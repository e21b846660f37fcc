/* diff.h: walking one graph backwards; shared by autodiff.c, which does it for
 * an entry's graph, and autodiff_scan.c, which does it for a scan's body. */
#ifndef NNC_PASS_DIFF_H
#define NNC_PASS_DIFF_H

#include "ir/graph.h"

typedef VEC(Node *) Nodes;

typedef struct Diff {
    Graph *g;           /* gradients are appended here */
    int n;              /* the nodes before this id are differentiated */
    const Users *users; /* by id: among those nodes */
    bool *need;         /* by id: somebody wants this node's gradient */
    Nodes *parts;       /* by id: contributions to the gradient, to be added */
} Diff;

/* For the n nodes that g has now; nothing is needed yet. */
Diff diff_new(Graph *g);

/* Spreads `need` from the leaves where the caller set it to all nodes that
 * depend on them through gradients. */
void diff_spread(Diff *d);

/* One more contribution to the gradient of n's value. */
void diff_add(Diff *d, const Node *n, Node *part);

/* Names a gradient after the value (of the name `of`, or NULL) that it belongs
 * to; of several, after the first. A node of the forward pass stays as it is.
 */
void diff_name(const Diff *d, Node *gradient, const char *of);

/* The sum of all contributions, or NULL where there are none. */
Node *diff_total(Diff *d, const Node *n);

/* The sum of some nodes of equal shape; slices of one axis become a CONCAT. */
Node *diff_sum(Graph *g, const Nodes *parts);

/* Calls the gradient rules from the last node to the first. */
void diff_walk(Diff *d);

/* The gradient of a SCAN whose outputs have their contributions. */
void diff_scan(Diff *d, Node *scan);

#endif
