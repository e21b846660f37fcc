/* gemm_check.h: checks one emitted matrix product against sums in double.
 *
 * Included by the program that gemm_test.c writes, after the emitted
 * functions. Buffers have exactly the size that the layouts say, so that
 * address sanitizer sees a lane too many. */
#include "tests/tile/gemm_sums.h"

static int compare(const Case *c, const float *a, const float *b,
                   const float *after)
{
    double worst = 0;
    double terms = (double)c->k * 2;
    for (long m = 0; m < c->m; m++) {
        for (long n = 0; n < c->n; n++) {
            double want = wanted(c, a, b, m, n);
            double got =
                (double)after[at(c->c_width, c->c_row, c->c_panel, m, n)];
            worst = fmax(worst, fabs(want - got));
            worst = got == got ? worst : HUGE_VAL;
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
        for (long v = c->n; v < whole_row(c); v++) {
            long i = at(c->c_width, c->c_row, c->c_panel, m, v);
            if (before[i] != after[i]) {
                printf("%s: wrote beyond the columns\n", c->name);
                return 1;
            }
        }
    }
    return 0;
}

static int check(const Case *c)
{
    long c_n = size_of(c, c->c_width, c->c_row, c->c_panel, c->m, whole_row(c),
                       c->c_rough);
    long b_n = size_of(c, c->b_width, c->b_row, c->b_panel, c->k, whole_row(c),
                       c->b_rough);
    float *a = buffer(a_at(c, c->m - 1, c->k - 1) + 1, 1);
    float *b = buffer(b_n, 1);
    float *before = buffer(c_n, 1);
    float *scratch = buffer(c->scratch + 1, 1);
    float *after = buffer(c_n, 0);
    float *again = buffer(c_n, 0);
    memcpy(after, before, (size_t)c_n * sizeof(float));
    memcpy(again, before, (size_t)c_n * sizeof(float));
    for (long v = c->n; v < whole_row(c) && !c->b_rough; v++) {
        for (long k = 0; k < c->k; k++) {
            b[at(c->b_width, c->b_row, c->b_panel, k, v)] = 0;
        }
    }
    c->call(a, b, after, scratch, 0, c->units);
    for (int unit = c->units - 1; unit >= 0; unit--) {
        c->call(a, b, again, scratch, unit, unit + 1);
    }
    int bad = compare(c, a, b, after);
    bad |= untouched(c, before, after);
    if (memcmp(after, again, (size_t)c_n * sizeof(float)) != 0) {
        printf("%s: units one by one give other bits\n", c->name);
        bad = 1;
    }
    free(a);
    free(b);
    free(before);
    free(after);
    free(again);
    free(scratch);
    return bad;
}
