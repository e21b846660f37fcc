/* bench_kernels.c: what each of our kernels takes: a program is made whose
 * entries read the clock behind each of them; see contest.h. */
#include <stdlib.h>

#include "contest.h"
#include "emit/emit.h"

enum { ROUNDS = 20 };

static const double round_time = 0.02; /* seconds */

typedef VEC(double) Times;

/* By the rows of the model's table of kernels the least that rounds tell. */
static void improve(Arena *arena, Times *times, const char *answer)
{
    char *end;

    for (int i = 0;; i++, answer = end) {
        double t = strtod(answer, &end);

        if (end == answer)
            break;
        if (i == times->n)
            vec_push(arena, times, t);
        else if (t < times->at[i])
            times->at[i] = t;
    }
}

static void list(Arena *arena, KernelTimes *k, const Plan *plan,
                 const Times *times)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        const Kernel *of = plan->kernels.at[i];
        KernelTime t = {.name = of->name};

        if (of->prepared || of->empty || of->feeds || of->row >= times->n)
            continue;
        t.line = of->nodes.at[0]->span.line;
        t.seconds = times->at[of->row];
        t.flops = (double)kernel_flops(of);
        t.bytes = (double)kernel_bytes(of);
        vec_push(arena, &k->rows, t);
    }
}

/* Of one entry; false where ours has failed. */
static bool add(Contest *c, const Ours *ours, Contender *it, bool step)
{
    Arena *a = c->o->arena;
    const Plan *plan = contest_plan(ours, step);
    const char *work = step ? "step" : "infer", *ask, *answer;
    KernelTimes k = {.step = step, .batch = ours->batch};
    Times times = {0};

    if (!plan)
        return true;
    contest_asked(a, it, arena_printf(a, "%s 1", work)); /* warms caches */
    ask = arena_printf(
        a, "kernels %s %.0f", work,
        round_time /
                (contest_asked(a, it, arena_printf(a, "%s 1", work)) + 1e-7) +
            1);
    k.peak = contest_asked(a, it, "peak");
    for (int i = 0; i < ROUNDS; i++) {
        if (!(answer = contender_ask(a, it, ask)))
            return false;
        improve(a, &times, answer);
    }
    list(a, &k, plan, &times);
    vec_push(a, &c->bench.kernels, k);
    bench_tell_kernels(&c->bench, &k);
    return true;
}

int contest_kernels(Contest *c, const Counts *batches)
{
    for (int i = 0; i < batches->n; i++) {
        Ours ours;
        int status = contest_make(c, batches->at[i], true, &ours);
        Contender it;
        bool good;

        if (status != 0)
            return status;
        it = contest_enter(c, &ours, 1)[0];
        good = contender_start(c->o->arena, &it, 1) &&
               add(c, &ours, &it, false) &&
               (i < batches->n - 1 || add(c, &ours, &it, true));
        contender_end(&it);
        driver_close(&ours.model);
        if (!good) {
            contest_failed(c, &it);
            return 1;
        }
    }
    return 0;
}
