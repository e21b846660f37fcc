/* wrapper.c: the typed functions of a compiled model.
 *
 * An entry takes arrays of pointers, since the runtime calls all models alike.
 * For a person who links model.c there is one function an entry with the
 * model's own inputs and outputs by name:
 *
 *     int iris_infer1(const nn_real *params, void *workspace,
 *                     const nn_real *x, nn_real *output,
 *                     nn_parallel par, void *pool); */
#include "emit/emit.h"

typedef struct Signature {
    Scope scope; /* for the names of the tensors */
    VEC(const char *) in;
    VEC(const char *) out;
    bool sums, rows, step, updates;
} Signature;

static Signature signature_of(Emit *e, const Plan *plan)
{
    const Program *p = e->program;
    Kernel none = {.parts = 1};
    Signature s = {.scope = scope_new(e, plan, &none)};
    bool infers = plan->entry->mode == MODE_INFER;
    Carries carries = infers ? plan->entry->carries : CARRIES_NOTHING;
    for (int i = 0; i < (infers ? p->n_inputs : p->inputs.n); i++)
        vec_push(e->arena, &s.in, scope_name(&s.scope, p->inputs.at[i].name));
    for (int i = 0; infers && i < p->outputs.n && !carries; i++)
        vec_push(e->arena, &s.out, scope_name(&s.scope, p->outputs.at[i].name));
    if (carries == CARRIES_ON)
        vec_push(e->arena, &s.out, scope_name(&s.scope, p->generate.name));
    s.sums = !infers;
    s.rows = plan->entry->batch > 1;
    s.step = plan->entry->mode == MODE_STEP;
    s.updates = graph_has_root(plan->graph, ROOT_TENSOR);
    return s;
}

static const char *c_type(const Input *in)
{
    return in->type == TYPE_INT ? "int32_t" : "nn_real";
}

static void write_prototype(Emit *e, const Plan *plan, const Signature *s)
{
    text_printf(e->out, "int %s_%s(%snn_real *params, void *workspace",
                e->program->name, plan->entry->name,
                s->updates ? "" : "const ");
    for (int i = 0; i < s->in.n; i++)
        text_printf(e->out, ",\n    const %s *%s",
                    c_type(&e->program->inputs.at[i]), s->in.at[i]);
    for (int i = 0; i < s->out.n; i++)
        text_printf(e->out, ",\n    nn_real *%s", s->out.at[i]);
    text_add(e->out, s->sums ? ",\n    double *sums" : "");
    text_add(e->out, s->rows ? ", int rows" : "");
    text_add(e->out, s->step ? ", const nn_scalars *scalars" : "");
    text_add(e->out, ",\n    nn_parallel par, void *pool)");
}

void emit_prototype(Emit *e, const Plan *plan)
{
    Signature s = signature_of(e, plan);
    size_t start = e->out->n;
    write_prototype(e, plan, &s);
    names_settle(e->out, start, &e->names);
    names_forget(&e->names);
}

static void write_list(Emit *e, const char *type, const char *name,
                       const char *const *names, int n)
{
    text_printf(e->out, "    %s%s[%d] = {", type, name, n);
    for (int i = 0; i < n; i++)
        text_printf(e->out, "%s%s", i ? ", " : "", names[i]);
    text_add(e->out, "};\n");
}

void emit_wrapper(Emit *e, const Plan *plan)
{
    Signature s = signature_of(e, plan);
    size_t start = e->out->n;
    text_add(e->out, "\n");
    write_prototype(e, plan, &s);
    text_add(e->out, "\n{\n");
    write_list(e, "const void *const ", "nn_in", s.in.at, s.in.n);
    bool unwanted = plan->entry->mode == MODE_EVAL && e->program->outputs.n > 0;
    if (s.out.n)
        write_list(e, "nn_real *const ", "nn_out", s.out.at, s.out.n);
    else if (unwanted)
        text_printf(e->out, "    nn_real *const nn_out[%d] = {NULL};\n",
                    e->program->outputs.n);
    text_printf(e->out,
                "    return %s_entry(params, %s, workspace, nn_in, %s, %s, %s, "
                "%s, par, pool);\n}\n",
                plan->prefix, s.updates ? "params" : "NULL",
                s.out.n || unwanted ? "nn_out" : "NULL",
                s.sums ? "sums" : "NULL", s.rows ? "rows" : "1",
                s.step ? "scalars" : "NULL");
    names_settle(e->out, start, &e->names);
    names_forget(&e->names);
}

/* What the function does, for the header. */
void emit_contract(Emit *e, const Plan *plan)
{
    static const char refuses[] =
        "NN_BAD_ROWS where rows is another number, with nothing written";
    const Entry *entry = plan->entry;
    bool many = entry->batch > 1;
    bool first = entry->carries == CARRIES_FIRST;
    const char *what = first                       ? "Reads, before `next`,"
                       : entry->mode == MODE_INFER ? "Writes the outputs of"
                       : entry->mode == MODE_EVAL  ? "Measures"
                                                  : "Updates params once, from";
    const char *carries =
        entry->carries ? " Hands its state on in params." : "";
    text_printf(e->out, "/* %s ", what);
    if (many)
        text_printf(e->out, "1 to %lld rows.", (long long)entry->batch);
    else
        text_add(e->out, "one row.");
    if (entry->mode != MODE_INFER)
        text_add(e->out, " sums: the mean loss, then each metric's sums over "
                         "the rows.\n *");
    text_printf(e->out, " Returns 0%s%s", many ? "; " : "",
                many ? refuses : "");
    if (entry->mode != MODE_INFER)
        text_add(e->out, "; where the loss is not finite, what nn_call says, "
                         "and updates nothing");
    text_printf(e->out, ".%s */\n", carries);
}
