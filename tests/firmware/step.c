/* step.c: infers a row, trains a step and infers again, in static memory, and
 * says all numbers: in ten-millionths, so that nothing of stdio is needed.
 *
 * HEADER, MODEL, REALS and WORKSPACE are those of a model that
 * `nnc compile --target=cortex-m` wrote; its table tells the rest. */
#include HEADER
#include "say.h"

enum { ROOM = 4096, MOST = 4, SAID = 400 };

static _Alignas(64) nn_real params[REALS];
static _Alignas(64) char workspace[WORKSPACE];
static union {
    float real[ROOM];
    int32_t id[ROOM];
} rows[MOST];
static float results[ROOM];

static uint32_t next(void)
{
    static uint32_t x = 1;
    x = x * 1664525u + 1013904223u;
    return x >> 8;
}

/* Numbers from -1 to 1, classes, and tokens with fewer in each row. */
static void fill(int input, int batch)
{
    const nn_tensor *t = &MODEL.inputs[input];
    for (int i = 0; i < batch * (int)t->values; i++) {
        int row = i / (int)t->values, at = i % (int)t->values;
        uint32_t x = next();
        if (t->type == NN_F32)
            rows[input].real[i] = (float)x / (1 << 23) - 1;
        else if (t->type == NN_CLASS)
            rows[input].id[i] = (int32_t)(x % (uint32_t)t->classes);
        else if (at < (int)t->values - 2 * row)
            rows[input].id[i] = 1 + (int32_t)(x % (uint32_t)(t->classes - 1));
    }
}

static const nn_entry *entry(nn_kind kind)
{
    const nn_entry *found = NULL;
    for (int i = 0; i < MODEL.entry_count; i++)
        if (MODEL.entries[i].kind == kind &&
            MODEL.entries[i].workspace <= sizeof workspace)
            found = &MODEL.entries[i];
    return found;
}

static int infer(const void *const *in)
{
    const nn_entry *e = entry(NN_INFER);
    nn_real *const out[MOST] = {results};
    if (MODEL.prepare)
        MODEL.prepare(params);
    if (!e ||
        e->run(params, NULL, workspace, in, out, NULL, 1, NULL, NULL, NULL))
        return 1;
    for (int i = 0; i < (int)MODEL.outputs[0].values; i++)
        say_number((double)results[i]);
    return 0;
}

static int learn(const void *const *in)
{
    const nn_entry *e = entry(NN_STEP);
    const nn_scalars s = {.rate = 0.01, .seed = 1};
    double sums[16];
    if (!e || e->run(params, params, workspace, in, NULL, sums, e->batch, &s,
                     NULL, NULL))
        return 1;
    for (int i = 0; i < MODEL.sum_count; i++)
        say_number(sums[i]);
    for (int i = 0; i < REALS; i += 1 + REALS / SAID)
        say_number((double)params[i]);
    return 0;
}

int main(void)
{
    const void *in[MOST];
    const nn_entry *step = entry(NN_STEP);
    for (int i = 0; step && i < MODEL.input_count + MODEL.target_count; i++) {
        fill(i, step->batch);
        in[i] = &rows[i];
    }
    begin(params, REALS);
    return !step || infer(in) || learn(in) || infer(in);
}
