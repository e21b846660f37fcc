/* rewrites_test.c: passes must not change what a graph computes.
 *
 * Random graphs, and their gradients, are evaluated in double precision before
 * and after each pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/random.h"
#include "pass/pass.h"

enum { GRAPHS = 400, SIZE = 24 };

typedef struct Named {
    const char *name;
    Graph *(*pass)(Program *p, Graph *g);
} Named;

#define PASS(name)                                                             \
    {                                                                          \
#name, name                                                            \
    }

static const Named forward[] = {
    PASS(fold),         PASS(cse),        PASS(dce),     PASS(stable),
    PASS(monotone),     PASS(transposes), PASS(fold),    PASS(reverse),
    PASS(fold),         PASS(last),       PASS(dce),     PASS(merge),
    PASS(split_concat), PASS(regroup),    PASS(hoist),   PASS(reshapes),
    PASS(fold),         PASS(cse),        PASS(gathers), PASS(dce)};
static const Named after[] = {PASS(fold),   PASS(cse),   PASS(dce),
                              PASS(inputs), PASS(hoist), PASS(reshapes),
                              PASS(fold),   PASS(cse),   PASS(dce)};

static void run(Probe *p, const Named *passes, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) {
        Graph *g = passes[i].pass(p->p, p->g);
        double error;

        graph_check(g, passes[i].name);
        error = probe_compare(p, p->g, g);
        if (!(error < 1e-11))
            fail_msg("seed %d: %s changes a root by %g", (int)seed,
                     passes[i].name, error);
        p->g = g;
    }
}

#define RUN(p, table, seed)                                                    \
    run((p), (table), sizeof(table) / sizeof *(table), (seed))

/* Also of gradients that are added before or after. */
static void passes_keep_values(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= GRAPHS; seed++) {
        Probe p = random_probe(seed, SIZE, false);

        RUN(&p, forward, seed);
        p.g = autodiff(p.p, p.g);
        graph_check(p.g, "autodiff");
        RUN(&p, after, seed);
        probe_free(&p);
    }
}

static void gradients_of_rewritten_graphs(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= GRAPHS / 10; seed++) {
        Probe p = random_probe(seed + 5000, SIZE, true);
        double error;

        p.floor = 1e-3;
        RUN(&p, forward, seed);
        error = probe_gradients(&p);
        if (!(error < 1e-6))
            fail_msg("seed %d: gradient error %g", (int)seed, error);
        probe_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_keep_values),
        cmocka_unit_test(gradients_of_rewritten_graphs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
