/* batch.c: batch normalisation, which PyTorch has a function for (Ioffe,
 * Szegedy 2015).
 *
 * In training it takes the figures of the batch and gathers them, which are
 * nodes far apart: the value itself and what two statistics become. Only where
 * all of them are as F.batch_norm has them it stands for them. */
#include <math.h>

#include "export/idiom.h"

static const char mean_pattern[] = "DIV(RESHAPE(SUM(ROWS_MASK(x))),k)";
static const char square_pattern[] =
    "DIV(RESHAPE(SUM(ROWS_MASK(SQUARE(x)))),k)";
static const char mean_next[] = "ADD(MUL(p,m),MUL(q,c))";
static const char var_next[] =
    "ADD(m,MUL(MUL(q,GT(k,o)),SUB(DIV(MUL(c,k),MAX(SUB(k,o),o)),m)))";

static bool is_statistic(const Reader *r, const Node *n)
{
    return n->op == OP_TENSOR &&
           r->program->tensors.at[n->attr.index].kind == TENSOR_STATISTIC;
}

/* The sum over everything but the features. */
static bool sums_rows(const Node *sum)
{
    return sum->attr.axes == (((1U << sum->shape.rank) - 1) & ~2U);
}

/* What gathers value c by this pattern: the statistic, its momentum and which
 * root gets it; or NULL. */
static const Node *gathers(const Reader *r, const Node *c, const char *pattern,
                           double *momentum, int *at)
{
    for (int i = 0; i < r->a->roots.n; i++) {
        const Root *root = &r->a->roots.at[i];
        const Node *own;
        Match m;

        if (root->role != ROOT_TENSOR ||
            !idiom_match(r, &m, pattern, root->node, true) ||
            idiom_letter(&m, 'c') != c || !r->known[idiom_letter(&m, 'q')->id])
            continue;
        own = idiom_letter(&m, 'm');
        *momentum = r->value[idiom_letter(&m, 'q')->id];
        if (is_statistic(r, own) && own->attr.index == root->index) {
            *at = i;
            return own;
        }
    }
    return NULL;
}

/* Mean and variance as they were gathered, given those of the batch, and which
 * roots get them. */
static bool find_gathered(const Reader *r, const Match *m, const Node **mean,
                          const Node **var, double *momentum, int *at)
{
    const Node *x = idiom_letter(m, 'x'), *c = idiom_letter(m, 'c'),
               *v = idiom_letter(m, 'v');
    Match means, squares;
    double own;

    if (!idiom_match(r, &means, mean_pattern, c, true) ||
        !idiom_match(r, &squares, square_pattern, v, true) ||
        idiom_letter(&means, 'x') != x ||
        idiom_letter(&squares, 'x') != m->node[3] ||
        !sums_rows(means.node[2]) || !sums_rows(squares.node[2]))
        return false;
    *mean = gathers(r, c, mean_next, momentum, &at[0]);
    *var = gathers(r, v, var_next, &own, &at[1]);
    return *mean && *var && own == *momentum;
}

/* The layer's module, which all entries have in common. Where a layer does not
 * learn there is none, and what it gathered is only read. */
static const char *module_of(Reader *r, const Match *m, const Node *mean,
                             const Node *var, double momentum)
{
    static const char *const names[] = {"weight", "bias", "running_mean",
                                        "running_var"};
    const Node *of[] = {idiom_letter(m, 'w'), idiom_letter(m, 'b'), mean, var};
    const char *eps = form_number(r->arena, r->value[idiom_letter(m, 'e')->id]);
    const char *make = arena_printf(r->arena, "BatchNorm(%lld, %s, ",
                                    (long long)mean->shape.dim[0], eps);
    int tensors[4];

    for (int i = 0; i < 4; i++)
        if (of[i]->op != OP_TENSOR)
            return NULL;
        else
            tensors[i] = of[i]->attr.index;
    if (isnan(momentum))
        return layers_found(r->weights, tensors[0], make);
    return layers_module(
        r->weights, 4, tensors, names,
        arena_printf(r->arena, "%s%s)", make, form_number(r->arena, momentum)));
}

/* The value where the layer does not learn. */
static Term *at_rest(Reader *r, const Match *m, const Node *mean,
                     const Node *var)
{
    const Node *const of[] = {idiom_letter(m, 'x'), mean, var,
                              idiom_letter(m, 'w'), idiom_letter(m, 'b')};
    Term *in[5];

    for (int i = 0; i < 5; i++) {
        if (r->known[of[i]->id])
            return NULL;
        in[i] = r->term[of[i]->id];
    }
    return read_form(
        r,
        arena_printf(r->arena, "F.batch_norm($a, $b, $c, $d, $e, eps=%s)",
                     form_number(r->arena, r->value[idiom_letter(m, 'e')->id])),
        m->root->id, 5, in);
}

Term *idiom_batchnorm(Reader *r, const Match *m)
{
    const Node *x = idiom_letter(m, 'x'), *mean = idiom_letter(m, 'c');
    const Node *var = idiom_letter(m, 'v');
    double momentum = NAN;
    const char *module;
    int at[2];
    Term *in;

    for (int i = 0; i < m->n; i++)
        if (m->node[i]->op == OP_RESHAPE &&
            !idiom_along(m->node[i], &x->shape, 1))
            return NULL;
    if (!r->known[idiom_letter(m, 'e')->id] || r->known[x->id])
        return NULL;
    if (!(is_statistic(r, mean) && is_statistic(r, var)) &&
        !find_gathered(r, m, &mean, &var, &momentum, at))
        return NULL;
    module = module_of(r, m, mean, var, momentum);
    if (!module)
        return isnan(momentum) ? at_rest(r, m, mean, var) : NULL;
    in = r->term[x->id];
    in = read_form(r, arena_printf(r->arena, "%s($a)", module), m->root->id, 1,
                   &in);
    for (int i = 0; i < 2 && !isnan(momentum); i++)
        r->gathered[at[i]] = in;
    return in;
}
