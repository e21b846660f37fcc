/* given.c: see given.h. */
#include "given.h"

#include "ir/layout.h"
#include "nn_unit.h"

static void settle(Program *p)
{
    for (int i = 0; i < p->tensors.n; i++) {
        Layout *l = NEW(p->arena, Layout);

        *l = layout_dense(&p->tensors.at[i].shape);
        p->tensors.at[i].layout = l;
    }
}

/* How each value of a row of an input becomes the network's. */
static const Way *input_ways(Arena *arena, const Input *in, const nn_prep *prep)
{
    int64_t n = shape_count(&in->shape);
    Way *ways = NEWN(arena, Way, n + 1);

    if (!prep->scale)
        return NULL;
    for (int64_t k = 0; k < n; k++)
        ways[k] =
            (Way){prep->scale[k % prep->period], prep->shift[k % prep->period]};
    return ways;
}

static const double *fills(Arena *arena, const Input *in, const nn_prep *prep)
{
    int64_t n = shape_count(&in->shape);
    double *fill = NEWN(arena, double, n + 1);

    if (!prep->fill)
        return NULL;
    for (int64_t k = 0; k < n; k++)
        fill[k] = prep->fill[k % prep->fill_count];
    return fill;
}

/* Names of all classes, and of tokens that training has seen. */
static void add_names(Arena *arena, Prepared *p, const Input *in,
                      const nn_prep *prep)
{
    VEC(const char *) names = {0};
    const char *name;

    while (names.n < in->classes && (name = nn_prep_name(prep, names.n)))
        vec_push(arena, &names, arena_printf(arena, "%s", name));
    p->n_names = names.n;
    p->names = names.at;
}

static const Prepared *inputs(const Program *p, const nn_prep *preps)
{
    Prepared *all = NEWN(p->arena, Prepared, p->inputs.n + 1);

    for (int i = 0; i < p->inputs.n; i++) {
        const Input *in = &p->inputs.at[i];

        all[i].ways = input_ways(p->arena, in, &preps[i]);
        all[i].fill = fills(p->arena, in, &preps[i]);
        add_names(p->arena, &all[i], in, &preps[i]);
    }
    return all;
}

/* How values of an output became what the network gives; NULL: they did not.
 */
static const Way *output_ways(Arena *arena, const Output *o,
                              const nn_prep *preps)
{
    int64_t n = shape_count(&o->shape);
    nn_unit *units = NEWN(arena, nn_unit, o->units.n + 1);
    nn_way *of = NEWN(arena, nn_way, n + 1);
    Way *ways = NEWN(arena, Way, n + 1);
    bool changed = false;

    for (int k = 0; k < o->units.n; k++) {
        const UnitRun *r = &o->units.at[k];

        units[k] = (nn_unit){r->count, r->input + 1, r->first, r->step};
    }
    nn_unit_ways(of, n, units, o->units.n, preps);
    for (int64_t k = 0; k < n; k++) {
        ways[k] = (Way){of[k].scale, of[k].shift};
        changed = changed || of[k].scale != 1 || of[k].shift != 0;
    }
    return changed ? ways : NULL;
}

const Given *given_open(Weights *w, Program *p, const char *path, bool alone,
                        nn_error *e)
{
    Arena *a = p->arena;
    Given *given = NEW(a, Given);
    const float **tensors = NEWN(a, const float *, p->tensors.n + 1);
    const Way **outputs = NEWN(a, const Way *, p->outputs.n + 1);

    settle(p);
    *w = (Weights){.program = p, .alone = alone};
    if (!weights_open(w, path, e)) {
        weights_close(w);
        return NULL;
    }
    for (int i = 0; i < p->tensors.n; i++)
        tensors[i] = w->loaded + w->places[i];
    for (int i = 0; !alone && i < p->outputs.n; i++)
        outputs[i] = output_ways(a, &p->outputs.at[i], w->preps);
    given->tensors = tensors;
    given->inputs =
        alone ? NEWN(a, Prepared, p->inputs.n + 1) : inputs(p, w->preps);
    given->outputs = outputs;
    return given;
}
