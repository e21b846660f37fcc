/* elaborate_change.c: how numbers of inputs are transformed before the model
 * sees them; values of one unit are transformed alike. */
#include <string.h>

#include "front/elab.h"

/* How numbers of an input are transformed: 0 where they are not. */
typedef struct Change {
    const Flow *flow; /* that standardizes them, or NULL */
    int64_t column;   /* of its source */
    double factor;    /* where it only scales them */
} Change;

static double factor_of(const Flow *flow)
{
    double factor = 1;

    for (int i = 1; i < flow->n_stages; i++)
        if (strcmp(flow->stages[i].name, "scale") == 0)
            factor *= flow_setting(&flow->stages[i], "factor")->number;
    return factor;
}

/* How many columns the source of a flow has. */
static int64_t columns_of(const Program *p, const Flow *flow)
{
    const Stage *windows = flow_transform(flow, "windows");
    int64_t values = shape_count(&p->inputs.at[flow->feeds[0]].shape);

    return windows ? values / (int64_t)flow_setting(windows, "length")->number
                   : values;
}

static Change change_of(const Program *p, Measure u)
{
    const Flow *flow = u.input < 0 ? NULL : elab_training_flow(p, u.input);
    Change none = {.factor = 1};

    if (!flow || p->inputs.at[u.input].type != TYPE_REAL)
        return none;
    if (!flow_transform(flow, "standardize"))
        return (Change){.factor = factor_of(flow)};
    return (Change){.flow = flow, .column = u.at % columns_of(p, flow)};
}

bool elab_changes(const Program *p, int input)
{
    Change c = change_of(p, (Measure){input, 0});

    return c.flow || c.factor != 1;
}

bool elab_same_unit(const Program *p, Measure a, Measure b)
{
    Change x = change_of(p, a), y = change_of(p, b);

    return x.flow == y.flow && x.column == y.column && x.factor == y.factor;
}
