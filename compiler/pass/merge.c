/* merge.c: several products of one value become one.
 *
 * In goes a graph, out comes one in which no step of a loop multiplies a value
 * by several weights: it is multiplied once by the CONCAT of them, the biases
 * that follow each product are joined in the same way, and what the products
 * were are slices of the result. So the four gates of an LSTM written as four
 * layers become one product. Outside of loops nothing changes: there the
 * joined weights would have to be written for a single use. hoist has to
 * follow, which takes the CONCATs out of the loop. */
#include "pass/pass.h"
#include "pass/rewrite.h"

/* Products of the value x, and what stands for them. */
typedef struct Group {
    const Node *x;
    bool tb;
    Users products; /* of the old graph */
    Users sums;     /* their sums with biases; none if not all */
    Users biases;
    Node *all; /* of the new graph: [rows, units of all] */
} Group;

/* Of a loop's body, by id of the old graph. */
typedef struct Merging {
    const bool *weight;
    Group **group;  /* of products and their sums */
    int64_t *begin; /* where the group's result has this one's units */
} Merging;

/* By id, whether a node is a weight or a view of weights: the same in each
 * step. */
static bool *find_weights(const Graph *g)
{
    bool *weight = NEWN(g->arena, bool, g->nodes.n + 1);

    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        weight[i] = n->op == OP_ARG ? n->attr.port.kind == PORT_FIXED
                                    : op_table[n->op].class == CLASS_VIEW;
        for (int k = 0; k < n->n_in; k++)
            weight[i] = weight[i] && weight[n->in[k]->id];
    }
    return weight;
}

static bool is_product(const Merging *m, const Node *n)
{
    return n->op == OP_MATMUL && n->shape.rank == 2 && !n->attr.mm.ta &&
           m->weight[n->in[1]->id] && !m->weight[n->in[0]->id];
}

/* The sum of product n and a bias [1, units] that is n's only user; the bias
 * is put into *bias. */
static const Node *biased(const Rewriting *r, const Node *n, const Node **bias)
{
    const Merging *m = r->here;
    const Node *sum = rewrite_only_user(r, n);

    if (!sum || sum->op != OP_ADD)
        return NULL;
    *bias = sum->in[sum->in[0] == n];
    return m->weight[(*bias)->id] && (*bias)->shape.dim[0] == 1 &&
                   (*bias)->shape.dim[1] == n->shape.dim[1]
               ? sum
               : NULL;
}

/* All products like n. */
static Group *collect(const Rewriting *r, const Node *n)
{
    Arena *arena = r->g->arena;
    Group *group = NEW(arena, Group);
    const Users *users = &r->users[n->in[0]->id];

    group->x = n->in[0];
    group->tb = n->attr.mm.tb;
    for (int i = 0; i < users->n; i++) {
        const Node *like = users->at[i], *bias = NULL, *sum;

        if (!is_product(r->here, like) || like->attr.mm.tb != group->tb)
            continue;
        vec_push(arena, &group->products, like);
        sum = biased(r, like, &bias);
        if (!sum)
            continue;
        vec_push(arena, &group->sums, sum);
        vec_push(arena, &group->biases, bias);
    }
    if (group->sums.n < group->products.n)
        group->sums.n = group->biases.n = 0;
    return group;
}

/* What stands for a weight, copied now if it stands behind. */
static Node *ahead(Rewriting *r, const Node *n)
{
    Node **to = &r->map[n->id];
    Node **in = NEWN(r->g->arena, Node *, n->n_in + 1);

    for (int k = 0; !*to && k < n->n_in; k++)
        in[k] = ahead(r, n->in[k]);
    return *to = *to ? *to : graph_copy(r->g, n, in);
}

/* Biases, or the weights of products, joined. */
static Node *joined(Rewriting *r, const Users *of, bool weights, int axis)
{
    Node **in = NEWN(r->g->arena, Node *, of->n);

    for (int i = 0; i < of->n; i++)
        in[i] = ahead(r, weights ? of->at[i]->in[1] : of->at[i]);
    return graph_concat(r->g, of->n, in, axis);
}

static void build(Rewriting *r, Group *group)
{
    const Merging *m = r->here;
    Node *w = joined(r, &group->products, true, group->tb ? 0 : 1);
    int64_t begin = 0;

    group->all = graph_matmul(r->g, r->map[group->x->id], w, false, group->tb);
    if (group->sums.n)
        group->all = graph_binary(r->g, OP_ADD, group->all,
                                  joined(r, &group->biases, false, 1));
    for (int i = 0; i < group->products.n; i++) {
        int id = group->products.at[i]->id;
        int sum = group->sums.n ? group->sums.at[i]->id : id;

        m->group[id] = m->group[sum] = group;
        m->begin[id] = m->begin[sum] = begin;
        begin += group->products.at[i]->shape.dim[1];
    }
}

static void begin_body(Rewriting *r)
{
    Merging *m = r->here = NEW(r->g->arena, Merging);

    m->weight = find_weights(r->old);
    m->group = NEWN(r->g->arena, Group *, r->old->nodes.n + 1);
    m->begin = NEWN(r->g->arena, int64_t, r->old->nodes.n + 1);
}

static Node *merge_node(Rewriting *r, const Node *n, Node *const *in)
{
    const Merging *m;
    Group *group;

    (void)in;
    if (!r->on)
        return NULL;
    if (!r->here)
        begin_body(r);
    m = r->here;
    group = m->group[n->id];
    if (!group && is_product(m, n)) {
        group = collect(r, n);
        if (group->products.n < 2)
            return NULL;
        build(r, group);
    }
    if (!group)
        return NULL;
    return graph_slice(r->g, group->all, 1, m->begin[n->id], n->shape.dim[1]);
}

REWRITE(merge, merge_node)
