/* check.c: proves a graph's invariants after a pass.
 *
 * Each node is built once more by its operator's shape rule and compared; the
 * order, the places of leaves and the roots are checked as graph.h states
 * them. A violation names the pass that broke it and the node. */
#include <stdlib.h>

#include "ir/rules.h"
#include "ir/scan.h"

typedef struct Check {
    const Graph *g;
    const char *pass;
    bool body; /* inside a scan */
} Check;

static _Noreturn void broken(const Check *c, const Node *n, const char *why)
{
    nnc_bug("pass %s: node %d, %s%s: %s", c->pass, n->id, op_table[n->op].id,
            c->body ? " in a scan's body" : "", why);
}

static void check_inputs(const Check *c, const Node *n)
{
    for (int k = 0; k < n->n_in; k++) {
        const Node *in = n->in[k];

        if (in->id < 0 || in->id >= n->id || c->g->nodes.at[in->id] != in)
            broken(c, n, "an input does not stand before it");
        if (in->type == TYPE_NONE && n->op != OP_PICK)
            broken(c, n, "a value with several outputs is used without PICK");
    }
}

static void check_place(const Check *c, const Node *n)
{
    if (op_table[n->op].class == CLASS_LEAF && n->op != OP_CONST &&
        c->body != (n->op == OP_ARG))
        broken(c, n, "this leaf does not belong here");
    if (c->body && op_has(n->op, OPF_RANDOM))
        broken(c, n, "all steps of a loop would draw the same");
}

static void check_shape(const Check *c, const Node *n)
{
    Node copy = *n;
    const char *why = shape_rule((Graph *)c->g, &copy);

    if (why)
        broken(c, n, why);
    if (copy.type != n->type || !shape_equal(&copy.shape, &n->shape))
        broken(c, n, "its shape or type is not what its rule gives");
}

static int by_role(const void *a, const void *b)
{
    const Root *x = a, *y = b;

    if (x->role != y->role)
        return x->role < y->role ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static void check_twice(const Check *c)
{
    int n = c->g->roots.n;
    Root *sorted = NEWN(c->g->arena, Root, n + 1);

    for (int i = 0; i < n; i++)
        sorted[i] = c->g->roots.at[i];
    qsort(sorted, (size_t)n, sizeof *sorted, by_role);
    for (int i = 1; i < n; i++)
        if (by_role(&sorted[i - 1], &sorted[i]) == 0)
            broken(c, sorted[i].node, "two roots have the same role and index");
}

static void check_nodes(const Graph *g, const char *pass, bool body)
{
    Check c = {.g = g, .pass = pass, .body = body};

    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        if (n->id != i)
            broken(&c, n, "its number is not its place");
        if (op_table[n->op].n_in >= 0 && op_table[n->op].n_in != n->n_in)
            broken(&c, n, "it has the wrong number of inputs");
        check_inputs(&c, n);
        check_place(&c, n);
        if (n->op == OP_SCAN)
            check_nodes(n->attr.scan->body, pass, true);
        check_shape(&c, n);
    }
    for (int i = 0; i < g->roots.n; i++) {
        const Root *r = &g->roots.at[i];

        if (r->node->id < 0 || r->node->id >= g->nodes.n ||
            g->nodes.at[r->node->id] != r->node)
            broken(&c, r->node, "a root is not a node of the graph");
        if (body != (r->role == ROOT_STATE || r->role == ROOT_STACK))
            broken(&c, r->node, "a root of this role does not belong here");
        if (r->role == ROOT_LOSS && shape_count(&r->node->shape) != 1)
            broken(&c, r->node, "a loss is not one number");
        if (r->role == ROOT_METRIC && r->node->shape.rank != 1 &&
            shape_count(&r->node->shape) != 1)
            broken(&c, r->node, "a metric's sums are no list");
    }
    check_twice(&c);
}

void graph_check(const Graph *g, const char *pass)
{
    check_nodes(g, pass, false);
}
