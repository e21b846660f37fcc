/* The loops around the tiles of a convolution. A tile that would reach over
 * the edge is moved back ($CLIP_K,
 * $CLIP_Y, $CLIP_X). `images` does whole images,
 * `bands` parts of one: $BANDS pieces an image, of $BAND rows or channels.
 * `tiles` walks the image once for each tile of channels; `rows_first` does
 * all channels of a row of tiles, `pixels_first` of a tile, before the next,
 * so that an image that the second cache cannot hold is read once. */
static void $NAME(const float *restrict x, float *restrict y, int from, int to)
{
    /* section: images */
    for (int n = from; n < to; n++) {
        $SETUP;
        $LOOPS;
    }
    /* end: images */
    /* section: bands */
    for (int unit = from; unit < to; unit++) {
        const int n = unit / $BANDS;
        const int first = unit % $BANDS * $BAND;
        $SETUP;
        $LOOPS;
    }
    /* end: bands */
}

static void $TILES(const float *in, float *to)
{
    /* section: tiles */
    for (int k = $K0; k < $K1; k += $WIDTH) {
        $CLIP_K;
        for (int i = $I0; i < $I1; i += $ROWS) {
            $CLIP_Y;
            for (int j = 0; j < $J1; j += $COLUMNS) {
                $CLIP_X;
                $CALL;
            }
        }
    }
    /* end: tiles */
    /* section: rows_first */
    for (int i = $I0; i < $I1; i += $ROWS) {
        $CLIP_Y;
        for (int k = $K0; k < $K1; k += $WIDTH) {
            $CLIP_K;
            for (int j = 0; j < $J1; j += $COLUMNS) {
                $CLIP_X;
                $CALL;
            }
        }
    }
    /* end: rows_first */
    /* section: pixels_first */
    for (int i = $I0; i < $I1; i += $ROWS) {
        $CLIP_Y;
        for (int j = 0; j < $J1; j += $COLUMNS) {
            $CLIP_X;
            for (int k = $K0; k < $K1; k += $WIDTH) {
                $CLIP_K;
                $CALL;
            }
        }
    }
    /* end: pixels_first */
}
