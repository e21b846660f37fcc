/* fuse_test.c: which nodes end up in one kernel, and what keeps two apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/planned.h"
#include "../support/random.h"

#define SHAPE(a, b) shape_of(2, (int64_t)(a), (int64_t)(b))

/* What a case builds: two nodes, and whether they share a kernel. */
typedef struct Pair {
    Node *a, *b;
} Pair;

static Pair chain(Probe *p)
{
    Node *x = probe_input(p, SHAPE(3, 4));
    Node *a = graph_unary(p->g, OP_TANH, x);
    Node *b = graph_binary(p->g, OP_MUL, graph_unary(p->g, OP_EXP, a), x);

    graph_root(p->g, b, ROOT_OUTPUT, 0);
    return (Pair){a, b};
}

static Pair two_chains_that_meet(Probe *p)
{
    Node *a = graph_unary(p->g, OP_TANH, probe_input(p, SHAPE(3, 4)));
    Node *b = graph_unary(p->g, OP_EXP, probe_input(p, SHAPE(3, 4)));

    graph_root(p->g, graph_binary(p->g, OP_ADD, a, b), ROOT_OUTPUT, 0);
    return (Pair){a, b};
}

static Pair another_shape(Probe *p)
{
    Node *a = graph_unary(p->g, OP_TANH, probe_input(p, SHAPE(1, 4)));
    Node *b = graph_binary(p->g, OP_ADD, probe_input(p, SHAPE(3, 4)), a);

    graph_root(p->g, b, ROOT_OUTPUT, 0);
    return (Pair){a, b};
}

/* x - max(x): the maximum stands between, and has a kernel of its own. */
static Pair across_a_reduction(Probe *p)
{
    Node *a = graph_unary(p->g, OP_TANH, probe_input(p, SHAPE(3, 4)));
    Node *most = graph_add(p->g, OP_RMAX, 1, &a, (Attr){.axes = 2}, NULL);
    Node *b = graph_binary(p->g, OP_SUB, a, most);

    graph_root(p->g, b, ROOT_OUTPUT, 0);
    return (Pair){a, b};
}

static Pair sum_of_a_map(Probe *p)
{
    Node *a = graph_unary(p->g, OP_TANH, probe_input(p, SHAPE(3, 4)));
    Node *b = graph_sum(p->g, a, 2);

    graph_root(p->g, b, ROOT_OUTPUT, 0);
    return (Pair){a, b};
}

static Pair sum_of_an_output(Probe *p)
{
    Pair pair = sum_of_a_map(p);

    graph_root(p->g, pair.a, ROOT_OUTPUT, 1);
    return pair;
}

static Node *product(Probe *p, int64_t n)
{
    Node *w = probe_param(p, SHAPE(n, 5));

    return graph_matmul(p->g, probe_input(p, SHAPE(3, 5)), w, false, true);
}

static Pair product_and_activation(Probe *p)
{
    Node *a = product(p, 6), *bias = probe_param(p, SHAPE(1, 6));
    Node *b = graph_unary(p->g, OP_RELU, graph_binary(p->g, OP_ADD, a, bias));

    graph_root(p->g, b, ROOT_OUTPUT, 0);
    return (Pair){a, b};
}

static Pair two_products(Probe *p)
{
    Node *a = product(p, 6), *b = product(p, 6);

    graph_root(p->g, graph_binary(p->g, OP_ADD, a, b), ROOT_OUTPUT, 0);
    return (Pair){a, b};
}

static Pair many_products(Probe *p)
{
    Shape s = shape_of(3, (int64_t)2, (int64_t)3, (int64_t)4);
    Shape t = shape_of(3, (int64_t)2, (int64_t)4, (int64_t)5);
    Node *a =
        graph_matmul(p->g, probe_input(p, s), probe_input(p, t), false, false);
    Node *b = graph_unary(p->g, OP_TANH, a);

    graph_root(p->g, b, ROOT_OUTPUT, 0);
    return (Pair){a, b};
}

static Node *gate(Probe *p, Node *x, int64_t size, int64_t begin)
{
    return graph_unary(p->g, OP_TANH, graph_slice(p->g, x, 1, begin, size));
}

/* What slices of one product make together. */
static Pair cell(Probe *p, int64_t n, int64_t size)
{
    Node *a = product(p, n);
    Node *b = graph_binary(p->g, OP_MUL, gate(p, a, size, 0),
                           gate(p, a, size, n - size));

    graph_root(p->g, b, ROOT_OUTPUT, 0);
    return (Pair){a, b};
}

static Pair gates_of_a_product(Probe *p)
{
    return cell(p, 24, 8);
}

static Pair gates_within_a_vector(Probe *p)
{
    return cell(p, 6, 2);
}

static Pair slices_that_overlap(Probe *p)
{
    return cell(p, 24, 16);
}

static Pair more_gates_than_registers(Probe *p)
{
    return cell(p, 160, 8);
}

/* Another reader of the whole product would have it stored beside its gates. */
static Pair gates_of_a_stored_product(Probe *p)
{
    Pair pair = cell(p, 24, 8);

    graph_root(p->g, pair.a, ROOT_OUTPUT, 1);
    return pair;
}

/* w - rate * gradient: in the product's registers, unless it has state. */
static Pair update(Probe *p, bool state)
{
    Node *x = probe_input(p, SHAPE(3, 5)), *dy = probe_input(p, SHAPE(3, 6));
    Node *w = probe_param(p, SHAPE(6, 5));
    Node *a = graph_matmul(p->g, dy, x, true, false), *b = a;

    if (state)
        b = graph_binary(p->g, OP_ADD, b, probe_param(p, w->shape));
    b = graph_binary(p->g, OP_SUB, w, b);
    graph_root(p->g, b, ROOT_TENSOR, 0);
    return (Pair){a, b};
}

static Pair plain_update(Probe *p)
{
    return update(p, false);
}

static Pair update_with_state(Probe *p)
{
    return update(p, true);
}

/* A mask that only the second product's chain reads is computed there, from
 * what is stored anyway, and not stored. */
static Pair mask_of_a_stored_value(Probe *p)
{
    Node *h = graph_unary(p->g, OP_TANH, product(p, 6));
    Node *mask = graph_unary(p->g, OP_SQUARE, h);
    Node *dy = graph_matmul(p->g, h, probe_param(p, SHAPE(6, 6)), false, true);
    Node *b = graph_binary(p->g, OP_MUL, dy, mask);

    graph_root(p->g, b, ROOT_OUTPUT, 0);
    return (Pair){mask, b};
}

/* The same made of a value that would have to be stored for it. */
static Pair mask_of_an_inner_value(Probe *p)
{
    Node *a = graph_unary(p->g, OP_EXP, product(p, 6));
    Node *h = graph_unary(p->g, OP_TANH, a);
    Node *mask = graph_unary(p->g, OP_SQUARE, a);
    Node *dy = graph_matmul(p->g, h, probe_param(p, SHAPE(6, 6)), false, true);
    Node *b = graph_binary(p->g, OP_MUL, dy, mask);

    graph_root(p->g, b, ROOT_OUTPUT, 0);
    return (Pair){mask, b};
}

/* A random mask, and the value that it is multiplied by. */
static Pair masked(Probe *p, Node *x)
{
    Node *mask = graph_add_shaped(p->g, OP_DROP_MASK, TYPE_REAL, x->shape, 0,
                                  NULL, (Attr){.random = {0.5, 0}}, NULL);

    graph_root(p->g, graph_binary(p->g, OP_MUL, x, mask), ROOT_OUTPUT, 0);
    return (Pair){x, mask};
}

static Pair masked_map(Probe *p)
{
    return masked(p, graph_unary(p->g, OP_TANH, probe_input(p, SHAPE(3, 4))));
}

static Pair masked_product(Probe *p)
{
    return masked(p, product(p, 6));
}

static Pair pooled(Probe *p, int64_t stride)
{
    Shape x = shape_of(4, (int64_t)3, (int64_t)2, (int64_t)10, (int64_t)10);
    Shape w = shape_of(4, (int64_t)16, (int64_t)2, (int64_t)3, (int64_t)3);
    Node *in[] = {probe_input(p, x), probe_param(p, w)};
    Window conv = {{3, 3}, {1, 1}, {0}};
    Window pool = {{2, 2}, {stride, stride}, {0}};
    Node *a = graph_add(p->g, OP_CONV, 2, in, (Attr){.window = conv}, NULL);
    Node *b = graph_add(p->g, OP_MAXPOOL, 1, &a, (Attr){.window = pool}, NULL);

    graph_root(p->g, b, ROOT_OUTPUT, 0);
    return (Pair){a, b};
}

static Pair windows_side_by_side(Probe *p)
{
    return pooled(p, 2);
}

static Pair windows_that_overlap(Probe *p)
{
    return pooled(p, 1);
}

typedef struct Case {
    const char *what;
    Pair (*build)(Probe *p);
    bool together;
} Case;

static const Case cases[] = {
    {"a chain", chain, true},
    {"two chains that meet", two_chains_that_meet, true},
    {"another shape", another_shape, false},
    {"across a reduction", across_a_reduction, false},
    {"a sum and what only it reads", sum_of_a_map, true},
    {"a sum of what is an output", sum_of_an_output, false},
    {"a product, its bias and activation", product_and_activation, true},
    {"two products", two_products, false},
    {"many products and an activation", many_products, false},
    {"an update of a product", plain_update, true},
    {"an update with state", update_with_state, false},
    {"a mask and the only kernel that reads it", mask_of_a_stored_value, true},
    {"a mask of an inner value", mask_of_an_inner_value, false},
    {"a random mask and a map", masked_map, true},
    {"a random mask and a product", masked_product, false},
    {"gates of a product", gates_of_a_product, true},
    {"gates within a vector", gates_within_a_vector, true},
    {"slices that overlap", slices_that_overlap, false},
    {"more gates than registers", more_gates_than_registers, true},
    {"gates of a stored product", gates_of_a_stored_product, false},
    {"pooling in registers", windows_side_by_side, true},
    {"windows that overlap", windows_that_overlap, false},
};

static void together_or_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int plain = 0; plain < 2; plain++) {
            Probe p = probe_new(3);
            Pair pair = cases[i].build(&p);
            Plan *plan =
                planned(&p, p.g, MODE_EVAL, plain ? NULL : "avx2", UPTO_FUSE);
            bool one =
                planned_kernel(plan, pair.a) == planned_kernel(plan, pair.b);

            if (one != (cases[i].together && !plain))
                fail_msg("%s%s", cases[i].what, plain ? ", plain" : "");
            probe_free(&p);
        }
}

/* A kernel stores what others read, and nothing else. */
static void inner_values_are_not_stored(void **state)
{
    Probe p = probe_new(3);
    Pair pair = product_and_activation(&p);
    Plan *plan = planned(&p, p.g, MODE_EVAL, "avx2", UPTO_FUSE);
    Kernel *k = planned_kernel(plan, pair.a);

    (void)state;
    assert_int_equal(plan->kernels.n, 1);
    assert_int_equal(k->kind, KERNEL_MATMUL);
    assert_ptr_equal(k->anchor, pair.a);
    assert_int_equal(k->stores.n, 1);
    assert_ptr_equal(k->stores.at[0], pair.b);
    probe_free(&p);
}

static void check_stores(const Plan *plan, const Kernel *k, uint64_t seed)
{
    const Graph *g = plan->graph;

    for (int j = 0; j < k->nodes.n; j++) {
        const Node *n = k->nodes.at[j];
        bool read = false;

        if (n->op == OP_MAXPOOL_DX || n->op == OP_AVGPOOL_DX ||
            n->type == TYPE_NONE)
            continue;
        for (int i = 0; i < g->roots.n; i++)
            read |= g->roots.at[i].node == n;
        for (int i = 0; i < g->nodes.n; i++)
            for (int x = 0; x < g->nodes.at[i]->n_in; x++)
                read |= g->nodes.at[i]->in[x] == n &&
                        !kernel_has(k, g->nodes.at[i]);
        if (read != kernel_stores(k, n))
            fail_msg("seed %d: node %d is %sstored", (int)seed, n->id,
                     read ? "not " : "");
    }
}

static int homes(const Plan *plan, const Node *n)
{
    int found = 0;

    for (int i = 0; i < plan->kernels.n; i++)
        found += kernel_has(plan->kernels.at[i], n);
    return found;
}

static bool computes(const Node *n)
{
    return op_table[n->op].class != CLASS_LEAF && !plan_is_view(n) &&
           n->op != OP_PICK;
}

/* Every node that computes something has one home, in the graph's order, and
 * what leaves it is stored. */
static void every_node_has_one_kernel(void **state)
{
    static const char *const targets[] = {NULL, "avx2", "avx512"};

    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        Probe p = random_probe(seed, 24, false);
        Plan *plan = planned(&p, planned_step(&p), MODE_STEP, targets[seed % 3],
                             UPTO_FUSE);

        for (int i = 0; i < plan->graph->nodes.n; i++) {
            const Node *n = plan->graph->nodes.at[i];
            bool inside = n->op == OP_MAXPOOL_DX || n->op == OP_AVGPOOL_DX;
            bool gate = n->op == OP_SLICE && homes(plan, n) == 1;

            if (!inside && !gate && homes(plan, n) != computes(n))
                fail_msg("seed %d: node %d has %d kernels", (int)seed, n->id,
                         homes(plan, n));
        }
        for (int i = 0; i < plan->kernels.n; i++) {
            const Kernel *k = plan->kernels.at[i];

            check_stores(plan, k, seed);
            for (int j = 1; j < k->nodes.n; j++)
                assert_true(k->nodes.at[j - 1]->id < k->nodes.at[j]->id);
        }
        probe_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(together_or_apart),
        cmocka_unit_test(inner_values_are_not_stored),
        cmocka_unit_test(every_node_has_one_kernel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
