/* next_refuse.c: why there is no step of a node, or the step. */
#include "front/next_walk.h"

Message *next_refuse(Next *s, const Node *n, const char *why)
{
    const Span *span = &s->program->generate.span;
    Message *m = diag_error(s->diag, n->span, "%s", why);

    diag_note(m,
              "`generate` at line %d makes one step at a time, of what was "
              "read before it",
              span->line);
    s->good = false;
    return m;
}

void next_refuse_ahead(Next *s, const Node *n)
{
    next_refuse(s, n,
                "this looks ahead: it takes all steps of its input together");
}

void next_refuse_later(Next *s, const Node *n, const char *what)
{
    next_refuse(s, n,
                arena_printf(s->to->arena,
                             "`generate` through %s is not something that this "
                             "version knows",
                             what));
}

void next_append(Next *s, const Node *n, Node *const *in, Moment m)
{
    Shape shape = n->shape;

    shape.dim[m.axis] /= s->steps;
    m.node = op_has(n->op, OPF_SHAPED)
                 ? graph_add_shaped(s->to, n->op, n->type, shape, n->n_in, in,
                                    n->attr, n)
                 : graph_add(s->to, n->op, n->n_in, in, n->attr, n);
    m.node->name = n->name;
    s->at[n->id] = m;
}
