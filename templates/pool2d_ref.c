/* pool2d_ref.c: pooling over windows of KH x KW, and its gradients, plainly.
 *
 * Places outside of $H x $WD count as smaller than everything for the
 * maximum and as 0 for the mean, which divides by KH * KW (as PyTorch with
 * count_include_pad). The first largest value wins; `at` is its place in the
 * window, row by row from 0. */

/* section: max */
for (size_t n = 0; n < $N; n++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t y = 0; y < $YH; y++) {
            for (size_t x = 0; x < $YW; x++) {
                nn_real best = 0;
                int found = 0;
                for (size_t p = 0; p < $KH; p++) {
                    for (size_t q = 0; q < $KW; q++) {
                        const size_t h = y * $SY + p - $TOP;
                        const size_t w = x * $SX + q - $LEFT;
                        if (h < $H && w < $WD && (!found || $X(n, c, h, w) > best)) {
                            best = $X(n, c, h, w);
                            found = 1;
                        }
                    }
                }
                $Y(n, c, y, x) = best;
            }
        }
    }
}
/* end: max */

/* section: at */
for (size_t n = 0; n < $N; n++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t y = 0; y < $YH; y++) {
            for (size_t x = 0; x < $YW; x++) {
                nn_real best = 0;
                int found = 0;
                size_t at = 0;
                for (size_t p = 0; p < $KH; p++) {
                    for (size_t q = 0; q < $KW; q++) {
                        const size_t h = y * $SY + p - $TOP;
                        const size_t w = x * $SX + q - $LEFT;
                        if (h < $H && w < $WD && (!found || $X(n, c, h, w) > best)) {
                            best = $X(n, c, h, w);
                            found = 1;
                            at = p * $KW + q;
                        }
                    }
                }
                $Y(n, c, y, x) = ($PLACE)at;
            }
        }
    }
}
/* end: at */

/* section: max_input */
for (size_t n = 0; n < $N; n++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t h = 0; h < $H; h++)
            for (size_t w = 0; w < $WD; w++)
                $Y(n, c, h, w) = 0;
        for (size_t y = 0; y < $YH; y++) {
            for (size_t x = 0; x < $YW; x++) {
                const size_t at = $W(n, c, y, x);
                const size_t h = y * $SY + at / $KW - $TOP;
                const size_t w = x * $SX + at % $KW - $LEFT;
                $Y(n, c, h, w) += $X(n, c, y, x);
            }
        }
    }
}
/* end: max_input */

/* section: mean */
for (size_t n = 0; n < $N; n++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t y = 0; y < $YH; y++) {
            for (size_t x = 0; x < $YW; x++) {
                double sum = 0;
                for (size_t p = 0; p < $KH; p++) {
                    for (size_t q = 0; q < $KW; q++) {
                        const size_t h = y * $SY + p - $TOP;
                        const size_t w = x * $SX + q - $LEFT;
                        if (h < $H && w < $WD)
                            sum += (double)$X(n, c, h, w);
                    }
                }
                $Y(n, c, y, x) = (nn_real)(sum / ($KH * $KW));
            }
        }
    }
}
/* end: mean */

/* section: mean_input */
for (size_t n = 0; n < $N; n++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t h = 0; h < $H; h++)
            for (size_t w = 0; w < $WD; w++)
                $Y(n, c, h, w) = 0;
        for (size_t y = 0; y < $YH; y++) {
            for (size_t x = 0; x < $YW; x++) {
                for (size_t p = 0; p < $KH; p++) {
                    for (size_t q = 0; q < $KW; q++) {
                        const size_t h = y * $SY + p - $TOP;
                        const size_t w = x * $SX + q - $LEFT;
                        if (h < $H && w < $WD)
                            $Y(n, c, h, w) += $X(n, c, y, x) / ($KH * $KW);
                    }
                }
            }
        }
    }
}
/* end: mean_input */
