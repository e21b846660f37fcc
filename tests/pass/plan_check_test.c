/* plan_check_test.c: plans that are right pass, and one that is spoilt in any
 * of the ways that the checker is there for is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/planned.h"
#include "../support/random.h"

#define SHAPE(a, b) shape_of(2, (int64_t)(a), (int64_t)(b))

/* A plan to be spoilt, and the target it was made for. */
typedef struct Spoilt {
    Plan *plan;
    const char *target;
} Spoilt;

static void run_check(void *arg)
{
    const Spoilt *s = arg;
    CodeOptions options = planned_options(s->target);

    plan_check(s->plan, &options);
}

/* A loop over time, a layer behind it and their updates. */
static Plan *good(Probe *p, const char *target)
{
    Node *x = probe_input(p, shape_of(3, (int64_t)5, (int64_t)4, (int64_t)6));
    Node *w = probe_param(p, SHAPE(7, 8)), *out, *last;

    cell_scan(p, CELL_LSTM, x, 8, false, &out, &last);
    probe_loss(p, graph_unary(p->g, OP_TANH,
                              graph_matmul(p->g, last, w, false, true)));
    return planned(p, planned_step(p), MODE_STEP, target, UPTO_MEMPLAN);
}

static const Kernel *with_scratch(const Plan *plan)
{
    for (int i = 0; i < plan->kernels.n; i++)
        if (plan->kernels.at[i]->scratch_buffer)
            return plan->kernels.at[i];
    fail_msg("no kernel has scratch");
    return NULL;
}

/* Something in the workspace that kernel k reads. */
static Value *operand(const Plan *plan, const Kernel *k)
{
    for (int j = 0; j < k->nodes.n; j++)
        for (int x = 0; x < k->nodes.at[j]->n_in; x++) {
            const Node *in = k->nodes.at[j]->in[x];
            Value *v = &plan->value[in->id];

            if (!plan_is_number(in) && v->buffer &&
                v->buffer->place == PLACE_WORK && v->kernel && v->kernel != k)
                return v;
        }
    return NULL;
}

/* A kernel that reads what another one has computed, and what it reads. */
static const Kernel *reader(const Plan *plan, Value **v)
{
    for (int i = 0; i < plan->kernels.n; i++)
        if (!plan->kernels.at[i]->empty &&
            (*v = operand(plan, plan->kernels.at[i])))
            return plan->kernels.at[i];
    fail_msg("no kernel reads another one's result");
    return NULL;
}

static void move(Plan *plan, int from, int to)
{
    int step = from < to ? 1 : -1;

    for (int i = from; i != to; i += step) {
        Kernel *swap = plan->kernels.at[i];

        plan->kernels.at[i] = plan->kernels.at[i + step];
        plan->kernels.at[i + step] = swap;
    }
    for (int i = 0; i < plan->kernels.n; i++)
        plan->kernels.at[i]->position = i;
}

static void too_small(Plan *plan)
{
    plan->workspace -= 128;
}

static void before_the_workspace(Plan *plan)
{
    Value *v;

    reader(plan, &v);
    v->buffer->at = -64;
}

static void read_too_early(Plan *plan)
{
    Value *v;
    const Kernel *k = reader(plan, &v);

    move(plan, k->position, v->kernel->position);
}

static void never_stored(Plan *plan)
{
    Value *v;

    reader(plan, &v);
    v->buffer = NULL;
}

static void over_the_end(Plan *plan)
{
    Value *v;

    reader(plan, &v);
    v->layout.offset += v->buffer->count;
}

static void before_the_start(Plan *plan)
{
    Value *v;

    reader(plan, &v);
    v->layout.axis[0].piece[0].stride *= -1;
}

static void scratch_on_an_operand(Plan *plan)
{
    const Kernel *k = with_scratch(plan);

    k->scratch_buffer->at = operand(plan, k)->buffer->at;
    plan->workspace *= 3;
}

static const Root *root(const Plan *plan, Role role)
{
    for (int i = 0; i < plan->graph->roots.n; i++)
        if (plan->graph->roots.at[i].role == role)
            return &plan->graph->roots.at[i];
    fail_msg("no such root");
    return NULL;
}

static void loss_overwritten(Plan *plan)
{
    Buffer *loss = plan->value[root(plan, ROOT_LOSS)->node->id].buffer;
    const Kernel *k;
    Buffer *last = NULL;

    for (int i = plan->kernels.n - 1; !last; i--) {
        k = plan->kernels.at[i];
        for (int j = 0; j < k->stores.n; j++)
            if (plan->value[k->stores.at[j]->id].buffer->place == PLACE_WORK)
                last = plan->value[k->stores.at[j]->id].buffer;
    }
    assert_ptr_not_equal(last, loss);
    last->at = loss->at;
    plan->workspace *= 2;
}

/* The scan's body writes one of its values where another one lies. */
static void body_values_in_one_place(Plan *plan)
{
    for (int i = 0; i < plan->kernels.n; i++) {
        const Plan *body = plan->kernels.at[i]->body;

        for (int k = 0; body && k < body->kernels.n; k++) {
            const Kernel *kernel = body->kernels.at[k];
            const Value *in = operand(body, kernel), *to;

            to = &body->value[kernel->stores.at[0]->id];
            if (!in || in->buffer->plan != body || to->buffer->plan != body)
                continue;
            to->buffer->at = in->buffer->at;
            return;
        }
    }
    fail_msg("no scan");
}

typedef struct Case {
    const char *what;
    void (*spoil)(Plan *plan);
    const char *says;
} Case;

static const Case cases[] = {
    {"a workspace too small", too_small, "outside the workspace"},
    {"a place before it", before_the_workspace, "outside the workspace"},
    {"a kernel too early", read_too_early, "before it is computed"},
    {"a value that is not stored", never_stored, "not stored"},
    {"a value over the end", over_the_end, "lies outside"},
    {"a value before the start", before_the_start, "lies outside"},
    {"scratch on an operand", scratch_on_an_operand, "overwritten"},
    {"a loss overwritten", loss_overwritten, "gone before it is read"},
    {"a body's values in one place", body_values_in_one_place, "overwritten"},
};

static void spoilt_plans_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Probe p = probe_new(3);
        Spoilt s = {good(&p, NULL), NULL};

        run_check(&s);
        cases[i].spoil(s.plan);
        if (!refused(run_check, &s, cases[i].says))
            fail_msg("%s", cases[i].what);
        probe_free(&p);
    }
}

/* The same parameter read by an anchor, or through a view, and written in
 * place by the same kernel, where layout would not have put it. */
static Plan *across(Probe *p, bool view)
{
    Node *w = probe_param(p, SHAPE(6, 6));
    Node *s = probe_input(p, SHAPE(6, 6)), *t;
    Plan *plan;
    Value *new, *copy;
    Root *r;

    if (view)
        t = graph_add(p->g, OP_TRANSPOSE, 1, &w, (Attr){.perm = {1, 0}}, NULL);
    else
        t = graph_matmul(p->g, w, s, false, false);
    t = graph_binary(p->g, OP_SUB, w, t);
    graph_root(p->g, t, ROOT_TENSOR, 0);
    plan = planned(p, p->g, MODE_STEP, "avx2", UPTO_MEMPLAN);
    r = &plan->graph->roots.at[0];
    assert_ptr_not_equal(r->node, t);
    new = &plan->value[t->id];
    copy = &plan->value[r->node->id];
    copy->kernel->empty = true;
    new->buffer = copy->buffer;
    new->layout = copy->layout;
    return plan;
}

static void updates_that_read_across(void **state)
{
    (void)state;
    for (int view = 0; view < 2; view++) {
        Probe p = probe_new(3);
        Spoilt s = {across(&p, view), "avx2"};

        assert_true(refused(run_check, &s, "while it is read"));
        probe_free(&p);
    }
}

/* The kernel of the new value in front of one that reads the old value. */
static void update_before_a_reader(void **state)
{
    Probe p = probe_new(3);
    Node *w = probe_param(&p, SHAPE(4, 4)), *x = probe_input(&p, SHAPE(4, 4));
    Node *late = graph_matmul(p.g, x, w, false, true);
    Node *new = graph_binary(p.g, OP_SUB, w, graph_unary(p.g, OP_TANH, x));
    Spoilt s = {.target = "avx2"};

    (void)state;
    graph_root(p.g, late, ROOT_OUTPUT, 0);
    graph_root(p.g, new, ROOT_TENSOR, 0);
    s.plan = planned(&p, p.g, MODE_STEP, s.target, UPTO_MEMPLAN);
    run_check(&s);
    move(s.plan, planned_kernel(s.plan, new)->position,
         planned_kernel(s.plan, late)->position);
    assert_true(refused(run_check, &s, "too late"));
    probe_free(&p);
}

/* What an entry writes its record tells. */
static void writes_what_it_does_not_tell(void **state)
{
    static const TensorKind kinds[] = {TENSOR_WEIGHT, TENSOR_STATISTIC,
                                       TENSOR_CARRIED};

    (void)state;
    for (int i = 0; i < 3; i++) {
        Probe p = probe_new(3);
        Node *w = probe_param(&p, SHAPE(4, 4));
        Spoilt s = {.target = "avx2"};
        Entry *e;

        p.p->tensors.at[0].kind = kinds[i];
        graph_root(p.g, graph_unary(p.g, OP_TANH, w), ROOT_TENSOR, 0);
        s.plan = planned(&p, p.g, MODE_INFER, s.target, UPTO_MEMPLAN);
        e = (Entry *)s.plan->entry;
        e->carries = kinds[i] != TENSOR_CARRIED;
        e->updates = !e->carries;
        assert_true(refused(run_check, &s, "tells of no new value"));
        e->carries = !e->carries;
        e->updates = !e->updates;
        run_check(&s);
        probe_free(&p);
    }
}

/* Whether a value in the buffer is known when compiling: nobody reads it. */
static bool holds_number(const Plan *plan, const Buffer *b)
{
    for (int i = 0; i < plan->graph->nodes.n; i++)
        if (plan->value[i].buffer == b &&
            plan_is_number(plan->graph->nodes.at[i]))
            return true;
    return false;
}

static bool live_together(const Buffer *a, const Buffer *b)
{
    return a->first >= 0 && b->first >= 0 && a->first <= b->last &&
           b->first <= a->last && a->place == PLACE_WORK &&
           b->place == PLACE_WORK;
}

/* Two values that live at the same time, moved to one place. */
static int put_together(Spoilt *s, uint64_t seed, int most)
{
    int tried = 0;

    for (int i = 0; i < s->plan->buffers.n; i++)
        for (int j = 0; j < i && tried < most; j++) {
            Buffer *a = s->plan->buffers.at[i], *b = s->plan->buffers.at[j];
            int64_t before = a->at, workspace = s->plan->workspace;

            if (!live_together(a, b) || holds_number(s->plan, a) ||
                holds_number(s->plan, b))
                continue;
            a->at = b->at;
            s->plan->workspace = 3 * workspace;
            if (!refused(run_check, s, ""))
                fail_msg("seed %d: buffers %d and %d may overlap", (int)seed, i,
                         j);
            a->at = before;
            s->plan->workspace = workspace;
            tried++;
        }
    return tried;
}

static void random_plans(void **state)
{
    static const char *const targets[] = {NULL, "avx2", "avx512"};
    int tried = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        Probe p = random_probe(seed, 40, false);
        Spoilt s = {.target = targets[seed % 3]};

        s.plan =
            planned(&p, planned_step(&p), MODE_STEP, s.target, UPTO_MEMPLAN);
        run_check(&s);
        if (seed <= 12)
            tried += put_together(&s, seed, 20);
        probe_free(&p);
    }
    assert_true(tried > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spoilt_plans_are_refused),
        cmocka_unit_test(updates_that_read_across),
        cmocka_unit_test(update_before_a_reader),
        cmocka_unit_test(writes_what_it_does_not_tell),
        cmocka_unit_test(random_plans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
