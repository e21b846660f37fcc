/* read.c: the walk over a graph; see read.h. */
#include "export/read.h"
#include "export/python.h"

#include <string.h>

#include "base/bug.h"

static Term *leaf_input(Reader *r, const Node *n)
{
    const Input *in = &r->program->inputs.at[n->attr.index];
    Term *t = term_atom(r->terms, python_name(r->arena, in->name));

    t->shape = &n->shape;
    return t;
}

static Term *leaf_tensor(Reader *r, const Node *n)
{
    const Tensor *of = &r->program->tensors.at[n->attr.index];
    Term *t;
    const char *text;

    if (of->kind == TENSOR_CARRIED)
        text =
            form_fill(r->arena,
                      arena_printf(r->arena, "self.carried(\"%s\", %s, $shape)",
                                   of->name, form_number(r->arena, of->init.a)),
                      read_pair(r, n->id));
    else
        text = layers_text(r->weights, n->attr.index);
    t = term_atom(r->terms, text);
    t->shape = &n->shape;
    return t;
}

static Term *mask_alone(Reader *r, const Node *n)
{
    return read_dropout(r, n, NULL);
}

static Term *leaf_arg(Reader *r, const Node *n)
{
    Port p = n->attr.port;

    return r->port[scan_place(r->scan, p.kind, p.index)];
}

static Term *read_transpose(Reader *r, const Node *n)
{
    const int *perm = n->attr.perm;
    bool turn = perm[0] == 1 && perm[1] == 0;

    for (int i = 2; i < n->shape.rank; i++)
        turn &= perm[i] == i;
    if (turn && !r->known[n->in[0]->id])
        return read_turned(r, r->term[n->in[0]->id]);
    return NULL;
}

static bool is_reshape(const Term *t)
{
    return strncmp(t->text, "$a.reshape(", 11) == 0 ||
           strncmp(t->text, "$a.flatten(", 11) == 0;
}

/* Whether all but the rows become one axis. */
static bool flattens(const Term *t, const Node *n)
{
    return t->shape && t->shape->rank > 2 && n->shape.rank == 2 &&
           t->shape->dim[0] == n->shape.dim[0];
}

/* A reshape to the shape that is there, or of a reshape. */
static Term *read_reshape(Reader *r, const Node *n)
{
    Term *t =
        r->known[n->in[0]->id] ? read_full(r, n->in[0]) : r->term[n->in[0]->id];

    while (is_reshape(t) && !t->name)
        t = t->in[0];
    if (t->shape && shape_equal(t->shape, &n->shape))
        return t;
    return read_form(r,
                     flattens(t, n) ? "$a.flatten(1)" : op_table[n->op].pytorch,
                     n->id, 1, &t);
}

/* x + 0, x * 1 and 1 * x are x; a maximum or minimum with a number has a word
 * of its own, as far as the gradient where both are equal is the same. */
static Term *read_map(Reader *r, const Node *n)
{
    int k = n->n_in == 2 && r->known[n->in[0]->id] ? 0 : 1;
    Term *in[2];
    double x;

    if (n->n_in != 2 || !r->known[n->in[k]->id] ||
        !shape_equal(&n->in[1 - k]->shape, &n->shape))
        return NULL;
    x = r->value[n->in[k]->id];
    in[0] = read_input(r, n, 1 - k);
    if ((n->op == OP_ADD && x == 0) || (n->op == OP_MUL && x == 1) ||
        (n->op == OP_SUB && k == 1 && x == 0))
        return in[0];
    in[1] = read_input(r, n, k);
    if (n->op == OP_MAX && k == 1)
        return read_form(r, "$a.clamp(min=$b)", n->id, 2, in);
    if (n->op == OP_MIN && k == 1)
        return read_form(r, "$a.clamp(max=$b)", n->id, 2, in);
    return NULL;
}

/* Both are truths. */
static Term *read_product(Reader *r, const Node *n)
{
    Term *in[2];

    for (int i = 0; i < 2; i++) {
        if (r->known[n->in[i]->id] || !r->term[n->in[i]->id]->truth)
            return read_map(r, n);
        in[i] = r->term[n->in[i]->id];
    }
    return read_form(r, "$?a & $?b?", n->id, 2, in);
}

static Special *const special[OP_COUNT] = {
    [OP_INPUT] = leaf_input,     [OP_TENSOR] = leaf_tensor,
    [OP_ARG] = leaf_arg,         [OP_TRANSPOSE] = read_transpose,
    [OP_RESHAPE] = read_reshape, [OP_SCAN] = read_scan,
    [OP_PICK] = read_pick,       [OP_ADD] = read_map,
    [OP_SUB] = read_map,         [OP_MAX] = read_map,
    [OP_MIN] = read_map,         [OP_MUL] = read_product,
    [OP_DROP_MASK] = mask_alone,
};

static const char *pytorch_form(Op op)
{
    return op_table[op].pytorch;
}

static const char *pytorch_full(Arena *arena, double x)
{
    return x == 0   ? "torch.zeros($shape)"
           : x == 1 ? "torch.ones($shape)"
                    : arena_printf(arena, "torch.full($tuple, %s)",
                                   form_number(arena, x));
}

const Dialect dialect_pytorch = {.form = pytorch_form,
                                 .fill = form_fill,
                                 .number = form_number,
                                 .full = pytorch_full,
                                 .real = "$a.to(real)",
                                 .truth = "$a != 0",
                                 .idiom = read_idiom,
                                 .special = special};

static Term *by_form(Reader *r, const Node *n)
{
    Term **in = NEWN(r->arena, Term *, n->n_in + 1);
    const char *form = r->dialect->form(n->op);

    if (!form)
        nnc_bug("%s has no form to export", op_table[n->op].id);
    for (int i = 0; i < n->n_in; i++)
        in[i] = read_input(r, n, i);
    if (strcmp(form, "$a") == 0)
        return in[0];
    return read_form(r, form, n->id, n->n_in, in);
}

/* Numbers, their views, and what is computed of numbers alone. */
static bool find_number(Reader *r, const Node *n)
{
    const OpInfo *row = &op_table[n->op];
    double in[3] = {0};

    if (n->op == OP_CONST) {
        r->value[n->id] = n->attr.value;
        return true;
    }
    if (n->n_in < 1 || n->n_in > 3 || (!row->value && row->class != CLASS_VIEW))
        return false;
    if (row->class == CLASS_VIEW && (n->n_in > 1 || n->op == OP_PAD))
        return false;
    for (int i = 0; i < n->n_in; i++) {
        if (!r->known[n->in[i]->id])
            return false;
        in[i] = r->value[n->in[i]->id];
    }
    r->value[n->id] = row->value ? row->value(in[0], in[1], in[2]) : in[0];
    return true;
}

static void read_node(Reader *r, const Node *n)
{
    Term *t = NULL;

    r->known[n->id] = find_number(r, n);
    if (r->known[n->id])
        return;
    t = r->dialect->idiom(r, n);
    if (!t && r->dialect->special[n->op])
        t = r->dialect->special[n->op](r, n);
    if (!t)
        t = by_form(r, n);
    r->term[n->id] = t;
    if (n->name && !t->name && !t->atom && (n->type != TYPE_NONE || t->block))
        t->name = n->name;
    if (!t->span.source)
        t->span = n->span;
}

/* Whether two nodes differ in nothing but sizes. */
static bool is_twin(const Node *a, const Node *b)
{
    bool same = a->op == b->op && a->n_in == b->n_in &&
                a->shape.rank == b->shape.rank && a->type == b->type;

    for (int i = 0; same && i < a->n_in; i++)
        same = a->in[i]->id == b->in[i]->id;
    if (same && op_table[a->op].attr == ATTR_VALUE)
        same = a->attr.value == b->attr.value;
    return same;
}

Reader *read_graph(const Reader *like, const Graph *a, const Graph *b)
{
    Reader *r = NEW(like->arena, Reader);
    int n = a->nodes.n;

    *r = *like;
    r->a = a;
    r->b = b;
    r->term = NEWN(r->arena, Term *, n + 1);
    r->known = NEWN(r->arena, bool, n + 1);
    r->value = NEWN(r->arena, double, n + 1);
    r->gathered = NEWN(r->arena, Term *, a->roots.n + 1);
    if (n != b->nodes.n)
        nnc_bug("%d nodes for %d rows, %d for %d", n, ROWS_A, b->nodes.n,
                ROWS_B);
    for (int i = 0; i < n; i++) {
        if (!is_twin(a->nodes.at[i], b->nodes.at[i]))
            nnc_bug("node %d is another one where the batch is", i);
        read_node(r, a->nodes.at[i]);
    }
    return r;
}
