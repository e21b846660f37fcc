/* elaborate_part.c: what is done to the rows of `test { }`, `validation { }`.
 *
 * Rows of every part go through the transforms of training, with what those
 * learned there. A part repeats them or leaves them out; any other would be
 * measured on numbers that the network was not trained for. */
#include <string.h>

#include "front/elab.h"

/* Which of the flow's names the input is, or -1. */
static int feed_of(const Flow *flow, int input)
{
    for (int i = 0; i < flow->n_feeds; i++)
        if (flow->feeds[i] == input)
            return i;
    return -1;
}

const Flow *elab_training_flow(const Program *p, int input)
{
    for (int i = 0; i < p->flows.n; i++)
        if (p->flows.at[i].part == PART_ALL &&
            feed_of(&p->flows.at[i], input) >= 0)
            return &p->flows.at[i];
    return NULL;
}

static void differs(Elab *e, const Flow *part, const Flow *training, int input)
{
    const char *name = e->program->inputs.at[input].name;
    Message *m = diag_error(e->diag, part->stages[1].span,
                            "`%s` is transformed in another way than in "
                            "training",
                            name);

    diag_note(m, "training, line %d: %s", training->span.line,
              flow_transforms(e->arena, training));
    diag_help(m, "write the same transforms in both, or none here: rows of "
                 "every part go through those of training");
}

void elab_check_parts(Elab *e)
{
    const Program *p = e->program;

    for (int i = 0; i < p->flows.n; i++) {
        const Flow *flow = &p->flows.at[i];

        if (flow->part == PART_ALL || flow->n_stages == 1)
            continue;
        for (int k = 0; k < flow->n_feeds; k++) {
            int input = flow->feeds[k];
            const Flow *training = elab_training_flow(p, input);

            if (k != feed_of(training, input) ||
                strcmp(flow_transforms(e->arena, flow),
                       flow_transforms(e->arena, training)) != 0) {
                differs(e, flow, training, input);
                break;
            }
        }
    }
}
