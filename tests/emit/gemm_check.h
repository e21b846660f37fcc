/* gemm_check.h: checks one emitted matrix product against sums in double.
 *
 * Included by the program that gemm_test.c writes, after the emitted
 * functions. Buffers have exactly the size that the layouts say, so that
 * address sanitizer sees a lane too many. */
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

static int compare(const Case *c, const float *a, const float *b,
                   const float *bias, const float *before, const float *after)
{
    double worst = 0;
    double terms = (double)c->k * (double)c->gates;
    terms *= c->hook == HOOK_ROW ? (double)c->n : 2;
    long gates = c->hook == HOOK_GATES ? 1 : c->gates;
    for (long m = 0; m < c->m; m++) {
        double mean = 0;
        for (long n = 0; c->hook == HOOK_ROW && n < c->n; n++) {
            mean += wanted(c, a, b, bias, before, m, n, 0);
        }
        for (long n = 0; n < c->n; n++) {
            for (long g = 0; g < gates; g++) {
                double want = wanted(c, a, b, bias, before, m, n, g) - mean;
                long v = c->hook == HOOK_GATES ? n : place(c, n, g);
                double got =
                    (double)after[at(c->c_width, c->c_row, c->c_panel, m, v)];
                worst = fmax(worst, fabs(want - got));
                worst = got == got ? worst : HUGE_VAL;
            }
        }
    }
    if (worst > 1.2e-7 * terms + 1e-6) { /* an ulp a term */
        printf("%s: off by %g\n", c->name, worst);
        return 1;
    }
    return 0;
}

/* Lanes that are no columns stay as they were where C is rough. */
static int untouched(const Case *c, const float *before, const float *after)
{
    for (long m = 0; c->c_rough && c->c_width > 0 && m < c->m; m++) {
        for (long v = 0; v < whole_row(c); v++) {
            long column = v / (c->lanes * c->gates) * c->lanes + v % c->lanes;
            long i = at(c->c_width, c->c_row, c->c_panel, m, v);
            if (column >= c->n && before[i] != after[i]) {
                printf("%s: wrote beyond the columns\n", c->name);
                return 1;
            }
        }
    }
    return 0;
}

static int check(const Case *c)
{
    long c_n = size_of(c, c->c_width, c->c_row, c->c_panel, c->m, c->c_rough);
    long b_n = size_of(c, c->b_width, c->b_row, c->b_panel, c->k, c->b_rough);
    float *a = buffer(a_at(c, c->m - 1, c->k - 1) + 1, 1);
    float *b = buffer(b_n, 1);
    float *bias = buffer(whole_row(c), 1);
    float *before = buffer(c_n, 1);
    float *scratch = buffer(c->scratch + 1, 1);
    float *after = buffer(c_n, 0);
    float *again = buffer(c_n, 0);
    memcpy(after, before, (size_t)c_n * sizeof(float));
    memcpy(again, before, (size_t)c_n * sizeof(float));
    for (long v = 0; v < whole_row(c); v++) {
        long column = v / (c->lanes * c->gates) * c->lanes + v % c->lanes;
        for (long k = 0; k < c->k && column >= c->n && !c->b_rough; k++) {
            b[at(c->b_width, c->b_row, c->b_panel, k, v)] = 0;
        }
        if (column >= c->n) {
            bias[v] = 0;
        }
    }
    c->call(a, b, bias, after, scratch, 0, c->units);
    for (int unit = c->units - 1; unit >= 0; unit--) {
        c->call(a, b, bias, again, scratch, unit, unit + 1);
    }
    int bad = compare(c, a, b, bias, before, after);
    bad |= untouched(c, before, after);
    if (memcmp(after, again, (size_t)c_n * sizeof(float)) != 0) {
        printf("%s: units one by one give other bits\n", c->name);
        bad = 1;
    }
    free(a);
    free(b);
    free(bias);
    free(before);
    free(after);
    free(again);
    free(scratch);
    return bad;
}
