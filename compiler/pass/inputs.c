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

/* The shape of one step of a sequence. */
static Shape step_shape(const Shape *s)
{
    Shape step = {.rank = s->rank - 1};

    for (int a = 0; a < step.rank; a++)
        step.dim[a] = s->dim[a + 1];
    return step;
}

static bool state_input(const Scan *s, int i)
{
    return i >= s->n_seq && i < s->n_seq + s->n_state;
}

/* Leaves of the body: constants instead of arguments, the rest renumbered. */
static void bind_leaves(const Scan *s, Node *const *in, const int *number)
{
    for (int k = 0; k < s->body->nodes.n; k++) {
        Node *n = s->body->nodes.at[k];
        int i = n->attr.index;

        if (n->op != OP_ARG)
            continue;
        n->attr.index = number[i];
        if (!state_input(s, i) && in[i]->op == OP_CONST) {
            n->op = OP_CONST;
            n->attr = (Attr){.value = in[i]->attr.value};
        }
    }
}

static Node *lighter_scan(Rewriting *r, const Node *n, Node *const *in)
{
    Scan *s = n->attr.scan, was = *s;
    Node **to = NEWN(r->g->arena, Node *, n->n_in + 1);
    int *number = NEWN(r->g->arena, int, n->n_in + 1);
    int at = 0;

    s->n_seq = s->n_fixed = 0;
    for (int i = 0; i < was.n_seq; i++)
        if (in[i]->op != OP_CONST && !repeats(in[i])) {
            number[i] = at;
            to[at++] = in[i];
            s->n_seq++;
        }
    for (int i = was.n_seq; i < n->n_in; i++)
        if (state_input(&was, i) || in[i]->op != OP_CONST) {
            number[i] = at;
            to[at++] = in[i];
            s->n_fixed += !state_input(&was, i);
        }
    for (int i = 0; i < was.n_seq; i++)
        if (repeats(in[i])) {
            number[i] = at;
            to[at++] =
                graph_reshape(r->g, in[i]->in[0], step_shape(&in[i]->shape));
            s->n_fixed++;
        }
    bind_leaves(&was, in, number);
    return graph_add(r->g, OP_SCAN, at, to, n->attr, n);
}

static Node *inputs_node(Rewriting *r, const Node *n, Node *const *in)
{
    return n->op == OP_SCAN ? lighter_scan(r, n, in) : NULL;
}

Graph *inputs(Program *p, Graph *g)
{
    (void)p;
    return rewrite(g, inputs_node, NULL);
}
