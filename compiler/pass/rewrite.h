/* rewrite.h: rebuilding a graph, for the passes that change one. */
#ifndef NNC_PASS_REWRITE_H
#define NNC_PASS_REWRITE_H

#include "ir/scan_edit.h"
#include "pass/steps.h"

typedef struct Rewriting {
    const Graph *old;
    Graph *g;           /* being built */
    Node **map;         /* by id of old: what stands for it, NULL: not yet */
    const bool *live;   /* by id of old: roots need it */
    const int *uses;    /* by id of old */
    const Users *users; /* by id of old */
    const Depends *on;  /* by id of old, in a loop's body; else NULL */
    OpenScan *scan;     /* while f is asked about a SCAN */
    OpenScan **scans;   /* by id of old: SCANs passed; NULL: none */
    void *to;           /* the pass's own */
    void *here;         /* the pass's own for this graph, first NULL */
} Rewriting;

/* Asked for each node of the old graph in order: `in` are the new nodes that
 * stand for its inputs. Returns the node of r->g that stands for n, or NULL
 * for a plain copy. Of a SCAN the body has been rewritten by the same f; f may
 * change the ports of r->scan and returns NULL. */
typedef Node *Rewrite(Rewriting *r, const Node *n, Node *const *in);

/* A new graph with the nodes that roots need, rewritten by f (NULL: copied).
 * PICKs follow the ports of their SCANs. The old graph stays as it was. */
Graph *rewrite(const Graph *g, Rewrite *f, void *to);

/* A pass of pass.h that is no more than that. */
#define REWRITE(pass, f)                                                       \
    Graph *pass(Program *p, Graph *g)                                          \
    {                                                                          \
        (void)p;                                                               \
        return rewrite(g, f, NULL);                                            \
    }

/* The node that alone uses n, an old node, and does so once; else NULL. */
const Node *rewrite_only_user(const Rewriting *r, const Node *n);

#endif
