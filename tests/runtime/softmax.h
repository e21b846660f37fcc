/* A model written by hand in the form that the compiler prints: softmax
 * regression, 4 features to 3 classes, trained by gradient descent with
 * momentum. Its weight is packed as 4 rows of 8 places, so that layouts with
 * padding are met; everything is parallel over nothing.
 *
 *     z[r,o] = b[o] + sum_i w[o,i] x[r,i]     p = softmax z
 *     loss = -mean_r log p[r, y_r]
 */
#ifndef SOFTMAX_H
#define SOFTMAX_H

#include <math.h>
#include <string.h>

#include "nn_program.h"

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
    }
    return isfinite(total) ? 0 : 1;
}

static inline int softmax_step(nn_real *params, void *workspace,
                               const void *const *inputs,
                               nn_real *const *outputs, double *sums, int rows,
                               const nn_scalars *s, nn_parallel par, void *pool)
{
    double *d = workspace;
    (void)outputs, (void)par, (void)pool;
    memset(d, 0, SLOT * sizeof *d);
    if (softmax_pass(params, inputs, NULL, sums, rows, d) != 0)
        return 1;
    for (int i = 0; i < SLOT; i++) {
        nn_real *m = &params[SLOT + i];
        *m = (nn_real)(0.9 * (double)*m + d[i]);
        params[i] -= (nn_real)(s->rate * (double)*m);
    }
    return 0;
}

static inline int softmax_eval(nn_real *params, void *workspace,
                               const void *const *inputs,
                               nn_real *const *outputs, double *sums, int rows,
                               const nn_scalars *s, nn_parallel par, void *pool)
{
    (void)workspace, (void)s, (void)par, (void)pool;
    return softmax_pass(params, inputs, outputs[0], sums, rows, NULL);
}

static inline int softmax_grad(nn_real *params, void *workspace,
                               const void *const *inputs,
                               nn_real *const *outputs, double *sums, int rows,
                               const nn_scalars *s, nn_parallel par, void *pool)
{
    double *d = workspace;
    (void)s, (void)par, (void)pool;
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

static const nn_param softmax_params[] = {
    {.name = "out.weight",
     .rank = 2,
     .shape = {OUT, IN},
     .offset = 0,
     .size = IN * LANES,
     .piece_count = 2,
     .pieces = {{.axis = 0, .div = 1, .size = OUT, .stride = 1},
                {.axis = 1, .div = 1, .size = IN, .stride = LANES}},
     .init = NN_INIT_UNIFORM,
     .scale = 0.5,
     .slots = 1},
    {.name = "out.bias",
     .rank = 1,
     .shape = {OUT},
     .offset = IN * LANES,
     .size = LANES,
     .init = NN_INIT_CONSTANT,
     .slots = 1},
};

static const nn_tensor softmax_inputs[] = {
    {.name = "x", .type = NN_F32, .rank = 1, .shape = {IN}, .values = IN},
    {.name = "species", .type = NN_CLASS, .classes = OUT, .values = 1},
};

static const nn_tensor softmax_outputs[] = {
    {.name = "output",
     .type = NN_F32,
     .rank = 1,
     .shape = {OUT},
     .values = OUT},
};

static const nn_metric softmax_metrics[] = {
    {.name = "accuracy", .finish = NN_MEAN, .per_row = 1, .percent = 1},
};

static const nn_model softmax_model = {
    .name = "softmax",
    .version = "0",
    .processor = "generic",
    .params = softmax_params,
    .param_count = 2,
    .reals = 2 * SLOT,
    .slot_stride = SLOT,
    .inputs = softmax_inputs,
    .input_count = 1,
    .target_count = 1,
    .outputs = softmax_outputs,
    .output_count = 1,
    .metrics = softmax_metrics,
    .metric_count = 1,
    .step = {softmax_step, BATCH, SLOT * sizeof(double)},
    .eval = {softmax_eval, 32, 64},
    .infer = {softmax_eval, 16, 64},
    .infer1 = {softmax_eval, 1, 64},
    .grad = {softmax_grad, BATCH, SLOT * sizeof(double)},
    .flops = 2 * IN * OUT,
};

static const nn_transform softmax_standardize[] = {{.kind = NN_STANDARDIZE}};
static const nn_transform softmax_category[] = {{.kind = NN_CATEGORY}};
static const nn_columns softmax_features[] = {{.from = 1, .to = 4}};
static const nn_columns softmax_species[] = {{.from = 5, .to = 5}};

static const nn_flow softmax_flows[] = {
    {.tensor = 0,
     .part = NN_TRAIN,
     .reader = &nn_csv,
     .path = "iris.csv",
     .columns = softmax_features,
     .column_count = 1,
     .transforms = softmax_standardize,
     .transform_count = 1},
    {.tensor = 1,
     .part = NN_TRAIN,
     .reader = &nn_csv,
     .path = "iris.csv",
     .columns = softmax_species,
     .column_count = 1,
     .transforms = softmax_category,
     .transform_count = 1},
};

static const nn_pairing softmax_pairings[] = {
    {.target = 2, .probabilities = 1},
};

static const nn_program softmax_program = {
    .model = &softmax_model,
    .file = "softmax.nn",
    .flows = softmax_flows,
    .flow_count = 2,
    .test = {.kind = NN_SPLIT_SHARE, .amount = 0.2, .last = 1, .by = 2},
    .train = {.optimizer = "sgd",
              .rate = 0.1,
              .schedule = {.kind = NN_RATE_COSINE},
              .epochs = 20,
              .seed = 1,
              .split_seed = 1},
    .pairings = softmax_pairings,
};

#endif
