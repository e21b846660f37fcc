/* sparse.c: an update that touches only the rows of a table that ids name.
 *
 * In goes a step with w' = w - s G, where s is one number and G a sum of
 * SCATTERs that nothing else reads: the gradient of a table by plain gradient
 * descent. Out comes w' = ADD_ROWS(w, ids, -s dy), which stands where w stood
 * and reads and writes no other row; G, as large as the table, is never made.
 * Several SCATTERs become one of their ids and rows joined. Rules that read the
 * gradient twice or keep a state of each row need it whole, and stay. */
#include "pass/pass.h"
#include "pass/rewrite.h"

/* The SCATTERs whose sum n is, appended in order; false where it is more. */
static bool summands(const Rewriting *r, const Node *n, Users *out)
{
    if (r->uses[n->id] != 1)
        return false;
    if (n->op == OP_ADD)
        return summands(r, n->in[0], out) && summands(r, n->in[1], out);
    vec_push(r->g->arena, out, n);
    return n->op == OP_SCATTER && n->attr.index == out->at[0]->attr.index;
}

/* Which tensor gets n as its new value, or -1. */
static int updated(const Graph *g, const Node *n)
{
    for (int i = 0; i < g->roots.n; i++)
        if (g->roots.at[i].role == ROOT_TENSOR && g->roots.at[i].node == n)
            return g->roots.at[i].index;
    return -1;
}

static bool is_scalar(const Node *n)
{
    return shape_count(&n->shape) == 1;
}

/* Of s G, the place of s among the inputs; -1: it is none. */
static int scale_of(const Rewriting *r, const Node *n, Users *scatters)
{
    int s;

    if (n->op != OP_MUL || r->uses[n->id] != 1)
        return -1;
    s = is_scalar(n->in[0]) ? 0 : is_scalar(n->in[1]) ? 1 : -1;
    return s >= 0 && summands(r, n->in[1 - s], scatters) ? s : -1;
}

/* One axis of ids, one behind it for rows. */
static Node *listed(Graph *g, Node *n, int64_t ids, int64_t columns)
{
    return graph_reshape(
        g, n, columns ? shape_of(2, ids, columns) : shape_of(1, ids));
}

static Node *add_rows(Rewriting *r, Node *w, Node *scale, const Users *of)
{
    Graph *g = r->g;
    Node **ids = NEWN(g->arena, Node *, of->n), *in[3] = {w};
    Node **rows = NEWN(g->arena, Node *, of->n);

    scale = graph_unary(g, OP_NEG, graph_reshape(g, scale, shape_ones(2)));
    for (int k = 0; k < of->n; k++) {
        const Node *s = of->at[k];
        int64_t count = shape_count(&s->in[0]->shape);

        ids[k] = listed(g, r->map[s->in[0]->id], count, 0);
        rows[k] = listed(g, r->map[s->in[1]->id], count, w->shape.dim[1]);
        rows[k] = graph_binary(g, OP_MUL, rows[k], scale);
    }
    in[1] = of->n == 1 ? ids[0] : graph_concat(g, of->n, ids, 0);
    in[2] = of->n == 1 ? rows[0] : graph_concat(g, of->n, rows, 0);
    return graph_add(g, OP_ADD_ROWS, 3, in, of->at[0]->attr, w);
}

static Node *sparse_node(Rewriting *r, const Node *n, Node *const *in)
{
    Users scatters = {0};
    int s;

    if (n->op != OP_SUB || n->in[0]->op != OP_TENSOR)
        return NULL;
    s = scale_of(r, n->in[1], &scatters);
    if (s < 0 || updated(r->old, n) != n->in[0]->attr.index)
        return NULL;
    return add_rows(r, in[0], r->map[n->in[1]->in[s]->id], &scatters);
}

REWRITE(sparse, sparse_node)
