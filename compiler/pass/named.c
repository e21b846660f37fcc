/* named.c: values with names become outputs.
 *
 * In: the graph of an entry of inference, as elaborated. Out: the same, with a
 * root and a row of the program's table of outputs for each name that one value
 * on the way from inputs to outputs has, if it has something for every row.
 * Other shapes of a value share its name, and the last is given out. */
#include "pass/pass.h"

typedef struct Names {
    Program *program;
    Graph *graph;
    bool *live; /* by id: an output depends on it, ... */
    bool *fed;  /* ... and it on an input */
    Map last;   /* the last node of this name, */
    int *count; /* and how many have it up to a node */
} Names;

static void mark(Names *w)
{
    const Graph *g = w->graph;

    for (int i = 0; i < g->roots.n; i++)
        w->live[g->roots.at[i].node->id] = true;
    for (int i = g->nodes.n - 1; i >= 0; i--)
        for (int k = 0; k < g->nodes.at[i]->n_in; k++)
            w->live[g->nodes.at[i]->in[k]->id] |= w->live[i];
    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        w->fed[i] = n->op == OP_INPUT;
        for (int k = 0; k < n->n_in; k++)
            w->fed[i] |= w->fed[n->in[k]->id];
    }
}

static void count(Names *w)
{
    for (int i = 0; i < w->graph->nodes.n; i++) {
        const char *name = w->graph->nodes.at[i]->name;
        int before = name ? map_get(&w->last, name) : -1;

        w->count[i] = before < 0 ? 1 : w->count[before] + 1;
        if (name)
            map_set(&w->last, name, i);
    }
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

static bool is_told(const Names *w, const Node *n)
{
    return n->name && n->n_in > 0 && w->live[n->id] && w->fed[n->id] &&
           map_get(&w->last, n->name) == n->id &&
           w->count[n->id] == forms_of(n) && n->type == TYPE_REAL &&
           n->shape.rank > 0 && n->shape.dim[0] == w->graph->batch;
}

static void reveal(const Names *w, Node *n)
{
    Program *p = w->program;
    Output output = {
        .name = n->name, .target = -1, .unit = UNIT_NONE, .span = n->span};

    for (int a = 1; a < n->shape.rank; a++)
        output.shape.dim[output.shape.rank++] = n->shape.dim[a];
    if (output.shape.rank == 0)
        output.shape.dim[output.shape.rank++] = 1;
    graph_root(w->graph, n, ROOT_OUTPUT, p->outputs.n);
    vec_push(p->arena, &p->outputs, output);
}

Graph *named(Program *p, Graph *g)
{
    Names w = {.program = p,
               .graph = g,
               .live = NEWN(p->arena, bool, g->nodes.n + 1),
               .fed = NEWN(p->arena, bool, g->nodes.n + 1),
               .last = {.arena = p->arena},
               .count = NEWN(p->arena, int, g->nodes.n + 1)};

    mark(&w);
    count(&w);
    for (int i = 0; i < g->nodes.n; i++)
        if (is_told(&w, g->nodes.at[i]))
            reveal(&w, g->nodes.at[i]);
    return g;
}
