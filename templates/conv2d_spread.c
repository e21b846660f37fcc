/* Gradient of a convolution by its input, for few input channels.
 *
 *     dx[i*stride + u, j*stride + v, c] += sum over k of
 *         dy[i,j,k] * w[k, u, v, c]
 *
 * For one pixel of dy and one u, all (v, c) are neighbours in dx: they are the
 * lanes of $VECTORS vectors. One tile is $PIXELS pixels of dy, $APART reals
 * apart, by $ROWS rows u; its sums over k are kept in registers, then added to
 * dx. w is packed [k][u][$VECTORS * $LANES], zeros behind (v, c), so that what
 * is added beyond a row of the window is 0.
 *
 * dy points at the tile's first pixel, w at its first u, dx at the first
 * pixel's window. $K * $PIXELS * $ROWS * $VECTORS multiply-adds of vectors. */
static void $NAME(const float *restrict dy, const float *restrict w,
                  float *restrict dx)
{
    /* section: tile */
    nn_vec acc[$PIXELS][$ROWS][$VECTORS];
    for (int $p = 0; $p < $PIXELS; $p++) {
        for (int $u = 0; $u < $ROWS; $u++) {
            for (int $q = 0; $q < $VECTORS; $q++) {
                acc[$p][$u][$q] = (nn_vec){0};
            }
        }
    }
    for (int k = 0; k < $K; k++) {
        const float *p = dy + $DYC(k);
        const float *r = w + k * $WK;
        for (int $u = 0; $u < $ROWS; $u++) {
            nn_vec f[$VECTORS];
            for (int $q = 0; $q < $VECTORS; $q++) {
                f[$q] = nn_vload(r + ($u * $VECTORS + $q) * $LANES);
            }
            for (int $p = 0; $p < $PIXELS; $p++) {
                for (int $q = 0; $q < $VECTORS; $q++) {
                    acc[$p][$u][$q] += p[$p * $APART] * f[$q];
                }
            }
        }
        NN_STEP();
    }
    for (int $p = 0; $p < $PIXELS; $p++) {
        for (int $u = 0; $u < $ROWS; $u++) {
            for (int $q = 0; $q < $VECTORS; $q++) {
                nn_vstore(dx + ($p * $BESIDE + $u * $ROW + $q * $LANES),
                          nn_vload(dx + ($p * $BESIDE + $u * $ROW +
                                         $q * $LANES)) + acc[$p][$u][$q]);
            }
        }
    }
    /* end: tile */
}

static void $LOOPS(const float *restrict dy, const float *restrict w,
                   float *restrict dx)
{
    /* section: loops */
    for (int i = 0; i < $SIZE; i += $LANES) {
        nn_vstore(dx + i, (nn_vec){0});
    }
    for (int u = 0; u < $KH; u += $ROWS) {
        for (int i = 0; i < $IH; i++) {
            for (int j = 0; j < $JW; j++) {
                $TILE(dy + (i * $DYI + j * $DYJ), w + u * $WU,
                      dx + ((i * $STRIDE_H + u) * $ROW + j * $XJ));
            }
        }
    }
    /* end: loops */
}

/* Values of one image through the epilogue, $LANES (or fewer) channels of a
 * pixel at a time, from rows that may be read beyond their end. They are
 * stored as vectors where y has them `beside` each other, else one by one. */
static void $FINISH(const float *restrict x, float *restrict y, int n)
{
    /* section: finish */
    for (int i = 0; i < $H; i++) {
        for (int j = 0; j < $W; j++) {
            for (int c = 0; c < $WHOLE; c += $LANES) {
                nn_vec m = nn_vload(x + (i * $XI + j * $XJ + c));
                $APPLY(m);
                /* section: beside */
                nn_vstore(y + (i * $YI + j * $YJ + $YC(c)), m);
                /* end: beside */
                /* section: apart */
                for (int $l = 0; $l < $LANES; $l++) {
                    y[i * $YI + j * $YJ + $YC(c + $l)] = NN_LANE(m, $l);
                }
                /* end: apart */
            }
            /* section: rest */
            nn_vec m = nn_vload(x + (i * $XI + j * $XJ + $WHOLE));
            $APPLY_REST(m);
            /* section: beside */
            nn_vstore_n(y + (i * $YI + j * $YJ + $YC($WHOLE)), m, $REST);
            /* end: beside */
            /* section: apart */
            for (int $l = 0; $l < $REST; $l++) {
                y[i * $YI + j * $YJ + $YC($WHOLE + $l)] = NN_LANE(m, $l);
            }
            /* end: apart */
            /* end: rest */
        }
    }
    /* end: finish */
}
