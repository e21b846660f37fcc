/* optimizer.c: turns gradients into updates of parameters.
 *
 * In goes a step graph with ROOT_GRADs, out comes one with a ROOT_PARAM for
 * each of them and a ROOT_SLOT for each of the rule's slots, built from the
 * ordinary operators, so that fusion sees nothing special. The formulas are
 * those of PyTorch's SGD and Adam (Kingma, Ba 2015; Nesterov's momentum as in
 * Sutskever et al. 2013) and of its clip_grad_norm_. Slots begin as zeros. */
#include <string.h>

#include "ir/program.h"
#include "pass/pass.h"

/* One parameter's update while it is being built. */
typedef struct Update {
    const Train *train;
    Graph *g;
    int index;
    Node *w, *dw;
} Update;

typedef Node *UpdateRule(Update *u);

static Node *add(Graph *g, Node *a, Node *b)
{
    return graph_binary(g, OP_ADD, a, b);
}

static Node *mul(Graph *g, Node *a, Node *b)
{
    return graph_binary(g, OP_MUL, a, b);
}

static Node *number(Graph *g, double value, int rank)
{
    return graph_const_shaped(g, value, shape_ones(rank), NULL);
}

static Node *scale(Graph *g, double k, Node *a)
{
    return mul(g, a, number(g, k, a->shape.rank));
}

/* A leaf of shape [1]: all that is one number for all parameters has it. */
static Node *step_scalar(Graph *g, Op op, double value)
{
    return graph_add_shaped(g, op, TYPE_REAL, shape_ones(1), 0, NULL,
                            (Attr){.value = value}, NULL);
}

/* A scalar of the step for use with values of u's rank. */
static Node *everywhere(const Update *u, Node *scalar)
{
    return graph_reshape(u->g, scalar, shape_ones(u->w->shape.rank));
}

static Node *rate_times(const Update *u, Node *value)
{
    return mul(u->g, everywhere(u, step_scalar(u->g, OP_RATE, 0)), value);
}

/* What slot k remembers, under the name that the rule's formula gives it. */
static Node *slot(const Update *u, int k, const char *name)
{
    Node *n =
        graph_add_shaped(u->g, OP_SLOT, TYPE_REAL, u->w->shape, 0, NULL,
                         (Attr){.slot = {.index = u->index, .slot = k}}, u->w);

    graph_name(n, name);
    return n;
}

/* The slot's next value. */
static void keep(const Update *u, int k, Node *next, const char *name)
{
    graph_name(next, name);
    graph_root(u->g, next, ROOT_SLOT, u->index, k);
}

static Node *plain_sgd(Update *u)
{
    return rate_times(u, u->dw);
}

static Node *sgd(Update *u)
{
    Node *v = slot(u, 1, "v");

    v = add(u->g, scale(u->g, u->train->momentum, v), u->dw);
    keep(u, 1, v, "v");
    if (u->train->nesterov)
        v = add(u->g, u->dw, scale(u->g, u->train->momentum, v));
    return rate_times(u, v);
}

/* 1 - beta^step: what corrects an average that began at zero. */
static Node *correction(Graph *g, double beta)
{
    return graph_binary(g, OP_SUB, number(g, 1, 1),
                        step_scalar(g, OP_POW_STEP, beta));
}

/* beta a + (1 - beta) b */
static Node *average(Graph *g, double beta, Node *a, Node *b)
{
    return add(g, scale(g, beta, a), scale(g, 1 - beta, b));
}

static Node *adam(Update *u)
{
    const Train *t = u->train;
    Graph *g = u->g;
    Node *rate, *unbiased, *below;
    Node *m = average(g, t->beta1, slot(u, 1, "m"), u->dw);
    Node *v =
        average(g, t->beta2, slot(u, 2, "v"), graph_unary(g, OP_SQUARE, u->dw));

    keep(u, 1, m, "m");
    keep(u, 2, v, "v");
    rate = graph_binary(g, OP_DIV, step_scalar(g, OP_RATE, 0),
                        correction(g, t->beta1));
    unbiased = graph_binary(g, OP_DIV, number(g, 1, 1),
                            graph_unary(g, OP_SQRT, correction(g, t->beta2)));
    graph_name(rate, "rate");
    graph_name(unbiased, "unbiased");
    below = mul(g, graph_unary(g, OP_SQRT, v), everywhere(u, unbiased));
    below = add(g, below, number(g, t->eps, u->w->shape.rank));
    return mul(g, everywhere(u, rate), graph_binary(g, OP_DIV, m, below));
}

typedef struct Rule {
    const char *name;
    int slots;
    UpdateRule *rule;
} Rule;

static const Rule rules[] = {{"sgd", 1, sgd}, {"adam", 2, adam}};

static Rule find_rule(const Train *t)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].name, t->optimizer) == 0)
            return rules[i].rule == sgd && t->momentum == 0
                       ? (Rule){"sgd", 0, plain_sgd}
                       : rules[i];
    nnc_bug("there is no optimiser '%s'", t->optimizer);
}

/* min(1, max_norm / (norm + 1e-6)), where norm is that of all gradients. */
static Node *clip_factor(Graph *g, const Root *roots, int n, double max_norm)
{
    Node *sum = NULL, *norm;

    for (int i = 0; i < n; i++) {
        Node *square, *d = roots[i].node;

        if (roots[i].role != ROOT_GRAD)
            continue;
        square = graph_sum(g, graph_unary(g, OP_SQUARE, d),
                           (1U << d->shape.rank) - 1);
        square = graph_reshape(g, square, shape_ones(1));
        sum = sum ? add(g, sum, square) : square;
    }
    norm = add(g, graph_unary(g, OP_SQRT, sum), number(g, 1e-6, 1));
    return graph_binary(g, OP_MIN,
                        graph_binary(g, OP_DIV, number(g, max_norm, 1), norm),
                        number(g, 1, 1));
}

/* By parameter, a leaf that reads it, or NULL. */
static Node **find_leaves(const Program *p, const Graph *g)
{
    Node **leaves = NEWN(g->arena, Node *, p->params.n + 1);

    for (int i = g->nodes.n - 1; i >= 0; i--)
        if (g->nodes.at[i]->op == OP_PARAM)
            leaves[g->nodes.at[i]->attr.index] = g->nodes.at[i];
    return leaves;
}

Graph *optimizer(Program *p, Graph *g)
{
    Rule rule = find_rule(&p->train);
    Node **leaves = find_leaves(p, g);
    Root *old = g->roots.at;
    int n = g->roots.n;
    Node *clip = NULL;

    p->slots = rule.slots;
    g->roots.at = NULL;
    g->roots.n = g->roots.cap = 0;
    for (int i = 0; i < n; i++) {
        Update u = {.train = &p->train, .g = g, .index = old[i].index};
        Node *w;

        if (old[i].role != ROOT_GRAD) {
            graph_root(g, old[i].node, old[i].role, old[i].index, old[i].slot);
            continue;
        }
        u.w = leaves[u.index];
        u.dw = old[i].node;
        if (p->train.clip_norm > 0 && !clip)
            clip = clip_factor(g, old, n, p->train.clip_norm);
        if (clip)
            u.dw = mul(g, u.dw,
                       graph_reshape(g, clip, shape_ones(u.w->shape.rank)));
        w = graph_binary(g, OP_SUB, u.w, rule.rule(&u));
        graph_name(w, p->params.at[u.index].name);
        graph_root(g, w, ROOT_PARAM, u.index, 0);
    }
    return g;
}
