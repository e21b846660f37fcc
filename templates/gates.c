/* What becomes of the gates of a matrix product.
 *
 *     y[m][i] = STORE(sums[m][i], sums[m][$N + i], sums[m][2 * $N + i], ..)
 *
 * Rows of sums lie $ROW reals apart, gates one behind the other in them; a
 * vector of each is computed at a time. FLOPs: those of STORE; bytes: those of
 * the sums and what STORE moves.
 *
 * Holes: NAME, PARAMS, ROW, WHOLE (columns of a gate in whole vectors), N (all
 * of its columns), W (lanes). Hooks: STORE(i) and STORE_PART(i) print the
 * statements on the vectors of column i and its neighbours. */
#include <stddef.h>

#include "vector.h"

/* section: gates */
static void $NAME($PARAMS)
{
    for (ptrdiff_t m = from; m < to; m++) {
        const float *row = &sums[m * $ROW];
        for (ptrdiff_t i = 0; i < $WHOLE; i += $W) {
            $STORE(i);
        }
        for (ptrdiff_t i = $WHOLE; i < $N; i += $W) {
            $STORE_PART(i);
        }
    }
}
/* end: gates */
