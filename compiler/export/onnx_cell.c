/* onnx_cell.c: the operators LSTM, GRU and RNN of ONNX.
 *
 * Their weights have another order of gates. Where rows are padded, theirs must
 * begin with the first step: a row's steps, which stand together, are turned
 * there, and what comes out is turned back. A row of padding alone keeps its
 * first state, which the operators forget. */
#include <string.h>

#include "export/onnx_emit.h"

enum { MASK = 1 }; /* the sequence that tells padding */

/* ONNX's order of gates, as places in PyTorch's, which nnc has. */
static const struct {
    const char *call; /* behind the name: inputs x W R B, no lengths, states */
    int gates;
    int from[4];
} cells[CELLS] = {
    [CELL_LSTM] = {"LSTM<hidden_size=%lld>", 4, {0, 3, 1, 2}},
    [CELL_GRU] = {"GRU<hidden_size=%lld, linear_before_reset=1>", 3, {1, 0, 2}},
    [CELL_RNN] = {"RNN<hidden_size=%lld>", 1, {0}},
    [CELL_RELU] = {"RNN<hidden_size=%lld, activations=[\"Relu\"]>", 1, {0}},
    [CELL_PEEPHOLE] = {"LSTM<hidden_size=%lld>", 4, {0, 3, 1, 2}},
};

/* The gates of a tensor in ONNX's order, `each` numbers a gate. */
static void turn_gates(float *to, const float *from, Cell cell, int64_t each)
{
    for (int g = 0; g < cells[cell].gates; g++)
        memcpy(to + g * each, from + cells[cell].from[g] * each,
               (size_t)each * sizeof *to);
}

/* A weight [1, gates, width]. */
static Value weight(Emission *m, const OnnxLoop *loop, int which,
                    const char *name, int64_t width)
{
    int64_t rows = cells[loop->cell].gates * loop->cells;
    Shape shape = shape_of(3, (int64_t)1, rows, width);
    float *x = NEWN(m->arena, float, rows *width + 1);

    turn_gates(x, m->e->given->tensors[loop->tensors[which]], loop->cell,
               loop->cells * width);
    return onnx_floats(m->graph, onnx_take(m->graph, name), &shape, x);
}

/* Both biases, behind each other. */
static Value biases(Emission *m, const OnnxLoop *loop, const char *name)
{
    int64_t rows = cells[loop->cell].gates * loop->cells;
    Shape shape = shape_of(2, (int64_t)1, 2 * rows);
    float *x = NEWN(m->arena, float, 2 * rows + 1);

    for (int k = 0; k < 2; k++)
        turn_gates(x + k * rows,
                   m->e->given->tensors[loop->tensors[CELL_INPUT_BIAS + k]],
                   loop->cell, loop->cells);
    return onnx_floats(m->graph, onnx_take(m->graph, name), &shape, x);
}

/* How the gates see the cells: those of i, o and f. */
static Value peepholes(Emission *m, const OnnxLoop *loop, const char *name)
{
    static const int order[] = {CELL_PEEPHOLE_I, CELL_PEEPHOLE_O,
                                CELL_PEEPHOLE_F};
    int64_t n = loop->cells;
    Shape shape = shape_of(2, (int64_t)1, 3 * n);
    float *x = NEWN(m->arena, float, 3 * n + 1);

    for (int k = 0; k < 3; k++)
        memcpy(x + k * n, m->e->given->tensors[loop->tensors[order[k]]],
               (size_t)n * sizeof *x);
    return onnx_floats(m->graph, onnx_take(m->graph, name), &shape, x);
}

/* "lstm1" of "lstm1.weight_ih_l0". */
static const char *layer_name(const Emission *m, const OnnxLoop *loop)
{
    const char *name = m->e->a->tensors.at[loop->tensors[CELL_INPUT]].name;
    const char *dot = strrchr(name, '.');

    return dot ? arena_copy(m->arena, name, (size_t)(dot - name)) : name;
}

/* The steps of all rows begin with the first that is there, or are as they
 * were. */
static Value turned(Emission *m, const Scan *s, Value x, Value there, bool back)
{
    Text form = {.arena = m->arena};
    Value in[2] = {x, there};

    text_printf(&form, "GatherElements<axis=0>($a, Expand(Mod(%s([",
                back ? "Sub" : "Add");
    for (int64_t i = 0; i < s->steps; i++)
        text_printf(&form, "%s[[%lld]]", i ? ", " : "", (long long)i);
    text_printf(&form,
                "], ArgMax<axis=0, keepdims=1>($b)), [%lld]), Shape($a)))",
                (long long)s->steps);
    return onnx_value(m->graph, text_str(&form), 2, in, "turned", false);
}

static Value lengths(Emission *m, Value there)
{
    return onnx_value(
        m->graph, "Cast<to=6>(Reshape(ReduceSum<keepdims=1>($a, [0]), [-1]))",
        1, &there, "lengths", false);
}

/* A state at first, [1, N, cells]. */
static Value first_state(Emission *m, const Term *t, const OnnxLoop *loop,
                         int i)
{
    Value v = emission_value(m, t->in[scan_place(loop->scan, PORT_STATE, i)]);

    return onnx_value(m->graph, "Unsqueeze($a, [0])", 1, &v, NULL, false);
}

/* "LSTM<hidden_size=4>($a, $b, $c, $d)": what follows the weights are lengths,
 * states and peepholes, as far as they are wanted. */
static const char *call_text(Emission *m, const OnnxLoop *loop)
{
    Text text = {.arena = m->arena};
    bool peeps = loop->cell == CELL_PEEPHOLE;
    int n = loop->scan->n[PORT_STATE];

    text_printf(&text, cells[loop->cell].call, (long long)loop->cells);
    text_add(&text, "($a, $b, $c, $d");
    if (loop->scan->masked || !loop->zero || peeps)
        text_add(&text, loop->scan->masked ? ", $e" : ", ");
    for (int i = 0; i < n && (!loop->zero || peeps); i++)
        text_add(&text, loop->zero ? ", " : i == 0 ? ", $f" : ", $g");
    text_add(&text, peeps ? ", $h)" : ")");
    return text_str(&text);
}

void emission_cell(Emission *m, const Term *t, const OnnxLoop *loop)
{
    Arena *a = m->arena;
    const Scan *s = loop->scan;
    int states = s->n[PORT_STATE];
    const char *layer = layer_name(m, loop);
    Value in[8] = {emission_value(m, t->in[0])};
    Value *out = NEWN(a, Value, 3);

    in[1] = weight(m, loop, CELL_INPUT, arena_printf(a, "%s.W", layer),
                   loop->features);
    in[2] = weight(m, loop, CELL_STATE, arena_printf(a, "%s.R", layer),
                   loop->cells);
    in[3] = biases(m, loop, arena_printf(a, "%s.B", layer));
    if (s->masked) {
        Value there = emission_value(m, t->in[MASK]);

        in[4] = lengths(m, there);
        in[0] = turned(m, s, in[0], there, false);
    }
    for (int i = 0; i < states && !loop->zero; i++)
        in[5 + i] = first_state(m, t, loop, i);
    if (loop->cell == CELL_PEEPHOLE)
        in[7] = peepholes(m, loop, arena_printf(a, "%s.P", layer));
    out[0].name = arena_printf(a, "%s.all", layer);
    out[1].name = arena_printf(a, "%s.state", layer);
    out[2].name = arena_printf(a, "%s.cell", layer);
    onnx_values(m->graph, call_text(m, loop), 8, in, 1 + states, out);
    m->out[t->id] = out;
}

Value emission_cell_pick(Emission *m, const Term *t, Port p, const char *name)
{
    const OnnxLoop *loop = t->what;
    const Value *out = m->out[t->id];
    Value in[3];

    name = name ? name : "steps";
    if (p.kind == PORT_STACK) {
        in[0] =
            onnx_value(m->graph, "Squeeze($a, [1])", 1, &out[0], name, false);
        return loop->scan->masked ? turned(m, loop->scan, in[0],
                                           emission_value(m, t->in[MASK]), true)
                                  : in[0];
    }
    in[0] = out[1 + p.index];
    if (!loop->scan->masked || loop->zero)
        return onnx_value(m->graph, "Squeeze($a, [0])", 1, in, name, false);
    in[1] = first_state(m, t, loop, p.index);
    in[2] = emission_value(m, t->in[MASK]);
    return onnx_value(m->graph,
                      "Squeeze(Where(Cast<to=9>(ReduceMax<axes=[0], "
                      "keepdims=1>($c)), $a, $b), [0])",
                      3, in, name, false);
}
