/* row_tiled.c: what works on rows of $C numbers that lie side by side, in
 * vectors of $LANES; the last $REST numbers of a row, where its length is no
 * multiple, are a vector of their own, filled up with what changes nothing.
 * Short rows lie across the lanes instead, $LANES of them at a time, turned
 * around through a small array (across).
 *
 * The same formulas as in row_ref.c, in float: e(c) = exp(x(c) - max x), their
 * sum in a vector of partial sums that is folded in a fixed order. About 25
 * operations a number; X is read twice, Y written twice. With `share` in place
 * of `whole`, softmax and across are the gradient of xent: each row times D,
 * and less D at its class. The sum of xent is without the class's own term, so
 * that a loss near 0 keeps its digits:
 *
 *   Y(r) = log(1 + (sum - 1)) + max x - x(t),  sum - 1 = rest + (e(t) - 1)
 *
 * picked adds up, of each of $G groups of $R rows of A, the row that T names,
 * $V vectors of its $K columns at a time; the last ones may be added twice:
 *
 *   Y(c, k) = sum over g of D(g, c) A(g R + T(g, c), k) */

/* section: softmax */
for (size_t r = $FROM; r < $TO; r++) {
    nn_vec best = nn_vset(-__builtin_inff());
    nn_vec sums = nn_vset(0.0f);
    for (size_t c = 0; c < $WHOLE; c += $LANES)
        best = nn_vmax(best, nn_vload(&$X(r, c)));
    /* section: rest */
    const nn_vec value = nn_vload_or(&$X(r, $WHOLE), $REST, -__builtin_inff());
    best = nn_vmax(best, value);
    /* end: rest */
    const nn_real top = nn_vlargest(best);
    for (size_t c = 0; c < $WHOLE; c += $LANES) {
        const nn_vec e = nn_vexp(nn_vload(&$X(r, c)) - top);
        sums += e;
        nn_vstore(&$Y(r, c), e);
    }
    /* section: rest */
    const nn_vec partial = nn_vexp(value - top);
    sums += partial;
    /* end: rest */
    /* section: share */
    const nn_real q = $D(r) / nn_vsum(sums);
    /* end: share */
    /* section: whole */
    const nn_real q = 1 / nn_vsum(sums);
    /* end: whole */
    for (size_t c = 0; c < $WHOLE; c += $LANES)
        nn_vstore(&$Y(r, c), nn_vload(&$Y(r, c)) * q);
    /* section: rest */
    nn_vstore_n(&$Y(r, $WHOLE), partial * q, $REST);
    /* end: rest */
    /* section: share */
    $Y(r, (size_t)$T(r)) -= $D(r);
    /* end: share */
}
/* end: softmax */

/* section: xent */
for (size_t r = $FROM; r < $TO; r++) {
    const size_t wanted = (size_t)$T(r);
    nn_vec best = nn_vset(-__builtin_inff());
    nn_vec sums = nn_vset(0.0f);
    for (size_t c = 0; c < $WHOLE; c += $LANES)
        best = nn_vmax(best, nn_vload(&$X(r, c)));
    /* section: rest */
    const nn_vec value = nn_vload_or(&$X(r, $WHOLE), $REST, -__builtin_inff());
    best = nn_vmax(best, value);
    /* end: rest */
    const nn_real top = nn_vlargest(best);
    for (size_t c = 0; c < $WHOLE; c += $LANES) {
        nn_vec e = nn_vexp(nn_vload(&$X(r, c)) - top);
        if (wanted - c < $LANES)
            e[wanted - c] = 0;
        sums += e;
    }
    /* section: rest */
    nn_vec last = nn_vexp(value - top);
    if (wanted - $WHOLE < $REST)
        last[wanted - $WHOLE] = 0;
    sums += last;
    /* end: rest */
    const double others = (double)nn_vsum(sums) + NN_EXPM1($X(r, wanted) - top);
    $Y(r) = (nn_real)(NN_LOG1P(others) + (double)(top - $X(r, wanted)));
}
/* end: xent */

/* section: across */
_Alignas(64) nn_real column[$C][$LANES] = {{0}};
for (size_t r = $FROM; r < $TO; r += $LANES) {
    const size_t n = $TO - r < $LANES ? $TO - r : $LANES;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < $C; c++)
            column[c][i] = $X(r + i, c);
    nn_vec top = nn_vload(column[0]);
    for (size_t c = 1; c < $C; c++)
        top = nn_vmax(top, nn_vload(column[c]));
    nn_vec sum = nn_vset(0.0f);
    for (size_t c = 0; c < $C; c++) {
        const nn_vec e = nn_vexp(nn_vload(column[c]) - top);
        sum += e;
        nn_vstore(column[c], e);
    }
    /* section: share */
    nn_real share[$LANES] = {0};
    for (size_t i = 0; i < n; i++)
        share[i] = $D(r + i);
    const nn_vec q = nn_vload(share) / sum;
    /* end: share */
    /* section: whole */
    const nn_vec q = 1.0f / sum;
    /* end: whole */
    for (size_t c = 0; c < $C; c++)
        nn_vstore(column[c], nn_vload(column[c]) * q);
    /* section: share */
    for (size_t i = 0; i < n; i++)
        column[$T(r + i)][i] -= share[i];
    /* end: share */
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < $C; c++)
            $Y(r + i, c) = column[c][i];
}
/* end: across */

/* section: picked */
_Alignas(64) nn_real sums[$SPAN];
for (size_t c = $FROM; c < $TO; c++) {
    for (size_t k0 = 0; k0 < $K; k0 += $SPAN) {
        const size_t k = k0 + $SPAN <= $K ? k0 : $K - $SPAN;
        nn_vec sum[$V];
        for (int $v = 0; $v < $V; $v++) {
            sum[$v] = nn_vset(0.0f);
        }
        for (size_t g = 0; g < $G; g++) {
            const nn_real d = $D(g, c);
            if (d == 0)
                continue;
            const nn_real *x = &$A(g * $R + (size_t)$T(g, c), k);
            for (int $v = 0; $v < $V; $v++) {
                sum[$v] += d * nn_vload(&x[$v * $LANES]);
            }
        }
        for (int $v = 0; $v < $V; $v++) {
            nn_vstore(&sums[$v * $LANES], sum[$v]);
        }
        for (size_t i = 0; i < $SPAN; i++)
            $Y(c, k + i) = sums[i];
    }
}
/* end: picked */
