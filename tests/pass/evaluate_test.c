/* evaluate_test.c: what prepared kernels make, computed by nnc from weights as
 * they lie in memory, is what the operators' definitions give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/planned.h"
#include "../support/random.h"
#include "pass/evaluate.h"
#include "pass/pass.h"

#define SHAPE(a, b) shape_of(2, (int64_t)(a), (int64_t)(b))

/* The tensors of the probe as the program would hold them. */
static const float **packed(const Probe *p)
{
    int n = p->p->tensors.n;
    const float **all = NEWN(p->arena, const float *, n + 1);

    for (int i = 0; i < n; i++) {
        const Tensor *t = &p->p->tensors.at[i];
        float *to = NEWN(p->arena, float, t->layout->extent);
        int64_t index[MAX_RANK];

        for (int64_t k = 0; k < shape_count(&t->shape); k++) {
            shape_index(&t->shape, k, index);
            to[layout_place(t->layout, index)] = (float)p->params[i][k];
        }
        all[i] = to;
    }
    return all;
}

/* The values of the graph before copies were inserted, which have the shape of
 * what they copy. */
typedef struct Wanted {
    double **at;
    int n;
} Wanted;

static const double *wanted(const Wanted *w, const Node *n)
{
    while (n->id >= w->n) {
        assert_true(n->op == OP_RESHAPE);
        n = n->in[0];
    }
    return w->at[n->id];
}

/* The largest error of what kernel k stores, where others read it and no later
 * kernel has written, which may be done in place. */
static double kernel_error(const Probe *p, const Plan *plan, const Kernel *k,
                           const Wanted *want, const float *got, bool *later)
{
    double most = 0;

    for (int j = 0; j < k->stores.n; j++) {
        const Node *n = k->stores.at[j];
        const Value *v = &plan->value[n->id];
        int64_t index[MAX_RANK], count = shape_count(&n->shape);
        double *is = NEWN(p->arena, double, count), error;

        if (!v->buffer->read)
            continue;
        for (int64_t i = 0; i < count; i++) {
            shape_index(&n->shape, i, index);
            int64_t at = v->buffer->at + layout_place(&v->layout, index);
            is[i] = later[at] ? wanted(want, n)[i] : (double)got[at];
            later[at] = true;
        }
        error = interp_error(is, wanted(want, n), count);
        most = error > most ? error : most;
    }
    return most;
}

/* The largest error of all that is prepared; *kernels more are. */
static double prepared_error(Probe *p, Graph *g, int *kernels)
{
    p->feed.tensors = p->params;
    p->feed.inputs = p->inputs;
    Wanted want = {interp_run(p->arena, g, &p->feed), g->nodes.n};
    Plan *plan = prepare(p->p, planned(p, g, MODE_INFER, "avx2", UPTO_ORDER));
    double most = 0;
    bool *later;
    float *got;

    known(p->p, &plan, 1);
    got = NEWN(p->arena, float, plan->prepared + 1);
    later = NEWN(p->arena, bool, plan->prepared + 1);
    evaluate_prepared(p->arena, plan, packed(p), got);
    for (int i = plan->kernels.n - 1; i >= 0; i--) {
        const Kernel *k = plan->kernels.at[i];
        double error =
            k->prepared ? kernel_error(p, plan, k, &want, got, later) : 0;

        *kernels += k->prepared;
        most = error > most ? error : most;
    }
    return most;
}

static void random_graphs(void **state)
{
    int kernels = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        Probe p = random_probe(seed, 24, false);

        if (prepared_error(&p, dce(p.p, fold(p.p, p.g)), &kernels) > 1e-5)
            fail_msg("seed %d", (int)seed);
        probe_free(&p);
    }
    assert_true(kernels > 100);
}

/* What random graphs hold less often: products of weights either way round,
 * rows joined and padded, a softmax and a maximum. */
static void chosen(void **state)
{
    Probe p = probe_new(5);
    Node *x = probe_input(&p, SHAPE(3, 4)), *a = probe_param(&p, SHAPE(4, 5));
    Node *b = probe_param(&p, SHAPE(4, 5)), *parts[3], *w;
    int kernels = 0;
    Attr axis = {.axis = 1},
         part = {.part = {.axis = 0, .begin = 1, .size = 6}};

    (void)state;
    parts[0] = graph_matmul(p.g, a, b, true, false);
    parts[1] = graph_matmul(p.g, b, a, true, false);
    parts[2] = graph_add(p.g, OP_SOFTMAX, 1, &a, axis, NULL);
    w = graph_concat(p.g, 3, parts, 0);
    w = graph_slice(p.g, w, 0, 2, 4);
    w = graph_add(p.g, OP_PAD, 1, &w, part, NULL);
    w = graph_matmul(p.g, w, w, true, false);
    w = graph_binary(p.g, OP_MUL, w,
                     graph_add(p.g, OP_RMAX, 1, &w, (Attr){.axes = 2}, NULL));
    w = graph_slice(p.g, w, 0, 1, 4);
    graph_root(p.g, graph_matmul(p.g, x, w, false, false), ROOT_OUTPUT, 0);
    assert_true(prepared_error(&p, p.g, &kernels) < 1e-5);
    assert_true(kernels > 4);
    probe_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_graphs),
        cmocka_unit_test(chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
