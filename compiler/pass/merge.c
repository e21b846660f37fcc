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
    const Graph *old;
    const Node *x;
    bool tb;
    VEC(const Node *) products; /* of the old graph */
    VEC(const Node *) sums;     /* their sums with biases; none if not all */
    VEC(const Node *) biases;
    Node *all; /* of the new graph: [rows, units of all] */
    struct Group *next;
} Group;

/* Whether n is a weight or a view of weights: the same in each step. */
static bool is_weight(const Scan *s, const Node *n)
{
    if (n->op == OP_ARG)
        return n->attr.index >= s->n_seq + s->n_state;
    if (op_table[n->op].class != CLASS_VIEW)
        return false;
    for (int k = 0; k < n->n_in; k++)
        if (!is_weight(s, n->in[k]))
            return false;
    return true;
}

static bool is_product(const Scan *s, const Node *n)
{
    return n->op == OP_MATMUL && n->shape.rank == 2 && !n->attr.mm.ta &&
           is_weight(s, n->in[1]) && !is_weight(s, n->in[0]);
}

/* The sum of product n and a bias [1, units] that is n's only user; the bias
 * is put into *bias. */
static const Node *biased(const Rewriting *r, const Node *n, const Node **bias)
{
    if (r->uses[n->id] != 1)
        return NULL;
    for (int i = n->id + 1; i < r->old->nodes.n; i++) {
        const Node *sum = r->old->nodes.at[i];

        for (int k = 0; sum->op == OP_ADD && k < 2; k++)
            if (sum->in[k] == n && is_weight(r->scan, sum->in[1 - k]) &&
                sum->in[1 - k]->shape.dim[0] == 1 &&
                sum->in[1 - k]->shape.dim[1] == n->shape.dim[1]) {
                *bias = sum->in[1 - k];
                return sum;
            }
    }
    return NULL;
}

/* All products like n. */
static Group *collect(Rewriting *r, const Node *n)
{
    Arena *arena = r->g->arena;
    Group *group = NEW(arena, Group);

    group->old = r->old;
    group->x = n->in[0];
    group->tb = n->attr.mm.tb;
    for (int i = 0; i < r->old->nodes.n; i++) {
        const Node *m = r->old->nodes.at[i], *bias = NULL, *sum;

        if (!is_product(r->scan, m) || m->in[0] != group->x ||
            m->attr.mm.tb != group->tb)
            continue;
        vec_push(arena, &group->products, m);
        sum = biased(r, m, &bias);
        if (!sum)
            continue;
        vec_push(arena, &group->sums, sum);
        vec_push(arena, &group->biases, bias);
    }
    if (group->sums.n < group->products.n)
        group->sums.n = group->biases.n = 0;
    return group;
}

/* The values that stand for some nodes, joined. */
static Node *joined(Rewriting *r, int n, const Node *const *of, bool weights,
                    int axis)
{
    Node **in = NEWN(r->g->arena, Node *, n);

    for (int i = 0; i < n; i++)
        in[i] = r->map[(weights ? of[i]->in[1] : of[i])->id];
    return graph_concat(r->g, n, in, axis);
}

static void build(Rewriting *r, Group *group)
{
    Node *w = joined(r, group->products.n, group->products.at, true,
                     group->tb ? 0 : 1);

    group->all = graph_matmul(r->g, r->map[group->x->id], w, false, group->tb);
    if (group->sums.n)
        group->all = graph_binary(
            r->g, OP_ADD, group->all,
            joined(r, group->biases.n, group->biases.at, false, 1));
}

/* The group that old node n belongs to as a product or a sum, or NULL. */
static Group *find(const Rewriting *r, const Node *n, int *place)
{
    for (Group *g = *(Group **)r->to; g; g = g->next)
        for (int i = 0; g->old == r->old && i < g->products.n; i++)
            if (g->products.at[i] == n || (g->sums.n && g->sums.at[i] == n)) {
                *place = i;
                return g;
            }
    return NULL;
}

static Node *merge_node(Rewriting *r, const Node *n, Node *const *in)
{
    Group **all = r->to, *group;
    int place = 0;
    int64_t begin = 0;

    (void)in;
    if (!r->scan)
        return NULL;
    group = find(r, n, &place);
    if (!group && is_product(r->scan, n)) {
        group = collect(r, n);
        if (group->products.n < 2)
            return NULL;
        build(r, group);
        group->next = *all;
        *all = group;
    }
    if (!group)
        return NULL;
    for (int i = 0; i < place; i++)
        begin += group->products.at[i]->shape.dim[1];
    return graph_slice(r->g, group->all, 1, begin, n->shape.dim[1]);
}

/* Puts weights, and what is computed of weights alone, in front, so that the
 * first product of a group finds those of the others. */
static void weights_first(Scan *s)
{
    Graph *g = s->body;
    int at = 0;
    Node **nodes = NEWN(g->arena, Node *, g->nodes.n + 1);

    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < g->nodes.n; i++)
            if (is_weight(s, g->nodes.at[i]) == (pass == 0))
                nodes[at++] = g->nodes.at[i];
    for (int i = 0; i < at; i++) {
        nodes[i]->id = i;
        g->nodes.at[i] = nodes[i];
    }
}

Graph *merge(Program *p, Graph *g)
{
    Group *all = NULL;

    (void)p;
    g = rewrite(g, NULL, NULL);
    for (int i = 0; i < g->nodes.n; i++)
        if (g->nodes.at[i]->op == OP_SCAN)
            weights_first(g->nodes.at[i]->attr.scan);
    return rewrite(g, merge_node, &all);
}
