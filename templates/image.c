/* Images from one layout to another (image.h), and their halos.
 *
 * Holes: $FROM, $TO are the strides of both sides: $FX and $TX of a column,
 * $FY and $TY of a row; $F0 and $T0 are the places of the first pixel, $FC(c)
 * and $TC(c) those of channel c. $C x $H x $W values an image. The section
 * `pixels` runs along the channels, `rows` along the columns, `lines` along
 * whole rows of both at once. `halo` clears the frame around each of $GROUPS
 * groups, which begins at $START: rows of $LINE reals, $TOP above and $BOTTOM
 * below, $LEFT reals at the left of each other row and $RIGHT reals from $BODY
 * on. */
static void $NAME(const float *restrict x, float *restrict y)
{
    /* section: pixels */
    for (int i = 0; i < $H; i++) {
        for (int j = 0; j < $W; j++) {
            for (int c = 0; c < $C; c++) {
                y[$T0 + i * $TY + j * $TX + $TC(c)] =
                    x[$F0 + i * $FY + j * $FX + $FC(c)];
            }
        }
    }
    /* end: pixels */
    /* section: rows */
    for (int c = 0; c < $C; c++) {
        for (int i = 0; i < $H; i++) {
            for (int j = 0; j < $W; j++) {
                y[$T0 + $TC(c) + i * $TY + j * $TX] =
                    x[$F0 + $FC(c) + i * $FY + j * $FX];
            }
        }
    }
    /* end: rows */
    /* section: lines */
    for (int i = 0; i < $H; i++) {
        for (int j = 0; j < $LENGTH; j++) {
            y[$T0 + i * $TY + j] = x[$F0 + i * $FY + j];
        }
    }
    /* end: lines */
}

static void $HALO_NAME(float *y)
{
    /* section: halo */
    for (int g = 0; g < $GROUPS; g++) {
        float *p = y + g * $GROUP + $START;
        for (int i = 0; i < $TOP; i++) {
            for (int j = 0; j < $LINE; j++) {
                p[i * $ROW + j] = 0.0f;
            }
        }
        for (int i = 0; i < $H; i++) {
            for (int j = 0; j < $LEFT; j++) {
                p[($TOP + i) * $ROW + j] = 0.0f;
            }
            for (int j = 0; j < $RIGHT; j++) {
                p[($TOP + i) * $ROW + $BODY + j] = 0.0f;
            }
        }
        for (int i = 0; i < $BOTTOM; i++) {
            for (int j = 0; j < $LINE; j++) {
                p[($TOP + $H + i) * $ROW + j] = 0.0f;
            }
        }
    }
    /* end: halo */
}
