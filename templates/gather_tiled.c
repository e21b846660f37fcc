/* gather_tiled.c: rows of $C numbers in a table, which ids name, in vectors of
 * $LANES; the last $REST numbers of a row, where its length is no multiple, are
 * a vector of their own.
 *
 * The same as gather_ref.c: it reads and writes $C numbers an id. Tables, rows
 * and results have their numbers side by side. */

/* section: gather */
for (size_t r = $FROM; r < $TO; r++) {
    const size_t v = (size_t)$T(r);
    for (size_t c = 0; c < $WHOLE; c += $LANES)
        nn_vstore(&$Y(r, c), nn_vload(&$W(v, c)));
    /* section: rest */
    nn_vstore_n(&$Y(r, $WHOLE), nn_vload_n(&$W(v, $WHOLE), $REST), $REST);
    /* end: rest */
    /* section: padded */
    if ($T(r) < $FIRST)
        memset(&$Y(r, 0), 0, $C * sizeof(nn_real));
    /* end: padded */
}
/* end: gather */

/* section: scatter */
const int32_t from = (int32_t)($FROM), to = (int32_t)($TO);
/* section: clear */
for (size_t v = $FROM; v < $TO; v++)
    memset(&$Y(v, 0), 0, $C * sizeof(nn_real));
/* end: clear */
/* section: copy */
for (size_t v = $FROM; v < $TO; v++)
    memcpy(&$Y(v, 0), &$W(v, 0), $C * sizeof(nn_real));
/* end: copy */
for (size_t r = 0; r < $M; r++) {
    const int32_t v = $T(r);
    if (v >= $FIRST && v >= from && v < to) {
        nn_real *sum = &$Y((size_t)v, 0);
        for (size_t c = 0; c < $WHOLE; c += $LANES)
            nn_vstore(sum + c, nn_vload(sum + c) + nn_vload(&$D(r, c)));
        /* section: rest */
        const nn_vec last = nn_vload_n(sum + $WHOLE, $REST);
        const nn_vec more = nn_vload_n(&$D(r, $WHOLE), $REST);
        nn_vstore_n(sum + $WHOLE, last + more, $REST);
        /* end: rest */
    }
}
/* end: scatter */
