/* bench_heat.c: a contest, piece of work by piece of work; see contest.h. */
#include <stdlib.h>
#include <string.h>

#include "contest.h"
#include "emit/emit.h"
#include "nn_say.h"

enum { TIME = 1500, STARTS = 5 };

/* How far a peer's results may lie from ours, of the largest. */
static const double most = 1e-3;

/* Starts are repeated while they take less than this together. */
static const double patience = 1;

const Plan *contest_plan(const Ours *ours, bool step)
{
    Mode mode = step ? MODE_STEP : MODE_INFER;

    for (int i = 0; i < ours->model.plans.n; i++) {
        const Plan *plan = ours->model.plans.at[i];

        if (plan->entry->mode == mode && plan->entry->batch == ours->batch)
            return plan;
    }
    return NULL;
}

/* Bytes of weights and of a batch's rows. */
static double bytes_of(const Program *p, int batch)
{
    double weights = 0, values = 0;

    for (int i = 0; i < p->tensors.n; i++) {
        const Tensor *t = &p->tensors.at[i];

        if (t->kind == TENSOR_WEIGHT || t->kind == TENSOR_STATISTIC)
            weights += (double)shape_count(&t->shape);
    }
    for (int i = 0; i < p->inputs.n; i++)
        if (!p->inputs.at[i].target)
            values += (double)shape_count(&p->inputs.at[i].shape);
    for (int i = 0; i < p->outputs.n; i++)
        values += (double)shape_count(&p->outputs.at[i].shape);
    return 4 * (weights + values * batch);
}

double contest_asked(Arena *arena, Contender *c, const char *line)
{
    const char *answer = contender_ask(arena, c, line);

    return answer ? strtod(answer, NULL) : 0;
}

/* Whether a peer computes what we do; it takes no part otherwise. */
static void check(const Contest *c, Contender *peer, bool step, double *found)
{
    Arena *a = c->o->arena;
    const char *answer = contender_ask(a, peer, step ? "check step" : "check");

    if (!answer)
        return;
    if (strncmp(answer, "not ", 4) == 0) {
        *found = -1;
        return;
    }
    *found = strtod(answer, NULL);
    if (!(*found <= most)) {
        contender_end(peer);
        peer->why = arena_printf(a,
                                 "it computes something else: its results "
                                 "differ by %.1g",
                                 *found);
    }
}

static Heat heat_new(Contest *c, const Ours *ours, bool step, int threads)
{
    Arena *a = c->o->arena;
    int n = c->bench.n;
    Heat h = {.step = step, .batch = ours->batch, .threads = threads};

    h.flops = (double)plan_flops(contest_plan(ours, step));
    h.bytes = bytes_of(ours->model.program, ours->batch);
    h.scores = NEWN(a, Score, n);
    h.differences = NEWN(a, double, n);
    h.whys = NEWN(a, const char *, n);
    for (int i = 0; i < n; i++)
        h.differences[i] = -1;
    return h;
}

/* Peers that do not train step aside, and come back. */
static void step_aside(const Contest *c, Contender *all, const char **own)
{
    for (int i = 0; i < c->peers.n; i++) {
        own[i] = all[i + 1].why;
        if (!own[i] && !c->peers.at[i]->trains)
            all[i + 1].why = "it does not train";
    }
}

static void come_back(const Contest *c, Contender *all, const char **own)
{
    for (int i = 0; i < c->peers.n; i++)
        if (!c->peers.at[i]->trains)
            all[i + 1].why = own[i];
}

/* Checks and times one piece of work; false where ours has failed. */
static bool run_heat(Contest *c, const Ours *ours, Contender *all, bool step,
                     int threads)
{
    Arena *a = c->o->arena;
    Heat h = heat_new(c, ours, step, threads);
    const char **own = NEWN(a, const char *, c->peers.n + 1);
    Race race = {.work = step ? "step" : "infer",
                 .passed = threads > 1,
                 .seconds = 1e-3 * (c->o->time ? c->o->time : TIME),
                 .n = c->bench.n,
                 .contenders = all,
                 .scores = h.scores};
    bool good;

    if (step)
        step_aside(c, all, own);
    for (int i = 1; i < c->bench.n; i++)
        if (!all[i].why)
            check(c, &all[i], step, &h.differences[i]);
    good = race_run(a, &race);
    h.peak = race.peak;
    h.reading = h.bytes / contest_asked(a, &all[0],
                                        arena_printf(a, "read %.0f", h.bytes));
    for (int i = 0; i < c->bench.n; i++)
        h.whys[i] = all[i].why;
    if (step)
        come_back(c, all, own);
    for (int i = 0; i < c->bench.n; i++)
        c->bench.entrants[i].lost |= all[i].why != NULL;
    if (!good)
        return false;
    vec_push(a, &c->bench.heats, h);
    bench_tell_heat(&c->bench, &h);
    return true;
}

/* The first start is told: `ready KIB BYTES VERSION`. */
static void keep_costs(const Contest *c, int i, const Contender *of)
{
    Entrant *e = &c->bench.entrants[i];
    char *end;

    if (e->start > 0 || of->why)
        return;
    e->start = of->start;
    e->memory = 1024 * strtod(of->greeting, &end);
    if (i > 0) {
        e->size = strtod(end, &end);
        e->version = *end ? end + 1 : "";
    }
}

/* Starts one; where that is short often, and the least time counts. */
static void start(const Contest *c, Contender *it, int threads)
{
    double least, sum;

    if (it->why || !contender_start(c->o->arena, it, threads))
        return;
    least = sum = it->start;
    for (int i = 1; i < STARTS && sum < patience; i++) {
        contender_end(it);
        if (!contender_start(c->o->arena, it, threads))
            return;
        least = it->start < least ? it->start : least;
        sum += it->start;
    }
    it->start = least;
}

void contest_failed(const Contest *c, const Contender *ours)
{
    size_t size;
    const char *text = str_read_file(c->o->arena, ours->log, &size);

    nn_say(stderr, "%s", text && *text ? text : "nnc: our program ended\n");
}

bool contest_run(Contest *c, const Ours *ours, int threads, bool last)
{
    Contender *all = contest_enter(c, ours, threads);
    bool good;

    for (int i = 0; i < c->bench.n; i++) {
        start(c, &all[i], threads);
        keep_costs(c, i, &all[i]);
        if (all[i].why)
            c->bench.entrants[i].why = all[i].why;
    }
    good = !all[0].why;
    if (good && contest_plan(ours, false))
        good = run_heat(c, ours, all, false, threads);
    if (good && last && contest_plan(ours, true))
        good = run_heat(c, ours, all, true, threads);
    if (!good)
        contest_failed(c, &all[0]);
    for (int i = 0; i < c->bench.n; i++)
        contender_end(&all[i]);
    return good;
}
