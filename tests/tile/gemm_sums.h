/* gemm_sums.h: a case of gemm_test.c and what its product must give, summed
 * in double. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOOK_NONE, HOOK_LINE, HOOK_GATES };

typedef struct Case {
    const char *name;
    long m, n, k, gates, lanes;
    long a_row, a_column, a_block, a_outer;
    long b_width, b_row, b_panel, b_gate;
    long c_width, c_row, c_panel;
    int b_rough, c_rough, hook, units;
    long scratch;
    void (*call)(const float *a, const float *b, float *c, float *scratch,
                 int from, int to);
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

/* Lanes of a row of one gate. */
static long whole_row(const Case *c)
{
    return (c->n + c->lanes - 1) / c->lanes * c->lanes;
}

/* Reals of B or C with `whole` lanes in a row; a rough one ends with its last
 * column. */
static long size_of(const Case *c, long width, long row, long panel, long rows,
                    long whole, int rough)
{
    if (width == 0) {
        return (rows - 1) * row + (rough ? c->n : whole);
    }
    return (whole + width - 1) / width * panel;
}

static double sum(const Case *c, const float *a, const float *b, long m,
                  long column, long gate)
{
    double s = 0;
    for (long k = 0; k < c->k; k++) {
        s += (double)a[a_at(c, m, k)] *
             (double)b[gate * c->b_gate +
                       at(c->b_width, c->b_row, c->b_panel, k, column)];
    }
    return s;
}

static double wanted(const Case *c, const float *a, const float *b, long m,
                     long column)
{
    double total = 0;
    for (long g = 0; g < c->gates; g++) {
        total += (double)(g + 1) * sum(c, a, b, m, column, g);
    }
    return c->hook == HOOK_LINE ? 2 * total + 1 : total;
}
