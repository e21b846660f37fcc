/* elaborate_text.c: flows of text: what cuts it, what makes ids of it, and
 * what these fill.
 *
 *     lines, csv, tsv -> words        -> ids, category
 *     lines, csv, tsv -> characters, ids, category, letter_trigrams
 *     text            -> characters, words -> ids      -> windows
 */
#include <string.h>

#include "front/elab.h"

static bool is(const Stage *stage, const char *name)
{
    return strcmp(stage->name, name) == 0;
}

static const Stage *stage_at(const Flow *flow, int i)
{
    return i < flow->n_stages ? &flow->stages[i] : NULL;
}

static const Input *fed(Elab *e, const Flow *flow, int feed)
{
    return &e->program->inputs.at[flow->feeds[feed]];
}

/* What makes ids: stage 1, or behind `words` stage 2; NULL after a message. */
static const Stage *numbering(Elab *e, const Flow *flow)
{
    const Stage *first = stage_at(flow, 1), *second = stage_at(flow, 2);

    if (!first) {
        diag_help(diag_error(e->diag, flow->stages[0].span,
                             "`%s` gives text, of which something must make "
                             "ids",
                             flow->stages[0].name),
                  "write `-> words -> ids(vocab)`, `-> characters(vocab)` or "
                  "`-> category`");
        return NULL;
    }
    if (is(first, "words") && second &&
        (is(second, "ids") || is(second, "category")))
        return second;
    if (is(first, "words")) {
        diag_help(diag_error(e->diag, first->span,
                             "`words` must be followed by what makes ids of "
                             "them"),
                  "write `-> words -> ids(vocab)` or, for a label a word, "
                  "`-> words -> category`");
        return NULL;
    }
    if (is(first, "characters") || is(first, "ids") || is(first, "category") ||
        is(first, "letter_trigrams"))
        return first;
    diag_error(e->diag, first->span, "`%s` is nothing to do with text",
               first->name);
    return NULL;
}

/* Nothing follows the ids but windows of one long text. */
static bool check_end(Elab *e, const Flow *flow, const Stage *ids)
{
    bool whole = is(&flow->stages[0], "text"), windows = false;

    for (const Stage *s = ids + 1; s < flow->stages + flow->n_stages; s++) {
        windows |= is(s, "windows");
        if (is(s, "shift") || (whole && is(s, "windows")))
            continue;
        diag_error(e->diag, s->span,
                   is(s, "windows") ? "`%s` cuts one long text, which only "
                                      "text(\"file\") gives"
                                    : "`%s` cannot follow ids",
                   s->name);
        return false;
    }
    if (!whole || (windows && !is(ids, "category") &&
                   !is(ids, "letter_trigrams") && !is(&flow->stages[1], "ids")))
        return true;
    diag_help(diag_error(e->diag, flow->stages[0].span,
                         "`text` is one long series, to be cut into tokens and "
                         "windows"),
              "write: chars, next = text(\"f.txt\") -> characters(vocab) -> "
              "windows(length, ahead: 1);");
    return false;
}

/* Ids below `vocab` for as many classes, and as many of them as there are. */
static void check_fit(Elab *e, const Flow *flow, int feed, const Stage *ids)
{
    const Input *input = fed(e, flow, feed);
    const Setting *vocab = flow_setting(ids, "vocab");
    const Stage *split = &flow->stages[1];
    bool one = input->axes.at[0] != AXIS_TIME;

    if (is(ids, "letter_trigrams")) {
        if (input->type != TYPE_REAL)
            diag_error(e->diag, ids->span,
                       "`letter_trigrams` gives counts, and `%s` holds ids",
                       input->name);
    } else if (input->type != TYPE_INT) {
        diag_error(e->diag, ids->span,
                   "`%s` gives ids, and `%s` holds real numbers", ids->name,
                   input->name);
    } else if (vocab && (int64_t)vocab->number != input->classes) {
        diag_help(diag_error(e->diag, vocab->span,
                             "`%s` gives ids below %.0f, and `%s` holds those "
                             "below %lld",
                             ids->name, vocab->number, input->name,
                             (long long)input->classes),
                  "write the same count in both");
    } else if (vocab && vocab->number <= 4) {
        diag_error(e->diag, vocab->span,
                   "ids 0 to 3 are no words: `%s` needs more than 4",
                   vocab->key);
    } else if (one && !flow_transform(flow, "windows") &&
               (is(split, "words") || is(split, "characters"))) {
        diag_error(e->diag, split->span,
                   "`%s` gives several ids a row, and `%s` holds one",
                   split->name, input->name);
    }
}

/* Windows are as long as what they fill; what lies ahead may be one id. */
static bool check_windows(Elab *e, const Flow *flow, int feed)
{
    const Stage *windows = flow_transform(flow, "windows");
    const Input *input = fed(e, flow, feed);
    int64_t values = shape_count(&input->shape);
    double length = windows ? flow_setting(windows, "length")->number : 0;

    if (!windows || (double)values == length || (feed > 0 && values == 1))
        return true;
    diag_note(diag_error(e->diag, windows->span,
                         "windows of %.0f tokens do not fit `%s`", length,
                         input->name),
              "a row of %s is %s", input->name,
              value_shape_text(e->arena, &input->shape));
    return false;
}

/* A text stands in one column. */
static void check_columns(Elab *e, const Flow *flow)
{
    const Setting *many = flow_setting(&flow->stages[0], "columns");

    if (many && (many->kind == SET_SPAN || many->n != 1))
        diag_error(e->diag, many->span, "text is taken of one `column:`");
}

void elab_check_text(Elab *e, const Flow *flow)
{
    const Stage *ids = numbering(e, flow);

    if (!ids || !check_end(e, flow, ids))
        return;
    check_columns(e, flow);
    for (int i = 0; i < flow->n_feeds; i++)
        check_fit(e, flow, i, ids);
    for (int i = 0; i < flow->n_feeds; i++)
        if (!check_windows(e, flow, i))
            return;
}

/* Whether rows are ids of words, and no more than that. */
static bool has_ids(const Flow *flow)
{
    return (flow_transform(flow, "ids") ||
            flow_transform(flow, "characters")) &&
           !flow_transform(flow, "windows") && !flow_transform(flow, "shift");
}

/* The stages of `flow` behind its own source, and what `from` does. */
static void adopt(Elab *e, Flow *flow, const Flow *from, const Stage *more)
{
    int n = from->n_stages + (more ? 1 : 0);
    Stage *stages = NEWN(e->arena, Stage, n);

    memcpy(stages, from->stages, (size_t)from->n_stages * sizeof *stages);
    stages[0] = flow->stages[0];
    if (more)
        stages[n - 1] = *more;
    flow->stages = stages;
    flow->n_stages = n;
}

void elab_adopt_text(Elab *e, Flow *flow)
{
    const Flow *training = elab_training_flow(e->program, flow->feeds[0]);

    if (flow->part != PART_ALL && flow->n_stages == 1 && training &&
        flow_is_text(training))
        adopt(e, flow, training, NULL);
}

/* The flow that fills an input in a part, or NULL. */
static const Flow *flow_of(const Program *p, int input, Part part)
{
    for (int i = 0; i < p->flows.n; i++)
        if (p->flows.at[i].part == part && p->flows.at[i].n_feeds == 1 &&
            p->flows.at[i].feeds[0] == input)
            return &p->flows.at[i];
    return NULL;
}

bool elab_shift(Elab *e, Flow *flow)
{
    const Stage *shift = &flow->stages[0];
    const Setting *of = flow_setting(shift, "of");
    const Setting *start = flow_setting(shift, "start");
    const Program *p = e->program;
    const Input *from = &p->inputs.at[(int)of->number];
    const Input *to = fed(e, flow, 0);
    const Flow *other = flow_of(p, (int)of->number, flow->part);
    const Stage moved = *shift;

    if (!other || !has_ids(other)) {
        diag_help(diag_error(e->diag, of->span,
                             "`shift` moves the ids of a text, and `%s` has "
                             "none before this line",
                             from->name),
                  "write above: %s = tsv(...) -> words -> ids(vocab, stop: "
                  "true);",
                  from->name);
        return false;
    }
    if (to->classes != from->classes ||
        shape_count(&to->shape) != shape_count(&from->shape) ||
        start->number >= (double)to->classes || flow->n_stages > 1) {
        diag_error(e->diag, shift->span,
                   "`%s` must hold as many ids below the same count as `%s`, "
                   "and nothing follows `shift`",
                   to->name, from->name);
        return false;
    }
    flow->stages[0] = other->stages[0];
    adopt(e, flow, other, &moved);
    return true;
}
