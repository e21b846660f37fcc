/* recurrent.c: loops that a module of PyTorch runs: those whose body is that of
 * a cell of the prelude, which have PyTorch's parameters, and whose parameters
 * have the module's names. */
#include <string.h>

#include "export/loop.h"
#include "export/probe.h"

static const struct {
    const char *recipe; /* in the language, of %lld cells */
    const char *module; /* of %lld features, %lld cells; NULL: none */
} cells[CELLS] = {
    [CELL_LSTM] = {"lstm(%lld)", "nn.LSTM(%lld, %lld, batch_first=True)"},
    [CELL_GRU] = {"gru(%lld)", "nn.GRU(%lld, %lld, batch_first=True)"},
    [CELL_RNN] = {"rnn(%lld)", "nn.RNN(%lld, %lld, batch_first=True)"},
    [CELL_RELU] = {"rnn(%lld, act: relu)", "nn.RNN(%lld, %lld, "
                                           "nonlinearity=\"relu\", "
                                           "batch_first=True)"},
    [CELL_PEEPHOLE] = {"peephole_lstm(%lld)", NULL},
};

static const char *const names[CELL_TENSORS] = {
    [CELL_INPUT] = "weight_ih_l0",    [CELL_STATE] = "weight_hh_l0",
    [CELL_INPUT_BIAS] = "bias_ih_l0", [CELL_STATE_BIAS] = "bias_hh_l0",
    [CELL_PEEPHOLE_I] = "weight_ci",  [CELL_PEEPHOLE_F] = "weight_cf",
    [CELL_PEEPHOLE_O] = "weight_co",
};

/* The loop of a cell over as many features, masked or not. */
static const Node *probe(Reader *r, Cell cell, const Node *scan,
                         const Program **program)
{
    const Scan *s = scan->attr.scan;
    long long features = scan->in[0]->shape.dim[2];
    long long n = scan->in[scan_place(s, PORT_STATE, 0)]->shape.dim[1];
    const char *recipe = arena_printf(r->arena, cells[cell].recipe, n);
    const char *head = s->masked ? "model probe {\n  input w: token(3)[2];\n"
                                   "  x = w -> embedding(%lld);\n"
                                 : "model probe {\n  input x: f32[2, %lld];\n";
    const Graph *g;

    *program = probe_program(r->arena,
                             arena_printf(r->arena,
                                          arena_printf(r->arena,
                                                       "%s  y = x -> %s as r;\n"
                                                       "  output y;\n}\n",
                                                       head, recipe),
                                          features));
    g = read_entry(*program, MODE_INFER, ROWS_A)->graph;
    for (int i = 0; i < g->nodes.n; i++)
        if (g->nodes.at[i]->op == OP_SCAN)
            return g->nodes.at[i];
    return NULL;
}

static bool same_ports(const Scan *a, const Scan *b)
{
    for (int k = 0; k < PORT_KINDS; k++)
        if (a->n[k] != b->n[k])
            return false;
    return a->masked == b->masked && (!a->masked || a->mask == b->mask) &&
           a->backward == b->backward;
}

/* Which of them the probe's fixed input k is. */
static int weight_of(const Program *p, const Node *scan, int k)
{
    const Node *n = scan->in[scan_place(scan->attr.scan, PORT_FIXED, k)];
    const char *name =
        n->op == OP_TENSOR ? p->tensors.at[n->attr.index].name : "";

    for (int i = 0; i < CELL_TENSORS; i++)
        if (str_ends(name, names[i]))
            return i;
    return -1;
}

/* The scan's tensors, as the probe has them; false where other values stand
 * for one. */
static bool find_tensors(const Node *scan, const Node *probed, const Program *p,
                         int *tensors)
{
    for (int k = 0; k < scan->attr.scan->n[PORT_FIXED]; k++) {
        const Node *n = scan->in[scan_place(scan->attr.scan, PORT_FIXED, k)];
        int which = weight_of(p, probed, k);

        if (which < 0 || n->op != OP_TENSOR)
            return false;
        tensors[which] = n->attr.index;
    }
    return true;
}

Cell recurrent_cell(Reader *r, const Node *scan, int tensors[CELL_TENSORS])
{
    const Scan *s = scan->attr.scan;
    const char *text = probe_text(r->arena, s->body);

    if (s->n[PORT_FIXED] < CELL_TORCH || s->n[PORT_STATE] < 1 ||
        s->n[PORT_SEQUENCE] != 1 + s->masked || s->backward ||
        scan->in[0]->shape.rank != 3)
        return CELLS;
    for (Cell cell = 0; cell < CELLS; cell++) {
        const Program *p;
        const Node *probed = probe(r, cell, scan, &p);

        if (probed && same_ports(s, probed->attr.scan) &&
            strcmp(text, probe_text(r->arena, probed->attr.scan->body)) == 0)
            return find_tensors(scan, probed, p, tensors) ? cell : CELLS;
    }
    return CELLS;
}

/* ", (a, b)": the first states, unless they are zeros. */
static const char *first_states(Reader *r, const Node *scan, bool pair)
{
    const Scan *s = scan->attr.scan;
    int first = scan_place(s, PORT_STATE, 0);
    bool zero = true;

    for (int i = 0; i < s->n[PORT_STATE]; i++) {
        const Node *n = scan->in[first + i];

        zero &= r->known[n->id] && r->value[n->id] == 0;
    }
    return zero ? "" : pair ? ", ($c[None], $d[None])" : ", $c[None]";
}

/* The call, whose inputs are the sequence, the mask and the states. */
static Term *call(Reader *r, const Node *scan, Term *const *in,
                  const char *module)
{
    const Scan *s = scan->attr.scan;
    int states = s->n[PORT_STATE], first = scan_place(s, PORT_STATE, 0);
    const char *start = first_states(r, scan, states == 2);
    Term *args[4] = {in[s->masked && s->mask == 0], in[s->mask], in[first],
                     in[first + states - 1]};
    const char *form = arena_printf(
        r->arena, s->masked ? "over_rows(%s, $a, $b%s)" : "%s($a%s)", module,
        start);
    Term *t;
    bool made;

    for (int i = 0; i < 4; i++)
        args[i] = i == 1 ? args[i] : read_real(r, args[i]);
    t = term_of(r->terms, form,
                *start      ? 2 + states
                : s->masked ? 2
                            : 1,
                args, &made);
    t->hint = "run";
    t->span = scan->span;
    t->what = s;
    return t;
}

Term *recurrent_call(Reader *r, const Node *scan, Term *const *in)
{
    const Scan *s = scan->attr.scan;
    int tensors[CELL_TENSORS];
    Cell cell = recurrent_cell(r, scan, tensors);
    const char *module;

    if (cell == CELLS || !cells[cell].module)
        return NULL;
    module = layers_module(
        r->weights, CELL_TORCH, tensors, names,
        arena_printf(
            r->arena, cells[cell].module, (long long)scan->in[0]->shape.dim[2],
            (long long)scan->in[scan_place(s, PORT_STATE, 0)]->shape.dim[1]));
    return module ? call(r, scan, in, module) : NULL;
}

const char *recurrent_pick(const Reader *r, const Term *call, Port p)
{
    const Scan *s = call->what;

    if (p.kind == PORT_STACK)
        return "$a[0]";
    return s->n[PORT_STATE] == 1
               ? "$a[1][0]"
               : arena_printf(r->arena, "$a[1][%d][0]", p.index);
}
