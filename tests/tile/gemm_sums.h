/* gemm_sums.h: a case of gemm_test.c and what its product must give, summed
 * in double. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOOK_NONE, HOOK_LINE };

typedef struct Case {
    const char *name;
    long m, n, k, lanes;
    long a_row, a_column, a_block, a_outer;
    long b_width, b_row, b_panel;
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

/* Lanes of a row. */
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

static double wanted(const Case *c, const float *a, const float *b, long m,
                     long column)
{
    double total = 0;
    for (long k = 0; k < c->k; k++) {
        total += (double)a[a_at(c, m, k)] *
                 (double)b[at(c->b_width, c->b_row, c->b_panel, k, column)];
    }
    return c->hook == HOOK_LINE ? 2 * total + 1 : total;
}

typedef void Gates(const float *sums, float *y, int from, int to);

/* Gate g counts g + 1 times. The last value of sums that may be read is that
 * of the last row. */
static int check_gates(int gates, int n, long row, Gates *call)
{
    enum { ROWS = 3 };
    float *sums = buffer(ROWS * row, 1), *y = buffer((long)ROWS * n, 0);
    int bad = 0;
    call(sums, y, 0, 1);
    call(sums, y, 1, ROWS);
    for (int m = 0; m < ROWS; m++) {
        for (int i = 0; i < n; i++) {
            double want = 0;
            for (int g = 0; g < gates; g++) {
                want += (g + 1) * (double)sums[m * row + g * n + i];
            }
            double off = fabs(want - (double)y[m * n + i]);
            bad |= !(off <= 1.2e-7 * gates * gates);
        }
    }
    if (bad) {
        printf("%d gates of %d are wrong\n", gates, n);
    }
    free(sums);
    free(y);
    return bad;
}
