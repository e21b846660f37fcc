/* inputs.c: what is the same in each step does not enter a loop as a sequence.
 *
 * In goes a graph, out comes one in which no scan is handed a constant (its
 * body holds it), and no sequence that repeats one value along time (it becomes
 * a fixed input). Gradients of means over time and of unused outputs make such
 * sequences. */
#include "pass/pass.h"
#include "pass/rewrite.h"

/* A sequence that repeats along time, where its step is as large as what it
 * repeats. */
static bool repeats(const Node *x)
{
    return x->op == OP_BROADCAST && x->in[0]->shape.dim[0] == 1 &&
           shape_count(&x->shape) ==
               x->shape.dim[0] * shape_count(&x->in[0]->shape);
}

static void lighten(OpenScan *s, Graph *g, PortKind kind)
{
    for (int i = 0, n = s->ports[kind].n; i < n; i++) {
        Node *x = s->ports[kind].at[i].outside;
        Port p = {kind, i};

        if (x->op == OP_CONST)
            scan_fill(s, p);
        else if (kind == PORT_SEQUENCE && repeats(x))
            scan_join(
                s, p,
                scan_add(s, PORT_FIXED,
                         graph_reshape(g, x->in[0], shape_rest(&x->shape))));
    }
}

static Node *inputs_node(Rewriting *r, const Node *n, Node *const *in)
{
    (void)in;
    if (n->op == OP_SCAN) {
        lighten(r->scan, r->g, PORT_FIXED);
        lighten(r->scan, r->g, PORT_SEQUENCE);
    }
    return NULL;
}

REWRITE(inputs, inputs_node)
