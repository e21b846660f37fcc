/* pipeline.c: the ordered table of passes, with dumping and checking between
 * them; see pipeline.h and docs/architecture.md. */
#include "pipeline.h"

#include <string.h>

#include "emit/straight.h"
#include "emit/tiles.h"
#include "pass/pass.h"

typedef Graph *GraphPass(Program *p, Graph *g);

typedef enum When { WHEN_ALWAYS, WHEN_GRADIENT, WHEN_UPDATE, WHEN_FAST } When;

typedef struct Row {
    const char *name;
    GraphPass *run;
    When when;
} Row;

/* In order. GRADIENT: entries step and grad; UPDATE: step; FAST: not with
 * --plain. */
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
    {"fold", fold, WHEN_FAST},
    {"cse", cse, WHEN_FAST},
    {"dce", dce, WHEN_ALWAYS},
    {"autodiff", autodiff, WHEN_GRADIENT},
    {"optimizer", optimizer, WHEN_UPDATE},
    {"fold", fold, WHEN_ALWAYS},
    {"cse", cse, WHEN_ALWAYS},
    {"dce", dce, WHEN_ALWAYS},
    {"inputs", inputs, WHEN_FAST},
    {"hoist", hoist, WHEN_FAST},
    {"fold", fold, WHEN_FAST},
    {"cse", cse, WHEN_FAST},
    {"dce", dce, WHEN_ALWAYS},
};

enum { PASSES = sizeof passes / sizeof *passes };

const char *pipeline_pass(int i)
{
    static const char *const after[] = {"fuse", "layout", "order", "memplan"};
    if (i < PASSES)
        return passes[i].name;
    return i < PASSES + 4 ? after[i - PASSES] : NULL;
}

static bool applies(const Row *row, const Entry *e, const CodeOptions *o)
{
    bool trains = e->mode == MODE_STEP;
    switch (row->when) {
    case WHEN_GRADIENT:
        return trains;
    case WHEN_UPDATE:
        return trains && strcmp(e->name, "grad") != 0;
    case WHEN_FAST:
        return !o->plain;
    default:
        return true;
    }
}

static Plan *plan_entry(Program *p, Entry *e, const CodeOptions *o,
                        const char *dump, Text *dumped)
{
    Graph *g = e->graph;
    graph_check(g, "elaborate");
    for (int i = 0; i < PASSES; i++) {
        if (!applies(&passes[i], e, o))
            continue;
        g = passes[i].run(p, g);
        graph_check(g, passes[i].name);
        if (dump && strcmp(dump, passes[i].name) == 0) {
            text_printf(dumped, "entry %s\n", e->name);
            graph_print(dumped, g);
        }
    }
    Plan *plan = NEW(p->arena, Plan);
    *plan = (Plan){.arena = p->arena,
                   .program = p,
                   .entry = e,
                   .graph = g,
                   .prefix = e->name};
    if (!o->plain && straight_fits(plan))
        return straight(plan);
    plan = fuse(plan, o);
    plan = schedule(plan, o);
    plan = layout(plan, o);
    plan = tiles(plan, o);
    plan = order(plan);
    if (!o->plain)
        plan = prepare(p, plan);
    plan = memplan(plan, o);
    plan_check(plan, o);
    return plan;
}

static bool wanted(Want want, const char *name)
{
    bool step = strcmp(name, "step") == 0, eval = strcmp(name, "eval") == 0;
    bool grad = strcmp(name, "grad") == 0;
    switch (want) {
    case WANT_TRAIN:
        return step || eval;
    case WANT_INFER:
        return strncmp(name, "infer", 5) == 0;
    case WANT_CHECK:
        return grad || eval;
    default:
        return !grad;
    }
}

Plans pipeline_run(Program *p, Want want, const CodeOptions *options,
                   const char *dump, Text *dumped)
{
    Plans plans = {0};
    int n = p->entries.n;
    for (int i = 0; i < n; i++) {
        Entry *e = &p->entries.at[i];
        if (want == WANT_CHECK && strcmp(e->name, "step") == 0) {
            Entry *grad = NEW(p->arena, Entry);
            *grad = *e;
            grad->name = "grad";
            e = grad;
        }
        if (wanted(want, e->name))
            plans.at[plans.n++] = plan_entry(p, e, options, dump, dumped);
    }
    return plans;
}
