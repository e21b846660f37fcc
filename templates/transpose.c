/* transpose.c: t[r][v] = w[v][r], between two layouts of gemm.h
 *
 * The copy of a weight that the gradient by A reads: t's rows are w's columns
 * v, $COLUMNS of them. A unit is one of t's panels, $WIDTH of w's rows.
 *
 * Holes: NAME, WIDTH, COLUMNS, FROM_V and TO_V (places of column v of w's
 * first row and of row v of t, in the unit). Hook: COPY() moves x[0], x[row],
 * .. to y[0], y[1], .. */
#include <stddef.h>

/* section: transpose */
/* t[r][v] of panels of $WIDTH becomes w[v][r]. */
static void $NAME(const float *restrict w, float *restrict t, int from, int to)
{
    for (ptrdiff_t unit = from; unit < to; unit++) {
        for (ptrdiff_t v = 0; v < $COLUMNS; v++) {
            const float *x = &w[$FROM_V];
            float *y = &t[$TO_V];
            $COPY();
        }
    }
}
/* end: transpose */
