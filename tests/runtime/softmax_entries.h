/* The entries of the model in softmax.h: softmax regression by hand.
 *
 *     z[r,o] = b[o] + sum_i w[o,i] x[r,i]     p = softmax z
 *     loss = -mean_r log p[r, y_r]
 */
#ifndef SOFTMAX_ENTRIES_H
#define SOFTMAX_ENTRIES_H

#include <math.h>
#include <string.h>

#include "nn_model.h"

enum { IN = 4, OUT = 3, LANES = 8, BATCH = 10, SLOT = IN * LANES + LANES };

static inline double softmax_row(const nn_real *params, const nn_real *x, int y,
                                 double p[OUT])
{
    double sum = 0, most = -1e300;
    for (int o = 0; o < OUT; o++) {
        p[o] = (double)params[IN * LANES + o];
        for (int i = 0; i < IN; i++)
            p[o] += (double)params[i * LANES + o] * (double)x[i];
        most = p[o] > most ? p[o] : most;
    }
    for (int o = 0; o < OUT; o++)
        sum += exp(p[o] - most);
    double loss = y < 0 ? 0 : log(sum) + most - p[y];
    for (int o = 0; o < OUT; o++)
        p[o] = exp(p[o] - most) / sum;
    return loss;
}

/* Loss and metrics of a batch, and its gradient in d where d is given. */
static inline int softmax_pass(const nn_real *params, const void *const *inputs,
                               nn_real *out, double *sums, int rows, double *d)
{
    const nn_real *x = inputs[0];
    const int32_t *y = sums != NULL ? inputs[1] : NULL;
    double total = 0, right = 0;
    for (int r = 0; r < rows; r++, x += IN) {
        double p[OUT];
        total += softmax_row(params, x, y != NULL ? y[r] : -1, p);
        int best = p[1] > p[0] ? 1 : 0;
        best = p[2] > p[best] ? 2 : best;
        right += y != NULL && best == y[r];
        for (int o = 0; o < OUT; o++) {
            if (out != NULL)
                out[r * OUT + o] = (nn_real)p[o];
            double dz = (p[o] - (y != NULL && y[r] == o)) / rows;
            for (int i = 0; d != NULL && i < IN; i++)
                d[i * LANES + o] += dz * (double)x[i];
            if (d != NULL)
                d[IN * LANES + o] += dz;
        }
    }
    if (sums != NULL) {
        sums[0] = total / rows;
        sums[1] = right;
        sums[2] = rows;
    }
    return isfinite(total) ? 0 : 1;
}

static inline int softmax_step(const nn_real *params, nn_real *updated,
                               void *workspace, const void *const *inputs,
                               nn_real *const *outputs, double *sums, int rows,
                               const nn_scalars *s, nn_parallel par, void *pool)
{
    double *d = workspace;
    (void)outputs, (void)par, (void)pool;
    memset(d, 0, SLOT * sizeof *d);
    if (softmax_pass(params, inputs, NULL, sums, rows, d) != 0)
        return 1;
    for (int i = 0; i < SLOT; i++) {
        nn_real *m = &updated[SLOT + i];
        *m = (nn_real)(0.9 * (double)*m + d[i]);
        updated[i] -= (nn_real)(s->rate * (double)*m);
    }
    return 0;
}

static inline int softmax_eval(const nn_real *params, nn_real *updated,
                               void *workspace, const void *const *inputs,
                               nn_real *const *outputs, double *sums, int rows,
                               const nn_scalars *s, nn_parallel par, void *pool)
{
    (void)updated, (void)workspace, (void)s, (void)par, (void)pool;
    return softmax_pass(params, inputs, outputs[0], sums, rows, NULL);
}

static inline int softmax_grad(const nn_real *params, nn_real *updated,
                               void *workspace, const void *const *inputs,
                               nn_real *const *outputs, double *sums, int rows,
                               const nn_scalars *s, nn_parallel par, void *pool)
{
    double *d = workspace;
    (void)updated, (void)s, (void)par, (void)pool;
    memset(d, 0, SLOT * sizeof *d);
    int bad = softmax_pass(params, inputs, NULL, sums, rows, d);
    for (int o = 0; o < OUT; o++) {
        for (int i = 0; outputs[0] != NULL && i < IN; i++)
            outputs[0][o * IN + i] = (nn_real)d[i * LANES + o];
        if (outputs[1] != NULL)
            outputs[1][o] = (nn_real)d[IN * LANES + o];
    }
    return bad;
}

#endif
