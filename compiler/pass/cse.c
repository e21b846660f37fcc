/* cse.c: equal nodes become one.
 *
 * In goes a graph, out comes one in which no two nodes have the same operator,
 * attributes and inputs (loops over time count as different). Nodes are found
 * through a hash of all of that, in order, so that inputs are already unique
 * when their users are compared (value numbering, Cocke and Schwartz 1970). */
#include "pass/pass.h"
#include "pass/rewrite.h"

typedef struct Bucket {
    Node *node;
    struct Bucket *next;
} Bucket;

enum { BUCKETS = 1024 };

typedef struct Table {
    Graph *g; /* whose nodes are in the buckets */
    Bucket *at[BUCKETS];
    struct Table *next;
} Table;

static unsigned hash_node(const Node *n, Node *const *in)
{
    unsigned h = (unsigned)n->op;

    for (int k = 0; k < n->n_in; k++)
        h = h * 31 + (unsigned)in[k]->id;
    if (n->n_in == 0)
        h += (unsigned)n->attr.index * 7;
    return h % BUCKETS;
}

static bool equal(const Node *a, const Node *n, Node *const *in)
{
    if (a->op != n->op || a->type != n->type || a->n_in != n->n_in ||
        !shape_equal(&a->shape, &n->shape) || !rewrite_same_attr(a, n))
        return false;
    for (int k = 0; k < n->n_in; k++)
        if (a->in[k] != in[k])
            return false;
    return true;
}

/* The table of graph g: bodies of scans have their own. */
static Table *table_of(Graph *g, Table **tables)
{
    Table *t = *tables;

    while (t && t->g != g)
        t = t->next;
    if (!t) {
        t = NEW(g->arena, Table);
        t->g = g;
        t->next = *tables;
        *tables = t;
    }
    return t;
}

static Node *share(Rewriting *r, const Node *n, Node *const *in)
{
    Table *t = table_of(r->g, r->to);
    Bucket **bucket = &t->at[hash_node(n, in)];
    Bucket *new = NEW(r->g->arena, Bucket);

    for (Bucket *b = *bucket; b; b = b->next)
        if (equal(b->node, n, in))
            return b->node;
    new->node = rewrite_copy(r->g, n, in);
    new->next = *bucket;
    *bucket = new;
    return new->node;
}

Graph *cse(Program *p, Graph *g)
{
    Table *tables = NULL;

    (void)p;
    return rewrite(g, share, &tables);
}
