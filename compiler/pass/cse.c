/* cse.c: equal nodes become one.
 *
 * In goes a graph, out comes one in which no two nodes have the same operator,
 * attributes and inputs (loops over time count as different). Nodes are found
 * through a hash of all of that, in order, so that inputs are already unique
 * when their users are compared (value numbering, Cocke and Schwartz 1970). */
#include "pass/pass.h"
#include <string.h>

#include "pass/rewrite.h"

typedef struct Bucket {
    Node *node;
    struct Bucket *next;
} Bucket;

typedef struct Table {
    Graph *g; /* whose nodes are in the buckets */
    Bucket **at;
    unsigned n; /* buckets */
    struct Table *next;
} Table;

/* A CONST's value is all that tells it from others of its shape. */
static unsigned hash_node(const Node *n, Node *const *in)
{
    unsigned h = (unsigned)n->op, bits[2] = {0};

    for (int k = 0; k < n->n_in; k++)
        h = h * 31 + (unsigned)in[k]->id;
    if (n->op == OP_CONST)
        memcpy(bits, &n->attr.value, sizeof bits);
    else if (n->n_in == 0)
        bits[0] = (unsigned)n->attr.index;
    for (int a = 0; a < n->shape.rank; a++)
        h = h * 31 + (unsigned)n->shape.dim[a];
    return (h * 31 + bits[0] * 7 + bits[1]) * 2654435761u >> 7;
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
static Table *table_of(const Rewriting *r)
{
    Graph *g = r->g;
    Table **tables = r->to, *t = *tables;

    while (t && t->g != g)
        t = t->next;
    if (!t) {
        t = NEW(g->arena, Table);
        t->g = g;
        t->n = (unsigned)r->old->nodes.n + 1;
        t->at = NEWN(g->arena, Bucket *, t->n);
        t->next = *tables;
        *tables = t;
    }
    return t;
}

static Node *share(Rewriting *r, const Node *n, Node *const *in)
{
    Table *t = table_of(r);
    Bucket **bucket = &t->at[hash_node(n, in) % t->n], *new;

    for (Bucket *b = *bucket; b; b = b->next)
        if (equal(b->node, n, in))
            return b->node;
    new = NEW(r->g->arena, Bucket);
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
