/* A model written by hand in the form that the compiler prints: softmax
 * regression, 4 features to 3 classes, trained by gradient descent with
 * momentum. Its weight is packed as 4 rows of 8 places, so that layouts with
 * padding are met.
 */
#ifndef SOFTMAX_H
#define SOFTMAX_H

#include "nn_program.h"
#include "softmax_entries.h"

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
     .scale = 0.5},
    {.name = "out.bias",
     .rank = 1,
     .shape = {OUT},
     .offset = IN * LANES,
     .size = LANES,
     .init = NN_INIT_CONSTANT},
    {.name = "out.weight.v",
     .kind = NN_SLOT,
     .rank = 2,
     .shape = {OUT, IN},
     .offset = SLOT,
     .size = IN * LANES,
     .piece_count = 2,
     .pieces = {{.axis = 0, .div = 1, .size = OUT, .stride = 1},
                {.axis = 1, .div = 1, .size = IN, .stride = LANES}},
     .init = NN_INIT_CONSTANT},
    {.name = "out.bias.v",
     .kind = NN_SLOT,
     .rank = 1,
     .shape = {OUT},
     .offset = SLOT + IN * LANES,
     .size = LANES,
     .init = NN_INIT_CONSTANT},
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
    {.name = "accuracy", .sums = 1, .percent = 1},
};

enum { ENTRIES = 5 };
static const nn_entry softmax_table[ENTRIES] = {
    {"step", NN_STEP, BATCH, 1, SLOT * sizeof(double), softmax_step},
    {"eval", NN_EVAL, 32, 0, 64, softmax_eval},
    {"infer", NN_INFER, 16, 0, 64, softmax_eval},
    {"infer1", NN_INFER, 1, 0, 64, softmax_eval},
    {"grad", NN_GRAD, BATCH, 0, SLOT * sizeof(double), softmax_grad},
};

static const nn_model softmax_model = {
    .name = "softmax",
    .version = "0",
    .processor = "generic",
    .params = softmax_params,
    .param_count = 4,
    .reals = 2 * SLOT,
    .inputs = softmax_inputs,
    .input_count = 1,
    .target_count = 1,
    .outputs = softmax_outputs,
    .output_count = 1,
    .metrics = softmax_metrics,
    .metric_count = 1,
    .sum_count = 3,
    .entries = softmax_table,
    .entry_count = ENTRIES,
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
    .gradcheck = sizeof(nn_real) == sizeof(double) ? nn_gradcheck : NULL,
};

#endif
