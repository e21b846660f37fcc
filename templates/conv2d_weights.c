/* Gradient of a convolution by its weights.
 *
 *     dw[k,c,u,v] = sum over n,i,j of
 *         dy[n,i,j,k] * x[n, i*stride + u, j*stride + v, c]
 *
 * Three forms. `channels`: lanes are filters; a tile is $ROWS values of x (of
 * (v, c), or c, or v) by $VECTORS vectors of filters, summed over the pixels
 * of $COLUMNS columns and some rows. Sums stay in memory between tiles, in
 * the layout [k / $LANES][u][v][c][$LANES]. */
static void $CHANNELS(const float *restrict x, const float *restrict dy,
                      float *restrict sum, int rows)
{
    /* section: channels */
    nn_vec acc[$ROWS][$VECTORS];
    for (int $r = 0; $r < $ROWS; $r++) {
        for (int $q = 0; $q < $VECTORS; $q++) {
            acc[$r][$q] = nn_vload(sum + ($r * $SR + $q * $SQ));
        }
    }
    for (int i = 0; i < rows; i++) {
        const float *p = x + i * $XI;
        const float *d = dy + i * $DYI;
        for (int j = 0; j < $COLUMNS; j++) {
            nn_vec g[$VECTORS];
            for (int $q = 0; $q < $VECTORS; $q++) {
                g[$q] = nn_vload(d + $q * $DYQ);
            }
            for (int $r = 0; $r < $ROWS; $r++) {
                for (int $q = 0; $q < $VECTORS; $q++) {
                    acc[$r][$q] += p[$r * $XS] * g[$q];
                }
            }
            NN_STEP();
            p += $XJ;
            d += $DYJ;
        }
    }
    for (int $r = 0; $r < $ROWS; $r++) {
        for (int $q = 0; $q < $VECTORS; $q++) {
            nn_vstore(sum + ($r * $SR + $q * $SQ), acc[$r][$q]);
        }
    }
    /* end: channels */
}

/* All tiles of $VECTORS vectors for the rows of one image, $BAND rows at a
 * time so that dy stays in the first cache. */
static void $PANEL(const float *restrict x, const float *restrict dy,
                   float *restrict sum)
{
    /* section: panel */
    for (int i = 0; i < $HEIGHT; i += $BAND) {
        const int rows = $HEIGHT - i < $BAND ? $HEIGHT - i : $BAND;
        for (int g = 0; g < $GROUPS; g++) {
            for (int u = $U0; u < $U1; u++) {
                for (int v = 0; v < $KW; v++) {
                    const float *p =
                        x + (i * $XI + g * $XG + u * $XU + v * $XV);
                    float *s = sum + (g * $SG + u * $SU + v * $SV);
                    for (int r = 0; r < $WHOLE; r += $ROWS) {
                        $TILE(p + r * $XS, dy + i * $DYI, s + r * $SR, rows);
                    }
                    $REST(p + $WHOLE * $XS, dy + i * $DYI, s + $WHOLE * $SR,
                          rows);
                }
            }
        }
    }
    /* end: panel */
}

/* `sparse`, before a maximum over windows that do not overlap: of each window
 * only the pixel that won has a gradient. For one filter and u, all (v, c) are
 * neighbours in x: lanes. A tile is $FILTERS filters, $ROWS rows u and
 * $VECTORS vectors of (v, c); `place` says where the winner's window begins
 * in x. Sums are [k][u][(v, c) padded to vectors]. */
static void $SPARSE(const float *restrict x, const float *restrict dy,
                    const unsigned char *restrict arg, float *restrict sum)
{
    /* section: sparse */
    static const int place[] = {$PLACES};
    nn_vec acc[$FILTERS][$ROWS][$VECTORS];
    for (int $f = 0; $f < $FILTERS; $f++) {
        for (int $u = 0; $u < $ROWS; $u++) {
            for (int $q = 0; $q < $VECTORS; $q++) {
                acc[$f][$u][$q] =
                    nn_vload(sum + ($f * $SK + $u * $SU + $q * $LANES));
            }
        }
    }
    for (int i = 0; i < $HEIGHT; i++) {
        for (int j = 0; j < $WIDTH; j++) {
            const float *p = x + (i * $XI + j * $XJ);
            for (int $f = 0; $f < $FILTERS; $f++) {
                {
                    const int won = arg[i * $AI + j * $AJ + $AC($f)];
                    const float *r = p + place[won];
                    const float g = dy[i * $DYI + j * $DYJ + $DYC($f)];
                    for (int $u = 0; $u < $ROWS; $u++) {
                        for (int $q = 0; $q < $VECTORS; $q++) {
                            acc[$f][$u][$q] +=
                                g * nn_vload(r + ($u * $XU + $q * $LANES));
                        }
                    }
                }
            }
            NN_STEP();
        }
    }
    for (int $f = 0; $f < $FILTERS; $f++) {
        for (int $u = 0; $u < $ROWS; $u++) {
            for (int $q = 0; $q < $VECTORS; $q++) {
                nn_vstore(sum + ($f * $SK + $u * $SU + $q * $LANES),
                          acc[$f][$u][$q]);
            }
        }
    }
    /* end: sparse */
    /* section: sparse_loops */
    for (int k = 0; k < $K; k += $FILTERS) {
        for (int u = 0; u < $KH; u += $ROWS) {
            for (int q = 0; q < $ACROSS; q += $VECTORS) {
                $TILE(x + (u * $XU + q * $LANES), dy + $DYC(k), arg + $AC(k),
                      sum + (k * $SK + u * $SU + q * $LANES));
            }
        }
    }
    /* end: sparse_loops */
}

/* `columns`: lanes are columns, whose sums are added up at the very end. A
 * tile is $FILTERS filters by $TAPS taps v of one channel of x and one u. */
static void $COLUMNS_FORM(const float *restrict x, const float *restrict dy,
                          float *restrict sum)
{
    /* section: columns */
    nn_vec acc[$FILTERS][$TAPS];
    for (int $f = 0; $f < $FILTERS; $f++) {
        for (int $v = 0; $v < $TAPS; $v++) {
            acc[$f][$v] = nn_vload(sum + ($f * $SK + $v * $LANES));
        }
    }
    for (int i = 0; i < $HEIGHT; i++) {
        for (int j = 0; j < $WIDTH; j += $LANES) {
            const float *p = x + (i * $XI + j);
            const float *d = dy + (i * $DYI + j);
            nn_vec g[$FILTERS];
            for (int $f = 0; $f < $FILTERS; $f++) {
                g[$f] = nn_vload(d + $f * $DYC);
            }
            nn_vec in[$TAPS];
            for (int $v = 0; $v < $TAPS; $v++) {
                in[$v] = nn_vload(p + $v);
            }
            NN_STEP(); /* or gcc loads them again for each filter */
            for (int $v = 0; $v < $TAPS; $v++) {
                for (int $f = 0; $f < $FILTERS; $f++) {
                    acc[$f][$v] += in[$v] * g[$f];
                }
            }
            NN_STEP();
        }
    }
    for (int $f = 0; $f < $FILTERS; $f++) {
        for (int $v = 0; $v < $TAPS; $v++) {
            nn_vstore(sum + ($f * $SK + $v * $LANES), acc[$f][$v]);
        }
    }
    /* end: columns */
    /* section: columns_loops */
    for (int c = 0; c < $C; c++) {
        for (int k = 0; k < $K; k += $FILTERS) {
            for (int u = 0; u < $KH; u++) {
                for (int v = 0; v < $KW; v += $TAPS) {
                    $TILE(x + (c * $XC + u * $XU + v), dy + k * $DYC,
                          sum + (c * $SC + k * $SK + u * $SU + v * $LANES));
                }
            }
        }
    }
    /* end: columns_loops */
}

/* The loops over shards of the batch, each with its own sums, and over panels
 * of filters. */
static void $NAME(const float *restrict x, const float *restrict dy,
                  float *restrict partial, int from, int to)
{
    /* section: shards */
    for (int shard = from; shard < to; shard++) {
        float *sum = partial + (ptrdiff_t)shard * $PARTIAL;
        for (int i = 0; i < $PARTIAL; i++) {
            sum[i] = 0.0f;
        }
        for (int n = shard * $BATCH / $SHARDS;
             n < (shard + 1) * $BATCH / $SHARDS; n++) {
            $SETUP;
            $LOOPS;
        }
    }
    /* end: shards */
    /* section: units */
    for (int unit = from; unit < to; unit++) {
        $CLEAR;
        for (int n = 0; n < $BATCH; n++) {
            $SETUP;
            $LOOPS;
        }
    }
    /* end: units */
}

/* Shards added in their order, so that the sum does not depend on who did
 * them; then every weight to its place. */
static void $FINISH(float *restrict partial, float *restrict dw)
{
    /* section: add */
    for (int shard = 1; shard < $SHARDS; shard++) {
        for (int i = 0; i < $PARTIAL; i++) {
            partial[i] += partial[shard * $PARTIAL + i];
        }
    }
    /* end: add */
    /* section: clear_dw */
    for (int i = 0; i < $SIZE; i++) {
        dw[i] = 0.0f;
    }
    /* end: clear_dw */
    /* section: place */
    for (int k = 0; k < $K; k++) {
        for (int c = 0; c < $C; c++) {
            for (int u = 0; u < $KH; u++) {
                for (int v = 0; v < $KW; v++) {
                    dw[$TO] = $VALUE(partial + ($FROM));
                }
            }
        }
    }
    /* end: place */
}
