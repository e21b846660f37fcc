/* Convolution whose lanes are output columns, for few output channels.
 *
 *     y[k,i,j] = sum over c,u,v of
 *         x[c, i*stride + u, j + v] * w[c,u,v,k]
 *
 * One tile is $CHANNELS channels by $ROWS rows by $VECTORS vectors of $LANES
 * columns, all in registers. The columns of x are neighbours and its halo of
 * zeros is in place; vectors of x are loaded unaligned and meet scalars of w,
 * which is packed [c][u][v][k]. Lanes behind the last column hold numbers that
 * are never stored. The barrier ends each step (conv2d_channels.c).
 *
 * x points at the tile's first column (in the halo) of channel 0, w at
 * the tile's first channel, y and arg at the tile's first result, channel k.
 *
 * Results are pooled over $WINDOW_H rows and two columns (or not at all),
 * changed by $APPLY(value, k, i, q) and stored by $PUT(value, k, i, q), which
 * $PUT_ARG does with the number of the pixel that won. $LOW and $HIGH are
 * functions that take the lanes 0, 2, 4.. and 1, 3, 5.. of two vectors. */
static void $NAME(const float *restrict x, const float *restrict w,
                  float *restrict y, unsigned char *restrict arg, int k)
{
    /* section: tile */
    /* section: arg_type */
    typedef $ARG_TYPE nn_small NN_VECTOR($ARG_VECTOR);
    /* end: arg_type */
    nn_vec acc[$CHANNELS][$ROWS][$VECTORS];
    for (int $k = 0; $k < $CHANNELS; $k++) {
        for (int $i = 0; $i < $ROWS; $i++) {
            for (int $q = 0; $q < $VECTORS; $q++) {
                acc[$k][$i][$q] = (nn_vec){0};
            }
        }
    }
    for (int c = 0; c < $GROUPS; c++) {
        for (int u = 0; u < $KH; u++) {
            const float *p = x + (c * $XG + u * $XU);
            const float *r = w + (c * $WG + u * $WU);
            for (int v = 0; v < $KW; v += $UNROLL) {
                for (int $v = 0; $v < $UNROLL; $v++) {
                    nn_vec in[$ROWS][$VECTORS];
                    for (int $i = 0; $i < $ROWS; $i++) {
                        for (int $q = 0; $q < $VECTORS; $q++) {
                            in[$i][$q] =
                                nn_vload(p + $i * $XI + $q * $LANES + $v);
                        }
                    }
                    NN_STEP(); /* or gcc loads them again for each channel */
                    for (int $k = 0; $k < $CHANNELS; $k++) {
                        for (int $i = 0; $i < $ROWS; $i++) {
                            for (int $q = 0; $q < $VECTORS; $q++) {
                                acc[$k][$i][$q] += r[$v * $WV + $k] *
                                                   in[$i][$q];
                            }
                        }
                    }
                    NN_STEP();
                }
                p += $UNROLL;
                r += $UNROLL * $WV;
            }
        }
    }
    /* section: buffer */
    float t[1 * $BUFFER];
    /* end: buffer */
    /* section: arg_buffer */
    $ARG_TYPE won_t[1 * $BUFFER];
    /* end: arg_buffer */
    /* section: plain */
    for (int $k = 0; $k < $CHANNELS; $k++) {
        for (int $i = 0; $i < $ROWS; $i++) {
            for (int $q = 0; $q < $VECTORS; $q++) {
                $APPLY(acc[$k][$i][$q], $k, $i, $q);
                $PUT(acc[$k][$i][$q], $k, $i, $q);
            }
        }
    }
    /* end: plain */
    /* section: maximum */
    for (int $k = 0; $k < $CHANNELS; $k++) {
        for (int $i = 0; $i < $ROWS / $WINDOW_H; $i++) {
            for (int $q = 0; $q < $VECTORS; $q += 2) {
                {
                    nn_vec m0 = acc[$k][$i * $WINDOW_H][$q];
                    nn_vec m1 = acc[$k][$i * $WINDOW_H][$q + $NEXT];
                    for (int $u = 1; $u < $WINDOW_H; $u++) {
                        m0 = nn_vmax(acc[$k][$i * $WINDOW_H + $u][$q], m0);
                        m1 = nn_vmax(acc[$k][$i * $WINDOW_H + $u][$q + $NEXT],
                                     m1);
                    }
                    nn_vec m = nn_vmax($HIGH(m0, m1),
                                      $LOW(m0, m1));
                    $APPLY(m, $k, $i, $q);
                    $PUT(m, $k, $i, $q);
                }
            }
        }
    }
    /* end: maximum */
    /* section: arg_maximum */
    for (int $k = 0; $k < $CHANNELS; $k++) {
        for (int $i = 0; $i < $ROWS / $WINDOW_H; $i++) {
            for (int $q = 0; $q < $VECTORS; $q += 2) {
                {
                    nn_vec m = $LOW(
                        acc[$k][$i * $WINDOW_H][$q],
                        acc[$k][$i * $WINDOW_H][$q + $NEXT]);
                    nn_int won = {0};
                    nn_vec next;
                    nn_int more;
                    for (int $u = 0; $u < $WINDOW_H; $u++) {
                        for (int $e = 0; $e < ($u + $WINDOW_H - 1) / $WINDOW_H;
                             $e++) { /* the first one is m already */
                            next = $LOW(
                            acc[$k][$i * $WINDOW_H + $u][$q],
                            acc[$k][$i * $WINDOW_H + $u][$q + $NEXT]);
                            more = next > m;
                            m = nn_vif(more, next, m);
                            won = nn_vpick(more, (nn_int){0} + (2 * $u), won);
                        }
                        next = $HIGH(
                            acc[$k][$i * $WINDOW_H + $u][$q],
                            acc[$k][$i * $WINDOW_H + $u][$q + $NEXT]);
                        more = next > m;
                        m = nn_vif(more, next, m);
                        won = nn_vpick(more, (nn_int){0} + (2 * $u + 1), won);
                    }
                    $APPLY(m, $k, $i, $q);
                    $PUT(m, $k, $i, $q);
                    $PUT_ARG(won, $k, $i, $q);
                }
            }
        }
    }
    /* end: arg_maximum */
    /* section: mean */
    for (int $k = 0; $k < $CHANNELS; $k++) {
        for (int $i = 0; $i < $ROWS / $WINDOW_H; $i++) {
            for (int $q = 0; $q < $VECTORS; $q += 2) {
                {
                    nn_vec m0 = acc[$k][$i * $WINDOW_H][$q];
                    nn_vec m1 = acc[$k][$i * $WINDOW_H][$q + $NEXT];
                    for (int $u = 1; $u < $WINDOW_H; $u++) {
                        m0 = m0 + acc[$k][$i * $WINDOW_H + $u][$q];
                        m1 = m1 + acc[$k][$i * $WINDOW_H + $u][$q + $NEXT];
                    }
                    nn_vec m = ($LOW(m0, m1) +
                                $HIGH(m0, m1)) * $SHARE;
                    $APPLY(m, $k, $i, $q);
                    $PUT(m, $k, $i, $q);
                }
            }
        }
    }
    /* end: mean */
    /* section: scatter */
    for (int i = 0; i < $ROWS / $WINDOW_H; i++) {
        for (int j = 0; j < $COUNT; j++) {
            for (int l = 0; l < $CHANNELS; l++) {
                y[i * $YI + j * $YJ + $YC(k + l)] =
                    t[(l * ($ROWS / $WINDOW_H) + i) * $WIDTH + j];
            }
        }
    }
    /* end: scatter */
    /* section: arg_scatter */
    for (int i = 0; i < $ROWS / $WINDOW_H; i++) {
        for (int j = 0; j < $COUNT; j++) {
            for (int l = 0; l < $CHANNELS; l++) {
                arg[i * $AI + j * $AJ + $AC(k + l)] =
                    won_t[(l * ($ROWS / $WINDOW_H) + i) * $WIDTH + j];
            }
        }
    }
    /* end: arg_scatter */
    /* end: tile */
}
