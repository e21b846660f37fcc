/* tiles_test.c: what a kernel that became tiles asks of the plan. */
#include "emit/tiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/planned.h"
#include "ir/make.h"

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

/* A value [time, heads * size] of each row as [rows * heads, time, size]. */
static Node *heads_of(const Probe *p, Node *x, int64_t heads)
{
    const char *why;
    Node *y = make_split(p->g, x, 2, 1, heads, &why);
    const int64_t *d = y->shape.dim;

    return graph_reshape(p->g, y, shape_of(3, d[0] * d[1], d[2], d[3]));
}

/* The products of a batch read what a view shows without a copy, also where no
 * one stride leads from each to the next. */
static void heads_are_read_through_views(void **state)
{
    Probe p = probe_new(1);
    Node *a =
        probe_input(&p, shape_of(3, (int64_t)2, (int64_t)32, (int64_t)96));
    Node *b =
        probe_input(&p, shape_of(3, (int64_t)2, (int64_t)32, (int64_t)48));
    Node *y =
        graph_matmul(p.g, heads_of(&p, a, 3), heads_of(&p, b, 3), true, false);
    const Plan *plan;

    (void)state;
    graph_root(p.g, y, ROOT_OUTPUT, 0);
    plan = planned(&p, p.g, MODE_INFER, "avx512", UPTO_MEMPLAN);
    assert_ptr_equal(planned_kernel(plan, y), plan->kernels.at[0]);
    assert_non_null(plan->kernels.at[0]->tile);
    probe_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_has_scratch_of_its_own),
        cmocka_unit_test(heads_are_read_through_views),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
