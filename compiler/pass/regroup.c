/* regroup.c: sums in loops put apart what does not depend on the state.
 *
 * In goes a graph, out comes one in which a sum of several values in a loop's
 * body is (what depends on the state) + (what depends on the step's input +
 * what is the same in each step), so that hoist can take the second half out
 * as a whole. */
#include "pass/pass.h"
#include "pass/rewrite.h"

typedef struct Terms {
    VEC(const Node *) on[DEPENDS_STATE + 1];
} Terms;

/* Whether n is a part of a larger sum that its only user computes. */
static bool inside_sum(const Rewriting *r, const Node *n)
{
    const Node *user = rewrite_only_user(r, n);

    return user && user->op == OP_ADD;
}

static void collect(const Rewriting *r, const Node *n, Terms *terms)
{
    for (int k = 0; k < 2; k++) {
        const Node *x = n->in[k];

        if (x->op == OP_ADD && r->uses[x->id] == 1)
            collect(r, x, terms);
        else
            vec_push(r->g->arena, &terms->on[r->on[x->id]], x);
    }
}

static Node *regroup_node(Rewriting *r, const Node *n, Node *const *in)
{
    Terms terms = {0};
    Node *sum = NULL;

    (void)in;
    if (!r->on || n->op != OP_ADD || r->on[n->id] != DEPENDS_STATE ||
        inside_sum(r, n))
        return NULL;
    collect(r, n, &terms);
    if (terms.on[DEPENDS_FIXED].n + terms.on[DEPENDS_INPUT].n < 2)
        return NULL;
    for (int d = 0; d <= DEPENDS_STATE; d++) {
        Node *part = NULL;

        for (int i = 0; i < terms.on[d].n; i++) {
            Node *x = r->map[terms.on[d].at[i]->id];

            part = part ? graph_binary(r->g, OP_ADD, part, x) : x;
        }
        if (part)
            sum = sum ? graph_binary(r->g, OP_ADD, part, sum) : part;
    }
    return sum;
}

REWRITE(regroup, regroup_node)
