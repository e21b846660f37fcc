/* named.c: values with names become outputs.
 *
 * In: the graph of an entry of inference, as elaborated. Out: the same, with a
 * root and a row of the program's table of outputs for each name that one value
 * has, if it has something for every row. Other shapes of a value share its
 * name, and the last is given out. */
#include "pass/pass.h"

static bool is_rowwise(const Graph *g, const Node *n)
{
    return n->n_in > 0 && n->type == TYPE_REAL && n->shape.rank > 0 &&
           n->shape.dim[0] == g->batch;
}

/* How many nodes are n in another shape, itself included. */
static int forms_of(const Node *n)
{
    int forms = 1;

    for (; n->op == OP_RESHAPE || n->op == OP_TRANSPOSE; forms++) {
        if (n->in[0]->name != n->name)
            break;
        n = n->in[0];
    }
    return forms;
}

static void reveal(Program *p, Graph *g, Node *n)
{
    Output output = {
        .name = n->name, .target = -1, .unit = UNIT_NONE, .span = n->span};

    for (int a = 1; a < n->shape.rank; a++)
        output.shape.dim[output.shape.rank++] = n->shape.dim[a];
    if (output.shape.rank == 0)
        output.shape.dim[output.shape.rank++] = 1;
    graph_root(g, n, ROOT_OUTPUT, p->outputs.n);
    vec_push(p->arena, &p->outputs, output);
}

Graph *named(Program *p, Graph *g)
{
    Map last = {.arena = p->arena};
    int *count = NEWN(p->arena, int, g->nodes.n + 1);

    for (int i = 0; i < g->nodes.n; i++) {
        const char *name = g->nodes.at[i]->name;
        int before = name ? map_get(&last, name) : -1;

        count[i] = before < 0 ? 1 : count[before] + 1;
        if (name)
            map_set(&last, name, i);
    }
    for (int i = 0; i < g->nodes.n; i++) {
        Node *n = g->nodes.at[i];

        if (n->name && map_get(&last, n->name) == i &&
            count[i] == forms_of(n) && is_rowwise(g, n))
            reveal(p, g, n);
    }
    return g;
}
