/* same.c: equality of nodes; see same.h. */
#include "ir/same.h"

#include <stddef.h>
#include <string.h>

/* How many bytes of the union say all about n. */
static size_t attr_size(const Node *n)
{
    const Attr *x = &n->attr;

    switch (op_table[n->op].attr) {
    case ATTR_NONE:
        return 0;
    case ATTR_VALUE:
        return sizeof x->value;
    case ATTR_INDEX:
        return sizeof x->index;
    case ATTR_PORT:
        return sizeof x->port;
    case ATTR_PART:
        return offsetof(Attr, part.axis) + sizeof x->part.axis;
    case ATTR_AXIS:
        return sizeof x->axis;
    case ATTR_AXES:
        return sizeof x->axes;
    case ATTR_PERM:
        return (size_t)n->shape.rank * sizeof *x->perm;
    case ATTR_SLIDE:
        return offsetof(Attr, slide.axis) + sizeof x->slide.axis;
    case ATTR_MM:
        return sizeof x->mm;
    case ATTR_WINDOW:
        return sizeof x->window;
    case ATTR_SCAN:
        return sizeof x->scan;
    case ATTR_RANDOM:
        return offsetof(Attr, random.stream) + sizeof x->random.stream;
    }
    nnc_bug("%s has an unknown attribute", op_table[n->op].id);
}

bool same_attr(const Node *a, const Node *b)
{
    return memcmp(&a->attr, &b->attr, attr_size(a)) == 0;
}

bool same_node(const Node *a, Node *const *a_in, const Node *b,
               Node *const *b_in)
{
    if (a->op != b->op || a->type != b->type || a->n_in != b->n_in ||
        !shape_equal(&a->shape, &b->shape) || !same_attr(a, b))
        return false;
    for (int k = 0; k < a->n_in; k++)
        if (a_in[k] != b_in[k])
            return false;
    return true;
}

static unsigned mix(unsigned h, const void *at, size_t n)
{
    for (const unsigned char *c = at; n > 0; n--)
        h = (h ^ *c++) * 16777619u;
    return h;
}

unsigned same_hash(const Node *n, Node *const *in)
{
    unsigned h = mix(2166136261u, &n->op, sizeof n->op);

    for (int k = 0; k < n->n_in; k++)
        h = mix(h, &in[k]->id, sizeof in[k]->id);
    h = mix(h, n->shape.dim, (size_t)n->shape.rank * sizeof *n->shape.dim);
    return mix(h, &n->attr, attr_size(n));
}

typedef struct Bucket {
    Node *node, **in; /* its inputs, each the first of its kind */
    struct Bucket *next;
} Bucket;

Node **same_first(const Graph *g)
{
    unsigned n = (unsigned)g->nodes.n + 1;
    Node **first = NEWN(g->arena, Node *, n);
    Bucket **buckets = NEWN(g->arena, Bucket *, n), **at, *b;

    for (int i = 0; i < g->nodes.n; i++) {
        Node *node = g->nodes.at[i];
        Node **in = NEWN(g->arena, Node *, node->n_in + 1);

        for (int k = 0; k < node->n_in; k++)
            in[k] = first[node->in[k]->id];
        at = &buckets[same_hash(node, in) % n];
        for (b = *at; b && !same_node(b->node, b->in, node, in);)
            b = b->next;
        first[i] = b ? b->node : node;
        if (b)
            continue;
        b = NEW(g->arena, Bucket);
        *b = (Bucket){node, in, *at};
        *at = b;
    }
    return first;
}
