/* Matrix products in register tiles.
 *
 *     C[m][v] = sum over k of A[m][k] * B[k][v]
 *
 * Scalars of A times vectors of B, a tile of $MR rows by $NR vectors in
 * registers. A lies as `Scalars`, B and C as `Panels` of gemm.h say. A unit of
 * work is $CHUNK rows by $TILES column tiles; in it k runs in blocks, so that
 * a block of B's panel stays in level 1 while all rows pass over it.
 *
 *     FLOPs 2 M N K; loads of one step: $MR scalars and $NR vectors for
 *     $MR * $NR multiply-adds.
 *
 * Holes: NAME, PARAMS; K_FIRST, K_LAST (between which k runs), BLOCK (k's of a
 * block), STEPS (of the block at hand), WHOLE (of those, what the unrolled loop
 * does), KU (steps written out), DIRECT (of those, which add to acc; the others
 * to the stream of their own), T (streams beside acc); W (lanes), A_ROW,
 * A_COLUMN, A_OUTER, B_ROW, P (B's panel or its copy), OUTER, INNER (of BLOCK:
 * blocks of A's k, and k's of one), FIRST, END (rows). Hooks:
 * UNIT() names the unit's first row and tile, J and J_END bound its tiles,
 * SPAN() names the block's steps, A_START and B_START are where the operands
 * begin, BEGIN() and FINISH() treat the sums before and after, LOAD(k, q)
 * reads a vector of B, SETUP() and FETCH(k) fetch ahead, END_STEP() closes a
 * step. */
#include <stddef.h>

#include "vector.h"

/* section: matmul */
static void $NAME($PARAMS)
{
    for (ptrdiff_t unit = from; unit < to; unit++) {
        $UNIT();
        for (ptrdiff_t k0 = $K_FIRST; k0 < $K_LAST; k0 += $BLOCK) {
            $SPAN();
            /* section: tiles */
            for (ptrdiff_t j = $J; j < $J_END; j++) {
                /* section: panel */
                const float *p = &b[$B_START];
                /* section: columns */
                /* section: rows */
                for (ptrdiff_t m = $FIRST; m < $END; m += $MR) {
                    const float *x = &a[$A_START];
                    $SETUP();
                    nn_vec w[$NR];
                    nn_vec s;
                    nn_vec acc[$MR][$NR];
                    nn_vec more[$T][$MR][$NR];
                    $BEGIN();
                    for (int $t = 0; $t < $T; $t++) {
                        for (int $i = 0; $i < $MR; $i++) {
                            for (int $q = 0; $q < $NR; $q++) {
                                more[$t][$i][$q] = nn_vset(0.0f);
                            }
                        }
                    }
                    /* section: blocks */
                    for (ptrdiff_t o = 0; o < $OUTER; o++) {
                        const float *xo = &x[o * $A_OUTER];
                        const float *po = &$P[o * ($INNER * $B_ROW)];
                        /* section: reduce */
                        for (ptrdiff_t k = 0; k < $WHOLE; k += $KU) {
                            $FETCH(k);
                            for (int $u = 0; $u < $DIRECT; $u++) {
                                for (int $q = 0; $q < $NR; $q++) {
                                    w[$q] = $LOAD(k + $u, $q);
                                }
                                for (int $i = 0; $i < $MR; $i++) {
                                    s = nn_vset($X[(k + $u) * $A_COLUMN + $i * $A_ROW]);
                                    for (int $q = 0; $q < $NR; $q++) {
                                        acc[$i][$q] += s * w[$q];
                                    }
                                }
                                $END_STEP();
                            }
                            for (int $u = $DIRECT; $u < $KU; $u++) {
                                for (int $q = 0; $q < $NR; $q++) {
                                    w[$q] = $LOAD(k + $u, $q);
                                }
                                for (int $i = 0; $i < $MR; $i++) {
                                    s = nn_vset($X[(k + $u) * $A_COLUMN + $i * $A_ROW]);
                                    for (int $q = 0; $q < $NR; $q++) {
                                        more[$u - 1][$i][$q] += s * w[$q];
                                    }
                                }
                                $END_STEP();
                            }
                        }
                        for (ptrdiff_t k = $WHOLE; k < $STEPS; k++) {
                            for (int $q = 0; $q < $NR; $q++) {
                                w[$q] = $LOAD(k, $q);
                            }
                            for (int $i = 0; $i < $MR; $i++) {
                                s = nn_vset($X[k * $A_COLUMN + $i * $A_ROW]);
                                for (int $q = 0; $q < $NR; $q++) {
                                    acc[$i][$q] += s * w[$q];
                                }
                            }
                            $END_STEP();
                        }
                        /* end: reduce */
                    }
                    /* end: blocks */
                    for (int $t = 0; $t < $T; $t++) {
                        for (int $i = 0; $i < $MR; $i++) {
                            for (int $q = 0; $q < $NR; $q++) {
                                acc[$i][$q] += more[$t][$i][$q];
                            }
                        }
                    }
                    $FINISH();
                }
                /* end: rows */
                /* end: columns */
                /* end: panel */
            }
            /* end: tiles */
        }
    }
}
/* end: matmul */
