/* autodiff.c: adds the gradient of the loss by each trained weight.
 *
 * In goes a step graph with ROOT_LOSS, out comes the same graph with more
 * nodes and a ROOT_GRAD for each weight that is trained and that the loss
 * depends on; one that it does not depend on has no gradient and is left as it
 * is, as in PyTorch. Reverse accumulation (Linnainmaa 1970): contributions to
 * a value are collected and added once all its users are done. Nothing is
 * computed that no weight needs. */
#include "ir/program.h"
#include "ir/rules.h"
#include "pass/diff.h"
#include "pass/pass.h"

Diff diff_new(Graph *g)
{
    return (Diff){.g = g,
                  .n = g->nodes.n,
                  .users = graph_users(g),
                  .need = NEWN(g->arena, bool, g->nodes.n + 1),
                  .parts = NEWN(g->arena, Nodes, g->nodes.n + 1)};
}

static bool has_gradient(const Node *n)
{
    if (n->op == OP_SCAN)
        return true;
    return n->type == TYPE_REAL && (grad_rules[n->op] || n->op == OP_PICK);
}

void diff_spread(Diff *d)
{
    for (int i = 0; i < d->n; i++) {
        const Node *n = d->g->nodes.at[i];

        if (!has_gradient(n))
            continue;
        for (int k = 0; k < n->n_in; k++)
            d->need[i] = d->need[i] || d->need[n->in[k]->id];
    }
}

void diff_add(Diff *d, const Node *n, Node *part)
{
    if (!shape_equal(&n->shape, &part->shape))
        nnc_bug("the gradient of node %d, %s, has another shape", n->id,
                op_table[n->op].id);
    vec_push(d->g->arena, &d->parts[n->id], part);
}

/* Takes the PADs along the first one's axis out of `rest`, by place. */
static void take_pads(Arena *arena, Nodes *rest, Nodes *pads)
{
    Nodes others = {0};

    for (int i = 0; i < rest->n; i++) {
        Node *n = rest->at[i];
        int k = pads->n;

        if (n->op != OP_PAD ||
            (k && n->attr.part.axis != pads->at[0]->attr.part.axis)) {
            vec_push(arena, &others, n);
            continue;
        }
        vec_push(arena, pads, n);
        for (; k && pads->at[k - 1]->attr.part.begin > n->attr.part.begin; k--)
            pads->at[k] = pads->at[k - 1];
        pads->at[k] = n;
    }
    *rest = others;
}

/* PADs in order that leave no gap and do not overlap, as one CONCAT. */
static Node *join_pads(Graph *g, const Nodes *pads)
{
    Node **in = NEWN(g->arena, Node *, pads->n + 1);
    int axis;
    int64_t end = 0;

    if (pads->n < 2)
        return NULL;
    axis = pads->at[0]->attr.part.axis;
    for (int i = 0; i < pads->n; i++) {
        if (pads->at[i]->attr.part.begin != end)
            return NULL;
        in[i] = pads->at[i]->in[0];
        end += in[i]->shape.dim[axis];
    }
    if (end != pads->at[0]->shape.dim[axis])
        return NULL;
    return graph_concat(g, pads->n, in, axis);
}

Node *diff_sum(Graph *g, const Nodes *parts)
{
    Nodes rest = *parts, pads = {0};
    Node *sum;

    take_pads(g->arena, &rest, &pads);
    sum = join_pads(g, &pads);
    for (int i = 0; !sum && i < pads.n; i++)
        vec_push(g->arena, &rest, pads.at[i]);
    for (int i = 0; i < rest.n; i++)
        sum = sum ? graph_binary(g, OP_ADD, sum, rest.at[i]) : rest.at[i];
    return sum;
}

void diff_name(const Diff *d, Node *gradient, const char *of)
{
    if (of && gradient->id >= d->n)
        graph_name(gradient, arena_printf(d->g->arena, "d_%s", of));
}

/* What an unnamed node is; NULL for arithmetic and changes of shape. */
static const char *what(Arena *arena, const Node *n)
{
    bool plain = op_is_map(n->op)
                     ? n->n_in > 1 || n->op == OP_ROWS_MASK
                     : op_has(n->op, OPF_SHAPED) || n->op == OP_PICK;

    return plain ? NULL : op_word(arena, n->op);
}

Node *diff_total(Diff *d, const Node *n)
{
    Nodes *parts = &d->parts[n->id];

    if (parts->n == 0)
        return NULL;
    parts->at[0] = diff_sum(d->g, parts);
    parts->n = 1;
    diff_name(d, parts->at[0], n->name ? n->name : what(d->g->arena, n));
    return parts->at[0];
}

static void walk_node(Diff *d, Node *n)
{
    Node *dout = diff_total(d, n);
    bool *need = NEWN(d->g->arena, bool, n->n_in + 1);
    Node **din = NEWN(d->g->arena, Node *, n->n_in + 1);

    if (!dout)
        return;
    for (int k = 0; k < n->n_in; k++)
        need[k] = d->need[n->in[k]->id];
    int before = d->g->nodes.n;
    grad_rules[n->op](d->g, n, dout, need, din);
    for (int i = before; i < d->g->nodes.n; i++)
        d->g->nodes.at[i]->span = n->span;
    for (int k = 0; k < n->n_in; k++)
        if (need[k] && din[k])
            diff_add(d, n->in[k], din[k]);
}

void diff_walk(Diff *d)
{
    for (int i = d->n - 1; i >= 0; i--) {
        Node *n = d->g->nodes.at[i];

        if (!d->need[i] || n->n_in == 0 || n->op == OP_PICK)
            continue;
        if (n->op == OP_SCAN)
            diff_scan(d, n);
        else
            walk_node(d, n);
    }
}

/* By tensor, the leaves that read it. */
static Nodes *find_leaves(const Diff *d, int n_tensors)
{
    Nodes *leaves = NEWN(d->g->arena, Nodes, n_tensors + 1);

    for (int i = 0; i < d->n; i++) {
        Node *n = d->g->nodes.at[i];

        if (n->op == OP_TENSOR)
            vec_push(d->g->arena, &leaves[n->attr.index], n);
    }
    return leaves;
}

/* The gradient of the tensor that these leaves read, or NULL. */
static Node *gradient_of(Diff *d, const Nodes *leaves)
{
    Nodes parts = {0};

    for (int i = 0; i < leaves->n; i++) {
        Node *total = diff_total(d, leaves->at[i]);

        if (total)
            vec_push(d->g->arena, &parts, total);
    }
    return parts.n ? diff_sum(d->g, &parts) : NULL;
}

static bool learns(const Tensor *t)
{
    return t->kind == TENSOR_WEIGHT && !t->frozen;
}

Graph *autodiff(Program *p, Graph *g)
{
    Node *loss = graph_find_root(g, ROOT_LOSS, 0);
    Diff d = diff_new(g);
    const Nodes *leaves = find_leaves(&d, p->tensors.n);

    if (!loss)
        return g;
    for (int i = 0; i < d.n; i++) {
        const Node *n = g->nodes.at[i];

        d.need[i] = n->op == OP_TENSOR && learns(&p->tensors.at[n->attr.index]);
    }
    diff_spread(&d);
    if (!d.need[loss->id])
        return g;
    diff_add(&d, loss, graph_const_shaped(g, 1, loss->shape, loss));
    diff_walk(&d);
    for (int i = 0; i < p->tensors.n; i++) {
        const Tensor *t = &p->tensors.at[i];
        Node *gradient = learns(t) ? gradient_of(&d, &leaves[i]) : NULL;

        if (!gradient)
            continue;
        diff_name(&d, gradient, t->name);
        graph_root(g, gradient, ROOT_GRAD, i);
    }
    return g;
}
