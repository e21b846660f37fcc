/* cse.c: equal nodes become one.
 *
 * In goes a graph, out comes one in which no two nodes have the same operator,
 * attributes and inputs (loops over time count as different). Nodes are found
 * through a hash of all of that, in order, so that inputs are already unique
 * when their users are compared (value numbering, Cocke and Schwartz 1970). */
#include "ir/same.h"
#include "pass/pass.h"
#include "pass/rewrite.h"

/* Bodies of scans have a table of their own. */
static Node *share(Rewriting *r, const Node *n, Node *const *in)
{
    SameNode *same;

    if (n->op == OP_SCAN)
        return NULL;
    if (!r->here)
        r->here = same_new(r->g->arena, r->old->nodes.n);
    same = same_find(r->g->arena, r->here, n, in);
    if (!same->node) {
        same->node = graph_copy(r->g, n, in);
        same->in = same->node->in;
    }
    return same->node;
}

REWRITE(cse, share)
