/* transpose_check.h: checks one emitted transposition; see gemm_test.c. */
#include <stdio.h>
#include <stdlib.h>

typedef struct Turn {
    const char *name;
    long rows, columns, lanes;
    long from_width, from_row, from_panel;
    long to_width, to_row, to_panel;
    int units;
    void (*call)(const float *restrict w, float *restrict t, int from, int to);
} Turn;

static long at(long width, long row, long panel, long r, long v)
{
    return width == 0 ? r * row + v : v / width * panel + r * row + v % width;
}

/* t[v][r] = w[r][v]; zero behind the rows in packed t. Plain t has rows of
 * exactly to_row reals. */
static int check(const Turn *c)
{
    long whole = (c->rows + c->lanes - 1) / c->lanes * c->lanes;
    long end = c->to_width > 0
                   ? (whole + c->to_width - 1) / c->to_width * c->to_width
                   : c->rows;
    long w_n = 1 + at(c->from_width, c->from_row, c->from_panel, c->rows - 1,
                      c->columns + c->lanes * 4);
    long t_n =
        1 + at(c->to_width, c->to_row, c->to_panel, c->columns - 1, end - 1);
    float *w = malloc((size_t)w_n * sizeof(float));
    float *t = malloc((size_t)t_n * sizeof(float));
    int bad = w == NULL || t == NULL;
    for (long i = 0; !bad && i < w_n; i++) {
        w[i] = (float)(i % 8191);
    }
    for (long i = 0; !bad && i < t_n; i++) {
        t[i] = -1;
    }
    for (int unit = c->units - 1; !bad && unit >= 0; unit--) {
        c->call(w, t, unit, unit + 1);
    }
    for (long v = 0; !bad && v < c->columns; v++) {
        for (long r = 0; !bad && r < end; r++) {
            float want =
                r < c->rows
                    ? w[at(c->from_width, c->from_row, c->from_panel, r, v)]
                    : 0;
            bad = t[at(c->to_width, c->to_row, c->to_panel, v, r)] != want;
        }
    }
    free(w);
    free(t);
    if (bad) {
        printf("%s is not turned\n", c->name);
    }
    return bad;
}
