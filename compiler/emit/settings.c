/* settings.c: what a run of training depends on besides its data and its
 * seed, as names and values. A checkpoint holds them (runtime/nn_program.h),
 * so that a run goes on only as it began. */
#include <string.h>

#include "base/quote.h"
#include "emit/data.h"

static void row(Text *out, const char *name, const char *value)
{
    text_add(out, "    {");
    quote_c(out, name);
    text_add(out, ", ");
    quote_c(out, value);
    text_add(out, "},\n");
}

static void number_row(Text *out, const char *name, double value)
{
    row(out, name, str_number(out->arena, value));
}

static const char *batch_text(Arena *arena, const Program *p)
{
    const Entry *step = program_entry(p, MODE_STEP);

    if (!step || p->train.batch == 0)
        return "all";
    return arena_printf(arena, "%lld", (long long)step->batch);
}

/* "adam(beta1: 0.9, beta2: 0.999, eps: 1e-08)" */
static const char *rule_text(Arena *arena, const Rule *rule)
{
    return arena_printf(arena, "%s(%s)", rule->name, rule->arguments);
}

static const char *clips_text(Arena *arena, const Train *t)
{
    Text out = {.arena = arena};

    for (int i = 0; i < t->clips.n; i++)
        text_printf(&out, "%s%s", i ? ", " : "",
                    rule_text(arena, t->clips.at[i]));
    return t->clips.n ? text_str(&out) : "none";
}

static const char *schedule_text(Arena *arena, const Schedule *s)
{
    if (s->kind == RATE_STEP)
        return arena_printf(arena, "step(every: %s, factor: %s)",
                            str_number(arena, s->every),
                            str_number(arena, s->factor));
    if (s->kind == RATE_COSINE)
        return arena_printf(arena, "cosine(to: %s)", str_number(arena, s->to));
    return "constant";
}

static const char *split_text(Arena *arena, const Program *p, const Split *s)
{
    static const char *const unit[] = {
        [SPLIT_NONE] = "none",
        [SPLIT_SHARE] = "%",
        [SPLIT_ROWS] = " rows",
        [SPLIT_OWN] = "files of its own",
    };
    const char *part;

    if (s->kind == SPLIT_NONE || s->kind == SPLIT_OWN)
        return unit[s->kind];
    if (s->kind == SPLIT_FOLD)
        part = arena_printf(arena, "fold %.0f of %d", s->amount, s->folds);
    else
        part = arena_printf(arena, "%s%s%s", s->last ? "last " : "",
                            str_number(arena, s->kind == SPLIT_SHARE
                                                  ? 100 * s->amount
                                                  : s->amount),
                            unit[s->kind]);
    return s->stratified < 0 ? part
                             : arena_printf(arena, "%s stratified by %s", part,
                                            p->inputs.at[s->stratified].name);
}

/* What is done to the values of each flow; where they come from may change,
 * since the values themselves are compared. */
static void transform_rows(Text *out, const Program *p)
{
    for (int i = 0; i < p->flows.n; i++) {
        const Flow *f = &p->flows.at[i];

        for (int k = 0; k < f->n_feeds && f->part == PART_ALL; k++)
            row(out,
                arena_printf(out->arena, "preparation of %s",
                             p->inputs.at[f->feeds[k]].name),
                flow_transforms(out->arena, f));
    }
}

void emit_settings(Text *out, const Program *p)
{
    Arena *a = out->arena;
    const Train *t = &p->train;

    text_add(out, "\nstatic const nn_setting settings[] = {\n");
    row(out, "batch", batch_text(a, p));
    row(out, "optimizer", rule_text(a, t->optimizer));
    number_row(out, "rate", t->rate);
    row(out, "schedule", schedule_text(a, &t->schedule));
    number_row(out, "warmup", t->schedule.warmup);
    row(out, "clip", clips_text(a, t));
    number_row(out, "l2", t->l2);
    number_row(out, "l1", t->l1);
    number_row(out, "patience of early_stop", (double)t->patience);
    row(out, "stateful", t->stateful ? "true" : "false");
    number_row(out, "seed", (double)t->seed);
    row(out, "loss", p->losses ? p->losses : "none");
    row(out, "validation", split_text(a, p, &p->validation));
    row(out, "test", split_text(a, p, &p->test));
    transform_rows(out, p);
    row(out, "model", p->digest ? p->digest : "not known");
    text_add(out, "};\n");
}
