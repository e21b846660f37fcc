/* order_test.c: the sequence of kernels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/planned.h"
#include "../support/random.h"

#define SHAPE(a, b) shape_of(2, (int64_t)(a), (int64_t)(b))

static void check_order(const Plan *plan, uint64_t seed)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        const Kernel *k = plan->kernels.at[i];

        assert_int_equal(k->position, i);
        for (int j = 0; j < k->nodes.n; j++)
            for (int x = 0; x < k->nodes.at[j]->n_in; x++) {
                const Node *in = k->nodes.at[j]->in[x];
                const Kernel *made =
                    kernel_has(k, in) ? NULL : planned_kernel(plan, in);

                if (made && made != k && made->position >= i)
                    fail_msg("seed %d: kernel %d reads node %d too early",
                             (int)seed, i, in->id);
            }
        if (k->body)
            check_order(k->body, seed);
    }
}

static void values_are_there_before_they_are_read(void **state)
{
    static const char *const targets[] = {NULL, "avx2", "avx512"};

    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        Probe p = random_probe(seed, 24, false);

        check_order(planned(&p, planned_step(&p), MODE_STEP, targets[seed % 3],
                            UPTO_ORDER),
                    seed);
        probe_free(&p);
    }
}

/* The new value stands in the graph before another reader of the old one. */
static void the_old_value_is_read_first(void **state)
{
    Probe p = probe_new(3);
    Node *w = probe_param(&p, SHAPE(4, 4)), *x = probe_input(&p, SHAPE(4, 4));
    Node *new = graph_binary(p.g, OP_SUB, w, graph_unary(p.g, OP_TANH, x));
    Node *late = graph_matmul(p.g, x, w, false, true);

    (void)state;
    graph_root(p.g, new, ROOT_TENSOR, 0);
    graph_root(p.g, late, ROOT_OUTPUT, 0);
    for (int plain = 0; plain < 2; plain++) {
        Plan *plan =
            planned(&p, p.g, MODE_STEP, plain ? NULL : "avx2", UPTO_ORDER);

        assert_true(planned_kernel(plan, new)->position >
                    planned_kernel(plan, late)->position);
    }
    probe_free(&p);
}

/* The kernel that writes a tensor's new value in place. */
static const Kernel *writer(const Plan *plan, int tensor)
{
    return planned_kernel(plan,
                          graph_find_root(plan->graph, ROOT_TENSOR, tensor));
}

/* Though the loss is computed from one new value, and the other one stands
 * before it in the graph. */
static void no_tensor_is_written_before_the_loss(void **state)
{
    Probe p = probe_new(3);
    Node *a = probe_param(&p, SHAPE(1, 4)), *b = probe_param(&p, SHAPE(1, 1));
    Node *x = probe_input(&p, SHAPE(3, 4));
    Node *mean = graph_binary(p.g, OP_ADD, a, graph_sum(p.g, x, 1));
    Node *next = graph_unary(p.g, OP_TANH, b);
    Node *loss = graph_binary(p.g, OP_MUL, graph_sum(p.g, x, 3), next);

    (void)state;
    graph_root(p.g, mean, ROOT_TENSOR, 0);
    graph_root(p.g, next, ROOT_TENSOR, 1);
    graph_root(p.g, loss, ROOT_LOSS, 0);
    for (int plain = 0; plain < 2; plain++) {
        Plan *plan =
            planned(&p, p.g, MODE_STEP, plain ? NULL : "avx2", UPTO_ORDER);

        for (int i = 0; i < 2; i++)
            assert_true(writer(plan, i)->position > plan_loss(plan)->position);
    }
    probe_free(&p);
}

/* The product that needs the weight's other axis side by side reads a copy
 * of it, which is appended last. */
static void a_copy_stands_before_its_reader(void **state)
{
    Probe p = probe_new(3);
    Node *w = probe_param(&p, SHAPE(40, 30));
    Node *x = probe_input(&p, SHAPE(7, 30));
    Node *y = graph_unary(p.g, OP_TANH, graph_matmul(p.g, x, w, false, true));
    Node *most = graph_add(p.g, OP_RMAX, 1, &y, (Attr){.axes = 2}, NULL);
    Node *z =
        graph_matmul(p.g, graph_binary(p.g, OP_SUB, y, most), w, false, false);
    Plan *plan;
    const Kernel *copy;

    (void)state;
    graph_root(p.g, z, ROOT_LOSS, 0);
    plan = planned(&p, p.g, MODE_EVAL, "avx512", UPTO_ORDER);
    assert_ptr_not_equal(z->in[1], w);
    copy = planned_kernel(plan, z->in[1]);
    assert_int_equal(copy->kind, KERNEL_COPY);
    assert_int_equal(copy->position + 1, planned_kernel(plan, z)->position);
    assert_true(copy->position > planned_kernel(plan, most)->position);
    probe_free(&p);
}

static void run_order(void *plan)
{
    order(plan);
}

/* One kernel with the first and the last node of a chain would have to run
 * before and after the one between. */
static void kernels_that_wait_for_each_other(void **state)
{
    Probe p = probe_new(3);
    Node *a = graph_unary(p.g, OP_TANH, probe_input(&p, SHAPE(3, 4)));
    Node *b = graph_unary(p.g, OP_EXP, a), *c = graph_unary(p.g, OP_NEG, b);
    Plan *plan;
    Kernel *k;

    (void)state;
    graph_root(p.g, c, ROOT_LOSS, 0);
    plan = planned(&p, p.g, MODE_EVAL, NULL, UPTO_LAYOUT);
    assert_int_equal(plan->kernels.n, 3);
    k = planned_kernel(plan, a);
    vec_push(p.arena, &k->nodes, c);
    plan->value[c->id].kernel = k;
    assert_true(refused(run_order, plan, "wait for each other"));
    probe_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_there_before_they_are_read),
        cmocka_unit_test(the_old_value_is_read_first),
        cmocka_unit_test(no_tensor_is_written_before_the_loss),
        cmocka_unit_test(a_copy_stands_before_its_reader),
        cmocka_unit_test(kernels_that_wait_for_each_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
