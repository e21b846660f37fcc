/* One clock for the process; only the thread that calls entries reads it. */
#include "nn_kernel_clock.h"

#include <stdlib.h>

#include "nn_clock.h"
#include "nn_mem.h"

enum { RUNS = 1000 };

static struct {
    double *seconds;
    long long *calls;
    int count;
    double last, own; /* own: what one reading takes */
} kernels;

static double reading(void)
{
    double start = nn_clock_now();
    for (int i = 0; i < RUNS; i++)
        nn_kernel_done(0);
    return (nn_clock_now() - start) / RUNS;
}

bool nn_kernel_clock_open(int count, nn_error *e)
{
    size_t n = (size_t)count + 1;
    if (!nn_alloc(&kernels.seconds, n, sizeof *kernels.seconds, "times", e) ||
        !nn_alloc(&kernels.calls, n, sizeof *kernels.calls, "times", e))
        return false;
    kernels.count = count;
    nn_kernel_clock_start();
    kernels.own = reading();
    nn_kernel_clock_reset();
    return true;
}

void nn_kernel_clock_reset(void)
{
    for (int i = 0; i < kernels.count; i++) {
        kernels.seconds[i] = 0;
        kernels.calls[i] = 0;
    }
}

void nn_kernel_clock_start(void)
{
    kernels.last = nn_clock_now();
}

void nn_kernel_done(int row)
{
    double now = nn_clock_now();
    if (row < kernels.count) {
        kernels.seconds[row] += now - kernels.last;
        kernels.calls[row]++;
    }
    kernels.last = now;
}

double nn_kernel_clock_read(int row)
{
    double own = (double)kernels.calls[row] * kernels.own;
    double seconds = kernels.seconds[row] - own;
    return seconds > 0 ? seconds : 0;
}
