/* gemm_sums.h: a case of gemm_test.c and what its product must give, summed
 * in double. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOOK_NONE, HOOK_LINE, HOOK_GATES, HOOK_ROW };

typedef struct Case {
    const char *name;
    long m, n, k, gates, lanes;
    long a_row, a_column, a_block, a_outer;
    long b_width, b_row, b_panel;
    long c_width, c_row, c_panel;
    int b_rough, c_rough, bias, add, hook, units;
    long scratch;
    void (*call)(const float *a, const float *b, const float *bias, float *c,
                 float *scratch, int from, int to);
} Case;

static float noise(void)
{
    static unsigned state = 1;
    state = state * 1664525u + 1013904223u;
    return (float)(state >> 8) / 8388608.0f - 1.0f;
}

static float *buffer(long n, int random)
{
    float *p = malloc((size_t)n * sizeof(float));
    if (p == NULL) {
        exit(2);
    }
    for (long i = 0; i < n; i++) {
        p[i] = random ? noise() : 0.0f;
    }
    return p;
}

static long a_at(const Case *c, long m, long k)
{
    long block = c->a_block > 0 ? c->a_block : c->k;
    return m * c->a_row + k / block * c->a_outer + k % block * c->a_column;
}

static long at(long width, long row, long panel, long r, long v)
{
    return width == 0 ? r * row + v : v / width * panel + r * row + v % width;
}

static long place(const Case *c, long column, long gate)
{
    return (column / c->lanes * c->gates + gate) * c->lanes + column % c->lanes;
}

static long whole_row(const Case *c)
{
    return (c->n + c->lanes - 1) / c->lanes * c->lanes * c->gates;
}

/* Reals of B or C; a rough one ends with its last column. */
static long size_of(const Case *c, long width, long row, long panel, long rows,
                    int rough)
{
    long v = rough ? c->n : whole_row(c);
    if (width == 0) {
        return (rows - 1) * row + v;
    }
    return (whole_row(c) + width - 1) / width * panel;
}

static double sum(const Case *c, const float *a, const float *b,
                  const float *start, long m, long v)
{
    double s = start != NULL ? (double)*start : 0;
    for (long k = 0; k < c->k; k++) {
        s += (double)a[a_at(c, m, k)] *
             (double)b[at(c->b_width, c->b_row, c->b_panel, k, v)];
    }
    return s;
}

static double wanted(const Case *c, const float *a, const float *b,
                     const float *bias, const float *before, long m,
                     long column, long gate)
{
    double total = 0;
    double own = 0;
    for (long g = 0; g < c->gates; g++) {
        long v = place(c, column, g);
        const float *start = c->bias ? &bias[v] : NULL;
        if (c->add) {
            start = &before[at(c->c_width, c->c_row, c->c_panel, m, v)];
        }
        double s = sum(c, a, b, start, m, v);
        total += (double)(g + 1) * s;
        own = g == gate ? s : own;
    }
    if (c->hook == HOOK_LINE) {
        return 2 * own + 1;
    }
    return c->hook == HOOK_GATES ? total : own;
}
