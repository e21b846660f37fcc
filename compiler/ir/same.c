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
        return offsetof(Attr, random.axes) + sizeof x->random.axes;
    }
    nnc_bug("%s has an unknown attribute", op_table[n->op].id);
}

bool same_attr(const Node *a, const Node *b)
{
    return memcmp(&a->attr, &b->attr, attr_size(a)) == 0;
}

/* Whether two nodes with these inputs in place of their own are the same. */
static bool same_node(const Node *a, Node *const *a_in, const Node *b,
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

static unsigned hash(const Node *n, Node *const *in)
{
    unsigned h = mix(2166136261u, &n->op, sizeof n->op);

    for (int k = 0; k < n->n_in; k++)
        h = mix(h, &in[k]->id, sizeof in[k]->id);
    h = mix(h, n->shape.dim, (size_t)n->shape.rank * sizeof *n->shape.dim);
    return mix(h, &n->attr, attr_size(n));
}

Same *same_new(Arena *arena, int nodes)
{
    Same *s = NEW(arena, Same);

    s->n = (unsigned)nodes + 1;
    s->first = NEWN(arena, SameNode *, s->n);
    return s;
}

SameNode *same_find(Arena *arena, Same *s, const Node *n, Node *const *in)
{
    SameNode **at = &s->first[hash(n, in) % s->n], *next = *at;

    for (SameNode *b = next; b; b = b->next)
        if (same_node(b->node, b->in, n, in))
            return b;
    *at = NEW(arena, SameNode);
    (*at)->next = next;
    return *at;
}

Node **same_first(const Graph *g)
{
    Same *s = same_new(g->arena, g->nodes.n);
    Node **first = NEWN(g->arena, Node *, g->nodes.n + 1);

    for (int i = 0; i < g->nodes.n; i++) {
        Node **in = graph_mapped(g, g->nodes.at[i], first);
        SameNode *b = same_find(g->arena, s, g->nodes.at[i], in);

        if (!b->node) {
            b->node = g->nodes.at[i];
            b->in = in;
        }
        first[i] = b->node;
    }
    return first;
}
