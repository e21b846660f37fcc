/* The gradient of pooled values spread over their windows, for windows that
 * do not overlap:
 *
 *     x[i*height + u, j*width + v, c] = y[i,j,c] where arg[i,j,c] is u, v, else 0
 *     (of the mean: y[i,j,c] / (height*width))
 *
 * for windows of $WH x $WW; arg is u*$WW + v; $SHARE divides. Every pixel of every
 * window is written once. `lanes` does $LANES channels at a time from c = 0 to
 * $WHOLE, `single` one channel at a time from $WHOLE on; the channels of both
 * images lie at $YC(c) and $XC(c), those of arg at $AC(c). `columns`, for
 * windows two columns wide, takes $LANES columns of one channel at a time (or
 * the last $COUNT) and interleaves what goes left and right. */
static void $NAME(const float *restrict y, const unsigned char *restrict arg,
                  float *restrict x)
{
    /* section: lanes */
    for (int i = 0; i < $PH; i++) {
        for (int j = 0; j < $PW; j++) {
            for (int c = 0; c < $WHOLE; c += $LANES) {
                /* section: one */
                const nn_vec g = nn_vload(y + (i * $YI + j * $YJ + $YC(c)));
                /* end: one */
                /* section: by_arg */
                nn_small small;
                __builtin_memcpy(&small, arg + (i * $AI + j * $AJ + $AC(c)),
                                 sizeof small);
                const nn_int won = NN_CONVERT(small, nn_int);
                float *to = x + (i * $WH * $XI + j * $WW * $XJ + $XC(c));
                for (int $u = 0; $u < $WH; $u++) {
                    for (int $v = 0; $v < $WW; $v++) {
                        nn_vstore(to + ($u * $XI + $v * $XJ),
                                  nn_vif(won == $u * $WW + $v, g, nn_vset(0.0f)));
                    }
                }
                /* end: by_arg */
                /* section: by_share */
                float *to = x + (i * $WH * $XI + j * $WW * $XJ + $XC(c));
                for (int $u = 0; $u < $WH; $u++) {
                    for (int $v = 0; $v < $WW; $v++) {
                        nn_vstore(to + ($u * $XI + $v * $XJ), g * $SHARE);
                    }
                }
                /* end: by_share */
            }
        }
    }
    /* end: lanes */
    /* section: single */
    for (int c = $WHOLE; c < $C; c++) {
        for (int i = 0; i < $PH; i++) {
            for (int j = 0; j < $PW; j++) {
                const float g = y[i * $YI + j * $YJ + $YC(c)];
                /* section: by_arg1 */
                const int won = arg[i * $AI + j * $AJ + $AC(c)];
                float *to = x + (i * $WH * $XI + j * $WW * $XJ + $XC(c));
                for (int $u = 0; $u < $WH; $u++) {
                    for (int $v = 0; $v < $WW; $v++) {
                        to[$u * $XI + $v * $XJ] =
                            won == $u * $WW + $v ? g : 0.0f;
                    }
                }
                /* end: by_arg1 */
                /* section: by_share1 */
                float *to = x + (i * $WH * $XI + j * $WW * $XJ + $XC(c));
                for (int $u = 0; $u < $WH; $u++) {
                    for (int $v = 0; $v < $WW; $v++) {
                        to[$u * $XI + $v * $XJ] = g * $SHARE;
                    }
                }
                /* end: by_share1 */
            }
        }
    }
    /* end: single */
    /* section: columns */
    for (int c = 0; c < $C; c++) {
        for (int i = 0; i < $PH; i++) {
            const float *p = y + (i * $YI + $YC(c));
            const $ARG_TYPE *a = arg + (i * $AI + $AC(c));
            float *to = x + (i * $WH * $XI + $XC(c));
            for (int j = 0; j < $PART; j += $LANES) {
                /* section: near */
                const nn_vec g = $LOAD(p + j);
                /* end: near */
                /* section: far */
                float few[1 * $LANES] = {0};
                for (int l = 0; l < $COUNT; l++) {
                    few[l] = p[(j + l) * $YJ];
                }
                const nn_vec g = nn_vload(few);
                /* end: far */
                /* section: near_arg */
                nn_small small = {0};
                __builtin_memcpy(&small, a + j, $READ * sizeof *a);
                const nn_int won = NN_CONVERT(small, nn_int);
                /* end: near_arg */
                /* section: far_arg */
                nn_int won = {0};
                for (int l = 0; l < $COUNT; l++) {
                    NN_LANE(won, l) = a[(j + l) * $AJ];
                }
                /* end: far_arg */
                for (int $u = 0; $u < $WH; $u++) {
                    {
                        const nn_vec m =
                            nn_vif(won == 2 * $u, g, nn_vset(0.0f));
                        const nn_vec n =
                            nn_vif(won == 2 * $u + 1, g, nn_vset(0.0f));
                        nn_vstore(to + ($u * $XI + 2 * j), $LOW(m, n));
                        for (int $h = 1; $h < $HALVES; $h++) {
                            nn_vstore(to + ($u * $XI + 2 * j + $LANES),
                                      $HIGH(m, n));
                        }
                    }
                }
            }
        }
    }
    /* end: columns */
}
