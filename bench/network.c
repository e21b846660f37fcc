/* network.c: memory, weights and rows for one compiled model. What it takes
 * stays until the program ends. */
#include "network.h"

#include <stdio.h>
#include <stdlib.h>

#include "nn_init.h"
#include "nn_mem.h"
#include "nn_rng.h"

static void *block(size_t count, size_t size, const char *what)
{
    void *p = NULL;
    nn_error e;
    if (!nn_alloc(&p, count, size, what, &e)) {
        fprintf(stderr, "bench: %s\n", e.text);
        exit(1);
    }
    return p;
}

float *network_reals(long count, float scale)
{
    float *p = block((size_t)count, sizeof *p, "numbers");
    nn_stream s = {2, NN_FOR_DATA, 0};
    for (long i = 0; i < count; i++) {
        double u = nn_rng_word(s, (uint64_t)i) / 4294967296.0;
        p[i] = (float)(2 * u - 1) * scale;
    }
    return p;
}

static void *rows_of(const nn_tensor *t, int rows)
{
    int64_t count = rows * t->values;
    if (t->type == NN_F32) {
        return network_reals(count, 1);
    }
    int32_t *ids = block((size_t)count, sizeof *ids, "ids");
    for (int64_t i = 0; i < count; i++) {
        ids[i] = (int32_t)(i * 7 % t->classes);
    }
    return ids;
}

Network network_open(const nn_model *m)
{
    Network n = {.model = m, .scalars = {.rate = 1e-7, .seed = 1}};
    int rows = nn_entry_rows(m);
    n.work = block(nn_entry_workspace(m), 1, "workspace");
    n.params = block((size_t)m->reals, sizeof(nn_real), "weights");
    int count = m->input_count + m->target_count;
    n.inputs = block((size_t)count, sizeof *n.inputs, "inputs");
    for (int i = 0; i < count; i++) {
        n.inputs[i] = rows_of(&m->inputs[i], rows);
    }
    n.outputs = block((size_t)m->output_count, sizeof *n.outputs, "outputs");
    for (int i = 0; i < m->output_count; i++) {
        n.outputs[i] = block((size_t)(rows * m->outputs[i].values),
                             sizeof(nn_real), "outputs");
    }
    n.sums = block((size_t)m->sum_count + (size_t)m->chosen * (size_t)rows,
                   sizeof(double), "sums");
    nn_error e;
    if (!nn_init_params(m, n.params, 1, &e)) {
        fprintf(stderr, "bench: %s\n", e.text);
        exit(1);
    }
    return n;
}

void network_run(const Network *n, nn_kind kind, int rows, long times)
{
    const nn_entry *e = nn_entry_find(n->model, kind, rows);
    for (long i = 0; i < times; i++) {
        e->run(n->params, n->params, n->work, n->inputs, n->outputs, n->sums,
               e->batch, &n->scalars, NULL, NULL);
    }
}
