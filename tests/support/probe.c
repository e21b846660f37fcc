/* probe.c: small models for tests; the contract stands in probe.h. */
#include "probe.h"

#include <math.h>

#include "pass/pass.h"

Probe probe_new(uint64_t seed)
{
    Probe p = {.arena = arena_new(), .seed = seed};

    p.p = NEW(p.arena, Program);
    p.p->arena = p.arena;
    p.g = graph_new(p.arena, 3);
    p.feed = (Feed){.rate = 0.1, .step = 1, .rows = 3};
    return p;
}

void probe_free(Probe *p)
{
    arena_free(p->arena);
}

static bool near_kink(double v)
{
    return fabs(v) < 2e-3 || fabs(fabs(v) - 1) < 2e-3;
}

static bool near_other(const Probe *p, double v)
{
    for (int k = 0; k < program_kept(p->p); k++)
        for (int64_t i = 0; i < shape_count(&p->p->tensors.at[k].shape); i++)
            if (fabs(p->params[k][i] - v) < 2e-3)
                return true;
    return false;
}

static double draw(Probe *p)
{
    double v;
    int tries = 0;

    do {
        v = interp_noise(p->seed++, 1);
        v = p->positive ? 1.1 + 0.9 * v : 2 * v;
    } while (near_kink(v) || (tries++ < 50 && near_other(p, v)));
    return v;
}

Node *probe_param(Probe *p, Shape shape)
{
    int at = program_tensor(p->p, (Tensor){.name = "w", .shape = shape});
    int64_t n = shape_count(&shape);

    p->params[at] = NEWN(p->arena, double, n);
    for (int64_t i = 0; i < n; i++) {
        p->params[at][i] = NAN;
        p->params[at][i] = draw(p);
    }
    Node *leaf = program_leaf(p->p, p->g, at);
    leaf->name = NULL;
    return leaf;
}

static Node *input(Probe *p, Type type, Shape shape, int64_t classes)
{
    Input in = {.name = "x", .type = type, .shape = shape};
    int at = p->p->inputs.n;
    int64_t n = shape_count(&shape);

    vec_push(p->arena, &p->p->inputs, in);
    p->inputs[at] = NEWN(p->arena, double, n);
    for (int64_t i = 0; i < n; i++) {
        double v = interp_noise(p->seed++, 2);

        p->inputs[at][i] = classes ? floor((v + 1) / 2 * (double)classes) : v;
    }
    return graph_add_shaped(p->g, OP_INPUT, type, shape, 0, NULL,
                            (Attr){.index = at}, NULL);
}

Node *probe_input(Probe *p, Shape shape)
{
    return input(p, TYPE_REAL, shape, 0);
}

Node *probe_classes(Probe *p, Shape shape, int64_t classes)
{
    return input(p, TYPE_INT, shape, classes);
}

void probe_loss(Probe *p, Node *out)
{
    Node *weighted =
        graph_binary(p->g, OP_MUL, out, probe_input(p, out->shape));
    Node *sum = graph_reshape(
        p->g, graph_sum(p->g, weighted, (1U << out->shape.rank) - 1),
        shape_ones(1));

    for (int i = 0; i < p->g->roots.n; i++)
        if (p->g->roots.at[i].role == ROOT_LOSS) {
            Node **loss = &p->g->roots.at[i].node;

            *loss = graph_binary(p->g, OP_ADD, *loss, sum);
            return;
        }
    graph_root(p->g, sum, ROOT_LOSS, 0);
}

double probe_value(Probe *p, const Graph *g)
{
    Arena *scratch = arena_new();
    double v;

    p->feed.tensors = p->params;
    p->feed.inputs = p->inputs;
    v = interp_run(scratch, g,
                   &p->feed)[graph_find_root(g, ROOT_LOSS, 0)->id][0];
    arena_free(scratch);
    return v;
}

/* interp_error, where b counts as no smaller than the floor. */
static double floored_error(double floor, const double *a, const double *b,
                            int64_t n)
{
    double size = floor, most = 0;

    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(a[i]) || !isfinite(b[i]))
            return INFINITY;
        most = fmax(most, fabs(a[i] - b[i]));
        size = fmax(size, fabs(b[i]));
    }
    return most / (size + 1e-12);
}

static double difference(Probe *p, const Graph *g, double *at)
{
    double h = 1e-5, was = *at, up, down;

    *at = was + h;
    up = probe_value(p, g);
    *at = was - h;
    down = probe_value(p, g);
    *at = was;
    return (up - down) / (2 * h);
}

double probe_gradients(Probe *p)
{
    Graph *loss_only = graph_new(p->arena, p->g->batch);
    Graph *g;
    double **at, worst = 0;

    *loss_only = *p->g;
    g = autodiff(p->p, p->g);
    graph_check(g, "autodiff");
    p->feed.tensors = p->params;
    p->feed.inputs = p->inputs;
    at = interp_run(p->arena, g, &p->feed);
    for (int k = 0; k < program_kept(p->p); k++) {
        const Node *root = graph_find_root(g, ROOT_GRAD, k);
        int64_t n = shape_count(&p->p->tensors.at[k].shape);
        double *want = NEWN(p->arena, double, n);
        double *got = root ? at[root->id] : NEWN(p->arena, double, n);

        for (int64_t i = 0; i < n; i++)
            want[i] = difference(p, loss_only, &p->params[k][i]);
        worst = fmax(worst, floored_error(p->floor, got, want, n));
    }
    return worst;
}

double probe_compare(Probe *p, const Graph *a, const Graph *b)
{
    double **x, **y, worst = 0;

    if (a->roots.n != b->roots.n)
        return INFINITY;
    p->feed.tensors = p->params;
    p->feed.inputs = p->inputs;
    x = interp_run(p->arena, a, &p->feed);
    y = interp_run(p->arena, b, &p->feed);
    for (int i = 0; i < a->roots.n; i++) {
        const Root *r = &a->roots.at[i], *s = &b->roots.at[i];

        if (r->role != s->role || r->index != s->index ||
            !shape_equal(&r->node->shape, &s->node->shape))
            return INFINITY;
        worst = fmax(worst, interp_error(y[s->node->id], x[r->node->id],
                                         shape_count(&r->node->shape)));
    }
    return worst;
}
