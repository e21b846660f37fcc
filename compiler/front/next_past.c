/* next_past.c: what a step has of those before it.
 *
 * States, and all steps so far where a product takes steps with each other, are
 * carried tensors. The latter have a place for each step: those after this one
 * count for nothing, which is proven of the text's own mask. */
#include <math.h>

#include "front/next_walk.h"

Node *next_carried(Next *s, TensorKind kind, Shape shape, double first,
                   const Node *of, const char *state)
{
    Program *p = s->program;
    Tensor t = {.kind = kind,
                .shape = shape,
                .init = {.kind = INIT_CONSTANT, .a = first},
                .span = of->span};
    const char *name = arena_printf(p->arena, "next.%s.%s",
                                    of->name ? of->name : "value", state);

    t.name = arena_name(p->arena, name);
    for (int i = 2; program_find(p, t.name) >= 0; i++)
        t.name = arena_name(p->arena, arena_printf(p->arena, "%s.%d", name, i));
    return program_leaf(p, s->to, program_tensor(p, t));
}

/* Before the first step each row is at the first place. */
static double *first_places(const Next *s)
{
    double *first = NEWN(s->program->arena, double, s->to->batch * s->steps);

    for (int64_t i = 0; i < s->to->batch; i++)
        first[i * s->steps] = 1;
    return first;
}

/* The place of this step among all, as a row of them: where it is beyond the
 * last, no place has a 1, and the program does not go there. */
static Node *now(Next *s)
{
    Program *p = s->program;
    int64_t batch = s->to->batch;
    Tensor t = {.kind = TENSOR_CARRIED,
                .name = arena_name(p->arena, "next.now"),
                .shape = shape_of(2, batch, s->steps),
                .init = {.kind = INIT_LITERAL, .literal = first_places(s)},
                .span = p->generate.span};
    Node *in[2];

    if (s->now)
        return s->now;
    p->generate.limit = s->steps;
    s->now = program_leaf(p, s->to, program_tensor(p, t));
    in[0] =
        graph_const_shaped(s->to, 0, shape_of(2, batch, (int64_t)1), s->now);
    in[1] = graph_slice(s->to, s->now, 1, 0, s->steps - 1);
    graph_root(s->to, graph_concat(s->to, 2, in, 1), ROOT_TENSOR,
               s->now->attr.index);
    return s->now;
}

/* The same along an axis of a value with so many rows, which lie along the
 * first other axis: those of a batch, or several of each, such as heads. */
static Node *now_along(Next *s, int axis, int rank, int64_t rows)
{
    int64_t batch = s->to->batch;
    Shape shape = shape_ones(rank);
    Node *n =
        graph_reshape(s->to, now(s), shape_of(3, batch, (int64_t)1, s->steps));

    n = graph_broadcast(s->to, n, shape_of(3, batch, rows / batch, s->steps));
    n = graph_reshape(s->to, n, shape_of(2, rows, s->steps));
    shape.dim[axis] = s->steps;
    shape.dim[axis == 0] = rows;
    return graph_reshape(s->to, axis > 0 ? n : graph_move(s->to, n, 1, 0),
                         shape);
}

Node *next_part(Next *s, Node *all, int axis, int64_t rows)
{
    Node *one = now_along(s, axis, all->shape.rank, rows);

    return graph_sum(s->to, graph_binary(s->to, OP_MUL, one, all), 1U << axis);
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
    Shape whole = m->node->shape;
    Node *past, *all;

    whole.dim[m->axis] = s->steps;
    past = next_carried(s, TENSOR_CARRIED, whole, 0, n, "past");
    all = now_along(s, m->axis, whole.rank, whole.dim[m->axis == 0]);
    all = graph_binary(s->to, OP_MUL, all, m->node);
    all = graph_binary(s->to, OP_ADD, past, all);
    graph_root(s->to, all, ROOT_TENSOR, past->attr.index);
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
