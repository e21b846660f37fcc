/* onnx_read.c: see onnx_read.h. */
#include "export/onnx_read.h"

#include <string.h>

#include "base/bug.h"
#include "export/onnx_form.h"

static Term *leaf(Reader *r, const Node *n, const char *what)
{
    Term *t = term_atom(r->terms,
                        arena_printf(r->arena, "%s %d", what, n->attr.index));

    t->shape = &n->shape;
    return t;
}

static Term *leaf_input(Reader *r, const Node *n)
{
    return leaf(r, n, "input");
}

/* What is carried from call to call begins anew with each. */
static Term *leaf_tensor(Reader *r, const Node *n)
{
    const Tensor *t = &r->program->tensors.at[n->attr.index];

    if (t->kind != TENSOR_CARRIED)
        return leaf(r, n, "tensor");
    return read_form(r, r->dialect->full(r->arena, t->init.a), n->id, 0, NULL);
}

static Term *leaf_arg(Reader *r, const Node *n)
{
    return r->port[scan_place(r->scan, n->attr.port.kind, n->attr.port.index)];
}

/* A reshape to the shape that is there, or of a reshape. */
static Term *read_reshape(Reader *r, const Node *n)
{
    Term *t =
        r->known[n->in[0]->id] ? read_full(r, n->in[0]) : r->term[n->in[0]->id];

    while (strncmp(t->text, "Reshape($a", 10) == 0 && !t->name)
        t = t->in[0];
    if (t->shape && shape_equal(t->shape, &n->shape))
        return t;
    return read_form(r, op_table[n->op].onnx, n->id, 1, &t);
}

/* What turns axes back as they were. */
static Term *read_transpose(Reader *r, const Node *n)
{
    const int *perm = n->attr.perm;
    const Term *in = r->known[n->in[0]->id] ? NULL : r->term[n->in[0]->id];

    for (int i = 0; in && i < n->shape.rank; i++)
        if (perm[perm[i]] != i)
            return NULL;
    return in && strcmp(in->text, onnx_form(r->arena, op_table[n->op].onnx,
                                            read_pair(r, n->id))) == 0
               ? in->in[0]
               : NULL;
}

/* x + 0, x - 0, x * 1 and 1 * x are x. */
static Term *read_map(Reader *r, const Node *n)
{
    int k = r->known[n->in[0]->id] && n->op != OP_SUB ? 0 : 1;
    double x = r->value[n->in[k]->id];

    if (!r->known[n->in[k]->id] ||
        !shape_equal(&n->in[1 - k]->shape, &n->shape) ||
        x != (n->op == OP_MUL ? 1 : 0))
        return NULL;
    return read_input(r, n, 1 - k);
}

static Term **inputs(Reader *r, const Node *n)
{
    Term **in = NEWN(r->arena, Term *, n->n_in + 1);

    for (int i = 0; i < n->n_in; i++)
        in[i] = read_real(r, read_input(r, n, i));
    return in;
}

/* Whether all states begin with zeros. */
static bool begins_with_zeros(const Reader *r, const Node *scan)
{
    const Scan *s = scan->attr.scan;

    for (int i = 0; i < s->n[PORT_STATE]; i++) {
        const Node *n = scan->in[scan_place(s, PORT_STATE, i)];

        if (!r->known[n->id] || r->value[n->id] != 0)
            return false;
    }
    return true;
}

/* What stands for the inputs in the body: leaves of its own, under the text's
 * names, and what is fixed as it is outside. */
static void set_arguments(Reader *r, const Term *t, OnnxLoop *loop,
                          const Node *n)
{
    const Scan *s = loop->scan;

    loop->arg = NEWN(r->arena, Term *, n->n_in + 1);
    for (int i = 0; i < n->n_in; i++) {
        PortKind kind = scan_port(s, i).kind;
        Shape *shape = NEW(r->arena, Shape);

        loop->arg[i] = t->in[i];
        if (kind == PORT_FIXED)
            continue;
        *shape = kind == PORT_SEQUENCE ? shape_rest(&n->in[i]->shape)
                                       : n->in[i]->shape;
        loop->arg[i] = term_atom(
            r->terms, arena_printf(r->arena, "argument %d %d", t->id, i));
        loop->arg[i]->shape = shape;
    }
    for (int i = 0; i < s->body->nodes.n; i++) {
        const Node *arg = s->body->nodes.at[i];
        Port p = arg->attr.port;

        if (arg->op == OP_ARG && p.kind != PORT_FIXED)
            loop->arg[scan_place(s, p.kind, p.index)]->name = arg->name;
    }
}

static void read_body(Reader *r, const Term *t, OnnxLoop *loop, const Node *n)
{
    const Scan *s = loop->scan;
    Reader like = *r, *body;

    set_arguments(r, t, loop, n);
    like.port = loop->arg;
    like.scan = s;
    body = read_graph(&like, s->body, r->b->nodes.at[n->id]->attr.scan->body);
    loop->next = NEWN(r->arena, Term *, s->body->roots.n + 1);
    for (int i = 0; i < s->body->roots.n; i++)
        loop->next[i] = read_root(body, &s->body->roots.at[i]);
}

/* Equal loops of equal inputs are one. */
static const char *loop_text(Reader *r, const Scan *s)
{
    Text text = {.arena = r->arena};

    graph_print(&text, s->body);
    return arena_printf(r->arena, "loop of %lld: %s", (long long)s->steps,
                        text_str(&text));
}

static Term *read_loop(Reader *r, const Node *n)
{
    const Scan *s = n->attr.scan;
    bool made;
    Term *t = term_of(r->terms, loop_text(r, s), n->n_in, inputs(r, n), &made);
    OnnxLoop *loop;

    if (!made)
        return t;
    if (s->backward)
        nnc_bug("a loop runs backwards as elaborated");
    loop = NEW(r->arena, OnnxLoop);
    loop->node = n;
    loop->scan = s;
    loop->zero = begins_with_zeros(r, n);
    loop->cell =
        s->masked && s->mask != 1 ? CELLS : recurrent_cell(r, n, loop->tensors);
    t->what = loop;
    if (loop->cell == CELLS) {
        read_body(r, t, loop, n);
        return t;
    }
    loop->features = n->in[0]->shape.dim[2];
    loop->cells = n->in[scan_place(s, PORT_STATE, 0)]->shape.dim[1];
    return t;
}

static Term *read_out(Reader *r, const Node *n)
{
    Term *loop = r->term[n->in[0]->id], *t;
    Port p = n->attr.port;
    bool made;

    t = term_of(r->terms, arena_printf(r->arena, "pick %d %d", p.kind, p.index),
                1, &loop, &made);
    if (made) {
        OnnxPick *pick = NEW(r->arena, OnnxPick);

        pick->port = p;
        t->shape = &n->shape;
        t->what = pick;
    }
    return t;
}

static const char *onnx_column(Op op)
{
    return op_table[op].onnx;
}

static const char *onnx_full(Arena *arena, double x)
{
    return arena_printf(arena, "Expand(%s, $shape)", onnx_number(arena, x));
}

static Special *const special[OP_COUNT] = {
    [OP_INPUT] = leaf_input,
    [OP_TENSOR] = leaf_tensor,
    [OP_ARG] = leaf_arg,
    [OP_SCAN] = read_loop,
    [OP_PICK] = read_out,
    [OP_RESHAPE] = read_reshape,
    [OP_TRANSPOSE] = read_transpose,
    [OP_ADD] = read_map,
    [OP_SUB] = read_map,
    [OP_MUL] = read_map,
};

const Dialect dialect_onnx = {.form = onnx_column,
                              .fill = onnx_form,
                              .number = onnx_number,
                              .full = onnx_full,
                              .real = "Cast<to=1>($a)",
                              .truth = "Cast<to=9>($a)",
                              .idiom = onnx_idiom,
                              .special = special};
