/* idiom.c: groups of nodes that PyTorch has a word for.
 *
 * A pattern is what a graph looks like: operators by their ids, and letters for
 * any value, the same letter for the same value. What a layer of the prelude
 * becomes is found by its form alone; where anything differs, its operators
 * are written instead, which is as right. */
#include <math.h>

#include "export/idiom.h"

typedef struct Idiom {
    const char *pattern;
    Term *(*build)(Reader *r, const Match *m);
    bool named; /* values inside may have names, which are lost */
} Idiom;

/* The tensor that n reads, or -1. */
static int tensor_of(const Node *n)
{
    return n->op == OP_TENSOR ? n->attr.index : -1;
}

/* A layer with weight and bias as a module, else by its function. `bias` may
 * be a number, 0. The node gives the words of `call` and `apply`. */
static Term *layer(Reader *r, const Node *n, Term *x, const Node *w,
                   const Node *bias, const char *make, const char *call,
                   const char *function)
{
    static const char *const names[] = {"weight", "bias"};
    bool none = r->known[bias->id];
    int tensors[] = {tensor_of(w), none ? 0 : tensor_of(bias)};
    Term *in[3] = {x, r->term[w->id], none ? NULL : r->term[bias->id]};
    const char *module = NULL;

    make = form_fill(r->arena, make, read_pair(r, n->id));
    make = arena_printf(r->arena, none ? "%s, bias=False)" : "%s)", make);
    if (tensors[0] >= 0 && tensors[1] >= 0)
        module = layers_module(r->weights, none ? 1 : 2, tensors, names, make);
    if (module)
        return read_form(r, arena_printf(r->arena, "%s(%s)", module, call),
                         n->id, 1, in);
    return read_form(
        r, str_replace(r->arena, function, "$bias", none ? "None" : "$c"),
        n->id, none ? 2 : 3, in);
}

static bool is_bias(const Reader *r, const Node *b)
{
    return idiom_number(r, b, 0) || (!r->known[b->id] && b->shape.rank == 1);
}

static Term *linear_of(Reader *r, const Node *product, const Match *m)
{
    const Node *a = idiom_letter(m, 'x'), *w = idiom_letter(m, 'w'),
               *b = idiom_letter(m, 'b');
    const Node *spread = m->node[m->n - 1];
    const char *make;

    if (product->attr.mm.ta || !product->attr.mm.tb || w->shape.rank != 2 ||
        !is_bias(r, b) || r->known[a->id] || r->known[w->id] ||
        !idiom_along(spread, &m->root->shape, m->root->shape.rank - 1))
        return NULL;
    make = arena_printf(r->arena, "nn.Linear(%lld, %lld",
                        (long long)w->shape.dim[1], (long long)w->shape.dim[0]);
    return layer(r, m->root, r->term[a->id], w, b, make, "$a",
                 "F.linear($a, $b, $bias)");
}

static Term *linear(Reader *r, const Match *m)
{
    return linear_of(r, m->node[1], m);
}

/* Whether two values differ along their last axis at most. */
static bool same_rows(const Shape *a, const Shape *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank - 1; i++)
        if (a->dim[i] != b->dim[i])
            return false;
    return true;
}

static Term *linear_steps(Reader *r, const Match *m)
{
    const Node *x = idiom_letter(m, 'x');
    bool rows = same_rows(&x->shape, &m->root->shape) &&
                m->node[3]->shape.dim[1] == x->shape.dim[x->shape.rank - 1];

    return rows ? linear_of(r, m->node[2], m) : NULL;
}

static Term *conv(Reader *r, const Match *m)
{
    const Node *a = idiom_letter(m, 'x'), *w = idiom_letter(m, 'w'),
               *b = idiom_letter(m, 'b');
    const Node *n = m->node[1];

    if (!is_bias(r, b) || r->known[a->id] || r->known[w->id] ||
        !idiom_along(m->node[2], &n->shape, 1))
        return NULL;
    return layer(r, n, r->term[a->id], w, b,
                 arena_printf(r->arena, "nn.Conv2d(%lld, %lld, $kernel$slid",
                              (long long)w->shape.dim[1],
                              (long long)w->shape.dim[0]),
                 "$padded", "F.conv2d($padded, $b, $bias$slid)");
}

static Term *dropout(Reader *r, const Match *m)
{
    const Node *x = idiom_letter(m, 'x');
    Term *in;

    if (r->known[x->id])
        return NULL;
    in = r->term[x->id];
    if (r->still)
        return in;
    in = read_dropout(r, m->node[1], in);
    in->hint = "dropout";
    return in;
}

/* Rows of a table that a module holds, of which that of padding is zero. */
static Term *embedding(Reader *r, const Match *m)
{
    static const char *const names[] = {"weight"};
    const Node *ids = idiom_letter(m, 'i'), *w = idiom_letter(m, 'w');
    int least = m->root->attr.index, tensor = tensor_of(w);
    Term *in[] = {r->term[ids->id], r->known[w->id] ? NULL : r->term[w->id]};
    const char *module = NULL;

    if (!in[1] || least > 1)
        return NULL;
    if (tensor >= 0)
        module =
            layers_module(r->weights, 1, &tensor, names,
                          arena_printf(r->arena, "%s(%lld, %lld)",
                                       least ? "Embedding" : "nn.Embedding",
                                       (long long)w->shape.dim[0],
                                       (long long)w->shape.dim[1]));
    if (module)
        return read_form(r, arena_printf(r->arena, "%s($a)", module),
                         m->root->id, 1, in);
    return least ? NULL
                 : read_form(r, "F.embedding($a, $b)", m->root->id, 2, in);
}

/* Whether c counts the rows of a batch times the values of a row of x. */
static bool counts(const Reader *r, const Node *c, const Node *x)
{
    int64_t each = shape_count(&x->shape) / x->shape.dim[0];

    if (c->op == OP_MUL && c->in[0]->op == OP_ROWS)
        return idiom_number(r, c->in[1], (double)each);
    return c->op == OP_ROWS && each == 1;
}

static bool sums_all(const Node *sum)
{
    return sum->attr.axes == (1U << sum->shape.rank) - 1;
}

/* A loss: of classes, and of any terms. */
static Term *cross_entropy(Reader *r, const Match *m)
{
    const Node *x = idiom_letter(m, 'x'), *class = idiom_letter(m, 'k');
    Term *in[] = {r->known[x->id] ? NULL : r->term[x->id], r->term[class->id]};
    bool steps = x->shape.rank == 3 && class->shape.rank == 2;

    if (!in[0] || !sums_all(m->node[2]) || (!steps && x->shape.rank != 2) ||
        class->shape.rank != 2 || !counts(r, idiom_letter(m, 'c'), m->node[4]))
        return NULL;
    return read_form(r,
                     steps ? "F.cross_entropy($a.flatten(0, 1), $b.flatten())"
                           : "F.cross_entropy($a, $b[:, 0])",
                     m->root->id, 2, in);
}

static Term *mean_of_rows(Reader *r, const Match *m)
{
    const Node *x = idiom_letter(m, 'x');
    Term *in = r->known[x->id] ? NULL : r->term[x->id];

    if (!in || !sums_all(m->node[2]) || !counts(r, idiom_letter(m, 'c'), x))
        return NULL;
    return read_form(r, "$a.mean()", m->root->id, 1, &in);
}

static Term *sum_of_all(Reader *r, const Match *m)
{
    const Node *x = idiom_letter(m, 'x');
    Term *in = r->known[x->id] ? NULL : r->term[x->id];

    if (!in || !sums_all(m->node[1]) || m->root->shape.rank != 1)
        return NULL;
    in = read_real(r, in);
    return read_form(r, "$a.sum()", m->root->id, 1, &in);
}

static Term *mean_along(Reader *r, const Match *m)
{
    const Node *x = idiom_letter(m, 'x'), *k = idiom_letter(m, 'k'),
               *sum = m->node[1];
    Term *in = r->known[x->id] ? NULL : r->term[x->id];
    int64_t each = shape_count(&x->shape) / shape_count(&sum->shape);

    if (!in || sum->attr.axes & 1 || !idiom_number(r, k, (double)each))
        return NULL;
    return read_form(r, "$a.mean($axes, keepdim=True)", sum->id, 1, &in);
}

/* How many numbers 0, 1, 2, ... the constant has that n reads, or 0. */
static int64_t counted(const Reader *r, const Node *n)
{
    const Tensor *t =
        tensor_of(n) < 0 ? NULL : &r->program->tensors.at[tensor_of(n)];
    int64_t k = t ? shape_count(&t->shape) : 0;

    if (!t || t->kind != TENSOR_CONSTANT || t->shape.rank != 1)
        return 0;
    for (int64_t i = 0; i < k; i++)
        if (t->init.literal[i] != (double)i)
            return 0;
    return k;
}

static Term *range(Reader *r, const Node *n)
{
    Term *t = read_form(r,
                        arena_printf(r->arena,
                                     n->shape.rank == 1 ? "torch.arange(%lld.0)"
                                                        : "torch.arange(%lld.0)"
                                                          ".reshape($view)",
                                     (long long)shape_count(&n->shape)),
                        n->id, 0, NULL);

    t->hint = "index";
    return t;
}

/* An index is made of two short ones, and cut. */
static Term *index_of(Reader *r, const Node *square, const Node *n)
{
    Match m;
    int64_t rows, columns;

    if (!idiom_match(r, &m, "RESHAPE(ADD(MUL(RESHAPE(c),k),RESHAPE(d)))",
                     square, true))
        return NULL;
    rows = counted(r, idiom_letter(&m, 'c'));
    columns = counted(r, idiom_letter(&m, 'd'));
    return rows > 0 && columns > 0 &&
                   idiom_number(r, idiom_letter(&m, 'k'), (double)columns) &&
                   shape_count(&square->shape) == rows * columns
               ? range(r, n)
               : NULL;
}

static Term *index_short(Reader *r, const Match *m)
{
    return counted(r, m->root) ? range(r, m->root) : NULL;
}

static Term *index_whole(Reader *r, const Match *m)
{
    return index_of(r, m->root, m->root);
}

static Term *index_cut(Reader *r, const Match *m)
{
    return m->root->attr.part.begin == 0 ? index_of(r, m->root->in[0], m->root)
                                         : NULL;
}

/* Ba, Kiros, Hinton 2016. */
static Term *layernorm(Reader *r, const Match *m)
{
    static const char *const names[] = {"weight", "bias"};
    const Node *x = idiom_letter(m, 'x'), *w = idiom_letter(m, 'w'),
               *b = idiom_letter(m, 'b');
    const Node *eps = idiom_letter(m, 'e');
    int last = x->shape.rank - 1, tensors[] = {tensor_of(w), tensor_of(b)};
    const char *module, *size;
    Term *in[] = {r->term[x->id], r->term[w->id], r->term[b->id]};

    if (r->known[x->id] || !r->known[eps->id] || tensors[0] < 0 ||
        tensors[1] < 0 || m->node[3] != idiom_letter(m, 's'))
        return NULL;
    for (int i = 0; i < m->n; i++)
        if ((m->node[i]->op == OP_SUM && m->node[i]->attr.axes != 1U << last) ||
            (m->node[i]->op == OP_RESHAPE &&
             !idiom_along(m->node[i], &x->shape, last)))
            return NULL;
    if (!idiom_number(r, idiom_letter(m, 'k'), (double)x->shape.dim[last]))
        return NULL;
    size = arena_printf(r->arena, "%lld", (long long)x->shape.dim[last]);
    module =
        layers_module(r->weights, 2, tensors, names,
                      arena_printf(r->arena, "nn.LayerNorm(%s, eps=%s)", size,
                                   form_number(r->arena, r->value[eps->id])));
    if (module)
        return read_form(r, arena_printf(r->arena, "%s($a)", module),
                         m->root->id, 1, in);
    return read_form(
        r,
        arena_printf(r->arena, "F.layer_norm($a, (%s,), $b, $c, eps=%s)", size,
                     form_number(r->arena, r->value[eps->id])),
        m->root->id, 3, in);
}

/* Hendrycks, Gimpel 2016. */
static Term *gelu(Reader *r, const Match *m)
{
    const Node *x = idiom_letter(m, 'x');
    Term *in = r->term[x->id];
    bool same = idiom_number(r, idiom_letter(m, 'h'), 0.5) &&
                idiom_number(r, idiom_letter(m, 'o'), 1) &&
                idiom_number(r, idiom_letter(m, 's'), sqrt(2));

    return same && !r->known[x->id] ? read_form(r, "F.gelu($a)", x->id, 1, &in)
                                    : NULL;
}

static const Idiom idioms[] = {
    {"ADD(MATMUL(x,w),RESHAPE(b))", linear, false},
    {"ADD(RESHAPE(MATMUL(RESHAPE(x),w)),RESHAPE(b))", linear_steps, false},
    {"ADD(CONV(x,w),RESHAPE(b))", conv, false},
    {"ADD(MUL(DIV(SUB(x,RESHAPE(c)),RESHAPE(SQRT(ADD(v,e)))),RESHAPE(w)),"
     "RESHAPE(b))",
     idiom_batchnorm, true},
    {"ADD(MUL(DIV(SUB(x,DIV(SUM(x),k)),SQRT(ADD(DIV(SUM(SQUARE(s)),k),e))),"
     "RESHAPE(w)),RESHAPE(b))",
     layernorm, true},
    {"MUL(x,DROP_MASK)", dropout, false},
    {"GATHER(i,w)", embedding, false},
    {"DIV(RESHAPE(SUM(ROWS_MASK(XENT(x,k)))),c)", cross_entropy, false},
    {"DIV(RESHAPE(SUM(ROWS_MASK(x))),c)", mean_of_rows, false},
    {"RESHAPE(SUM(ROWS_MASK(x)))", sum_of_all, false},
    {"RESHAPE(SUM(x))", sum_of_all, false},
    {"DIV(SUM(x),k)", mean_along, false},
    {"SLICE(x)", index_cut, false},
    {"RESHAPE(ADD(MUL(RESHAPE(c),k),RESHAPE(d)))", index_whole, false},
    {"TENSOR", index_short, false},
    {"MUL(MUL(h,x),ADD(o,ERF(DIV(x,s))))", gelu, false},
};

Term *read_idiom(Reader *r, const Node *n)
{
    for (size_t i = 0; i < sizeof idioms / sizeof *idioms; i++) {
        const Idiom *idiom = &idioms[i];
        Match m;
        Term *t = idiom_match(r, &m, idiom->pattern, n, idiom->named)
                      ? idiom->build(r, &m)
                      : NULL;

        if (t)
            return t;
    }
    return NULL;
}
