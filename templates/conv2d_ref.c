/* conv2d_ref.c: 2-D cross-correlation and its gradients, plainly.
 *
 *   Y[n][o][y][x] = sum over c, p, q of X[n][c][y*SY+p-TOP][x*SX+q-LEFT]
 *                                       * W[o][c][p][q]
 *
 * with X = 0 outside of $H x $WD. Sums are in double. The gradients run over
 * the same index sets: every (n, o, y, x, c, p, q) with its place in X inside
 * adds one product; 2 N O YH YW C KH KW operations each. Indices left of 0
 * wrap round to huge ones, which lie outside as well. */

/* section: forward */
for (size_t n = 0; n < $N; n++) {
    for (size_t o = 0; o < $O; o++) {
        for (size_t y = 0; y < $YH; y++) {
            for (size_t x = 0; x < $YW; x++) {
                double sum = 0;
                for (size_t c = 0; c < $C; c++) {
                    for (size_t p = 0; p < $KH; p++) {
                        for (size_t q = 0; q < $KW; q++) {
                            const size_t h = y * $SY + p - $TOP;
                            const size_t w = x * $SX + q - $LEFT;
                            if (h < $H && w < $WD)
                                sum += (double)$X(n, c, h, w) * (double)$W(o, c, p, q);
                        }
                    }
                }
                $Y(n, o, y, x) = (nn_real)sum;
            }
        }
    }
}
/* end: forward */

/* section: input */
for (size_t n = 0; n < $N; n++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t h = 0; h < $H; h++) {
            for (size_t w = 0; w < $WD; w++) {
                double sum = 0;
                for (size_t o = 0; o < $O; o++) {
                    for (size_t p = 0; p < $KH; p++) {
                        for (size_t q = 0; q < $KW; q++) {
                            const size_t y = (h + $TOP - p) / $SY;
                            const size_t x = (w + $LEFT - q) / $SX;
                            if (y * $SY + p == h + $TOP && x * $SX + q == w + $LEFT &&
                                y < $YH && x < $YW)
                                sum += (double)$X(n, o, y, x) * (double)$W(o, c, p, q);
                        }
                    }
                }
                $Y(n, c, h, w) = (nn_real)sum;
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
                    for (size_t y = 0; y < $YH; y++) {
                        for (size_t x = 0; x < $YW; x++) {
                            const size_t h = y * $SY + p - $TOP;
                            const size_t w = x * $SX + q - $LEFT;
                            if (h < $H && w < $WD)
                                sum += (double)$X(n, c, h, w) * (double)$W(n, o, y, x);
                        }
                    }
                }
                $Y(o, c, p, q) = (nn_real)sum;
            }
        }
    }
}
/* end: weight */
