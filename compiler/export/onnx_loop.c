/* onnx_loop.c: loops over time: an operator of ONNX where it runs the same loop
 * (onnx_cell.c), else Scan with the body as its graph. */
#include "export/onnx_emit.h"

/* An input or output of a body. */
static Onnx__ValueInfoProto *info(const Emission *m, const char *name,
                                  Type type)
{
    return onnx_info(m->arena, name, onnx_type(type), NULL, NULL);
}

/* The inputs of Scan: states, then sequences, of which there is one at least;
 * their number is *n, and *depth that of the deepest of all inputs. */
static Value *scan_inputs(Emission *m, const Term *t, const Scan *s, int *n,
                          int *depth)
{
    Value *in = NEWN(m->arena, Value, t->n_in + 1);
    int states = s->n[PORT_STATE], sequences = s->n[PORT_SEQUENCE];
    Shape steps = shape_of(1, s->steps);

    *n = *depth = 0;
    for (int i = 0; i < t->n_in; i++) {
        Value v = emission_value(m, t->in[i]);

        if (v.depth > *depth)
            *depth = v.depth;
        if (i < sequences)
            in[states + i] = v;
        else if (i < sequences + states)
            in[i - sequences] = v;
    }
    if (sequences == 0)
        in[states] = onnx_floats(m->graph, onnx_take(m->graph, "steps"), &steps,
                                 NEWN(m->arena, float, s->steps));
    *n = states + (sequences ? sequences : 1);
    return in;
}

/* Names for the body's arguments, in the order of scan_inputs. */
static void bind_arguments(Emission *m, const OnnxLoop *loop, int depth, int n,
                           Onnx__GraphProto *body)
{
    const Scan *s = loop->scan;
    int states = s->n[PORT_STATE];

    body->n_input = (size_t)n;
    body->input = NEWN(m->arena, Onnx__ValueInfoProto *, n + 1);
    for (int i = 0; i < n; i++) {
        Port p = i < states ? (Port){PORT_STATE, i}
                            : (Port){PORT_SEQUENCE, i - states};
        int place = scan_place(s, p.kind, p.index);
        const Term *arg = p.index < s->n[p.kind] ? loop->arg[place] : NULL;
        const char *name = p.kind == PORT_STATE ? "state" : "step";
        Value v = {onnx_take(m->graph, arg && arg->name ? arg->name : name),
                   depth};

        if (arg)
            m->bound[arg->id] = v;
        body->input[i] =
            info(m, v.name, arg ? loop->node->in[place]->type : TYPE_REAL);
    }
}

/* The body's outputs are values of its own, no two of them one. */
static void bind_results(Emission *m, const OnnxLoop *loop, int depth,
                         Onnx__GraphProto *body)
{
    int n = loop->scan->body->roots.n;

    body->n_output = (size_t)n;
    body->output = NEWN(m->arena, Onnx__ValueInfoProto *, n + 1);
    for (int i = 0; i < n; i++) {
        Value v = emission_value(m, loop->next[i]);
        Value out = {onnx_take(m->graph, i < loop->scan->n[PORT_STATE]
                                             ? "state_next"
                                             : "step_out"),
                     depth};

        onnx_node(m->graph, depth, "Identity", 1, &v, 1, &out);
        body->output[i] =
            info(m, out.name, loop->scan->body->roots.at[i].node->type);
    }
}

static void emit_scan(Emission *m, const Term *t, const OnnxLoop *loop)
{
    const Scan *s = loop->scan;
    int n, depth, outputs = s->body->roots.n, states = s->n[PORT_STATE];
    Value *in = scan_inputs(m, t, s, &n, &depth);
    Value *out = NEWN(m->arena, Value, outputs + 1);
    Onnx__GraphProto own = ONNX__GRAPH_PROTO__INIT, *body;
    Onnx__NodeProto *node;
    Onnx__AttributeProto *count;
    Nodes before = onnx_open(m->graph, depth + 1);

    bind_arguments(m, loop, depth + 1, n, &own);
    bind_results(m, loop, depth + 1, &own);
    body = onnx_close(m->graph, depth + 1, "body");
    body->n_input = own.n_input, body->input = own.input;
    body->n_output = own.n_output, body->output = own.output;
    m->graph->nodes.at[depth + 1] = before;
    for (int i = 0; i < outputs; i++)
        out[i] = (Value){
            onnx_take(m->graph, i < states ? "state_last" : "steps_all"),
            depth};
    node = onnx_node(m->graph, depth, "Scan", n, in, outputs, out);
    onnx_attribute(m->graph, node, "body",
                   ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH)
        ->g = body;
    count = onnx_attribute(m->graph, node, "num_scan_inputs",
                           ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    count->has_i = true;
    count->i = n - states;
    m->out[t->id] = out;
}

static void emit_loop(Emission *m, const Term *t)
{
    const OnnxLoop *loop = t->what;

    if (m->out[t->id])
        return;
    if (loop->cell == CELLS)
        emit_scan(m, t, loop);
    else
        emission_cell(m, t, loop);
}

Value emission_pick(Emission *m, const Term *t)
{
    const OnnxLoop *loop = t->in[0]->what;
    const OnnxPick *pick = t->what;
    Port p = pick->port;

    emit_loop(m, t->in[0]);
    if (loop->cell != CELLS)
        return emission_cell_pick(m, t->in[0], p, t->name);
    if (p.kind == PORT_STACK)
        p.index += loop->scan->n[PORT_STATE];
    return m->out[t->in[0]->id][p.index];
}
