/* planned.c: graphs of tests as plans; the contract stands in planned.h. */
#include "planned.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emit/tiles.h"
#include "pass/pass.h"
#include "texts.h"

Graph *planned_step(Probe *p)
{
    Graph *g = dce(p->p, p->g);

    p->p->train = text_train(p->arena, "optimizer adam(rate: 0.1);");
    g = optimizer(p->p, autodiff(p->p, g));
    return dce(p->p, cse(p->p, fold(p->p, g)));
}

CodeOptions planned_options(const char *target)
{
    return (CodeOptions){.plain = target == NULL,
                         .target = target ? target : "generic",
                         .unroll = UNROLL_AUTO};
}

static const char *mode_name(Mode mode)
{
    return mode == MODE_STEP ? "step" : mode == MODE_EVAL ? "eval" : "infer";
}

Plan *planned(Probe *p, Graph *g, Mode mode, const char *target, Upto upto)
{
    CodeOptions options = planned_options(target);
    Entry *entry = NEW(p->arena, Entry);
    Plan *plan = NEW(p->arena, Plan);

    *entry = (Entry){.name = mode_name(mode),
                     .mode = mode,
                     .batch = g->batch,
                     .graph = g,
                     .updates = mode == MODE_STEP};
    *plan = (Plan){.arena = p->arena,
                   .program = p->p,
                   .entry = entry,
                   .graph = g,
                   .prefix = entry->name};
    plan = fuse(plan, &options);
    if (upto >= UPTO_LAYOUT) {
        plan = wishes(plan, &options);
        settle_tensors(p->p, &plan, 1);
        plan = untie(layout(schedule(plan, &options), &options));
    }
    if (upto >= UPTO_ORDER)
        plan = order(tiles(plan, &options));
    if (upto >= UPTO_MEMPLAN)
        plan = memplan(plan, &options);
    return plan;
}

Kernel *planned_kernel(const Plan *plan, const Node *n)
{
    while (plan_is_view(n) && !plan->value[n->id].kernel)
        n = n->in[0];
    for (int i = 0; i < plan->kernels.n; i++)
        if (kernel_has(plan->kernels.at[i], n))
            return plan->kernels.at[i];
    return NULL;
}

bool refused(void (*run)(void *arg), void *arg, const char *text)
{
    char said[1024] = "";
    FILE *log = tmpfile();
    int status = 0;
    pid_t child;

    fflush(NULL);
    child = log ? fork() : -1;
    if (child == 0) {
        dup2(fileno(log), 2);
        run(arg);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return false;
    rewind(log);
    said[fread(said, 1, sizeof said - 1, log)] = 0;
    fclose(log);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 70 && strstr(said, text))
        return true;
    printf("status %d instead of a bug with `%s`: %s\n", status, text, said);
    return false;
}
