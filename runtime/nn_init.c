/* Initialisers: He et al. 2015 (he), Glorot and Bengio 2010 (glorot), Saxe
 * et al. 2014 (orthogonal). The first axis is what a weight leads to; fan in
 * is the product of the others. Number i of a parameter is a function of
 * seed, the parameter's index and i. */
#include "nn_init.h"

#include <math.h>
#include <stdlib.h>

#include "nn_layout.h"
#include "nn_mem.h"
#include "nn_rng.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

static double fan_in(const nn_param *p)
{
    double fan = 1;
    for (int i = 1; i < p->rank; i++)
        fan *= (double)p->shape[i];
    return p->rank > 1 ? fan : (double)nn_layout_count(p);
}

static double fan_out(const nn_param *p)
{
    double fan = p->rank > 0 ? (double)p->shape[0] : 1;
    for (int i = 2; i < p->rank; i++)
        fan *= (double)p->shape[i];
    return fan;
}

static double first_value(const nn_param *p, nn_stream s, int64_t i)
{
    uint64_t at = (uint64_t)i;
    switch (p->init) {
    case NN_INIT_UNIFORM:
        return p->scale * (2 * nn_rng_uniform(s, at) - 1);
    case NN_INIT_NORMAL:
        return p->scale * nn_rng_normal(s, at);
    case NN_INIT_HE:
        return sqrt(2 / fan_in(p)) * nn_rng_normal(s, at);
    case NN_INIT_GLOROT:
        return sqrt(6 / (fan_in(p) + fan_out(p))) *
               (2 * nn_rng_uniform(s, at) - 1);
    case NN_INIT_LITERAL:
        return p->literal[i];
    case NN_INIT_CONSTANT:
    case NN_INIT_ORTHOGONAL:
        break;
    }
    return p->scale;
}

/* Makes n vectors of m numbers, m >= n, orthonormal by Gram and Schmidt,
 * twice over for rounding. Vector v's number k is at v * across + k * along. */
static void orthonormalize(double *a, int64_t n, int64_t m, int64_t across,
                           int64_t along)
{
    for (int64_t v = 0; v < n; v++) {
        double *x = a + v * across;
        for (int64_t w = 0; w < 2 * v; w++) {
            const double *y = a + w % v * across;
            double dot = 0;
            for (int64_t k = 0; k < m; k++)
                dot += x[k * along] * y[k * along];
            for (int64_t k = 0; k < m; k++)
                x[k * along] -= dot * y[k * along];
        }
        double norm = 0;
        for (int64_t k = 0; k < m; k++)
            norm += x[k * along] * x[k * along];
        for (int64_t k = 0; k < m; k++)
            x[k * along] /= sqrt(norm);
    }
}

static void round_values(void *context, int64_t first, int64_t count,
                         nn_real *values)
{
    const double *a = context;
    for (int64_t i = 0; i < count; i++)
        values[i] = (nn_real)a[first + i];
}

static bool orthogonal(const nn_param *p, nn_stream s, nn_real *packed,
                       nn_error *e)
{
    double *a;
    int64_t count = nn_layout_count(p);
    int64_t rows = p->rank > 1 ? p->shape[0] : 1, columns = count / rows;
    if (!nn_alloc(&a, (size_t)count, sizeof *a, p->name, e))
        return false;
    for (int64_t i = 0; i < count; i++)
        a[i] = nn_rng_normal(s, (uint64_t)i);
    if (rows <= columns)
        orthonormalize(a, rows, columns, columns, 1);
    else
        orthonormalize(a, columns, rows, 1, columns);
    bool good = nn_layout_fill(p, round_values, a, packed, e);
    free(a);
    return good;
}

/* Number i of a parameter is a function of what stands here. */
typedef struct {
    const nn_param *p;
    nn_stream stream;
} drawing;

static void draw(void *context, int64_t first, int64_t count, nn_real *values)
{
    const drawing *d = context;
    for (int64_t k = 0; k < count; k++)
        values[k] = (nn_real)first_value(d->p, d->stream, first + k);
}

bool nn_init_param(const nn_model *m, int index, nn_real *params, uint64_t seed,
                   nn_error *e)
{
    const nn_param *p = &m->params[index];
    drawing d = {p, {seed, NN_FOR_INIT, (uint32_t)index}};
    nn_real *at = params + p->offset;
    return p->init == NN_INIT_ORTHOGONAL ? orthogonal(p, d.stream, at, e)
                                         : nn_layout_fill(p, draw, &d, at, e);
}

bool nn_init_params(const nn_model *m, nn_real *params, uint64_t seed,
                    nn_error *e)
{
    bool good = true;
    for (int i = 0; good && i < m->param_count; i++)
        good = nn_init_param(m, i, params, seed, e);
    if (good && m->prepare != NULL)
        m->prepare(params);
    return good;
}

bool nn_init_is_given(const nn_model *m)
{
    for (int i = 0; i < m->param_count; i++) {
        const nn_param *p = &m->params[i];
        bool needed = p->kind == NN_STATISTIC ||
                      (p->kind == NN_WEIGHT && p->init != NN_INIT_LITERAL &&
                       !(p->init == NN_INIT_CONSTANT && p->frozen));
        if (needed)
            return false;
    }
    return true;
}
