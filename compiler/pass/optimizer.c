/* optimizer.c: turns gradients into updates of weights.
 *
 * In goes a step graph with ROOT_GRADs, out comes one with a ROOT_TENSOR for
 * each of them and for each state of the optimiser, which is a tensor of its
 * own: "f5.weight.m". Clips and optimiser are rules of ir/rule.h, written for
 * one number: their nodes are built anew for each weight, so that fusion sees
 * nothing special. Slots begin as zeros. */
#include "ir/program.h"
#include "pass/pass.h"

/* A rule while it is applied to one tensor. */
typedef struct Use {
    Graph *g;
    const Rule *rule;
    Node *const *args; /* by RULE_... */
    const Node *like;  /* the tensor, for its place in the text */
    Node **map;        /* by id of the body */
    int rank;          /* of the tensor */
} Use;

/* What is one number for the whole step, [1], meets numbers of a tensor. */
static Node *widened(const Use *u, Node *n, bool wide)
{
    bool scalar = n->shape.rank == 1 && n->shape.dim[0] == 1;

    return wide && scalar ? graph_reshape(u->g, n, shape_ones(u->rank)) : n;
}

static bool is_wide(const Use *u, const Node *n)
{
    return u->map[n->id]->shape.rank != 1 || u->map[n->id]->shape.dim[0] != 1;
}

static Node *instance(const Use *u, const Node *n)
{
    Node *in[3], *made;
    bool wide = false;

    if (n->op == OP_ARG)
        return u->args[n->attr.port.index];
    if (n->n_in == 0)
        return graph_add_shaped(u->g, n->op, n->type, n->shape, 0, NULL,
                                n->attr, NULL);
    for (int i = 0; i < n->n_in; i++)
        wide |= is_wide(u, n->in[i]);
    for (int i = 0; i < n->n_in; i++)
        in[i] = widened(u, u->map[n->in[i]->id], wide);
    made = graph_add(u->g, n->op, n->n_in, in, n->attr, wide ? u->like : NULL);
    if (n->name)
        graph_name(made, n->name);
    return made;
}

/* The body's nodes for a tensor; u->map says what stands for each. */
static void apply(Use *u)
{
    const Graph *body = u->rule->body;

    u->like =
        u->args[RULE_WEIGHT] ? u->args[RULE_WEIGHT] : u->args[RULE_GRADIENT];
    u->rank = u->like->shape.rank;
    u->map = NEWN(u->g->arena, Node *, body->nodes.n);
    for (int i = 0; i < body->nodes.n; i++)
        u->map[i] = instance(u, body->nodes.at[i]);
}

/* The tensor that the rule makes, whose shape is the gradient's even where it
 * is one number. */
static Node *result(const Use *u, const Node *root)
{
    Node *n = u->map[root->id];

    return graph_broadcast(u->g, widened(u, n, true),
                           u->args[RULE_GRADIENT]->shape);
}

/* The root of all squares of all gradients together, [1]. */
static Node *norm(Graph *g, const Root *roots, int n)
{
    Node *sum = NULL;

    for (int i = 0; i < n; i++) {
        Node *square, *d = roots[i].node;

        if (roots[i].role != ROOT_GRAD)
            continue;
        square = graph_sum(g, graph_unary(g, OP_SQUARE, d),
                           (1U << d->shape.rank) - 1);
        square = graph_reshape(g, square, shape_ones(1));
        sum = sum ? graph_binary(g, OP_ADD, sum, square) : square;
    }
    return sum ? graph_unary(g, OP_SQRT, sum) : NULL;
}

static void clip(Graph *g, const Rule *rule, Root *roots, int n)
{
    Node *args[RULE_STATES] = {[RULE_NORM] = norm(g, roots, n)};

    for (int i = 0; i < n; i++) {
        Use u = {.g = g, .rule = rule, .args = args};

        if (roots[i].role != ROOT_GRAD)
            continue;
        args[RULE_GRADIENT] = roots[i].node;
        apply(&u);
        roots[i].node = result(&u, graph_find_root(rule->body, ROOT_STACK, 0));
    }
}

/* By tensor, a leaf that reads it, or NULL. */
static Node **find_leaves(const Program *p, const Graph *g)
{
    Node **leaves = NEWN(g->arena, Node *, p->tensors.n + 1);

    for (int i = g->nodes.n - 1; i >= 0; i--)
        if (g->nodes.at[i]->op == OP_TENSOR)
            leaves[g->nodes.at[i]->attr.index] = g->nodes.at[i];
    return leaves;
}

/* A state of weight w, a new tensor under the name that the rule gives it. */
static Node *slot(Program *p, Graph *g, const Node *w, const char *name)
{
    const char *of = p->tensors.at[w->attr.index].name;
    Tensor t = {.kind = TENSOR_SLOT,
                .name = arena_printf(p->arena, "%s.%s", of, name),
                .shape = w->shape,
                .init = {.kind = INIT_CONSTANT},
                .span = w->span,
                .weight = w->attr.index};
    Node *n = program_leaf(p, g, program_tensor(p, t));

    n->name = name;
    return n;
}

static void update(Program *p, Graph *g, Node *w, const Root *grad)
{
    const Rule *rule = p->train.optimizer;
    Node **args = NEWN(g->arena, Node *, RULE_STATES + rule->states.n);
    Use u = {.g = g, .rule = rule, .args = args};
    Node *next;

    args[RULE_WEIGHT] = w;
    args[RULE_GRADIENT] = grad->node;
    for (int i = 0; i < rule->states.n; i++)
        args[RULE_STATES + i] = slot(p, g, w, rule->states.at[i]);
    apply(&u);
    for (int i = 0; i < rule->states.n; i++) {
        next = result(&u, graph_find_root(rule->body, ROOT_STATE, i));
        graph_root(g, next, ROOT_TENSOR, args[RULE_STATES + i]->attr.index);
    }
    next = result(&u, graph_find_root(rule->body, ROOT_STACK, 0));
    graph_name(next, p->tensors.at[grad->index].name);
    graph_root(g, next, ROOT_TENSOR, grad->index);
}

Graph *optimizer(Program *p, Graph *g)
{
    Node **leaves = find_leaves(p, g);
    Root *old = g->roots.at;
    int n = g->roots.n;

    for (int i = 0; i < p->train.clips.n; i++)
        clip(g, p->train.clips.at[i], old, n);
    g->roots.at = NULL;
    g->roots.n = g->roots.cap = 0;
    for (int i = 0; i < n; i++)
        if (old[i].role == ROOT_GRAD)
            update(p, g, leaves[old[i].index], &old[i]);
        else
            graph_root(g, old[i].node, old[i].role, old[i].index);
    return g;
}
