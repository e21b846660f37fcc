/* cse.c: equal nodes become one.
 *
 * In goes a graph, out comes one in which no two nodes have the same operator,
 * attributes and inputs (loops over time count as different). Nodes are found
 * through a hash of all of that, in order, so that inputs are already unique
 * when their users are compared (value numbering, Cocke and Schwartz 1970). */
#include "ir/same.h"
#include "pass/pass.h"
#include "pass/rewrite.h"

typedef struct Bucket {
    Node *node;
    struct Bucket *next;
} Bucket;

typedef struct Table {
    Bucket **at;
    unsigned n; /* buckets */
} Table;

/* That of the graph: bodies of scans have their own. */
static Table *table_of(Rewriting *r)
{
    Table *t = r->here;

    if (t)
        return t;
    r->here = t = NEW(r->g->arena, Table);
    t->n = (unsigned)r->old->nodes.n + 1;
    t->at = NEWN(r->g->arena, Bucket *, t->n);
    return t;
}

static Node *share(Rewriting *r, const Node *n, Node *const *in)
{
    Table *t = table_of(r);
    Bucket **bucket, *new;

    if (n->op == OP_SCAN)
        return NULL;
    bucket = &t->at[same_hash(n, in) % t->n];
    for (Bucket *b = *bucket; b; b = b->next)
        if (same_node(b->node, b->node->in, n, in))
            return b->node;
    new = NEW(r->g->arena, Bucket);
    new->node = graph_copy(r->g, n, in);
    new->next = *bucket;
    *bucket = new;
    return new->node;
}

Graph *cse(Program *p, Graph *g)
{
    (void)p;
    return rewrite(g, share, NULL);
}
