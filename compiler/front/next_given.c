/* next_given.c: what is the same at all steps.
 *
 * What the text and the weights tell is computed at each step, from the first
 * graph's nodes. What another input tells is computed once, by a graph that is
 * run before the first step, and handed over in tensors: so is the first value
 * of a state. Ids and inputs themselves are at hand at each step. */
#include "front/next.h"
#include "front/next_walk.h"

/* A tensor that the graph before the first step fills. */
static Node *handed(Next *s, TensorKind kind, const Node *first, const Node *of,
                    const char *state)
{
    Node *leaf = next_carried(s, kind, first->shape, 0, of, state);

    vec_push(s->to->arena, &s->handed,
             ((Handed){.of = first, .tensor = leaf->attr.index}));
    return leaf;
}

Node *next_still(Next *s, const Node *n)
{
    Moment *m = &s->at[n->id];
    Node **in;

    if (m->node)
        return m->node;
    if (m->given && n->type == TYPE_REAL && n->op != OP_INPUT)
        return m->node = handed(s, TENSOR_HANDED, n, n, "given");
    in = NEWN(s->to->arena, Node *, n->n_in + 1);
    for (int k = 0; k < n->n_in; k++)
        in[k] = next_still(s, n->in[k]);
    return m->node = graph_copy(s->to, n, in);
}

Node *next_begun(Next *s, const Node *first, const Node *of, const char *state)
{
    return first->op == OP_CONST ? next_carried(s, TENSOR_CARRIED, first->shape,
                                                first->attr.value, of, state)
                                 : handed(s, TENSOR_CARRIED, first, of, state);
}

Graph *next_before(const Next *s, const Graph *g)
{
    bool *need = NEWN(g->arena, bool, g->nodes.n);
    Node **map = NEWN(g->arena, Node *, g->nodes.n);
    Graph *to = graph_new(g->arena, g->batch);

    for (int i = 0; i < s->handed.n; i++)
        need[s->handed.at[i].of->id] = true;
    for (int i = g->nodes.n - 1; i >= 0; i--)
        for (int k = 0; need[i] && k < g->nodes.at[i]->n_in; k++)
            need[g->nodes.at[i]->in[k]->id] = true;
    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        if (need[i])
            map[i] = graph_copy(to, n, graph_mapped(g, n, map));
    }
    for (int i = 0; i < s->handed.n; i++)
        graph_root(to, map[s->handed.at[i].of->id], ROOT_TENSOR,
                   s->handed.at[i].tensor);
    return s->handed.n > 0 ? to : NULL;
}

/* n, of one row, for each of so many rows: a tensor of this shape. */
static Node *for_each_row(Graph *g, Node *n, const Shape *shape, int64_t rows)
{
    int64_t each = shape_count(&n->shape);

    if (each * rows != shape_count(shape))
        nnc_bug("node %d has no share of %lld rows", n->id, (long long)rows);
    n = graph_reshape(g, n, shape_of(2, (int64_t)1, each));
    n = graph_broadcast(g, n, shape_of(2, rows, each));
    return graph_reshape(g, n, *shape);
}

void next_spread(Program *p, const Graph *all, const Program *of, Graph *one)
{
    int known = of->tensors.n, n = one->roots.n;

    if (n != all->roots.n)
        nnc_bug("%d values are handed over to one row, %d to all", n,
                all->roots.n);
    for (int i = 0; i < one->nodes.n; i++) {
        Node *leaf = one->nodes.at[i];

        if (leaf->op == OP_TENSOR && leaf->attr.index >= known)
            nnc_bug("tensor %d is not known", leaf->attr.index);
        if (leaf->op == OP_TENSOR &&
            of->tensors.at[leaf->attr.index].kind == TENSOR_CONSTANT)
            leaf->attr.index =
                program_constant(p, of->tensors.at[leaf->attr.index]);
    }
    for (int i = 0; i < n; i++) {
        Root *root = &one->roots.at[i];
        const Tensor *t = &p->tensors.at[all->roots.at[i].index];

        root->index = all->roots.at[i].index;
        root->node = for_each_row(one, root->node, &t->shape, all->batch);
    }
}
