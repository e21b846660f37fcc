/* elaborate_part.c: what is done to the rows of `test { }`, `validation { }`.
 *
 * Rows of every part go through the transforms of training, with what those
 * learned there. A part repeats them or leaves them out; any other would be
 * measured on numbers that the network was not trained for. */
#include <string.h>

#include "front/elab.h"

static bool same_setting(const Setting *a, const Setting *b)
{
    return strcmp(a->key, b->key) == 0 && a->kind == b->kind &&
           a->number == b->number;
}

static bool same_stage(const Stage *a, const Stage *b)
{
    int alike = 0;

    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < b->n; k++)
            alike += same_setting(&a->set[i], &b->set[k]);
    return strcmp(a->name, b->name) == 0 && alike == a->n && alike == b->n;
}

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

static bool same_transforms(const Flow *a, const Flow *b, int input)
{
    if (a->n_stages != b->n_stages || feed_of(a, input) != feed_of(b, input))
        return false;
    for (int i = 1; i < a->n_stages; i++)
        if (!same_stage(&a->stages[i], &b->stages[i]))
            return false;
    return true;
}

/* "standardize -> scale(0.5)" */
static const char *transforms_text(Arena *arena, const Flow *flow)
{
    Text text = {.arena = arena};

    for (int i = 1; i < flow->n_stages; i++) {
        const Stage *stage = &flow->stages[i];

        text_printf(&text, "%s%s", i > 1 ? " -> " : "", stage->name);
        for (int k = 0; k < stage->n; k++)
            text_printf(&text, "%s%.15g%s", k > 0 ? ", " : "(",
                        stage->set[k].number, k + 1 == stage->n ? ")" : "");
    }
    return text.n ? text_str(&text) : "nothing";
}

static void differs(Elab *e, const Flow *part, const Flow *training, int input)
{
    const char *name = e->program->inputs.at[input].name;
    Message *m = diag_error(e->diag, part->stages[1].span,
                            "`%s` is transformed in another way than in "
                            "training",
                            name);

    diag_note(m, "training, line %d: %s", training->span.line,
              transforms_text(e->arena, training));
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
            const Flow *training = elab_training_flow(p, flow->feeds[k]);

            if (!same_transforms(flow, training, flow->feeds[k])) {
                differs(e, flow, training, flow->feeds[k]);
                break;
            }
        }
    }
}
