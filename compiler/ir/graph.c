/* graph.c: building graphs, and small questions about them.
 *
 * In go operators and inputs, out come nodes whose type and shape the
 * operator's rule has set; the invariants stand in graph.h. */
#include "ir/rules.h"

Graph *graph_new(Arena *arena, int64_t batch)
{
    Graph *g = NEW(arena, Graph);

    g->arena = arena;
    g->batch = batch;
    return g;
}

void graph_expect(Graph *g, int nodes)
{
    g->nodes.at =
        arena_grow(g->arena, g->nodes.at, (size_t)g->nodes.cap * sizeof(Node *),
                   (size_t)(g->nodes.n + nodes) * sizeof(Node *));
    g->nodes.cap = g->nodes.n + nodes;
}

static Node *node_new(Graph *g, Op op, int n_in, Node *const *in, Attr attr)
{
    Node *n = NEW(g->arena, Node);

    if (op_table[op].n_in >= 0 && op_table[op].n_in != n_in)
        nnc_bug("%s takes %d inputs, not %d", op_table[op].id,
                op_table[op].n_in, n_in);
    n->op = op;
    n->n_in = n_in;
    n->in = NEWN(g->arena, Node *, n_in ? n_in : 1);
    for (int i = 0; i < n_in; i++) {
        if (!in[i])
            nnc_bug("input %d of %s is missing", i, op_table[op].id);
        n->in[i] = in[i];
    }
    n->attr = attr;
    return n;
}

static Node *append(Graph *g, Node *n, const Node *like)
{
    if (like)
        n->span = like->span;
    n->id = g->nodes.n;
    vec_push(g->arena, &g->nodes, n);
    return n;
}

Node *graph_add(Graph *g, Op op, int n_in, Node *const *in, Attr attr,
                const Node *like)
{
    return graph_add_shaped(g, op, TYPE_REAL, (Shape){0}, n_in, in, attr, like);
}

Node *graph_add_shaped(Graph *g, Op op, Type type, Shape shape, int n_in,
                       Node *const *in, Attr attr, const Node *like)
{
    Node *n = node_new(g, op, n_in, in, attr);
    const char *why;

    n->type = type;
    n->shape = shape;
    why = shape_rule(g, n);
    if (why)
        nnc_bug("%s: %s", op_table[op].id, why);
    return append(g, n, like);
}

Node *graph_try(Graph *g, Op op, int n_in, Node *const *in, Attr attr,
                Span span, const char **why)
{
    Node *n = node_new(g, op, n_in, in, attr);

    *why = shape_rule(g, n);
    if (*why)
        return NULL;
    n->span = span;
    return append(g, n, NULL);
}

Node *graph_const_shaped(Graph *g, double value, Shape shape, const Node *like)
{
    return graph_add_shaped(g, OP_CONST, TYPE_REAL, shape, 0, NULL,
                            (Attr){.value = value}, like);
}

Node *graph_unary(Graph *g, Op op, Node *a)
{
    return graph_add(g, op, 1, &a, (Attr){0}, a);
}

Node *graph_binary(Graph *g, Op op, Node *a, Node *b)
{
    return graph_add(g, op, 2, (Node *[]){a, b}, (Attr){0}, a);
}

Node *graph_reshape(Graph *g, Node *a, Shape shape)
{
    if (shape_equal(&a->shape, &shape))
        return a;
    return graph_add_shaped(g, OP_RESHAPE, a->type, shape, 1, &a, (Attr){0}, a);
}

Node *graph_broadcast(Graph *g, Node *a, Shape shape)
{
    if (shape_equal(&a->shape, &shape))
        return a;
    return graph_add_shaped(g, OP_BROADCAST, a->type, shape, 1, &a, (Attr){0},
                            a);
}

Node *graph_sum(Graph *g, Node *a, unsigned axes)
{
    if (axes == 0)
        return a;
    return graph_add(g, OP_SUM, 1, &a, (Attr){.axes = axes}, a);
}

Node *graph_matmul(Graph *g, Node *a, Node *b, bool ta, bool tb)
{
    return graph_add(g, OP_MATMUL, 2, (Node *[]){a, b},
                     (Attr){.mm = {.ta = ta, .tb = tb}}, a);
}

Node *graph_slice(Graph *g, Node *a, int axis, int64_t begin, int64_t size)
{
    if (begin == 0 && size == a->shape.dim[axis])
        return a;
    return graph_add(
        g, OP_SLICE, 1, &a,
        (Attr){.part = {.axis = axis, .begin = begin, .size = size}}, a);
}

Node *graph_move(Graph *g, Node *a, int from, int to)
{
    Attr attr = {0};
    int step = from < to ? 1 : -1;

    for (int i = 0; i < a->shape.rank; i++)
        attr.perm[i] = i;
    for (int i = from; i != to; i += step)
        attr.perm[i] = i + step;
    attr.perm[to] = from;
    return graph_add(g, OP_TRANSPOSE, 1, &a, attr, a);
}

Node *graph_concat(Graph *g, int n, Node *const *in, int axis)
{
    if (n == 1)
        return in[0];
    return graph_add(g, OP_CONCAT, n, in, (Attr){.axis = axis}, in[0]);
}

Node *graph_pick(Graph *g, Node *scan, PortKind kind, int index)
{
    return graph_add(g, OP_PICK, 1, &scan, (Attr){.port = {kind, index}}, scan);
}

Node *graph_copy(Graph *g, const Node *n, Node *const *in)
{
    Node *copy = n->op == OP_SCAN || !(op_table[n->op].flags & OPF_SHAPED)
                     ? graph_add(g, n->op, n->n_in, in, n->attr, n)
                     : graph_add_shaped(g, n->op, n->type, n->shape, n->n_in,
                                        in, n->attr, n);

    copy->name = n->name;
    return copy;
}

Node **graph_mapped(const Graph *g, const Node *n, Node *const *map)
{
    Node **in = NEWN(g->arena, Node *, n->n_in + 1);

    for (int k = 0; k < n->n_in; k++)
        in[k] = map[n->in[k]->id];
    return in;
}

void graph_name(Node *n, const char *name)
{
    while (!n->name) {
        n->name = name;
        if (n->op == OP_RESHAPE || n->op == OP_TRANSPOSE)
            n = n->in[0];
    }
}

int *graph_uses(const Graph *g)
{
    int *uses = NEWN(g->arena, int, g->nodes.n + 1);

    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        for (int k = 0; k < n->n_in; k++)
            uses[n->in[k]->id]++;
    }
    for (int i = 0; i < g->roots.n; i++)
        uses[g->roots.at[i].node->id]++;
    return uses;
}

Users *graph_users(const Graph *g)
{
    Users *users = NEWN(g->arena, Users, g->nodes.n + 1);
    const Node **room;
    int all = 0;

    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        for (int k = 0; k < n->n_in; k++)
            users[n->in[k]->id].cap++;
        all += n->n_in;
    }
    room = NEWN(g->arena, const Node *, all + 1);
    for (int i = 0; i < g->nodes.n; i++) {
        const Node *n = g->nodes.at[i];

        users[i].at = room;
        room += users[i].cap;
        for (int k = 0; k < n->n_in; k++) {
            Users *of = &users[n->in[k]->id];

            of->at[of->n++] = n;
        }
    }
    return users;
}
