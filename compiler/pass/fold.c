/* fold.c: constants and identities, from tables of rewrites.
 *
 * In goes a graph, out comes one that computes the same with fewer or cheaper
 * nodes. The rules of fold_map.c, fold_view.c and fold_core.c are tried on each
 * node until none applies; each of them makes the graph smaller or moves a node
 * in one direction only, so this ends. Arithmetic is that of real numbers: x
 * times 0 is 0. */
#include "pass/fold.h"
#include "pass/pass.h"
#include "pass/rewrite.h"

enum { MOST_ROUNDS = 1000 };

static Node *try_table(Graph *g, const Fold *f, const Node *n, Node *const *in)
{
    for (; f->rule; f++) {
        Node *new = f->op == n->op ? f->rule(g, n, in) : NULL;

        if (new)
            return new;
    }
    return NULL;
}

/* What the columns of its row say of an operator, then what is known of it. */
static Node *folded(Graph *g, const Node *n, Node *const *in)
{
    static const Fold *const tables[] = {fold_maps, fold_views, fold_cores};
    Node *new = fold_any_map(g, n, in);

    new = new ? new : fold_any_view(g, n, in);
    for (int i = 0; i < 3 && !new; i++)
        new = try_table(g, tables[i], n, in);
    return new ? new : fold_linear(g, n, in);
}

static Node *fold_node(Rewriting *r, const Node *n, Node *const *in)
{
    Node *new = folded(r->g, n, in);
    int *changes = r->to;

    *changes += new != NULL;
    if (new && !shape_equal(&new->shape, &n->shape))
        nnc_bug("folding %s changed its shape", op_table[n->op].id);
    return new;
}

Graph *fold(Program *p, Graph *g)
{
    int changes = 1;

    (void)p;
    for (int round = 0; changes; round++) {
        if (round == MOST_ROUNDS)
            nnc_bug("folding does not come to an end");
        changes = 0;
        g = rewrite(g, fold_node, &changes);
    }
    return g;
}
