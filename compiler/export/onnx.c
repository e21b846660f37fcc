/* onnx.c: a program's inference as an ONNX file (opset 17).
 *
 * The graph is that of inference as elaborated: terms in the words of ONNX
 * become nodes, with the batch as the symbolic size N. What `data` does to
 * numbers is a part of it, so that rows go in as they stand in files, and
 * outputs have their units. Names of classes are the file's metadata. */
#include <string.h>

#include "base/bug.h"
#include "base/version.h"
#include "export/export.h"
#include "export/onnx_emit.h"
#include "export/onnx_form.h"

enum { OPSET = 17, IR_VERSION = 8 };

/* Bytes that protobuf's readers take, less what else a file may hold. */
static const int64_t most = INT32_MAX - (64 << 20);

/* [N, ...] */
static Shape with_batch(const Shape *row)
{
    return shape_prepend(0, row);
}

static bool same_ways(const Way *w, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        if (w[i].scale != w[0].scale || w[i].shift != w[0].shift)
            return false;
    return true;
}

/* Scales or shifts as a tensor that spreads over rows of a shape. */
static Value ways_tensor(Emission *m, const char *name, const Way *w,
                         const Shape *row, bool shift)
{
    int64_t n = shape_count(row);
    Shape shape = shape_prepend(1, row);
    double *x;

    if (same_ways(w, n)) {
        n = 1;
        shape = shape_ones(row->rank + 1);
    }
    x = NEWN(m->arena, double, n);
    for (int64_t i = 0; i < n; i++)
        x[i] = shift ? w[i].shift : w[i].scale;
    return onnx_doubles(m->graph, onnx_take(m->graph, name), &shape, x);
}

static Value fill_tensor(Emission *m, const char *name, const double *fill,
                         const Shape *row)
{
    Shape shape = shape_prepend(1, row);

    return onnx_doubles(m->graph, onnx_take(m->graph, name), &shape, fill);
}

/* What the network gets where the data is raw: products in double, as the
 * programs of nnc have them. */
static Value prepared(Emission *m, const Input *in, const Prepared *p,
                      Value raw)
{
    Arena *a = m->arena;
    Value v[3] = {raw};

    if (in->type == TYPE_INT || (!p->ways && !p->fill))
        return raw;
    v[0] = onnx_value(m->graph, "Cast<to=11>($a)", 1, v, NULL, false);
    if (p->fill) {
        v[1] = fill_tensor(m, arena_printf(a, "%s.fill", in->name), p->fill,
                           &in->shape);
        v[0] =
            onnx_value(m->graph, "Where(IsNaN($a), $b, $a)", 2, v, NULL, false);
    }
    if (p->ways) {
        v[1] = ways_tensor(m, arena_printf(a, "%s.scale", in->name), p->ways,
                           &in->shape, false);
        v[2] = ways_tensor(m, arena_printf(a, "%s.shift", in->name), p->ways,
                           &in->shape, true);
        v[0] = onnx_value(m->graph, "Add(Mul($a, $b), $c)", 3, v, NULL, false);
    }
    return onnx_value(m->graph, "Cast<to=1>($a)", 1, v,
                      arena_printf(a, "%s.prepared", in->name), false);
}

/* What a person should know of an input. */
static const char *input_doc(Arena *arena, const Input *in, const Prepared *p)
{
    if (in->type == TYPE_INT)
        return arena_printf(arena, "%s from 0 to %lld",
                            in->token ? "tokens" : "a class",
                            (long long)in->classes - 1);
    return p->ways || p->fill ? "numbers as the data has them"
                              : "numbers as the network takes them";
}

static void add_inputs(Emission *m, const Export *e, Onnx__GraphProto *g)
{
    int n = emission_inputs(e);

    g->input = NEWN(m->arena, Onnx__ValueInfoProto *, n + 1);
    g->n_input = (size_t)n;
    for (int i = 0; i < n; i++) {
        const Input *in = &e->a->inputs.at[i];
        Shape shape = with_batch(&in->shape);

        g->input[i] = onnx_info(m->arena, in->name, onnx_type(in->type), &shape,
                                input_doc(m->arena, in, &e->given->inputs[i]));
    }
}

static const char *output_doc(Arena *arena, const Program *p, const Output *o,
                              const Way *ways)
{
    const char *of = o->target >= 0 ? p->inputs.at[o->target].name : NULL;

    if (o->classes && of)
        return arena_printf(arena, "how probable each class of %s is", of);
    return ways ? "in the units of the data" : "as the network gives it";
}

static void add_outputs(Emission *m, const Export *e, Onnx__GraphProto *g)
{
    Shape one = shape_of(1, (int64_t)1);

    g->output = NEWN(m->arena, Onnx__ValueInfoProto *, e->a->outputs.n + 1);
    g->n_output = e->loss ? 1 : (size_t)e->a->outputs.n;
    if (e->loss) {
        g->output[0] =
            onnx_info(m->arena, "loss", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT,
                      &one, "the mean over the rows");
        return;
    }
    for (int i = 0; i < e->a->outputs.n; i++) {
        const Output *o = &e->a->outputs.at[i];
        Shape shape = with_batch(&o->shape);

        g->output[i] = onnx_info(
            m->arena, o->name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, &shape,
            output_doc(m->arena, e->a, o, e->given->outputs[i]));
    }
}

/* An output under its own name, in its unit. */
static void emit_output(Emission *m, const Export *e, int i, const Term *t)
{
    const Output *o = &e->a->outputs.at[i];
    const Way *ways = e->given->outputs[i];
    Value v[3];

    if (!ways) {
        emission_output(m, t, o->name);
        return;
    }
    v[0] = emission_value(m, t);
    v[0] = onnx_value(m->graph, "Cast<to=11>($a)", 1, v, NULL, false);
    v[1] = ways_tensor(m, arena_printf(m->arena, "%s.shift", o->name), ways,
                       &o->shape, true);
    v[2] = ways_tensor(m, arena_printf(m->arena, "%s.scale", o->name), ways,
                       &o->shape, false);
    v[0] = onnx_value(m->graph, "Cast<to=1>(Div(Sub($a, $b), $c))", 3, v,
                      o->name, true);
    emission_named(m, v[0], o->name);
}

/* A note that stands beside the graph. */
static void add_note(const Export *e, Onnx__ModelProto *model, const char *key,
                     const char *value)
{
    Onnx__StringStringEntryProto *s =
        NEW(e->arena, Onnx__StringStringEntryProto);

    *s = (Onnx__StringStringEntryProto)ONNX__STRING_STRING_ENTRY_PROTO__INIT;
    s->key = onnx_text(key);
    s->value = onnx_text(value);
    model->metadata_props[model->n_metadata_props++] = s;
}

/* A name in one line, from which it can be had again. */
static const char *one_line(Arena *arena, const char *name)
{
    return str_replace(arena, str_replace(arena, name, "\\", "\\\\"), "\n",
                       "\\n");
}

/* Names of classes and tokens, one a line. */
static void add_names(const Export *e, Onnx__ModelProto *model)
{
    Arena *arena = e->arena;

    for (int i = 0; i < e->a->inputs.n; i++) {
        const Prepared *p = &e->given->inputs[i];
        Text names = {.arena = arena};

        if (p->n_names == 0)
            continue;
        for (int64_t k = 0; k < p->n_names; k++)
            text_printf(&names, "%s%s", k ? "\n" : "",
                        one_line(arena, p->names[k]));
        add_note(e, model,
                 arena_printf(arena, "names.%s", e->a->inputs.at[i].name),
                 text_str(&names));
    }
}

/* What updates the weights, and its first rate. */
static void add_update(const Export *e, Onnx__ModelProto *model)
{
    const Rule *rule = e->a->train.optimizer;

    add_note(e, model, "optimizer",
             arena_printf(e->arena, "%s(%s)", rule->name, rule->arguments));
    add_note(e, model, "rate", str_number(e->arena, e->a->train.rate));
}

/* The terms of all outputs, by their index; or that of the loss. */
static const Term **read_outputs(const Export *e, Reader *r)
{
    const Term **outputs = NEWN(e->arena, const Term *, e->a->outputs.n + 1);

    for (int i = 0; i < r->a->roots.n; i++) {
        const Root *root = &r->a->roots.at[i];

        if (root->role == (e->loss ? ROOT_LOSS : ROOT_OUTPUT))
            outputs[e->loss ? 0 : root->index] = read_root(r, root);
    }
    return outputs;
}

static Onnx__ModelProto *make_model(const Export *e, Onnx__GraphProto *g)
{
    Onnx__ModelProto *model = NEW(e->arena, Onnx__ModelProto);
    Onnx__OperatorSetIdProto *set = NEW(e->arena, Onnx__OperatorSetIdProto);

    *model = (Onnx__ModelProto)ONNX__MODEL_PROTO__INIT;
    *set = (Onnx__OperatorSetIdProto)ONNX__OPERATOR_SET_ID_PROTO__INIT;
    set->domain = onnx_text("");
    set->has_version = true;
    set->version = OPSET;
    model->has_ir_version = true;
    model->ir_version = IR_VERSION;
    model->producer_name = onnx_text("nnc");
    model->producer_version = onnx_text(NNC_VERSION);
    model->graph = g;
    model->n_opset_import = 1;
    model->opset_import = NEWN(e->arena, Onnx__OperatorSetIdProto *, 1);
    model->opset_import[0] = set;
    model->metadata_props =
        NEWN(e->arena, Onnx__StringStringEntryProto *, e->a->inputs.n + 2);
    if (e->loss)
        add_update(e, model);
    else
        add_names(e, model);
    return model;
}

static Reader *read_model(const Export *e)
{
    Mode mode = e->loss ? MODE_EVAL : MODE_INFER;
    const Entry *a = read_entry(e->a, mode, ROWS_A);
    const Entry *b = read_entry(e->b, mode, ROWS_B);
    Terms *terms = NEW(e->arena, Terms);
    Reader like = {.dialect = &dialect_onnx,
                   .arena = e->arena,
                   .terms = terms,
                   .program = e->a,
                   .still = true};

    *terms = (Terms){.arena = e->arena, .places = {.arena = e->arena}};
    if (!a || !b)
        nnc_bug("%s has no entry of %d rows", e->a->name, ROWS_A);
    return read_graph(&like, a->graph, b->graph);
}

/* The graph with its inputs and outputs. */
static Onnx__GraphProto *make_graph(const Export *e)
{
    Reader *r = read_model(e);
    const Term **outputs = read_outputs(e, r);
    Emission *m = emission_new(e, r->terms);
    Onnx__GraphProto *g;

    for (int i = 0; i < emission_inputs(e); i++)
        m->inputs[i] = prepared(m, &e->a->inputs.at[i], &e->given->inputs[i],
                                (Value){e->a->inputs.at[i].name, 0});
    if (e->loss)
        emission_output(m, outputs[0], "loss");
    for (int i = 0; i < e->a->outputs.n && !e->loss; i++)
        emit_output(m, e, i, outputs[i]);
    g = onnx_close(m->graph, 0, e->a->name);
    g->n_initializer = (size_t)m->graph->tensors.n;
    g->initializer = m->graph->tensors.at;
    add_inputs(m, e, g);
    add_outputs(m, e, g);
    return g;
}

bool export_onnx_fits(const Export *e)
{
    int64_t room = most / (int64_t)sizeof(float), n = program_weights(e->a);
    const Tensor *largest = e->a->tensors.at;
    Message *message;

    if (!e->loss && !program_entry(e->a, MODE_INFER)) {
        diag_error(e->diag, (Span){0},
                   "an ONNX file gives outputs, and the model %s has none",
                   e->a->name);
        return false;
    }
    if (n <= room)
        return true;
    for (int i = 0; i < e->a->tensors.n; i++)
        if (shape_count(&e->a->tensors.at[i].shape) >
            shape_count(&largest->shape))
            largest = &e->a->tensors.at[i];
    message = diag_error(e->diag, largest->span,
                         "an ONNX file has room for %s weights, and the model "
                         "%s has %s",
                         str_commas(e->arena, room), e->a->name,
                         str_commas(e->arena, n));
    diag_note(message, "most of them are %s, %s", largest->name,
              str_commas(e->arena, shape_count(&largest->shape)));
    return false;
}

const void *export_onnx(const Export *e)
{
    return make_model(e, make_graph(e));
}

/* protobuf-c's way out. */
typedef struct Stream {
    ProtobufCBuffer base;
    FILE *stream;
} Stream;

static void append(ProtobufCBuffer *buffer, size_t n, const uint8_t *bytes)
{
    fwrite(bytes, 1, n, ((Stream *)buffer)->stream);
}

void export_onnx_write(FILE *stream, const void *onnx)
{
    Stream to = {{append}, stream};

    onnx__model_proto__pack_to_buffer(onnx, &to.base);
}
