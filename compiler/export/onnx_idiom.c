/* onnx_idiom.c: groups of nodes that are one operator of ONNX, by their form
 * as in idiom.c. Where anything differs, their operators are written. */
#include "export/idiom.h"
#include "export/onnx_form.h"
#include "export/onnx_read.h"

typedef struct Idiom {
    const char *pattern;
    /* The form for the letters of `in`, or NULL: it is not that group. */
    const char *(*form)(Reader *r, const Match *m);
    const char *in;
    int node;   /* of the pattern, which gives the words */
    bool named; /* values inside may have names, which are lost */
} Idiom;

/* Whether all that stand as vectors along an axis of s are. */
static bool all_along(const Match *m, const Shape *s, int axis)
{
    for (int i = 0; i < m->n; i++)
        if (m->node[i]->op == OP_RESHAPE && !idiom_along(m->node[i], s, axis))
            return false;
    return true;
}

static const char *gemm(Reader *r, const Match *m)
{
    const Node *product = m->node[1], *b = idiom_letter(m, 'b');

    if (product->shape.rank != 2 || r->known[b->id] || b->shape.rank != 1 ||
        !all_along(m, &product->shape, 1))
        return NULL;
    return arena_printf(r->arena, "Gemm<transA=%d, transB=%d>($a, $b, $c)",
                        product->attr.mm.ta, product->attr.mm.tb);
}

static const char *conv(Reader *r, const Match *m)
{
    const Node *b = idiom_letter(m, 'b');

    return !r->known[b->id] && b->shape.rank == 1 &&
                   all_along(m, &m->root->shape, 1)
               ? "Conv<$window>($a, $b, $c)"
               : NULL;
}

static const char *batchnorm(Reader *r, const Match *m)
{
    const Node *eps = idiom_letter(m, 'e');

    if (!r->known[eps->id] || !all_along(m, &idiom_letter(m, 'x')->shape, 1) ||
        idiom_letter(m, 'c')->shape.rank != 1 ||
        idiom_letter(m, 'v')->shape.rank != 1 ||
        idiom_letter(m, 'w')->shape.rank != 1 ||
        idiom_letter(m, 'b')->shape.rank != 1)
        return NULL;
    return arena_printf(r->arena,
                        "BatchNormalization<epsilon=%s>($a, $b, $c, $d, $e)",
                        onnx_number(r->arena, r->value[eps->id]));
}

/* Ba, Kiros, Hinton 2016. */
static const char *layernorm(Reader *r, const Match *m)
{
    const Node *x = idiom_letter(m, 'x'), *eps = idiom_letter(m, 'e');
    int last = x->shape.rank - 1;

    if (!r->known[eps->id] || m->node[3] != idiom_letter(m, 's') ||
        !all_along(m, &x->shape, last) ||
        idiom_letter(m, 'w')->shape.rank != 1 ||
        idiom_letter(m, 'b')->shape.rank != 1 ||
        !idiom_number(r, idiom_letter(m, 'k'), (double)x->shape.dim[last]))
        return NULL;
    for (int i = 0; i < m->n; i++)
        if (m->node[i]->op == OP_SUM && m->node[i]->attr.axes != 1U << last)
            return NULL;
    return arena_printf(r->arena,
                        "LayerNormalization<axis=-1, epsilon=%s>($a, $b, $c)",
                        onnx_number(r->arena, r->value[eps->id]));
}

static const char *mean(Reader *r, const Match *m)
{
    const Node *sum = m->node[1];
    int64_t each =
        shape_count(&idiom_letter(m, 'x')->shape) / shape_count(&sum->shape);

    return !(sum->attr.axes & 1) &&
                   idiom_number(r, idiom_letter(m, 'k'), (double)each)
               ? "ReduceMean<axes=$axes, keepdims=1>($a)"
               : NULL;
}

/* Nothing trains. */
static const char *dropout(Reader *r, const Match *m)
{
    (void)r, (void)m;
    return "$a";
}

static const Idiom idioms[] = {
    {"ADD(MATMUL(x,w),RESHAPE(b))", gemm, "xwb", 1, false},
    {"ADD(CONV(x,w),RESHAPE(b))", conv, "xwb", 1, false},
    {"ADD(MUL(DIV(SUB(x,RESHAPE(c)),RESHAPE(SQRT(ADD(v,e)))),RESHAPE(w)),"
     "RESHAPE(b))",
     batchnorm, "xwbcv", 0, true},
    {"ADD(MUL(DIV(SUB(x,DIV(SUM(x),k)),SQRT(ADD(DIV(SUM(SQUARE(s)),k),e))),"
     "RESHAPE(w)),RESHAPE(b))",
     layernorm, "xwb", 0, true},
    {"DIV(SUM(x),k)", mean, "x", 1, false},
    {"MUL(x,DROP_MASK)", dropout, "x", 0, false},
};

static Term *build(Reader *r, const Idiom *idiom, const Match *m)
{
    Term *in[8];
    int n = 0;
    const char *form;

    for (const char *c = idiom->in; *c; c++) {
        const Node *of = idiom_letter(m, *c);

        if (r->known[of->id])
            return NULL;
        in[n++] = read_real(r, r->term[of->id]);
    }
    form = idiom->form(r, m);
    if (!form || form[0] == '$')
        return form ? in[0] : NULL;
    return read_form(r, form, m->node[idiom->node]->id, n, in);
}

Term *onnx_idiom(Reader *r, const Node *n)
{
    for (size_t i = 0; i < sizeof idioms / sizeof *idioms; i++) {
        Match m;

        if (idiom_match(r, &m, idioms[i].pattern, n, idioms[i].named)) {
            Term *t = build(r, &idioms[i], &m);

            if (t)
                return t;
        }
    }
    return NULL;
}
