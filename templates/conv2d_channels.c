/* Convolution whose lanes are output channels.
 *
 *     y[i,j,k] = sum over g,u,v,c of
 *         x[g, i*stride + u, j*stride + v, c] * w[k, u, v, g, c]
 *
 * One tile is $ROWS x $COLUMNS pixels by $VECTORS vectors of $LANES channels,
 * all in registers. x may have any layout with its halo of zeros in place; its
 * values are scalars that meet vectors of weights. w is packed
 * [k / $LANES][u][v][c][$LANES], so that tiles of any width read it, or
 * [k / width][c][u][v][width], in the order in which a tile of that width
 * walks planes; vectors side by side are $WQ reals apart. The channel loop is
 * cut into $GROUPS groups of x's layout; where the pixels of a row are dense,
 * v and c are one loop of $STEPS. The barrier $STEP ends each step: it keeps
 * the compiler from moving loads of later steps up until the registers spill.
 *
 * x points at the tile's first pixel (in the halo), w at the tile's
 * channels, y and arg at the tile's first result, channel 0; k is the tile's
 * first channel. $STEPS * $VECTORS * $ROWS * $COLUMNS multiply-adds of vectors
 * a tile, each scalar used $VECTORS times, each vector $ROWS * $COLUMNS times.
 *
 * Results are pooled over $WINDOW_H x $WINDOW_W pixels of the tile (1 x 1:
 * not at all), changed by $APPLY(value, q, i, j) and stored by
 * $PUT(value, q, i, j); $PUT_ARG stores which pixel won. */
static void $NAME(const float *restrict x, const float *restrict w,
                  float *restrict y, unsigned char *restrict arg, int k)
{
    /* section: tile */
    /* section: arg_type */
    typedef $ARG_TYPE nn_small NN_VECTOR($ARG_VECTOR);
    /* end: arg_type */
    nn_vec acc[$ROWS][$COLUMNS][$VECTORS];
    for (int $i = 0; $i < $ROWS; $i++) {
        for (int $j = 0; $j < $COLUMNS; $j++) {
            for (int $q = 0; $q < $VECTORS; $q++) {
                acc[$i][$j][$q] = (nn_vec){0};
            }
        }
    }
    for (int g = 0; g < $GROUPS; g++) {
        for (int u = 0; u < $KH; u++) {
            for (int v = 0; v < $KW; v++) {
                const float *p = x + (g * $XG + u * $XU + v * $XV);
                const float *r = w + (g * $WG + u * $WU + v * $WV);
                for (int c = 0; c < $STEPS; c += $UNROLL) {
                    for (int $c = 0; $c < $UNROLL; $c++) {
                        nn_vec f[$VECTORS];
                        for (int $q = 0; $q < $VECTORS; $q++) {
                            f[$q] = nn_vload(r + $q * $WQ + $c * $WS);
                        }
                        for (int $i = 0; $i < $ROWS; $i++) {
                            for (int $j = 0; $j < $COLUMNS; $j++) {
                                for (int $q = 0; $q < $VECTORS; $q++) {
                                    acc[$i][$j][$q] +=
                                        p[$i * $XI + $j * $XJ + $c * $XS] *
                                        f[$q];
                                }
                            }
                        }
                        $STEP;
                    }
                    p += $UNROLL * $XS;
                    r += $UNROLL * $WS;
                }
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
    for (int $q = 0; $q < $VECTORS; $q++) {
        for (int $i = 0; $i < $ROWS; $i++) {
            for (int $j = 0; $j < $COLUMNS; $j++) {
                $APPLY(acc[$i][$j][$q], $q, $i, $j);
                $PUT(acc[$i][$j][$q], $q, $i, $j);
            }
        }
    }
    /* end: plain */
    /* section: maximum */
    for (int $q = 0; $q < $VECTORS; $q++) {
        for (int $i = 0; $i < $ROWS / $WINDOW_H; $i++) {
            for (int $j = 0; $j < $COLUMNS / $WINDOW_W; $j++) {
                {
                    nn_vec m = acc[$i * $WINDOW_H][$j * $WINDOW_W][$q];
                    for (int $d = 1; $d < $WINDOW_H * $WINDOW_W; $d++) {
                        m = nn_vmax(acc[$i * $WINDOW_H + $d / $WINDOW_W]
                                      [$j * $WINDOW_W + $d % $WINDOW_W][$q], m);
                    }
                    $APPLY(m, $q, $i, $j);
                    $PUT(m, $q, $i, $j);
                }
            }
        }
    }
    /* end: maximum */
    /* section: arg_maximum */
    for (int $q = 0; $q < $VECTORS; $q++) {
        for (int $i = 0; $i < $ROWS / $WINDOW_H; $i++) {
            for (int $j = 0; $j < $COLUMNS / $WINDOW_W; $j++) {
                {
                    nn_vec m = acc[$i * $WINDOW_H][$j * $WINDOW_W][$q];
                    nn_int won = {0};
                    for (int $d = 1; $d < $WINDOW_H * $WINDOW_W; $d++) {
                        const nn_int more = acc[$i * $WINDOW_H + $d / $WINDOW_W]
                                  [$j * $WINDOW_W + $d % $WINDOW_W][$q] > m;
                        m = nn_vif(more, acc[$i * $WINDOW_H + $d / $WINDOW_W]
                                  [$j * $WINDOW_W + $d % $WINDOW_W][$q], m);
                        won = nn_vpick(more, (nn_int){0} + $d, won);
                    }
                    $APPLY(m, $q, $i, $j);
                    $PUT(m, $q, $i, $j);
                    $PUT_ARG(won, $q, $i, $j);
                }
            }
        }
    }
    /* end: arg_maximum */
    /* section: mean */
    for (int $q = 0; $q < $VECTORS; $q++) {
        for (int $i = 0; $i < $ROWS / $WINDOW_H; $i++) {
            for (int $j = 0; $j < $COLUMNS / $WINDOW_W; $j++) {
                {
                    nn_vec m = acc[$i * $WINDOW_H][$j * $WINDOW_W][$q];
                    for (int $d = 1; $d < $WINDOW_H * $WINDOW_W; $d++) {
                        m = m + acc[$i * $WINDOW_H + $d / $WINDOW_W]
                                [$j * $WINDOW_W + $d % $WINDOW_W][$q];
                    }
                    m *= $SHARE;
                    $APPLY(m, $q, $i, $j);
                    $PUT(m, $q, $i, $j);
                }
            }
        }
    }
    /* end: mean */
    /* section: scatter */
    for (int l = 0; l < $COUNT; l++) {
        for (int i = 0; i < $ROWS / $WINDOW_H; i++) {
            for (int j = 0; j < $COLUMNS / $WINDOW_W; j++) {
                y[$YC(k + l) + i * $YI + j * $YJ] =
                    t[(i * ($COLUMNS / $WINDOW_W) + j) * $WIDTH + l];
            }
        }
    }
    /* end: scatter */
    /* section: arg_scatter */
    for (int l = 0; l < $COUNT; l++) {
        for (int i = 0; i < $ROWS / $WINDOW_H; i++) {
            for (int j = 0; j < $COLUMNS / $WINDOW_W; j++) {
                arg[$AC(k + l) + i * $AI + j * $AJ] =
                    won_t[(i * ($COLUMNS / $WINDOW_W) + j) * $WIDTH + l];
            }
        }
    }
    /* end: arg_scatter */
    /* end: tile */
}
