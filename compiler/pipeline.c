/* pipeline.c: the ordered table of passes, with dumping and checking between
 * them; see pipeline.h and docs/architecture.md. */
#include "pipeline.h"

#include <string.h>

#include "emit/straight.h"
#include "emit/tiles.h"
#include "pass/kinks.h"
#include "pass/pass.h"

typedef Graph *GraphPass(Program *p, Graph *g);

typedef enum When {
    WHEN_ALWAYS,
    WHEN_GRADIENT,
    WHEN_UPDATE,
    WHEN_INFER,
    WHEN_FAST
} When;

typedef struct Row {
    const char *name;
    GraphPass *run;
    When when;
} Row;

/* In order. GRADIENT: of a step; UPDATE: of one that updates; INFER and FAST:
 * not with --plain. */
static const Row passes[] = {
    {"fold", fold, WHEN_ALWAYS},
    {"cse", cse, WHEN_ALWAYS},
    {"dce", dce, WHEN_ALWAYS},
    {"stable", stable, WHEN_ALWAYS},
    {"monotone", monotone, WHEN_FAST},
    {"transposes", transposes, WHEN_FAST},
    {"fold", fold, WHEN_FAST},
    {"reverse", reverse, WHEN_FAST},
    {"fold", fold, WHEN_FAST},
    {"last", last, WHEN_FAST},
    {"dce", dce, WHEN_FAST},
    {"merge", merge, WHEN_FAST},
    {"split_concat", split_concat, WHEN_FAST},
    {"regroup", regroup, WHEN_FAST},
    {"hoist", hoist, WHEN_FAST},
    {"reshapes", reshapes, WHEN_FAST},
    {"fold", fold, WHEN_FAST},
    {"cse", cse, WHEN_FAST},
    {"gathers", gathers, WHEN_FAST},
    {"dce", dce, WHEN_ALWAYS},
    {"autodiff", autodiff, WHEN_GRADIENT},
    {"optimizer", optimizer, WHEN_UPDATE},
    {"absorb", absorb, WHEN_INFER},
    {"fold", fold, WHEN_ALWAYS},
    {"cse", cse, WHEN_ALWAYS},
    {"dce", dce, WHEN_ALWAYS},
    {"inputs", inputs, WHEN_FAST},
    {"hoist", hoist, WHEN_FAST},
    {"reshapes", reshapes, WHEN_FAST},
    {"fold", fold, WHEN_FAST},
    {"cse", cse, WHEN_FAST},
    {"sparse", sparse, WHEN_FAST},
    {"dce", dce, WHEN_ALWAYS},
};

/* From Graph to Plan: see begin and plan_entry. */
static const char *const steps[] = {"fuse",    "wishes", "schedule",
                                    "layout",  "tiles",  "order",
                                    "prepare", "feed",   "memplan"};

enum {
    PASSES = sizeof passes / sizeof *passes,
    STEPS = sizeof steps / sizeof *steps,
};

const char *pipeline_pass(int i)
{
    if (i < PASSES)
        return passes[i].name;
    return i < PASSES + STEPS ? steps[i - PASSES] : NULL;
}

static bool applies(const Row *row, const Entry *e, const CodeOptions *o)
{
    switch (row->when) {
    case WHEN_GRADIENT:
        return e->mode == MODE_STEP;
    case WHEN_UPDATE:
        return e->updates;
    case WHEN_INFER:
        return e->mode == MODE_INFER && !o->plain;
    case WHEN_FAST:
        return !o->plain;
    default:
        return true;
    }
}

/* What --dump asks for: the text after `pass`, NULL for none. */
typedef struct Dump {
    const char *pass;
    Text *text;
} Dump;

static bool wanted_after(const Dump *d, const char *pass)
{
    return d->pass && strcmp(d->pass, pass) == 0;
}

static Graph *run_passes(Program *p, const Entry *e, const CodeOptions *o,
                         const Dump *d)
{
    Graph *g = e->graph;
    graph_check(g, "elaborate");
    for (int i = 0; i < PASSES; i++) {
        if (!applies(&passes[i], e, o))
            continue;
        g = passes[i].run(p, g);
        graph_check(g, passes[i].name);
        if (wanted_after(d, passes[i].name)) {
            text_printf(d->text, "entry %s\n", e->name);
            graph_print(d->text, g);
        }
    }
    return g;
}

static Plan *after(Plan *plan, const char *step, const Dump *d)
{
    if (wanted_after(d, step)) {
        text_printf(d->text, "entry %s\n", plan->entry->name);
        plan_print(d->text, plan);
    }
    return plan;
}

static Plan *straight_steps(Plan *plan, const Dump *d)
{
    plan = straight(plan);
    for (int i = 0; i < STEPS; i++)
        after(plan, steps[i], d);
    return plan;
}

static Plan *new_plan(Program *p, const Entry *e, Graph *g)
{
    Plan *plan = NEW(p->arena, Plan);
    *plan = (Plan){.arena = p->arena,
                   .program = p,
                   .entry = e,
                   .graph = g,
                   .prefix = arena_printf(p->arena, "%s_%s", p->name, e->name)};
    return plan;
}

/* The entry of one row beside that of many; NULL where there is none, or where
 * it is plainly not tiny. */
static const Entry *one_row(const Program *p, const Entry *e)
{
    enum { FEW_NODES = 200 };
    for (int i = 0; i < p->entries.n; i++) {
        const Entry *one = &p->entries.at[i];
        if (e->mode == MODE_INFER && e->batch > 1 && !e->carries &&
            one->mode == MODE_INFER && one->batch == 1 && !one->carries &&
            one->graph->nodes.n < FEW_NODES)
            return one;
    }
    return NULL;
}

/* The plan of a tiny network's many rows, each as the entry of one row does
 * it; NULL where that does not pay. */
static Plan *plan_rows(Program *p, const Entry *e, const CodeOptions *o)
{
    static const Dump none;
    const Entry *one = o->plain ? NULL : one_row(p, e);
    if (!one)
        return NULL;
    Plan *plan = new_plan(p, e, run_passes(p, one, o, &none));
    return straight_fits_rows(plan, target_find(o->target)) ? plan : NULL;
}

/* An entry's kernels, or its straight-line code, before anything is known of
 * how tensors lie. */
static Plan *begin(Program *p, const Entry *e, const CodeOptions *o,
                   const Dump *d)
{
    Plan *plan = new_plan(p, e, run_passes(p, e, o, d));
    if (!o->plain && e->batch == 1 && straight_fits(plan))
        return straight_steps(plan, d);
    plan = after(fuse(plan, o), "fuse", d);
    plan = after(wishes(plan, o), "wishes", d);
    Plan *rows = plan_rows(p, e, o);
    if (!rows)
        return plan;
    rows->wishes = plan->wishes; /* as tiles want weights suits rows too */
    return straight_steps(rows, d);
}

static void plan_entry(Program *p, Plan *plan, const CodeOptions *o,
                       const Dump *d)
{
    if (straight_is(plan))
        return;
    plan = after(schedule(plan, o), "schedule", d);
    plan = after(untie(layout(plan, o)), "layout", d);
    plan = after(tiles(plan, o), "tiles", d);
    plan = after(order(plan), "order", d);
    plan = after(o->plain ? plan : prepare(p, plan), "prepare", d);
    plan = after(feed(plan), "feed", d);
    plan = after(memplan(plan, o), "memplan", d);
    plan_check(plan, o);
}

/* The entry of inference that comes first, that of many rows. */
static Entry *inference(const Program *p)
{
    for (int i = 0; i < p->entries.n; i++)
        if (p->entries.at[i].mode == MODE_INFER)
            return &p->entries.at[i];
    return NULL;
}

static bool wanted(const Program *p, Want want, const Entry *e)
{
    bool infers = e->mode == MODE_INFER;
    if (want == WANT_ROW)
        return e == program_entry(p, MODE_INFER);
    if (want == WANT_VERIFY)
        return !infers || e == inference(p);
    return want == WANT_ALL || infers == (want == WANT_INFER);
}

/* The graph without what gives tensors new values. */
static Graph *keep_tensors(Graph *g)
{
    Graph *kept = NEW(g->arena, Graph);
    *kept = (Graph){.arena = g->arena, .batch = g->batch};
    kept->nodes = g->nodes;
    for (int i = 0; i < g->roots.n; i++)
        if (g->roots.at[i].role != ROOT_TENSOR)
            vec_push(g->arena, &kept->roots, g->roots.at[i]);
    return kept;
}

/* A step that gives its gradients away instead of updating with them. The loss
 * is the same at every call. */
static Entry *checked(Program *p, const Entry *step)
{
    Entry *e = NEW(p->arena, Entry);
    *e = *step;
    e->graph = keep_tensors(step->graph);
    e->name = "grad";
    e->updates = false;
    e->carries = CARRIES_NOTHING;
    return e;
}

Plans pipeline_run(Program *p, Want want, const CodeOptions *options,
                   const char *dump, Text *dumped)
{
    Plans plans = {0};
    Dump d = {dump, dumped};
    if (want == WANT_VERIFY && inference(p))
        named(p, inference(p)->graph);
    for (int i = 0; i < p->entries.n; i++) {
        Entry *e = &p->entries.at[i];
        if (!wanted(p, want, e))
            continue;
        if (e->updates && (want == WANT_CHECK || want == WANT_VERIFY)) {
            Entry *grad = checked(p, e);
            if (want == WANT_CHECK)
                p->kinks = kinks_find(p, grad->graph);
            vec_push(p->arena, &plans, begin(p, grad, options, &d));
            if (want == WANT_CHECK)
                continue;
        }
        vec_push(p->arena, &plans, begin(p, e, options, &d));
    }
    settle_tensors(p, plans.at, plans.n);
    for (int i = 0; i < plans.n; i++)
        plan_entry(p, plans.at[i], options, &d);
    return plans;
}
