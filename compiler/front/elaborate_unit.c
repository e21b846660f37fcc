/* elaborate_unit.c: in which unit outputs and metrics are given.
 *
 * A value has the unit of the input or target that a loss or metric takes the
 * difference from, element by element, and an input or target its own. What
 * `output y unit t;` says counts before that. Where neither says it, though
 * some numbers were transformed, a warning does. */
#include <math.h>
#include <string.h>

#include "front/differences.h"
#include "front/elab.h"
#include "front/trace.h"

typedef struct Walk {
    Elab *e;
    Differences *found;
} Walk;

/* Adds the unit of one more value to runs of equal steps. */
static void push_unit(Arena *arena, UnitRuns *runs, Measure u)
{
    UnitRun *last = runs->n ? &runs->at[runs->n - 1] : NULL;

    if (last && last->input == u.input && last->count == 1)
        last->step = u.at - last->first;
    if (last && last->input == u.input &&
        last->first + last->count * last->step == u.at) {
        last->count++;
        return;
    }
    vec_push(arena, runs,
             ((UnitRun){.count = 1, .input = u.input, .first = u.at}));
}

/* The unit as the program needs it: none where no number was transformed. */
static Measure useful(const Program *p, Measure u)
{
    return u.input >= 0 && elab_changes(p, u.input) ? u
                                                    : (Measure){UNIT_NONE, 0};
}

/* After how many values an input's units repeat: those of a step. */
static int64_t unit_period(const Input *in)
{
    int64_t all = shape_count(&in->shape);

    return axes_over_time(&in->axes) ? all / in->shape.dim[0] : all;
}

int elab_unit_named(Elab *e, const Item *item, const Shape *output)
{
    const char *name = item->other.text;
    const Program *p = e->program;
    int i = 0;

    if (!name)
        return UNIT_FOUND;
    while (i < p->inputs.n && strcmp(p->inputs.at[i].name, name) != 0)
        i++;
    if (i == p->inputs.n)
        return UNIT_NONE; /* sema has looked at the name */
    if (p->inputs.at[i].type != TYPE_REAL)
        diag_error(e->diag, item->other.span, "`%s` is a class and has no unit",
                   name);
    else if (shape_count(output) % unit_period(&p->inputs.at[i]) != 0)
        diag_note(diag_error(e->diag, item->other.span,
                             "the output's %lld value%s cannot have the units "
                             "of `%s`",
                             (long long)shape_count(output),
                             str_s(shape_count(output)), name),
                  "a row of %s is %s", name,
                  value_shape_text(e->arena, &p->inputs.at[i].shape));
    return i;
}

/* What the text says: element i of the output has the unit of element i of a
 * row of the input, or of its step; false: it says nothing. */
static bool given_units(Elab *e, Output *out)
{
    const Input *in = out->unit >= 0 ? &e->program->inputs.at[out->unit] : NULL;
    int64_t n = shape_count(&out->shape);

    if (out->unit == UNIT_FOUND)
        return false;
    if (!in || !elab_changes(e->program, out->unit))
        return true;
    for (int64_t i = 0; i < n; i++)
        push_unit(e->arena, &out->units,
                  (Measure){out->unit, i % unit_period(in)});
    return true;
}

/* Fills the output's units; returns how many of its values have none. */
static int64_t found_units(const Walk *w, Output *out, const Node *node)
{
    int64_t n = trace_row(node), unknown = 0;

    for (int64_t i = 0; i < n; i++) {
        Measure u = {UNIT_NONE, 0};

        if (!differences_unit(w->found, trace(node, i), false, &u)) {
            unknown++;
            u.input = UNIT_NONE;
        }
        push_unit(w->e->arena, &out->units, useful(w->e->program, u));
    }
    return unknown;
}

/* Whether an output has the input's unit, or says that it has none. */
static bool covers(const Output *out, int input)
{
    for (int i = 0; i < out->units.n; i++)
        if (out->units.at[i].input == input)
            return true;
    return out->unit == UNIT_NONE;
}

/* A transformed target whose unit no output has, or -1. */
static int left_over(const Walk *w)
{
    const Program *p = w->e->program;

    for (int i = p->n_inputs; i < p->inputs.n; i++) {
        bool covered = !elab_changes(p, i) || !differences_uses(w->found, i);

        for (int k = 0; !covered && k < p->outputs.n; k++)
            covered = covers(&p->outputs.at[k], i);
        if (!covered)
            return i;
    }
    return -1;
}

/* An input or target to name in a hint: the first of two, a target that no
 * output stands for, or else any that is transformed. */
static const char *hint(const Walk *w, const Node *node)
{
    const Program *p = w->e->program;
    Measure two[2];
    int input =
        differences_clash(w->found, node, two) ? two[0].input : left_over(w);

    for (int i = p->inputs.n - 1; input < 0 && i >= 0; i--)
        input = elab_changes(p, i) ? i : -1;
    return p->inputs.at[input < 0 ? 0 : input].name;
}

/* A warning with its reason; node is what may be compared with two. */
static Message *warn(const Walk *w, Span span, const Node *node,
                     const char *what)
{
    const Program *p = w->e->program;
    Measure two[2];
    Message *m = diag_warning(w->e->diag, span,
                              "the unit of %s is not known: it is given as "
                              "the network computes it",
                              what);

    if (differences_clash(w->found, node, two))
        diag_note(m,
                  "it is compared with `%s` and with `%s`, whose units "
                  "differ",
                  p->inputs.at[two[0].input].name,
                  p->inputs.at[two[1].input].name);
    else
        diag_note(m, "it is known where a loss or metric takes the difference "
                     "from an input or target");
    return m;
}

static void warn_output(const Walk *w, const Output *out, const Node *node)
{
    const char *what = arena_printf(w->e->arena, "the output `%s`", out->name);
    const char *name = hint(w, node);

    diag_help(warn(w, out->span, node, what),
              "write `unit %s` before the `;` for the unit of `%s`, or `unit "
              "none`",
              name, name);
}

/* Whether somebody may take the output for a value in a unit: it has to do
 * with a transformed number, or a transformed target has no output. */
static bool needs_unit(const Walk *w, const Node *node)
{
    return left_over(w) >= 0 || differences_meet(w->found, node);
}

static void outputs(const Walk *w)
{
    Elab *e = w->e;
    Program *p = e->program;
    int64_t *unknown = NEWN(e->arena, int64_t, p->outputs.n + 1);

    for (int i = 0; i < p->outputs.n; i++)
        if (!given_units(e, &p->outputs.at[i]))
            unknown[i] =
                found_units(w, &p->outputs.at[i], e->outputs.at[i]->node);
    for (int i = 0; i < p->outputs.n; i++) {
        Output *out = &p->outputs.at[i];
        const Node *node = e->outputs.at[i]->node;

        if (unknown[i] > 0 && out->target < 0 && needs_unit(w, node))
            warn_output(w, out, node);
    }
}

/* The unit in which a difference of two values is; false: not known. */
static bool difference_unit(const Walk *w, const Node *n, int64_t i, Measure *u)
{
    const Program *p = w->e->program;
    Measure b = {UNIT_NONE, 0};
    bool one = differences_unit(w->found, trace_operand(n, i, 0), true, u);
    bool two = differences_unit(w->found, trace_operand(n, i, 1), true, &b);

    if (!one || (two && u->input < p->n_inputs && b.input >= p->n_inputs))
        *u = b;
    return (one || two) && (!(one && two) || elab_same_unit(p, *u, b));
}

/* How many sums tell the units of a metric's n values apart. */
static int64_t count_sums(const Program *p, const Measure *units, int64_t n,
                          int64_t features)
{
    int64_t differ = 0, in_steps = 0;

    for (int64_t i = 0; i < n; i++) {
        differ += !elab_same_unit(p, units[i], units[0]);
        in_steps += !elab_same_unit(p, units[i], units[i % features]);
    }
    return differ == 0 ? 1 : in_steps == 0 ? features : n;
}

/* The power of a unit in which a function of one number gives its result: 0
 * where it is none, of numbers of either sign. */
static int power_of(const OpInfo *op)
{
    double one, two;

    if (op->n_in != 1 || !op->value)
        return 0;
    one = op->value(1, 0, 0);
    two = op->value(2, 0, 0);
    if (one == 0 || fabs(op->value(-1, 0, 0)) != fabs(one) ||
        op->value(4, 0, 0) * one != two * two)
        return 0;
    return two == 2 * one ? 1 : two == 4 * one ? 2 : 0;
}

/* The power of their unit in which terms are that are made of *n alone, where
 * that is a difference; otherwise 0. */
static int degree(const Node **n)
{
    int power = 1;

    for (int k; (k = power_of(&op_table[(*n)->op])) > 0; *n = (*n)->in[0])
        power *= k;
    return (*n)->op == OP_SUB ? power : 0;
}

static void one_metric(const Walk *w, Metric *m, const Node *n)
{
    Elab *e = w->e;
    int64_t count = trace_row(n), unknown = 0;
    Measure *units = NEWN(e->arena, Measure, count);

    for (int64_t i = 0; i < count; i++)
        if (!difference_unit(w, n, i, &units[i])) {
            units[i].input = UNIT_NONE;
            unknown++;
        }
    m->sums =
        count_sums(e->program, units, count, n->shape.dim[n->shape.rank - 1]);
    for (int64_t i = 0; i < m->sums; i++)
        push_unit(e->arena, &m->units, useful(e->program, units[i]));
    if (unknown > 0 && differences_meet(w->found, n))
        warn(w, m->span, n, arena_printf(e->arena, "`%s`", m->name));
}

static void measure(const Walk *w, Metric *m, const Node *terms)
{
    m->degree = degree(&terms);
    if (m->degree > 0)
        one_metric(w, m, terms);
}

void elab_units(Elab *e)
{
    Walk w = {.e = e};
    Program *p = e->program;
    bool any = false;

    for (int i = 0; i < p->inputs.n; i++)
        any |= elab_changes(p, i);
    if (!any)
        return;
    w.found = differences_find(e);
    outputs(&w);
    for (int i = 0; i < p->metrics.n; i++)
        measure(&w, &p->metrics.at[i], e->metrics.at[i]->terms);
}
