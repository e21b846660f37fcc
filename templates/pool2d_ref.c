/* pool2d_ref.c: pooling over windows of KH x KW, and its gradients, plainly.
 *
 * Places outside of $H x $WD count as smaller than everything for the
 * maximum and as 0 for the mean, which divides by KH * KW (as PyTorch with
 * count_include_pad). The first largest value wins; `at` is its place in the
 * window, row by row from 0. */

/* section: max */
for (size_t n = $FROM; n < $TO; n++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t i = 0; i < $YH; i++) {
            for (size_t j = 0; j < $YW; j++) {
                nn_real best = 0;
                int found = 0;
                for (size_t p = 0; p < $KH; p++) {
                    for (size_t q = 0; q < $KW; q++) {
                        const size_t row = i * $SY + p - $TOP;
                        const size_t column = j * $SX + q - $LEFT;
                        if (row < $H && column < $WD && (!found || $X(n, c, row, column) > best)) {
                            best = $X(n, c, row, column);
                            found = 1;
                        }
                    }
                }
                $Y(n, c, i, j) = best;
            }
        }
    }
}
/* end: max */

/* section: at */
for (size_t n = $FROM; n < $TO; n++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t i = 0; i < $YH; i++) {
            for (size_t j = 0; j < $YW; j++) {
                nn_real best = 0;
                int found = 0;
                size_t at = 0;
                for (size_t p = 0; p < $KH; p++) {
                    for (size_t q = 0; q < $KW; q++) {
                        const size_t row = i * $SY + p - $TOP;
                        const size_t column = j * $SX + q - $LEFT;
                        if (row < $H && column < $WD && (!found || $X(n, c, row, column) > best)) {
                            best = $X(n, c, row, column);
                            found = 1;
                            at = p * $KW + q;
                        }
                    }
                }
                $Y(n, c, i, j) = ($PLACE)at;
            }
        }
    }
}
/* end: at */

/* section: max_input */
for (size_t n = $FROM; n < $TO; n++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t row = 0; row < $H; row++)
            for (size_t column = 0; column < $WD; column++)
                $Y(n, c, row, column) = 0;
        for (size_t i = 0; i < $YH; i++) {
            for (size_t j = 0; j < $YW; j++) {
                const size_t at = $W(n, c, i, j);
                $Y(n, c, i * $SY + at / $KW - $TOP, j * $SX + at % $KW - $LEFT) +=
                    $X(n, c, i, j);
            }
        }
    }
}
/* end: max_input */

/* section: mean */
for (size_t n = $FROM; n < $TO; n++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t i = 0; i < $YH; i++) {
            for (size_t j = 0; j < $YW; j++) {
                double sum = 0;
                for (size_t p = 0; p < $KH; p++) {
                    for (size_t q = 0; q < $KW; q++) {
                        const size_t row = i * $SY + p - $TOP;
                        const size_t column = j * $SX + q - $LEFT;
                        if (row < $H && column < $WD)
                            sum += (double)$X(n, c, row, column);
                    }
                }
                $Y(n, c, i, j) = (nn_real)(sum / ($KH * $KW));
            }
        }
    }
}
/* end: mean */

/* section: mean_input */
for (size_t n = $FROM; n < $TO; n++) {
    for (size_t c = 0; c < $C; c++) {
        for (size_t row = 0; row < $H; row++)
            for (size_t column = 0; column < $WD; column++)
                $Y(n, c, row, column) = 0;
        for (size_t i = 0; i < $YH; i++) {
            for (size_t j = 0; j < $YW; j++) {
                for (size_t p = 0; p < $KH; p++) {
                    for (size_t q = 0; q < $KW; q++) {
                        const size_t row = i * $SY + p - $TOP;
                        const size_t column = j * $SX + q - $LEFT;
                        if (row < $H && column < $WD)
                            $Y(n, c, row, column) += $X(n, c, i, j) / ($KH * $KW);
                    }
                }
            }
        }
    }
}
/* end: mean_input */
