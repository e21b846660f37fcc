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

/* A leaf of shape [1] for use with values of u's rank. */
static Node *step_scalar(const Update *u, Op op, double value)
{
    Node *n = graph_add_shaped(u->g, op, TYPE_REAL, shape_ones(1), 0, NULL,
                               (Attr){.value = value}, NULL);

    return graph_reshape(u->g, n, shape_ones(u->w->shape.rank));
}

static Node *slot(const Update *u, int k)
{
    return graph_add_shaped(u->g, OP_SLOT, TYPE_REAL, u->w->shape, 0, NULL,
                            (Attr){.slot = {.index = u->index, .slot = k}},
                            u->w);
}

static Node *plain_sgd(Update *u)
{
    return mul(u->g, step_scalar(u, OP_RATE, 0), u->dw);
}

static Node *sgd(Update *u)
{
    Node *m = slot(u, 1), *v;

    v = add(u->g, scale(u->g, u->train->momentum, m), u->dw);
    graph_root(u->g, v, ROOT_SLOT, u->index, 1);
    if (u->train->nesterov)
        v = add(u->g, u->dw, scale(u->g, u->train->momentum, v));
    return mul(u->g, step_scalar(u, OP_RATE, 0), v);
}

/* 1 - beta^step: what corrects an average that began at zero. */
static Node *correction(const Update *u, double beta)
{
    Node *power = step_scalar(u, OP_POW_STEP, beta);

    return graph_binary(u->g, OP_SUB, number(u->g, 1, power->shape.rank),
                        power);
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
    Node *one = number(g, 1, u->w->shape.rank), *rate, *root, *below;
    Node *m = average(g, t->beta1, slot(u, 1), u->dw);
    Node *v =
        average(g, t->beta2, slot(u, 2), graph_unary(g, OP_SQUARE, u->dw));

    graph_root(g, m, ROOT_SLOT, u->index, 1);
    graph_root(g, v, ROOT_SLOT, u->index, 2);
    rate = graph_binary(g, OP_DIV, step_scalar(u, OP_RATE, 0),
                        correction(u, t->beta1));
    root = graph_binary(g, OP_DIV, one,
                        graph_unary(g, OP_SQRT, correction(u, t->beta2)));
    below = add(g, mul(g, graph_unary(g, OP_SQRT, v), root),
                number(g, t->eps, u->w->shape.rank));
    return mul(g, rate, graph_binary(g, OP_DIV, m, below));
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

static Node *parameter(Program *p, Graph *g, int index)
{
    for (int i = 0; i < g->nodes.n; i++)
        if (g->nodes.at[i]->op == OP_PARAM &&
            g->nodes.at[i]->attr.index == index)
            return g->nodes.at[i];
    nnc_bug("parameter %s has a gradient but no leaf",
            p->params.at[index].name);
}

Graph *optimizer(Program *p, Graph *g)
{
    Rule rule = find_rule(&p->train);
    Root *old = g->roots.at;
    int n = g->roots.n;
    Node *clip = NULL;

    p->slots = rule.slots;
    g->roots.at = NULL;
    g->roots.n = g->roots.cap = 0;
    for (int i = 0; i < n; i++) {
        Update u = {.train = &p->train, .g = g, .index = old[i].index};

        if (old[i].role != ROOT_GRAD) {
            graph_root(g, old[i].node, old[i].role, old[i].index, old[i].slot);
            continue;
        }
        u.w = parameter(p, g, u.index);
        u.dw = old[i].node;
        if (p->train.clip_norm > 0 && !clip)
            clip = clip_factor(g, old, n, p->train.clip_norm);
        if (clip)
            u.dw = mul(g, u.dw,
                       graph_reshape(g, clip, shape_ones(u.w->shape.rank)));
        graph_root(g, graph_binary(g, OP_SUB, u.w, rule.rule(&u)), ROOT_PARAM,
                   u.index, 0);
    }
    return g;
}
