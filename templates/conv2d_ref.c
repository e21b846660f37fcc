/* conv2d_ref.c: 2-D cross-correlation and its gradients, plainly.
 *
 *   Y[n][o][i][j] = sum over c, p, q of X[n][c][i*SY+p-TOP][j*SX+q-LEFT]
 *                                       * W[o][c][p][q]
 *
 * with X = 0 outside of $H x $WD. Sums are in double. The gradients run over
 * the same index sets: every (n, o, i, j, c, p, q) with its place in X inside
 * adds one product; 2 N O YH YW C KH KW operations each. Indices left of 0
 * wrap round to huge ones, which lie outside as well. */

/* section: forward */
for (size_t n = 0; n < $N; n++) {
    for (size_t o = 0; o < $O; o++) {
        for (size_t i = 0; i < $YH; i++) {
            for (size_t j = 0; j < $YW; j++) {
                double sum = 0;
                for (size_t c = 0; c < $C; c++) {
                    for (size_t p = 0; p < $KH; p++) {
                        for (size_t q = 0; q < $KW; q++) {
                            const size_t row = i * $SY + p - $TOP;
                            const size_t column = j * $SX + q - $LEFT;
                            if (row < $H && column < $WD)
                                sum += (double)$X(n, c, row, column) * (double)$W(o, c, p, q);
                        }
                    }
                }
                $Y(n, o, i, j) = (nn_real)sum;
            }
        }
    }
}
/* end: forward */

/* section: input */
for (size_t n = 0; n < $N; n++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t row = 0; row < $H; row++) {
            for (size_t column = 0; column < $WD; column++) {
                double sum = 0;
                for (size_t o = 0; o < $O; o++) {
                    for (size_t p = 0; p < $KH; p++) {
                        for (size_t q = 0; q < $KW; q++) {
                            const size_t i = (row + $TOP - p) / $SY;
                            const size_t j = (column + $LEFT - q) / $SX;
                            if (i * $SY + p == row + $TOP && j * $SX + q == column + $LEFT &&
                                i < $YH && j < $YW)
                                sum += (double)$X(n, o, i, j) * (double)$W(o, c, p, q);
                        }
                    }
                }
                $Y(n, c, row, column) = (nn_real)sum;
            }
        }
    }
}
/* end: input */

/* section: weight */
for (size_t o = 0; o < $O; o++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t p = 0; p < $KH; p++) {
            for (size_t q = 0; q < $KW; q++) {
                double sum = 0;
                for (size_t n = 0; n < $N; n++) {
                    for (size_t i = 0; i < $YH; i++) {
                        for (size_t j = 0; j < $YW; j++) {
                            const size_t row = i * $SY + p - $TOP;
                            const size_t column = j * $SX + q - $LEFT;
                            if (row < $H && column < $WD)
                                sum += (double)$X(n, c, row, column) * (double)$W(n, o, i, j);
                        }
                    }
                }
                $Y(o, c, p, q) = (nn_real)sum;
            }
        }
    }
}
/* end: weight */
