/* kernels.c: times the entries of kernels.nn at batch 1 and at the batch they
 * are compiled for. A share of the multiply-add peak says how near a kernel
 * that computes is to the machine; beside it stands how many bytes of inputs,
 * outputs and weights a second it moves, as a share of what memcpy moves of
 * as many bytes (above 100 %: it writes less than it reads). Both limits are
 * measured in this process. */
#include <stdio.h>
#include <string.h>

#include "kernels.h"
#include "measure.h"
#include "network.h"
#include "nn_peak.h"

enum { MOST = 1 << 25 }; /* reals of the copied block */

typedef struct {
    Network net;
    int rows;
} Run;

typedef struct {
    float *from, *to;
    size_t bytes;
} Copy;

static void run(void *context, long times)
{
    const Run *r = context;
    network_run(&r->net, NN_INFER, r->rows, times);
}

static void copy(void *context, long times)
{
    const Copy *c = context;
    for (long i = 0; i < times; i++) {
        memcpy(c->to, c->from, c->bytes);
        __asm__ volatile("" ::: "memory");
    }
}

/* Bytes of weights, and of one row's inputs and outputs. */
static double bytes_of(const nn_model *m, int rows)
{
    int64_t values = 0, weights = 0;
    for (int i = 0; i < m->input_count; i++) {
        values += m->inputs[i].values;
    }
    for (int i = 0; i < m->output_count; i++) {
        values += m->outputs[i].values;
    }
    for (int i = 0; i < m->param_count; i++) {
        weights += m->params[i].size;
    }
    return 4.0 * (double)(values * rows + weights);
}

static void show(Run *r, const char *text, double peak, Copy *c)
{
    const nn_model *m = r->net.model;
    int rows = r->rows;
    double flops = (double)(m->flops * rows), bytes = bytes_of(m, rows);
    double time = measure_best(run, r);
    c->bytes = (size_t)(bytes / 8) * 4;
    double limit = measure_best(copy, c);
    printf("%-58s %5d %10.2f us %7.1f GF/s %5.1f %% %7.1f GB/s %5.0f %%\n",
           text, rows, time * 1e6, flops / time / 1e9,
           100 * flops / time / peak, bytes / time / 1e9, 100 * limit / time);
    fflush(stdout);
}

int main(void)
{
    measure_flush();
    const double peak = nn_peak_measure(kernel_table[0].model->processor);
    Copy c = {network_reals(MOST, 1), network_reals(MOST, 1), 0};
    printf("%s, peak %.1f GF/s\n%-58s %5s %13s %12s %7s %12s %7s\n",
           kernel_table[0].model->processor, peak / 1e9, "", "batch", "time",
           "operations", "of peak", "bytes", "of copy");
    for (const Kernel *k = kernel_table; k->text; k++) {
        Run r = {.net = network_open(k->model)};
        r.rows = 1;
        show(&r, k->text, peak, &c);
        r.rows = nn_entry_find(k->model, NN_INFER, NN_MOST_ROWS)->batch;
        show(&r, k->text, peak, &c);
    }
    return 0;
}
