/* layout_test.c: where schedule and layout put values: no two elements in one
 * place, views and concatenations without copies, new values of parameters in
 * the old ones' place where that is safe. */
#include "pass/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../support/planned.h"
#include "../support/random.h"

#define SHAPE(a, b) shape_of(2, (int64_t)(a), (int64_t)(b))

static const char *const targets[] = {NULL, "generic", "avx2", "avx512"};

enum { TARGETS = 4 };

/* Whether every element has a place of its own below `count`. */
static bool spread_out(const Shape *s, const Layout *l, int64_t count)
{
    char *seen = calloc((size_t)count + 1, 1);
    bool good = seen != NULL;

    for (int64_t i = 0; good && i < shape_count(s); i++) {
        int64_t index[MAX_RANK] = {0}, rest = i, at;

        for (int a = s->rank - 1; a >= 0; a--) {
            index[a] = rest % s->dim[a];
            rest /= s->dim[a];
        }
        at = layout_place(l, index);
        good = at >= 0 && at < count && !seen[at];
        if (good)
            seen[at] = 1;
    }
    free(seen);
    return good;
}

static void elements_have_places(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        Probe p = random_probe(seed, 30, false);
        Plan *plan = planned(&p, planned_step(&p), MODE_STEP,
                             targets[seed % TARGETS], UPTO_LAYOUT);

        for (int i = 0; i < plan->kernels.n; i++)
            for (int j = 0; j < plan->kernels.at[i]->stores.n; j++) {
                const Node *n = plan->kernels.at[i]->stores.at[j];
                const Value *v = &plan->value[n->id];

                if (!v->buffer ||
                    !spread_out(&n->shape, &v->layout, v->buffer->count))
                    fail_msg("seed %d: node %d", (int)seed, n->id);
            }
        probe_free(&p);
    }
}

/* x w^T with and without fused nodes; w in panels for the target's lanes. */
static void weights_are_packed(void **state)
{
    static const int64_t sizes[][3] = {
        {1, 1, 1}, {3, 5, 7}, {64, 10, 84}, {64, 40, 24}, {5, 50, 19}};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int t = 0; t < TARGETS; t++) {
            Probe p = probe_new(3);
            int64_t m = sizes[i][0], n = sizes[i][1], k = sizes[i][2];
            Node *w = probe_param(&p, SHAPE(n, k));
            Node *x = probe_input(&p, SHAPE(m, k));
            Plan *plan;
            const Layout *l;

            probe_loss(&p, graph_matmul(p.g, x, w, false, true));
            plan = planned(&p, planned_step(&p), MODE_STEP, targets[t],
                           UPTO_LAYOUT);
            l = p.p->tensors.at[0].layout;
            assert_non_null(l);
            assert_true(spread_out(&w->shape, l, l->extent));
            if (t == 0) {
                Layout dense = layout_dense(&w->shape);

                assert_true(layout_equal(l, &dense));
            } else {
                const AxisLayout *lanes = &l->axis[0];

                assert_int_equal(lanes->piece[lanes->n - 1].stride, 1);
                assert_true(l->extent <= (n + 64) * (k + 1) + 64);
            }
            for (int r = 0; r < plan->graph->roots.n; r++) {
                const Root *root = &plan->graph->roots.at[r];
                const Value *v = &plan->value[root->node->id];

                if (root->role == ROOT_TENSOR) {
                    assert_int_equal(v->buffer->place, PLACE_TENSOR);
                    assert_true(layout_equal(&v->layout, l));
                }
            }
            probe_free(&p);
        }
}

/* A view shows its source's place; where no layout does, there is a copy. */
static void views_share_their_source(void **state)
{
    Probe p = probe_new(3);
    Node *x = graph_unary(p.g, OP_TANH, probe_input(&p, SHAPE(4, 6)));
    Node *turned, *cut, *part;
    Plan *plan;

    (void)state;
    turned = graph_add(p.g, OP_TRANSPOSE, 1, &x, (Attr){.perm = {1, 0}}, NULL);
    cut = graph_reshape(p.g, turned, SHAPE(8, 3));
    part = graph_slice(p.g, x, 1, 2, 3);
    graph_root(p.g, graph_sum(p.g, turned, 3), ROOT_METRIC, 0);
    graph_root(p.g, graph_sum(p.g, cut, 3), ROOT_METRIC, 1);
    graph_root(p.g, graph_sum(p.g, part, 3), ROOT_METRIC, 2);
    plan = planned(&p, p.g, MODE_EVAL, NULL, UPTO_LAYOUT);
    assert_ptr_equal(plan->value[turned->id].buffer, plan->value[x->id].buffer);
    assert_ptr_equal(plan->value[part->id].buffer, plan->value[x->id].buffer);
    assert_int_equal(plan->value[part->id].layout.offset, 2);
    assert_null(plan->value[turned->id].kernel);
    assert_int_equal(plan->value[cut->id].kernel->kind, KERNEL_COPY);
    assert_ptr_not_equal(plan->value[cut->id].buffer,
                         plan->value[x->id].buffer);
    probe_free(&p);
}

/* What is concatenated is written where it is wanted, if a kernel is free to;
 * an input of the program is copied. */
static void concat_in_place(void **state)
{
    (void)state;
    for (int given = 0; given < 2; given++) {
        Probe p = probe_new(3);
        Node *x = probe_input(&p, SHAPE(4, 6));
        Node *in[] = {graph_unary(p.g, OP_TANH, x),
                      given ? x : graph_unary(p.g, OP_EXP, x)};
        Node *whole = graph_concat(p.g, 2, in, 1);
        Plan *plan;

        graph_root(p.g, graph_sum(p.g, whole, 3), ROOT_LOSS, 0);
        plan = planned(&p, p.g, MODE_EVAL, NULL, UPTO_LAYOUT);
        assert_true(layout_in_place(plan, whole, 0));
        assert_int_equal(layout_in_place(plan, whole, 1), !given);
        assert_int_equal(plan->value[whole->id].kernel->empty, !given);
        assert_int_equal(plan->value[in[1]->id].layout.offset, given ? 0 : 6);
        probe_free(&p);
    }
}

/* The parameter's new value stands in its place at once if the kernel reads
 * the old one element by element, and after a copy otherwise. */
static void updates_in_place(void **state)
{
    (void)state;
    for (int across = 0; across < 2; across++) {
        Probe p = probe_new(3);
        Node *w = probe_param(&p, SHAPE(6, 6)), *g = w, *new;
        Plan *plan;

        if (across)
            g = graph_add(p.g, OP_REVERSE, 1, &w, (Attr){.axis = 0}, NULL);
        new = graph_binary(p.g, OP_SUB, w, graph_unary(p.g, OP_TANH, g));
        graph_root(p.g, new, ROOT_TENSOR, 0);
        plan = planned(&p, p.g, MODE_STEP, "avx2", UPTO_LAYOUT);
        assert_int_equal(plan->value[new->id].buffer->place,
                         across ? PLACE_WORK : PLACE_TENSOR);
        assert_int_equal(
            plan->value[plan->graph->roots.at[0].node->id].buffer->place,
            PLACE_TENSOR);
        assert_int_equal(plan->kernels.n, 1 + across);
        probe_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_have_places),
        cmocka_unit_test(weights_are_packed),
        cmocka_unit_test(views_share_their_source),
        cmocka_unit_test(concat_in_place),
        cmocka_unit_test(updates_in_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
