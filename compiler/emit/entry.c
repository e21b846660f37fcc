/* entry.c: the function of one entry: its kernels in order.
 *
 * Absent rows are made zero in copies of the inputs; the loss is looked at as
 * soon as it is known, so that a step that went wrong updates nothing. */
#include "emit/places.h"
#include "emit/straight.h"

static int64_t row_bytes(const Input *in)
{
    return shape_count(&in->shape);
}

static const Buffer *input_buffer(const Plan *plan, int index)
{
    for (int i = 0; i < plan->buffers.n; i++) {
        const Buffer *b = plan->buffers.at[i];
        if (b->place == PLACE_INPUT && b->index == index && b->first >= 0)
            return b;
    }
    return NULL;
}

static void write_inputs(Emit *e, const Plan *plan)
{
    const Program *p = e->program;
    for (int i = 0; i < p->inputs.n; i++) {
        const Buffer *b = input_buffer(plan, i);
        const Input *in = &p->inputs.at[i];
        if (!b)
            continue;
        if (!buffer_in_work(b)) {
            text_printf(e->out, "    in[%d] = inputs[%d];\n", i, i);
            continue;
        }
        text_printf(e->out,
                    "    in[%d] = nn_rows(inputs[%d], f->work + %s, rows, "
                    "%lld, %lld * sizeof(%s));\n",
                    i, i, places_at(e, b), (long long)plan->entry->batch,
                    (long long)row_bytes(in),
                    in->type == TYPE_INT ? "int32_t" : "nn_real");
    }
}

/* The C of a scalar root's value. */
static const char *scalar(Emit *e, const Plan *plan, const Node *n)
{
    if (plan_is_number(n)) {
        Kernel none = {.parts = 1};
        Scope s = scope_new(e, plan, &none);
        return scope_number(&s, n);
    }
    return arena_printf(e->arena, "*(%s)",
                        emit_address(e, &plan->value[n->id], n->type, false));
}

static void write_loss(Emit *e, const Plan *plan, int traced)
{
    const Graph *g = plan->graph;
    for (int i = 0; i < g->roots.n; i++) {
        const Root *r = &g->roots.at[i];
        if (r->role != ROOT_LOSS)
            continue;
        text_printf(e->out,
                    "    sums[0] = (double)%s;\n"
                    "    if (!(sums[0] - sums[0] == 0))\n",
                    scalar(e, plan, r->node));
        if (traced > 0)
            text_printf(e->out,
                        "        return 1 + nn_first_bad(f, %s_trace, %d);\n",
                        plan->prefix, traced);
        else
            text_add(e->out, "        return 1;\n");
    }
    if (graph_has_root(plan->graph, ROOT_GRAD))
        text_add(e->out, "    if (!outputs)\n        return 0;\n");
}

/* Several sums of one metric, side by side. */
static void write_sums(Emit *e, const Plan *plan, const Root *r, int64_t n)
{
    const Value *v = &plan->value[r->node->id];
    if (layout_stride(&v->layout, 0) != 1)
        nnc_bug("the sums of a metric do not stand side by side");
    text_printf(e->out,
                "    for (int i = 0; i < %lld; i++)\n"
                "        sums[%d + i] = (double)(%s)[i];\n",
                (long long)n, r->index + 1,
                emit_address(e, v, r->node->type, false));
}

static void write_metrics(Emit *e, const Plan *plan)
{
    const Graph *g = plan->graph;
    for (int i = 0; i < g->roots.n; i++) {
        const Root *r = &g->roots.at[i];
        int64_t n = shape_count(&r->node->shape);
        if (r->role == ROOT_METRIC && (n == 1 || plan_is_number(r->node)))
            for (int64_t k = 0; k < n; k++)
                text_printf(e->out, "    sums[%lld] = (double)%s;\n",
                            (long long)(r->index + 1 + k),
                            scalar(e, plan, r->node));
        else if (r->role == ROOT_METRIC)
            write_sums(e, plan, r, n);
    }
}

/* What must hold before anything is read or written. */
static void write_rows_check(Emit *e, const Plan *plan)
{
    long long batch = (long long)plan->entry->batch;
    if (batch == 1)
        text_add(e->out, "    if (rows != 1)\n");
    else
        text_printf(e->out, "    if (rows < 1 || rows > %lld)\n", batch);
    text_add(e->out, "        return NN_BAD_ROWS;\n");
}

/* Where kernels are timed, this one has run. */
static void write_done(Emit *e, const Kernel *k)
{
    if (e->options->timed)
        text_printf(e->out, "    nn_kernel_done(%d);\n", k->row);
}

/* All rows. Where every output is wanted, as many as a vector has lanes are
 * one loop, in which the compiler puts each row into a lane. */
static void write_straight_rows(Emit *e, const Plan *plan)
{
    int lanes = e->target->lanes;
    text_add(e->out, "    size_t row = 0;\n    while (");
    for (int i = 0; i < e->program->outputs.n; i++)
        text_printf(e->out, "outputs[%d] && ", i);
    text_printf(e->out,
                "row + %d <= (size_t)rows) {\n"
                "        const size_t end = row + %d;\n"
                "        for (; row < end; row++) {\n            ",
                lanes, lanes);
    emit_straight_call(e, plan, "row", false);
    text_add(e->out, "        }\n    }\n"
                     "    for (; row < (size_t)rows; row++) {\n        ");
    emit_straight_call(e, plan, "row", true);
    text_add(e->out, "    }\n");
    write_done(e, plan->kernels.at[0]);
    text_add(e->out, "    return 0;\n}\n");
}

/* The entry of a network in straight-line code; an output that is not wanted
 * goes to a spare place. */
static void write_straight(Emit *e, const Plan *plan)
{
    const Program *p = e->program;
    write_rows_check(e, plan);
    for (int i = 0; i < p->outputs.n; i++)
        text_printf(e->out, "    nn_real spare_%d[%lld];\n", i,
                    (long long)shape_count(&p->outputs.at[i].shape));
    text_add(e->out, "    (void)updated;\n    (void)workspace;\n"
                     "    (void)sums;\n"
                     "    (void)s;\n    (void)par;\n"
                     "    (void)pool;\n");
    if (plan->entry->batch > 1) {
        write_straight_rows(e, plan);
        return;
    }
    text_add(e->out, "    ");
    emit_straight_call(e, plan, NULL, true);
    write_done(e, plan->kernels.at[0]);
    text_add(e->out, "    return 0;\n}\n");
}

void emit_entry(Emit *e, const Plan *plan)
{
    const Kernel *last = plan_loss(plan);
    int traced = last ? emit_trace(e, plan, last) : 0;
    text_printf(
        e->out,
        "\nstatic int %s_entry(const nn_real *params, nn_real *updated,\n"
        "    void *workspace, const void *const *inputs,\n"
        "    nn_real *const *outputs, double *sums, int rows,\n"
        "    const nn_scalars *s, nn_parallel par, void *pool)\n{\n",
        plan->prefix);
    if (straight_is(plan)) {
        write_straight(e, plan);
        return;
    }
    text_printf(e->out, "    const void *in[%d] = {0};\n",
                e->program->inputs.n);
    text_add(
        e->out,
        "    nn_frame frame = {params, updated, workspace, in, outputs, s,\n"
        "        (size_t)rows, 0, 0, par, pool};\n"
        "    nn_frame *f = &frame;\n");
    write_rows_check(e, plan);
    if (!graph_has_root(plan->graph, ROOT_LOSS) &&
        !graph_has_root(plan->graph, ROOT_METRIC))
        text_add(e->out, "    (void)sums;\n");
    write_inputs(e, plan);
    if (!last)
        write_loss(e, plan, 0);
    for (int i = 0; i < plan->kernels.n; i++) {
        if (!plan->kernels.at[i]->prepared) {
            emit_call(e, plan->kernels.at[i], "f", 1);
            write_done(e, plan->kernels.at[i]);
        }
        if (plan->kernels.at[i] == last)
            write_loss(e, plan, traced);
    }
    write_metrics(e, plan);
    text_add(e->out, "    return 0;\n}\n");
}

void emit_prepare(Emit *e, Plan *const *plans, int n)
{
    if (!e->program->prepared)
        return;
    text_printf(e->out,
                "\n/* What the entries of inference need of the parameters "
                "alone. */\n"
                "static void %s_prepare(nn_real *params)\n{\n"
                "    nn_frame frame = {.params = params, .updated = params};\n"
                "    nn_frame *f = &frame;\n",
                e->program->name);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < plans[i]->kernels.n; j++)
            if (plans[i]->kernels.at[j]->prepared)
                emit_call(e, plans[i]->kernels.at[j], "f", 1);
    text_add(e->out, "}\n");
}
