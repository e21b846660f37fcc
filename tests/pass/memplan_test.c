/* memplan_test.c: places in the workspace: apart while both are needed,
 * aligned, and together not much more than is live at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/planned.h"
#include "../support/random.h"

#define SHAPE(a, b) shape_of(2, (int64_t)(a), (int64_t)(b))

enum { ALIGN = 64 };

/* What a buffer takes: its elements and the room behind them that a vector
 * may be read from. */
static int64_t bytes(const Buffer *b, bool plain)
{
    int64_t size = b->type == TYPE_BYTE            ? 1
                   : b->type == TYPE_REAL && plain ? 8
                                                   : 4;

    return (b->count * size + 2 * ALIGN - 1) / ALIGN * ALIGN;
}

static bool placed(const Buffer *b)
{
    return b->first >= 0 && buffer_in_work(b);
}

/* The most bytes that are live at once: no plan can do with less. */
static int64_t bound(const Plan *plan, bool plain)
{
    int64_t most = 0;

    for (int at = 0; at <= plan->kernels.n; at++) {
        int64_t sum = 0;

        for (int i = 0; i < plan->buffers.n; i++) {
            const Buffer *b = plan->buffers.at[i];

            if (placed(b) && b->first <= at && at <= b->last)
                sum += bytes(b, plain);
        }
        most = sum > most ? sum : most;
    }
    return most;
}

static void check_pair(const Buffer *a, const Buffer *b, bool plain)
{
    bool together = a->first <= b->last && b->first <= a->last;
    bool apart =
        a->at + bytes(a, plain) <= b->at || b->at + bytes(b, plain) <= a->at;

    assert_true(apart || !together);
}

static void check_places(const Plan *plan, int64_t from, int64_t to, bool plain)
{
    for (int i = 0; i < plan->buffers.n; i++) {
        const Buffer *b = plan->buffers.at[i];

        if (!placed(b))
            continue;
        assert_int_equal(b->at % ALIGN, 0);
        assert_true(b->at >= from && b->at + bytes(b, plain) <= to);
        for (int j = 0; j < i; j++)
            if (placed(plan->buffers.at[j]))
                check_pair(b, plan->buffers.at[j], plain);
    }
    for (int i = 0; i < plan->kernels.n; i++) {
        const Kernel *k = plan->kernels.at[i];
        const Buffer *scratch = k->scratch_buffer;

        if (k->body && scratch)
            check_places(k->body, scratch->at, scratch->at + scratch->count,
                         plain);
    }
}

/* A kernel's operands are live while it runs, those of a body while its scan
 * does. */
static void check_lives(const Plan *plan, const Plan *of, int outer)
{
    for (int i = 0; i < of->kernels.n; i++) {
        const Kernel *k = of->kernels.at[i];
        int at = outer >= 0 ? outer : i;

        for (int j = 0; j < k->nodes.n; j++)
            for (int x = 0; x < k->nodes.at[j]->n_in; x++) {
                const Buffer *b = of->value[k->nodes.at[j]->in[x]->id].buffer;

                if (b && b->plan == plan && placed(b))
                    assert_true(b->first <= at && at <= b->last);
            }
        for (int j = 0; j < k->stores.n; j++) {
            const Buffer *b = of->value[k->stores.at[j]->id].buffer;

            if (b && b->plan == plan && placed(b))
                assert_true(b->first <= at && at <= b->last);
        }
        if (k->body)
            check_lives(plan, k->body, at);
    }
}

static void live_values_lie_apart(void **state)
{
    static const char *const targets[] = {NULL, "avx2", "avx512"};

    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        Probe p = random_probe(seed, 40, false);
        const char *target = targets[seed % 3];
        Plan *plan =
            planned(&p, planned_step(&p), MODE_STEP, target, UPTO_MEMPLAN);

        check_places(plan, 0, plan->workspace, !target);
        check_lives(plan, plan, -1);
        if (plan->workspace > bound(plan, !target) * 5 / 4)
            fail_msg("seed %d: %d bytes where %d are live at once", (int)seed,
                     (int)plan->workspace, (int)bound(plan, !target));
        probe_free(&p);
    }
}

/* Of a chain two neighbours are live at once: two places in turn. */
static void a_chain_needs_two_places(void **state)
{
    Probe p = probe_new(3);
    Node *x = probe_param(&p, SHAPE(20, 50));
    const int64_t value = 20 * 50 * 8 + 64;
    Plan *plan;

    (void)state;
    for (int i = 0; i < 9; i++)
        x = graph_unary(p.g, OP_TANH, x);
    graph_root(p.g, x, ROOT_LOSS, 0);
    plan = planned(&p, p.g, MODE_EVAL, NULL, UPTO_MEMPLAN);
    assert_int_equal(plan->kernels.n, 9);
    assert_int_equal(plan->workspace, 2 * value);
    probe_free(&p);
}

/* Three values of different sizes wait for the end of a chain; the chain's
 * own places follow each other below or above them. */
static void sizes_that_differ(void **state)
{
    Probe p = probe_new(3);
    Node *sum = NULL, *kept[3];
    Plan *plan;

    (void)state;
    for (int i = 0; i < 3; i++) {
        Node *x = probe_param(&p, SHAPE(10 * (i + 1), 16));

        kept[i] = graph_unary(p.g, OP_EXP, x);
        for (int n = 0; n < 3; n++)
            x = graph_unary(p.g, OP_TANH, x);
        x = graph_sum(p.g, graph_binary(p.g, OP_MUL, x, kept[i]), 3);
        sum = sum ? graph_binary(p.g, OP_ADD, sum, x) : x;
    }
    graph_root(p.g, graph_reshape(p.g, sum, shape_ones(1)), ROOT_LOSS, 0);
    plan = planned(&p, p.g, MODE_EVAL, NULL, UPTO_MEMPLAN);
    assert_int_equal(plan->workspace, bound(plan, true));
    probe_free(&p);
}

/* Loss and metrics are read when all kernels have run. */
static void sums_live_to_the_end(void **state)
{
    Probe p = probe_new(3);
    Node *x = probe_param(&p, SHAPE(4, 4)), *early, *late;
    Plan *plan;

    (void)state;
    early = graph_reshape(p.g, graph_sum(p.g, x, 3), shape_ones(1));
    late = graph_sum(p.g, graph_unary(p.g, OP_EXP, x), 3);
    graph_root(p.g, early, ROOT_METRIC, 0);
    graph_root(p.g, graph_reshape(p.g, late, shape_ones(1)), ROOT_LOSS, 0);
    plan = planned(&p, p.g, MODE_EVAL, NULL, UPTO_MEMPLAN);
    assert_int_equal(plan->value[early->id].buffer->last, plan->kernels.n);
    probe_free(&p);
}

/* Rows are absent from a batch of several only: just there, room is kept for
 * an input's copy. */
static void one_row_is_never_absent(void **state)
{
    (void)state;
    for (int rows = 1; rows <= 3; rows += 2) {
        Probe p = probe_new(3);
        Node *x, *sum;
        Plan *plan;
        int64_t copies;

        p.g = graph_new(p.arena, rows);
        x = probe_input(&p, SHAPE(rows, 100));
        sum = graph_sum(p.g, x, 3);
        graph_root(p.g, graph_reshape(p.g, sum, shape_ones(1)), ROOT_LOSS, 0);
        plan = planned(&p, p.g, MODE_EVAL, NULL, UPTO_MEMPLAN);
        copies = bytes(plan->value[x->id].buffer, true) * (rows > 1);
        assert_int_equal(plan->workspace,
                         copies + bytes(plan->value[sum->id].buffer, true));
        probe_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_values_lie_apart),
        cmocka_unit_test(a_chain_needs_two_places),
        cmocka_unit_test(sizes_that_differ),
        cmocka_unit_test(sums_live_to_the_end),
        cmocka_unit_test(one_row_is_never_absent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
