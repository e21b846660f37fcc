/* model.c: the tables of a model, and the whole of model.c. The same input
 * gives the same bytes. */
#include <string.h>

#include "base/pack.h"
#include "base/quote.h"
#include "base/version.h"
#include "emit/predict.h"
#include "emit/record.h"
#include "emit/units.h"
#include "emit/weights.h"
#include "emit/wrap.h"

/* What entries prepare stands one behind the other. */
static void place_prepared(Plan *const *plans, int n)
{
    int64_t at = 0;
    for (int i = 0; i < n; i++) {
        plans[i]->prepared_at = at;
        at += plans[i]->prepared;
    }
}

/* Constants that say where each tensor begins. NAME_reals stands in the header
 * where there is one. */
static void write_places(Emit *e, bool header)
{
    const Program *p = e->program;
    const int64_t *at = record_places(e->arena, p);
    Text list = {.arena = e->arena};
    e->tensor_place = NEWN(e->arena, const char *, p->tensors.n + 1);
    for (int i = 0; i < p->tensors.n; i++) {
        if (p->tensors.at[i].absent)
            continue;
        e->tensor_place[i] = emit_name(
            e, arena_printf(e->arena, "%s_%s", p->name, p->tensors.at[i].name));
        text_printf(&list, "    %s = %lld,\n", e->tensor_place[i],
                    (long long)at[i]);
    }
    if (p->prepared)
        text_printf(&list, "    %s_prepared = %lld,\n", p->name,
                    (long long)at[p->tensors.n]);
    if (!header)
        text_printf(&list, "    %s_reals = %lld,\n", p->name,
                    (long long)record_reals(p));
    if (list.n == 0)
        return;
    list.at[list.n - 2] = '\n';
    list.at[--list.n] = '\0';
    text_printf(e->out,
                "\n/* Where each tensor begins, in reals. */\nenum {\n%s};\n",
                text_str(&list));
}

static void write_shape(Text *out, int rank, const int64_t *shape)
{
    text_add(out, "{");
    for (int a = 0; a < rank; a++)
        text_printf(out, "%s%lld", a ? ", " : "", (long long)shape[a]);
    text_add(out, "}");
}

static void write_pieces(Text *out, const nn_param *p)
{
    text_add(out, "        .pieces = {");
    for (int i = 0; i < p->piece_count; i++)
        text_printf(out, "%s{%d, %lld, %lld, %lld}", i ? ", " : "",
                    p->pieces[i].axis, (long long)p->pieces[i].div,
                    (long long)p->pieces[i].size,
                    (long long)p->pieces[i].stride);
    text_printf(out, "},\n        .piece_count = %d", p->piece_count);
}

static void write_literals(Emit *e)
{
    const Program *p = e->program;
    for (int i = 0; i < p->tensors.n; i++) {
        const Tensor *t = &p->tensors.at[i];
        int64_t n = shape_count(&t->shape);
        if (t->init.kind != INIT_LITERAL || t->absent)
            continue;
        text_printf(e->out, "\nstatic const double %s_given[%lld] = {",
                    e->tensor_place[i], (long long)n);
        for (int64_t k = 0; k < n; k++)
            text_printf(e->out, "%s%.17g%s", k % 4 ? " " : "\n    ",
                        t->init.literal[k], k + 1 < n ? "," : "\n");
        text_add(e->out, "};\n");
    }
}

static void write_tensor_row(Emit *e, int i)
{
    static const char *const kinds[] = {[NN_SLOT] = "NN_SLOT",
                                        [NN_STATISTIC] = "NN_STATISTIC",
                                        [NN_CARRIED] = "NN_CARRIED",
                                        [NN_HANDED] = "NN_HANDED",
                                        [NN_CONSTANT] = "NN_CONSTANT"};
    static const char *const inits[] = {
        [NN_INIT_CONSTANT] = "CONSTANT", [NN_INIT_UNIFORM] = "UNIFORM",
        [NN_INIT_NORMAL] = "NORMAL",     [NN_INIT_HE] = "HE",
        [NN_INIT_GLOROT] = "GLOROT",     [NN_INIT_ORTHOGONAL] = "ORTHOGONAL",
        [NN_INIT_LITERAL] = "LITERAL"};
    nn_param p = record_param(e->program, i);
    text_add(e->out, "    {.name = ");
    quote_c(e->out, p.name);
    text_printf(e->out, ", .rank = %d, .shape = ", p.rank);
    write_shape(e->out, p.rank, p.shape);
    text_printf(e->out, ",\n        .offset = %s, .size = %lld,\n",
                e->tensor_place[i], (long long)p.size);
    write_pieces(e->out, &p);
    text_printf(e->out, ",\n        .init = NN_INIT_%s", inits[p.init]);
    if (p.scale != 0)
        text_printf(e->out, ", .scale = %.17g", p.scale);
    if (p.init == NN_INIT_LITERAL)
        text_printf(e->out, ", .literal = %s_given", e->tensor_place[i]);
    if (p.frozen)
        text_add(e->out, ", .frozen = 1");
    if (p.padding)
        text_add(e->out, ", .padding = 1");
    if (kinds[p.kind])
        text_printf(e->out, ", .kind = %s", kinds[p.kind]);
    text_add(e->out, "},\n");
}

/* How many tensors are read. */
static int present(const Program *p)
{
    int n = 0;
    for (int i = 0; i < p->tensors.n; i++)
        n += !p->tensors.at[i].absent;
    return n;
}

static void write_tensors(Emit *e)
{
    int n = present(e->program);
    write_literals(e);
    if (n == 0)
        return;
    text_printf(e->out, "\nstatic const nn_param %s_params[%d] = {\n",
                e->program->name, n);
    for (int i = 0; i < e->program->tensors.n; i++)
        if (!e->program->tensors.at[i].absent)
            write_tensor_row(e, i);
    text_add(e->out, "};\n");
}

static void write_tensor(Text *out, const nn_tensor *t)
{
    static const char *const types[] = {
        [NN_F32] = "NN_F32", [NN_TOKEN] = "NN_TOKEN", [NN_CLASS] = "NN_CLASS"};
    text_add(out, "    {.name = ");
    quote_c(out, t->name);
    text_printf(out, ", .type = %s", types[t->type]);
    if (t->classes)
        text_printf(out, ", .classes = %lld", (long long)t->classes);
    if (t->rank > 0) {
        text_printf(out, ", .rank = %d, .shape = ", t->rank);
        write_shape(out, t->rank, t->shape);
    }
    text_printf(out, ", .values = %lld},\n", (long long)t->values);
}

static void write_inputs(Emit *e)
{
    const Program *p = e->program;
    text_printf(e->out, "\nstatic const nn_tensor %s_inputs[%d] = {\n", p->name,
                p->inputs.n);
    for (int i = 0; i < p->inputs.n; i++) {
        nn_tensor t = record_input(&p->inputs.at[i]);
        write_tensor(e->out, &t);
    }
    text_add(e->out, "};\n");
}

static void write_outputs(Emit *e)
{
    const Program *p = e->program;
    if (p->outputs.n == 0)
        return;
    text_printf(e->out, "\nstatic const nn_tensor %s_outputs[%d] = {\n",
                p->name, p->outputs.n);
    for (int i = 0; i < p->outputs.n; i++) {
        nn_tensor t = record_output(&p->outputs.at[i]);
        write_tensor(e->out, &t);
    }
    text_add(e->out, "};\n");
}

/* Metrics with a table come behind those with a figure. */
static int tables_of(const Program *p)
{
    int n = 0;
    for (int i = 0; i < p->metrics.n; i++)
        n += p->metrics.at[i].table;
    return n;
}

static void write_metrics(Emit *e)
{
    static const char *const finish[] = {[FINISH_NONE] = "NN_PLAIN",
                                         [FINISH_ROOT] = "NN_ROOT",
                                         [FINISH_EXP] = "NN_EXP"};
    const Program *p = e->program;
    const char *units;
    if (p->metrics.n == 0)
        return;
    units = arena_printf(e->arena, "%s_metric_units", p->name);
    for (int i = 0; i < p->metrics.n; i++)
        emit_units(e->out, units, i, &p->metrics.at[i].units);
    text_printf(e->out, "\nstatic const nn_metric %s_metrics[%d] = {\n",
                p->name, p->metrics.n);
    for (int i = 0; i < p->metrics.n; i++) {
        const Metric *m = &p->metrics.at[i];
        text_add(e->out, "    {.name = ");
        quote_c(e->out, m->name);
        text_printf(e->out, ", .sums = %lld, .finish = %s, .percent = %d",
                    (long long)m->sums, finish[m->finish], m->percent);
        emit_units_field(e->out, units, i, &m->units);
        if (m->units.n)
            text_printf(e->out, ", .degree = %d", m->degree);
        if (m->scorer)
            text_printf(e->out, ", .steps = %lld, .target = %d",
                        (long long)m->steps, m->target);
        text_add(e->out, "},\n");
    }
    text_add(e->out, "};\n");
}

static int write_kernel_rows(Emit *e, const Plan *plan)
{
    int n = 0;
    for (int i = 0; i < plan->kernels.n; i++) {
        const Kernel *k = plan->kernels.at[i];
        const Span *span = &k->nodes.at[0]->span;
        text_add(e->out, "    {");
        quote_c(e->out, k->name);
        text_add(e->out, ", ");
        quote_c(e->out, span->source ? str_base_name(span->source->path) : "");
        text_printf(e->out, ", %d},\n", span->source ? span->line : 0);
        n += 1 + (k->body ? write_kernel_rows(e, k->body) : 0);
    }
    return n;
}

static const char *entry_kind(const Entry *e)
{
    static const char *const infers[] = {[CARRIES_NOTHING] = "NN_INFER",
                                         [CARRIES_ON] = "NN_NEXT",
                                         [CARRIES_FIRST] = "NN_ENCODE"};
    switch (e->mode) {
    case MODE_STEP:
        return e->updates ? "NN_STEP" : "NN_GRAD";
    case MODE_EVAL:
        return "NN_EVAL";
    default:
        return infers[e->carries];
    }
}

static void write_entries(Emit *e, Plan *const *plans, int n)
{
    text_printf(e->out, "\nstatic const nn_entry %s_entries[%d] = {\n",
                e->program->name, n);
    for (int i = 0; i < n; i++) {
        const Entry *entry = plans[i]->entry;
        text_printf(e->out, "    {.name = \"%s\", .kind = %s,%s\n", entry->name,
                    entry_kind(entry),
                    graph_has_root(plans[i]->graph, ROOT_TENSOR)
                        ? " .updates = 1,"
                        : "");
        text_printf(e->out,
                    "        .batch = %lld, .workspace = %lld, "
                    ".run = %s_entry},\n",
                    (long long)entry->batch, (long long)plans[i]->workspace,
                    plans[i]->prefix);
    }
    text_add(e->out, "};\n");
}

/* Whether a program loads tensors, or begins texts with some. */
static bool needs_tensors(const Emit *e)
{
    return !e->program->weights || e->program->generate.name;
}

/* Of inferring one row; trainers only evaluate, which adds little to it. Of
 * several entries, the last is for single rows. */
static int64_t row_flops(Plan *const *plans, int n)
{
    int64_t flops = 0;
    for (int i = 0; i < n; i++)
        if (plans[i]->entry->mode != MODE_STEP && !plans[i]->entry->carries)
            flops = plan_flops(plans[i]) / plans[i]->entry->batch;
    return flops;
}

static void write_model(Emit *e, Plan *const *plans, int n, int kernels)
{
    const Program *p = e->program;
    Text *out = e->out;
    text_printf(out, "\nconst nn_model %s_model = {\n    .name = ", p->name);
    quote_c(out, p->name);
    text_printf(out, ", .version = \"%s\", .processor = \"%s\",\n", NNC_VERSION,
                e->options->plain ? "generic" : e->options->target);
    if (p->network)
        text_printf(out, "    .network = \"%s\",\n", p->network);
    if (present(p) && needs_tensors(e))
        text_printf(out, "    .params = %s_params, .param_count = %d,\n",
                    p->name, present(p));
    text_printf(out, "    .reals = %s_reals,\n", p->name);
    text_printf(out,
                "    .inputs = %s_inputs, .input_count = %d, .target_count = "
                "%d,\n",
                p->name, p->n_inputs, p->inputs.n - p->n_inputs);
    if (p->outputs.n)
        text_printf(out, "    .outputs = %s_outputs, .output_count = %d,\n",
                    p->name, p->outputs.n);
    if (p->metrics.n)
        text_printf(out,
                    "    .metrics = %s_metrics, .metric_count = %d, "
                    ".table_count = %d,\n",
                    p->name, p->metrics.n - tables_of(p), tables_of(p));
    text_printf(out, "    .sum_count = %lld, .chosen = %lld,\n",
                (long long)(1 + p->sums), (long long)p->chosen);
    text_printf(out, "    .entries = %s_entries, .entry_count = %d,\n", p->name,
                n);
    if (p->prepared && !weights_prepared(p))
        text_printf(out, "    .prepare = %s_prepare,\n", p->name);
    text_printf(out,
                "    .flops = %lld, .kernels = %s_kernels, .kernel_count = %d\n"
                "};\n",
                (long long)row_flops(plans, n), p->name, kernels);
}

/* Tables of tensors, inputs, outputs, metrics and kernels, and the nn_model
 * that holds them. */
static void write_tables(Emit *e, Plan *const *plans, int n)
{
    if (needs_tensors(e))
        write_tensors(e);
    write_inputs(e);
    write_outputs(e);
    write_metrics(e);
    write_entries(e, plans, n);
    text_printf(e->out, "\nstatic const nn_kernel %s_kernels[] = {\n",
                e->program->name);
    int kernels = 0;
    for (int i = 0; i < n; i++)
        kernels += write_kernel_rows(e, plans[i]);
    text_add(e->out, "};\n");
    write_model(e, plans, n, kernels);
}

static void write_helper(Text *out, const char *section)
{
    static const char path[] = "templates/frame.c";
    Text text = {.arena = out->arena};
    template_fill(&text, path, pack_find(path), section, NULL, 0, 0);
    target_once(out, section, text_str(&text));
}

/* All tensors lie in one workspace, and gcc (12) may reckon the place of one
 * from that of another in a way in which it no longer knows the memory: it then
 * takes a kernel for one that writes nothing, and leaves out the call.
 * Elsewhere than on x86-64 it also moves all loads of a tile's step to its
 * beginning, and spills what no longer finds a register; and it keeps the
 * constants of an epilogue in registers while the tile sums, and sums not. */
static void keep_from_gcc(Text *out, const Target *target)
{
    text_add(out, "\n#if defined(__GNUC__) && !defined(__clang__)\n"
                  "#pragma GCC optimize(\"no-ipa-pure-const\", "
                  "\"no-ipa-modref\", \\\n"
                  "    \"no-schedule-insns\"");
    if (target->gcc != NULL)
        text_printf(out, ", \"%s\"", target->gcc);
    text_add(out, ")\n#endif\n");
}

/* Sections of templates/frame.c that the text below uses. */
static void write_helpers(Emit *e, const char *body)
{
    static const char *const helper[] = {"nn_at",   "nn_run_parts",
                                         "nn_rows", "nn_power",
                                         "nn_drop", "nn_first_bad"};
    keep_from_gcc(e->out, e->target);
    text_add(e->out, "\n#include <string.h>\n");
    if (e->options->plain || e->lanes > 1)
        target_prelude_plain(e->out, body);
    if (!e->options->plain)
        target_prelude(e->out, e->target, body);
    write_helper(e->out, "nn_frame");
    for (size_t i = 0; i < sizeof helper / sizeof *helper; i++)
        if (strstr(body, arena_printf(e->arena, "%s(", helper[i])))
            write_helper(e->out, helper[i]);
}

/* Names at file level that do not come from the model's text. */
static void reserve_names(Emit *e, Plan *const *plans, int n)
{
    static const char *const own[] = {
        "prepared",   "reals",    "model",     "params",  "inputs",  "outputs",
        "metrics",    "kernels",  "prepare",   "entries", "weights", "predict",
        "predict_in", "classify", "workspace", "init"};
    static const char *const each[] = {"", "_batch", "_workspace", "_entry",
                                       "_trace"};
    const char *name = e->program->name;
    for (size_t k = 0; k < sizeof own / sizeof *own; k++)
        emit_name(e, arena_printf(e->arena, "%s_%s", name, own[k]));
    for (int i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof each / sizeof *each; k++)
            emit_name(
                e, arena_printf(e->arena, "%s%s", plans[i]->prefix, each[k]));
    if (e->program->weights)
        emit_predict_names(e);
}

/* What the text includes, and where no table says more its types. */
static void write_includes(Emit *e, const char *header)
{
    text_printf(e->out, "#include \"%s\"\n", header ? header : "nn_program.h");
    if (e->options->timed)
        text_add(e->out, "#include \"nn_kernel_clock.h\"\n");
    if (header && e->program->weights)
        emit_types(e->out);
}

static void write_entry(Emit *e, Plan *plan, bool typed)
{
    emit_kernel_names(e, plan);
    emit_kernels(e, plan);
    emit_entry(e, plan);
    if (typed && e->program->weights)
        emit_predict(e, plan);
    else if (typed)
        emit_wrapper(e, plan);
}

const char *emit_model_c(Arena *arena, const Program *p, Plan *const *plans,
                         int n, const CodeOptions *options, const char *header)
{
    Text head = {.arena = arena}, body = {.arena = arena};
    Emit e = {.arena = arena,
              .program = p,
              .options = options,
              .out = &head,
              .target = target_find(options->target)};
    e.lanes = options->plain ? 1 : e.target->lanes;
    emit_header(&e, plans, n);
    write_includes(&e, header);
    e.out = &body;
    reserve_names(&e, plans, n);
    place_prepared(plans, n);
    write_places(&e, header && !p->weights);
    if (p->weights || p->start)
        weights_declare(p->weights ? p->weights : p->start, &body);
    for (int i = 0; i < n; i++)
        write_entry(&e, plans[i], header != NULL);
    if (!weights_prepared(p))
        emit_prepare(&e, plans, n);
    if (!p->weights || !header)
        write_tables(&e, plans, n);
    e.out = &head;
    write_helpers(&e, text_str(&body));
    wrap_lines(&head, text_str(&body));
    return text_str(&head);
}
