/* Pooling over windows of $KH x $KW, any stride and padding.
 *
 *     y[i,j,c] = max (or mean) over u,v of
 *         x[i*stride + u - top, j*stride + v - left, c]
 *
 * and its gradient, where g is 1 at the maximum (or the share of the mean):
 *
 *     dx[i*stride + u - top, j*stride + v - left, c] += dy[i,j,c] * g[i,j,c,u,v]
 *
 * Places in the padding are left out of the maximum and count as 0 in the
 * mean, which divides by $KH * $KW ($SHARE). arg is the first largest place of
 * the window, u * $KW + v. $U0 to $U1 and $V0 to $V1 are the rows and columns
 * of the window that lie in the image. Channel c lies at $XC(c), $YC(c).
 *
 * `channels`: lanes are $LANES channels (the last $COUNT of them, when $REST is
 * filled in), read by $LOAD, stored by $PUT. `lines`: lanes are columns of one
 * channel, in planes: the windows' rows are done first ($DOWN), into a line
 * with neutral values ($NEUTRAL) around it, then their columns ($ACROSS), from
 * parts of the line that hold every $SW-th of its values. `columns`: columns
 * that are not neighbours, worked out one by one. */
static void $NAME(const float *restrict x, float *restrict y,
                  unsigned char *restrict arg, int n)
{
    /* section: channels */
    for (int i = 0; i < $PH; i++) {
        const int u0 = $U0;
        const int u1 = $U1;
        for (int j = 0; j < $PW; j++) {
            const int v0 = $V0;
            const int v1 = $V1;
            const float *p =
                x + (i * $SH - $TOP) * $XI + (j * $SW - $LEFT) * $XJ;
            /* section: whole */
            for (int c = 0; c < $WHOLE; c += $LANES) {
                $BODY(c, $LANES, i, j);
            }
            /* end: whole */
            /* section: rest */
            $BODY($WHOLE, $COUNT, i, j);
            /* end: rest */
        }
    }
    /* end: channels */
    /* section: maximum */
    nn_vec m = $LOAD(p + u0 * $XI + v0 * $XJ + $XC($c), $n);
    for (int u = u0; u < u1; u++) {
        for (int v = v0; v < v1; v++) {
            m = nn_vmax(m, $LOAD(p + u * $XI + v * $XJ + $XC($c), $n));
        }
    }
    $APPLY(m, $c, $n, $i, $j);
    $PUT(y + $i * $YI + $j * $YJ + $YC($c), m, $n);
    /* end: maximum */
    /* section: arg_maximum */
    nn_vec m = $LOAD(p + u0 * $XI + v0 * $XJ + $XC($c), $n);
    nn_int won = (nn_int){0} + (u0 * $KW + v0);
    for (int u = u0; u < u1; u++) {
        for (int v = v0; v < v1; v++) {
            const nn_vec next = $LOAD(p + u * $XI + v * $XJ + $XC($c), $n);
            const nn_int more = next > m;
            m = nn_vif(more, next, m);
            won = nn_vpick(more, (nn_int){0} + (u * $KW + v), won);
        }
    }
    $APPLY(m, $c, $n, $i, $j);
    $PUT(y + $i * $YI + $j * $YJ + $YC($c), m, $n);
    const nn_small small = NN_CONVERT(won, nn_small);
    __builtin_memcpy(arg + $i * $AI + $j * $AJ + $AC($c), &small,
                     $n * sizeof *arg);
    /* end: arg_maximum */
    /* section: mean */
    nn_vec m = {0};
    for (int u = u0; u < u1; u++) {
        for (int v = v0; v < v1; v++) {
            m += $LOAD(p + u * $XI + v * $XJ + $XC($c), $n);
        }
    }
    m *= $SHARE;
    $APPLY(m, $c, $n, $i, $j);
    $PUT(y + $i * $YI + $j * $YJ + $YC($c), m, $n);
    /* end: mean */
    /* section: lines */
    float line[1 * $ROOM];
    for (int k = 0; k < $ROOM; k++) {
        line[k] = $NEUTRAL;
    }
    /* section: line_rows */
    int rows[1 * $ROOM] = {0};
    /* end: line_rows */
    for (int c = 0; c < $C; c++) {
        for (int i = 0; i < $PH; i++) {
            const int u0 = $U0;
            const int u1 = $U1;
            $DOWN();
            /* section: split */
            float part[1 * $SW * $PHASE];
            for (int k = 0; k < $PHASE; k++) {
                for (int $s = 0; $s < $SW; $s++) {
                    part[$s * $PHASE + k] = line[k * $SW + $s];
                }
            }
            /* end: split */
            /* section: split_rows */
            int part_rows[1 * $SW * $PHASE];
            for (int k = 0; k < $PHASE; k++) {
                for (int $s = 0; $s < $SW; $s++) {
                    part_rows[$s * $PHASE + k] = rows[k * $SW + $s];
                }
            }
            /* end: split_rows */
            $ACROSS();
        }
    }
    /* end: lines */
    /* section: down */
    for (int k = $K0; k < $K1; k += $LANES) {
        const float *p = x + (i * $SH - $TOP) * $XI + k + $XC(c);
        nn_vec m = $LOAD(p + u0 * $XI, $COUNT);
        /* section: down_maximum */
        for (int u = u0 + 1; u < u1; u++) {
            m = nn_vmax(m, $LOAD(p + u * $XI, $COUNT));
        }
        /* end: down_maximum */
        /* section: down_arg_maximum */
        nn_int won = (nn_int){0} + u0;
        for (int u = u0 + 1; u < u1; u++) {
            const nn_vec next = $LOAD(p + u * $XI, $COUNT);
            const nn_int more = next > m;
            m = nn_vif(more, next, m);
            won = nn_vpick(more, (nn_int){0} + u, won);
        }
        __builtin_memcpy(rows + $LEFT + k, &won, $COUNT * sizeof *rows);
        /* end: down_arg_maximum */
        /* section: down_mean */
        for (int u = u0 + 1; u < u1; u++) {
            m += $LOAD(p + u * $XI, $COUNT);
        }
        /* end: down_mean */
        $PUT(line + $LEFT + k, m, $COUNT);
    }
    /* end: down */
    /* section: across */
    for (int k = $K0; k < $K1; k += $LANES) {
        nn_vec m = nn_vload($SPLIT + k);
        /* section: across_maximum */
        for (int v = 1; v < $KW; v++) {
            m = nn_vmax(m, nn_vload($SPLIT + v % $SW * $PHASE + v / $SW + k));
        }
        $APPLY_COLUMNS(m, c, i, k);
        /* end: across_maximum */
        /* section: across_arg_maximum */
        nn_int row;
        nn_int won;
        __builtin_memcpy(&row, $SPLIT_ROWS + k, sizeof row);
        won = row * $KW;
        for (int v = 1; v < $KW; v++) {
            const int at = v % $SW * $PHASE + v / $SW + k;
            const nn_vec next = nn_vload($SPLIT + at);
            nn_int next_row;
            __builtin_memcpy(&next_row, $SPLIT_ROWS + at, sizeof next_row);
            const nn_int more =
                (next > m) | ((next == m) & (next_row < row));
            m = nn_vif(more, next, m);
            row = nn_vpick(more, next_row, row);
            won = nn_vpick(more, (nn_int){0} + (next_row * $KW + v), won);
        }
        $APPLY_COLUMNS(m, c, i, k);
        const nn_small small = NN_CONVERT(won, nn_small);
        __builtin_memcpy(arg + i * $AI + k + $AC(c), &small,
                         $COUNT * sizeof *arg);
        /* end: across_arg_maximum */
        /* section: across_mean */
        for (int v = 1; v < $KW; v++) {
            m += nn_vload($SPLIT + v % $SW * $PHASE + v / $SW + k);
        }
        m *= $SHARE;
        $APPLY_COLUMNS(m, c, i, k);
        /* end: across_mean */
        $PUT(y + i * $YI + k + $YC(c), m, $COUNT);
    }
    /* end: across */
    /* section: columns */
    for (int c = 0; c < $C; c++) {
        for (int i = 0; i < $PH; i++) {
            const int u0 = $U0;
            const int u1 = $U1;
            for (int k = $K0; k < $K1; k += $LANES) {
                float t[1 * $LANES] = {0};
                /* section: won_buffer */
                int at[1 * $LANES] = {0};
                /* end: won_buffer */
                for (int l = 0; l < $COUNT; l++) {
                    const int j = k + l;
                    const int v0 = $V0;
                    const int v1 = $V1;
                    const float *p = x + (i * $SH - $TOP) * $XI +
                                     (j * $SW - $LEFT) * $XJ + $XC(c);
                    /* section: scalar_maximum */
                    float m = p[u0 * $XI + v0 * $XJ];
                    for (int u = u0; u < u1; u++) {
                        for (int v = v0; v < v1; v++) {
                            const float next = p[u * $XI + v * $XJ];
                            m = next > m ? next : m;
                        }
                    }
                    t[l] = m;
                    /* end: scalar_maximum */
                    /* section: scalar_arg_maximum */
                    float m = p[u0 * $XI + v0 * $XJ];
                    int won = u0 * $KW + v0;
                    for (int u = u0; u < u1; u++) {
                        for (int v = v0; v < v1; v++) {
                            const float next = p[u * $XI + v * $XJ];
                            won = next > m ? u * $KW + v : won;
                            m = next > m ? next : m;
                        }
                    }
                    t[l] = m;
                    at[l] = won;
                    /* end: scalar_arg_maximum */
                    /* section: scalar_mean */
                    float m = 0.0f;
                    for (int u = u0; u < u1; u++) {
                        for (int v = v0; v < v1; v++) {
                            m += p[u * $XI + v * $XJ];
                        }
                    }
                    t[l] = m * $SHARE;
                    /* end: scalar_mean */
                }
                nn_vec m = nn_vload(t);
                $APPLY_COLUMNS(m, c, i, k);
                for (int l = 0; l < $COUNT; l++) {
                    y[i * $YI + (k + l) * $YJ + $YC(c)] = NN_LANE(m, l);
                }
                /* section: put_won */
                for (int l = 0; l < $COUNT; l++) {
                    arg[i * $AI + (k + l) * $AJ + $AC(c)] =
                        ($ARG_TYPE)at[l];
                }
                /* end: put_won */
            }
        }
    }
    /* end: columns */
}

/* The gradients: every pixel of dx is cleared, then each dy is added to the
 * place that won, or its share to all places of its window. */
static void $GRADIENT(const float *restrict y,
                      const unsigned char *restrict arg, float *restrict x,
                      int n)
{
    /* section: clear */
    for (int c = 0; c < $GROUPS; c++) {
        for (int i = 0; i < $H; i++) {
            for (int j = 0; j < $LINE; j++) {
                x[c * $GROUP + i * $XI + j] = 0.0f;
            }
        }
    }
    /* end: clear */
    /* section: back_channels */
    for (int i = 0; i < $PH; i++) {
        const int u0 = $U0;
        const int u1 = $U1;
        for (int j = 0; j < $PW; j++) {
            const int v0 = $V0;
            const int v1 = $V1;
            float *p = x + (i * $SH - $TOP) * $XI + (j * $SW - $LEFT) * $XJ;
            /* section: back_whole */
            for (int c = 0; c < $WHOLE; c += $LANES) {
                $BODY(c, $LANES, i, j);
            }
            /* end: back_whole */
            /* section: back_rest */
            $BODY($WHOLE, $COUNT, i, j);
            /* end: back_rest */
        }
    }
    /* end: back_channels */
    /* section: back_maximum */
    const nn_vec g = $LOAD(y + $i * $YI + $j * $YJ + $YC($c), $n);
    nn_small small = {0};
    __builtin_memcpy(&small, arg + $i * $AI + $j * $AJ + $AC($c),
                     $n * sizeof *arg);
    const nn_int won = NN_CONVERT(small, nn_int);
    for (int u = u0; u < u1; u++) {
        for (int v = v0; v < v1; v++) {
            float *to = p + u * $XI + v * $XJ + $XC($c);
            const nn_vec here = nn_vif(won == u * $KW + v, g, nn_vset(0.0f));
            $PUT(to, $LOAD(to, $n) + here, $n);
        }
    }
    /* end: back_maximum */
    /* section: back_mean */
    const nn_vec g = $LOAD(y + $i * $YI + $j * $YJ + $YC($c), $n) * $SHARE;
    for (int u = u0; u < u1; u++) {
        for (int v = v0; v < v1; v++) {
            float *to = p + u * $XI + v * $XJ + $XC($c);
            $PUT(to, $LOAD(to, $n) + g, $n);
        }
    }
    /* end: back_mean */
    /* section: back_columns */
    for (int c = 0; c < $C; c++) {
        for (int i = 0; i < $PH; i++) {
            for (int j = 0; j < $PW; j++) {
                const int won = arg[i * $AI + j * $AJ + $AC(c)];
                const int h = i * $SH - $TOP + won / $KW;
                const int v = j * $SW - $LEFT + won % $KW;
                x[h * $XI + v * $XJ + $XC(c)] +=
                    y[i * $YI + j * $YJ + $YC(c)];
            }
        }
    }
    /* end: back_columns */
    /* section: back_columns_mean */
    for (int c = 0; c < $C; c++) {
        for (int i = 0; i < $PH; i++) {
            const int u0 = $U0;
            const int u1 = $U1;
            for (int j = 0; j < $PW; j++) {
                const int v0 = $V0;
                const int v1 = $V1;
                float *p = x + (i * $SH - $TOP) * $XI +
                           (j * $SW - $LEFT) * $XJ + $XC(c);
                const float g = y[i * $YI + j * $YJ + $YC(c)] * $SHARE;
                for (int u = u0; u < u1; u++) {
                    for (int v = v0; v < v1; v++) {
                        p[u * $XI + v * $XJ] += g;
                    }
                }
            }
        }
    }
    /* end: back_columns_mean */
    /* section: finish_channels */
    for (int i = 0; i < $H; i++) {
        for (int j = 0; j < $W; j++) {
            float *p = x + i * $XI + j * $XJ;
            /* section: finish_whole */
            for (int c = 0; c < $WHOLE; c += $LANES) {
                $FINISH(c, $LANES, i, j);
            }
            /* end: finish_whole */
            /* section: finish_rest */
            $FINISH($WHOLE, $COUNT, i, j);
            /* end: finish_rest */
        }
    }
    /* end: finish_channels */
    /* section: finish_one */
    nn_vec m = $LOAD(p + $XC($c), $n);
    $APPLY(m, $c, $n, $i, $j);
    $PUT(p + $XC($c), m, $n);
    /* end: finish_one */
    /* section: finish_columns */
    for (int c = 0; c < $C; c++) {
        for (int i = 0; i < $H; i++) {
            for (int k = $K0; k < $K1; k += $LANES) {
                float t[1 * $LANES] = {0};
                for (int l = 0; l < $COUNT; l++) {
                    t[l] = x[i * $XI + (k + l) * $XJ + $XC(c)];
                }
                nn_vec m = nn_vload(t);
                $APPLY_COLUMNS(m, c, i, k);
                for (int l = 0; l < $COUNT; l++) {
                    x[i * $XI + (k + l) * $XJ + $XC(c)] = NN_LANE(m, l);
                }
            }
        }
    }
    /* end: finish_columns */
}
