/* next_past.c: what a step has of those before it.
 *
 * States, and all steps so far where a product takes steps with each other, are
 * carried tensors. The latter have a place for each step: those after this one
 * count for nothing, which is proven of the text's own mask. */
#include <math.h>

#include "front/next_walk.h"

Node *next_carried(Next *s, const Node *first, const char *of,
                   const char *state)
{
    Program *p = s->program;
    Tensor t = {.kind = TENSOR_CARRIED,
                .shape = first->shape,
                .init = {.kind = INIT_CONSTANT, .a = first->attr.value},
                .span = first->span};
    const char *name =
        arena_printf(p->arena, "next.%s.%s", of ? of : "step", state);

    t.name = arena_name(p->arena, name);
    for (int i = 2; program_find(p, t.name) >= 0; i++)
        t.name = arena_name(p->arena, arena_printf(p->arena, "%s.%d", name, i));
    return program_leaf(p, s->to, program_tensor(p, t));
}

/* The place of this step among all, as a row of them: where it is beyond the
 * last, no place has a 1, and the program does not go there. */
static Node *now(Next *s)
{
    Program *p = s->program;
    double *first = NEWN(p->arena, double, s->steps);
    Tensor t = {.kind = TENSOR_CARRIED,
                .name = arena_name(p->arena, "next.now"),
                .shape = shape_of(2, (int64_t)1, s->steps),
                .init = {.kind = INIT_LITERAL, .literal = first},
                .span = p->generate.span};
    Node *in[2];

    if (s->now)
        return s->now;
    first[0] = 1;
    p->generate.limit = s->steps;
    s->now = program_leaf(p, s->to, program_tensor(p, t));
    in[0] = graph_const_shaped(s->to, 0, shape_ones(2), s->now);
    in[1] = graph_slice(s->to, s->now, 1, 0, s->steps - 1);
    graph_root(s->to, graph_concat(s->to, 2, in, 1), ROOT_TENSOR,
               s->now->attr.index);
    return s->now;
}

Node *next_part(Next *s, Node *all, int axis)
{
    Node *first = graph_move(s->to, all, axis, 0);
    Shape shape = first->shape;
    int64_t rest = shape_count(&shape) / s->steps;
    Node *rows = graph_reshape(s->to, first, shape_of(2, s->steps, rest));

    shape.dim[0] = 1;
    rows = graph_matmul(s->to, now(s), rows, false, false);
    return graph_move(s->to, graph_reshape(s->to, rows, shape), 0, axis);
}

/* The element at these indices of what is known when compiling; NaN: it is
 * not. */
static double known(const Program *p, const Node *n, const int64_t *index)
{
    int64_t inner[MAX_RANK], flat = 0;
    double v[3] = {0, 0, 0};
    const Tensor *t;

    for (int a = 0; a < n->shape.rank; a++)
        flat = flat * n->shape.dim[a] + (n->shape.dim[a] > 1 ? index[a] : 0);
    if (n->op == OP_CONST)
        return n->attr.value;
    t = n->op == OP_TENSOR ? &p->tensors.at[n->attr.index] : NULL;
    if (t)
        return t->kind == TENSOR_CONSTANT && t->init.kind == INIT_LITERAL
                   ? t->init.literal[flat]
                   : (double)NAN;
    if (n->op == OP_RESHAPE) {
        const Shape *from = &n->in[0]->shape;

        for (int a = from->rank - 1; a >= 0; flat /= from->dim[a--])
            inner[a] = flat % from->dim[a];
        return known(p, n->in[0], inner);
    }
    if (!op_table[n->op].value && n->op != OP_BROADCAST)
        return (double)NAN;
    for (int k = 0; k < n->n_in; k++)
        v[k] = known(p, n->in[k], index);
    return n->op == OP_BROADCAST ? v[0]
                                 : op_table[n->op].value(v[0], v[1], v[2]);
}

/* Whether a condition shows at each step some step up to it, and none behind
 * it. */
static bool shows_past(const Next *s, const Node *cond, const Moment *m)
{
    int64_t index[MAX_RANK] = {0};

    for (int a = 0; a < cond->shape.rank; a++)
        if (cond->shape.dim[a] !=
            (a == m->axis || a == m->past - 1 ? s->steps : 1))
            return false;
    for (int64_t t = 0; t < s->steps; t++) {
        bool some = false;

        for (int64_t u = 0; u < s->steps; u++) {
            double c;

            index[m->axis] = t;
            index[m->past - 1] = u;
            c = known(s->program, cond, index);
            if (isnan(c) || (u > t && c != 0))
                return false;
            some |= c != 0;
        }
        if (!some)
            return false;
    }
    return true;
}

After next_after(const Next *s, const Node *n, const Moment *m)
{
    const Node *small = n->op == OP_SELECT ? n->in[2] : NULL;

    if (n->op == OP_SOFTMAX && n->attr.axis == m->past - 1)
        return AFTER_ZERO;
    return small && !s->at[n->in[0]->id].moves && small->op == OP_CONST &&
                   small->attr.value <= -1e30 && m->apart == 1 &&
                   shows_past(s, n->in[0], m)
               ? AFTER_HIDDEN
               : AFTER_ANY;
}

/* All steps of what moves up to this one: a carried value, zeros at first, to
 * which this step is added at its place. */
static Node *remembered(Next *s, const Node *n, const Moment *m)
{
    Shape whole = m->node->shape, places = shape_ones(whole.rank);
    Node *all;

    whole.dim[m->axis] = places.dim[m->axis] = s->steps;
    all = next_carried(s, graph_const_shaped(s->to, 0, whole, n), n->name,
                       "past");
    n = all;
    all = graph_binary(s->to, OP_ADD, all,
                       graph_binary(s->to, OP_MUL,
                                    graph_reshape(s->to, now(s), places),
                                    m->node));
    graph_root(s->to, all, ROOT_TENSOR, n->attr.index);
    return all;
}

void next_matmul(Next *s, const Node *n)
{
    const Moment *a = &s->at[n->in[0]->id], *b = &s->at[n->in[1]->id];
    int last = n->shape.rank - 1;
    int row = n->attr.mm.ta ? last : last - 1;
    int inner = n->attr.mm.ta ? last - 1 : last;
    int column = n->attr.mm.tb ? last - 1 : last;
    int summed = n->attr.mm.tb ? last : last - 1;
    bool sums =
        a->past == inner + 1 && a->after == AFTER_ZERO && b->axis == summed;
    Node *in[2] = {a->node, NULL};
    Moment m = *a;

    if (a->axis != row || a->apart != 1 || b->apart != 1 || b->past ||
        (!sums && (a->past || b->axis != column))) {
        next_refuse_ahead(s, n);
        return;
    }
    in[1] = remembered(s, n->in[1], b);
    m.axis = last - 1;
    m.past = sums ? 0 : last + 1;
    m.after = AFTER_ANY;
    next_append(s, n, in, m);
}
