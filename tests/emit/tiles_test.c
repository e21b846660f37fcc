/* tiles_test.c: what a kernel that became tiles asks of the plan. */
#include "emit/tiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/planned.h"

/* A product of m rows, and something behind it where `more`. */
typedef struct Row {
    int64_t m, k, n;
    bool turned, more;
} Row;

static Node *product(Probe *p, const Row *r)
{
    Node *a = probe_input(
        p, shape_of(2, r->turned ? r->k : r->m, r->turned ? r->m : r->k));
    Node *b = probe_input(p, shape_of(2, r->k, r->n));
    Node *y = graph_matmul(p->g, a, b, r->turned, false);

    if (r->more)
        graph_root(p->g, graph_unary(p->g, OP_TANH, y), ROOT_OUTPUT, 0);
    else
        graph_root(p->g, y, ROOT_OUTPUT, 0);
    return y;
}

/* Parts run at the same time: a panel or partial sums are of one alone. */
static void every_part_has_scratch_of_its_own(void **state)
{
    static const Row rows[] = {
        {48, 700, 2048, true, false}, /* rows of B share cache sets */
        {64, 9000, 300, false, true}, /* k in blocks, sums in between */
        {20, 5000, 2048, true, true},
    };
    static const char *const targets[] = {"generic", "avx2", "avx512"};

    (void)state;
    for (int i = 0; i < 9; i++) {
        Probe p = probe_new(1);
        const Node *y = product(&p, &rows[i / 3]);
        const Kernel *k = planned_kernel(
            planned(&p, p.g, MODE_INFER, targets[i % 3], UPTO_MEMPLAN), y);
        const Product *tile = k->tile;

        assert_true(k->parts > 1);
        assert_true(tile->plan->scratch > 0);
        assert_true(k->scratch_buffer->count >=
                    k->parts * tile->plan->scratch * (int64_t)sizeof(float));
        probe_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_has_scratch_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
