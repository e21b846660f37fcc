/* same.c: equality of nodes; see same.h. */
#include "ir/same.h"

#include <string.h>

static bool same_list(const int *a, const int *b, int n)
{
    return memcmp(a, b, (size_t)n * sizeof *a) == 0;
}

static bool same_window(const Window *a, const Window *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

bool same_attr(const Node *a, const Node *b)
{
    const Attr *x = &a->attr, *y = &b->attr;

    switch (op_table[a->op].attr) {
    case ATTR_NONE:
        return true;
    case ATTR_VALUE:
        return memcmp(&x->value, &y->value, sizeof x->value) == 0;
    case ATTR_INDEX:
        return x->index == y->index;
    case ATTR_SLOT:
        return x->slot.index == y->slot.index && x->slot.slot == y->slot.slot;
    case ATTR_PART:
        return x->part.axis == y->part.axis && x->part.begin == y->part.begin &&
               x->part.size == y->part.size;
    case ATTR_AXIS:
        return x->axis == y->axis;
    case ATTR_AXES:
        return x->axes == y->axes;
    case ATTR_PERM:
        return same_list(x->perm, y->perm, a->shape.rank);
    case ATTR_MM:
        return x->mm.ta == y->mm.ta && x->mm.tb == y->mm.tb;
    case ATTR_WINDOW:
        return same_window(&x->window, &y->window);
    case ATTR_SCAN:
        return x->scan == y->scan;
    case ATTR_RANDOM:
        return memcmp(&x->random.rate, &y->random.rate,
                      sizeof x->random.rate) == 0 &&
               x->random.stream == y->random.stream;
    }
    return false;
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

/* A CONST's value is all that tells it from others of its shape. */
unsigned same_hash(const Node *n, Node *const *in)
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
